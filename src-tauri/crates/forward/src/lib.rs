//! From one encoded frame to every viewer's socket.
//!
//! A [`Forwarder`] has N threads that send through a [`Port`](port::Port), and one of the owners of what comes to that:
//! [`Viewers`]. A frame comes in by [`Forwarder::video`] or [`Forwarder::audio`], is packetised once, and each sending thread
//! (a shard) picks the layer for each of its viewers, rewrites the headers, seals SRTP straight into one send buffer and hands
//! that to the kernel in one call. What has been sent lately stays in a history that serves repairs and gives a joiner its first picture.
//!
//! The contract of the core: everything below [`Forwarder`] takes time and input as arguments and has no clock, thread or
//! socket of its own. A viewer is a transport (ICE-lite, DTLS, SRTP: `transport.rs`) and an egress (layers, rewriting,
//! feedback: `egress.rs`); shards and the port's loop are the shells that carry datagrams to and from them.

// What is sent.
mod bandwidth;
mod egress;
mod history;
mod layers;
mod rewrite;
mod sink;

// How it gets there.
mod dtls;
mod negotiated;
mod sdp;
mod transport;

// Who carries it.
mod announce;
#[cfg(test)]
mod client;
mod config;
mod event;
mod forwarder;
#[cfg(feature = "fuzzing")]
pub mod fuzz;
mod receive;
mod shard;
mod totals;

use rtp::packetise;

pub use config::Config;
pub use event::{Event, Gone};
pub use forwarder::Forwarder;
pub use protocol::{ViewerId, ViewerStats};
pub use receive::Viewers;
pub use sdp::{FragmentError, Joined, OfferError};
pub use totals::Totals;
