//! The HTTP side of a broadcast: watch page, WHEP, page sockets, health and metrics, on one TCP port.
//!
//! [`serve()`] takes its listener and its end signal as arguments and holds no state of the broadcast: whatever needs a
//! decision goes as a [`Request`] to the one owner, which answers through the oneshot in it. Decided here is only what
//! needs no knowledge of viewers: how much one client may take ([`Limits`]).
//!
//! [`Door`] is the owner's side of those requests: the part of the owner that knows open pages and sessions. It stands here
//! because it needs nothing but these requests and an [`audience::Audience`], so that the studio and this crate's tests
//! answer by the same code.
//!
//! Deliberately absent: anything that operates the broadcast. Whoever reaches this port can watch if they have the link,
//! and nothing else.

mod allocator;
mod assets;
mod client;
mod config;
mod connection;
mod cookie;
mod document;
mod door;
mod failed;
mod first_bytes;
mod frames;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod guesses;
mod head;
mod headers;
mod http;
mod limiter;
mod metrics;
mod nofile;
mod notice;
mod origin;
mod outside;
mod page;
mod passcode;
mod pasted;
mod places;
mod prefix;
mod public_url;
mod readers;
mod request;
mod request_lines;
mod routes;
mod serve;
mod shared;
mod socket;
mod spliced;
mod still;
mod taker;
mod told;
mod whep;
mod words;

pub use config::{Config, Limits, Metrics};
pub use connection::Connection;
pub use cookie::CookieKey;
pub use door::{Asks, Door, Refusals, Transports};
pub use places::Seat;
pub use public_url::PublicUrl;
pub use request::{CounterOffer, Joined, LetIn, PageId, PatchError, Patched, Refused, Request, Shown};
pub use serve::{serve, serve_with};
pub use still::{DrawStill, Still};
pub use taker::{Taker, Takers};
pub use told::Told;
