//! Recording: from the encoded frames that viewers are sent to files that survive a crash. No second encoder.
//!
//! Decided without I/O and without a clock: what bytes a file is made of (`mp4`), when one ends and the next begins
//! (`sequence`), and how much room must be left (`space`). The shell around them, [`Recorder`], is called on a
//! thread of its own (the studio's), writes a fragment a second, and has it on the disk before the next begins. What was not
//! finished, [`mend()`] makes whole.

mod mend;
mod mp4;
mod names;
mod recorder;
mod sentences;
mod sequence;
mod space;
mod target;
#[cfg(test)]
mod testing;
mod unfinished;

pub use mend::{MendError, Mended, mend};
pub use mp4::CODEC;
pub use recorder::{Marks, Plan, Progress, Recorder, Told};
pub use sequence::Split;
pub use target::{Checked, Target};
pub use unfinished::{Journal, Unfinished};
