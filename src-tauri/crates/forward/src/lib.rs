//! From one encoded frame to every viewer's socket.
//!
//! A [`Forwarder`] has N threads that send through a [`Port`](port::Port), and one of the owners of what comes to that:
//! [`Viewers`]. A frame comes in by [`Forwarder::video`] or [`Forwarder::audio`], is packetised once, and each sending thread
//! (a shard) picks the layer for each of its viewers, rewrites the headers, seals SRTP straight into one send buffer and hands
//! that to the kernel in one call. What has been sent lately stays in a history that serves repairs and gives a joiner its first picture.
//!
//! The contract of the core: everything below [`Forwarder`] takes time and input as arguments and has no clock, thread or
//! socket of its own. A viewer is a transport (ICE-lite, DTLS, SRTP: `connection/transport.rs`) and an egress (layers, rewriting,
//! feedback: `media/egress.rs`); shards and the port's loop are the shells that carry datagrams to and from them.
//!
//! Three folders, for three questions: `media`, what is sent; `connection`, how it gets there; `threads`, who carries it.

#[cfg(test)]
mod client;
mod connection;
mod event;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod media;
mod threads;
#[cfg(test)]
mod worst_reports;

pub use connection::answer::{Answered, NoViewer, OfferError};
pub use event::{Event, Gone};
pub use media::egress::LIP_SYNC;
pub use protocol::{ViewerId, ViewerStats};
pub use threads::config::Config;
pub use threads::forwarder::Forwarder;
pub use threads::receive::Viewers;
pub use threads::totals::Totals;
