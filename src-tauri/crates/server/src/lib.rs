//! The HTTP side of a broadcast: watch page, WHEP, page sockets, health and metrics, on one TCP port.
//!
//! [`serve()`] takes its listener and its end signal as arguments and holds no state of the broadcast: whatever needs a
//! decision goes as a [`Request`] to the one owner, which answers through the oneshot in it. Decided here is only what
//! needs no knowledge of viewers: how much one client may take ([`Limits`]).
//!
//! Deliberately absent: anything that operates the broadcast. Whoever reaches this port can watch if they have the link,
//! and nothing else.

mod assets;
mod client;
mod config;
mod connection;
mod document;
mod first_bytes;
mod http;
mod limiter;
mod metrics;
mod network;
mod nofile;
mod notice;
mod page;
mod places;
mod request;
mod routes;
mod serve;
mod shared;
mod socket;
mod taker;
mod whep;

pub use config::{Config, Limits};
pub use connection::Connection;
pub use limiter::JoinTicket;
pub use request::{Joined, PageId, PatchError, Patched, Refused, Request};
pub use serve::{serve, serve_with};
pub use taker::{Taker, Takers};
