//! Offers and trickle-ICE fragments of strangers, read.
//!
//! The contract: text goes in, and what of it matters to somebody who only sends comes out. That owns all it holds, so a text is
//! read where it came in, and who decides about viewers is handed the result. Reading is one pass over the text: each
//! line is looked at once, and nothing that was read is searched again for each line. Of everything that may be repeated there is
//! a number beyond which the text is refused, with a word on what there was too much of ([`limits`]). There is no thread, no
//! I/O and no clock here.
//!
//! Deliberately absent: answers. What is answered depends on what there is to send, which `forward` knows.

mod fingerprint;
mod fragment;
pub mod limits;
mod lines;
mod media;
mod offer;
mod payload_type;
#[cfg(any(test, feature = "testing"))]
pub mod worst;

pub use fingerprint::{Fingerprint, Hash};
pub use fragment::{BadFragment, Fragment};
pub use media::{Extmap, Media, MediaTransport};
pub use offer::{BadOffer, Offer, Transport};
pub use payload_type::{Feedback, PARAMETERS, PayloadType};

#[cfg(test)]
mod tests;
