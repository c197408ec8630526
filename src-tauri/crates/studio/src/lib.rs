//! Where everything meets: one owner task that goes live, ends, switches devices and keeps the settings.
//!
//! [`Studio`] is a handle; whoever shows or scripts Skylark (the panel, `skylark headless`) holds one and nothing else:
//! a [`protocol::Snapshot`] first, [`protocol::Event`]s after it, [`protocol::Command`]s in return.

mod options;
mod studio;

pub use media::Levels;
pub use options::{Bitrate, Options, ParseError, Size};
pub use studio::{CommandError, OpenError, Studio};
