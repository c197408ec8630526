//! The HTTP side of a broadcast: watch page, WHEP, page sockets, health and metrics, on one TCP port.
//!
//! [`serve`] takes its listener and its end signal as arguments and holds no state of the broadcast: whatever needs a
//! decision goes as a [`Request`] to the one owner, which answers through the oneshot in it.

mod config;
mod limiter;
mod request;
mod serve;

pub use config::{Config, Limits};
pub use limiter::JoinTicket;
pub use request::{Joined, PageId, PatchError, Patched, Refused, Request};
pub use serve::serve;
