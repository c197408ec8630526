//! Hands the stream to engines that people run, which fan it out: a home's line carries it up once.
//!
//! The contract: a [`Relays`] has one thread, on which the signalling and the packets of all relays are; it shares nothing with what
//! serves viewers. [`Relays::open`] begins with one of them and [`Told`] says how it goes. While it runs there is an [`Uplink`],
//! which whoever has the stream gives the frames to, on a thread of its own because it may wait. An engine that is slow, gone, full or
//! answers noise is tried again ([`Life`] decides when) or given up with a reason, in words, and nobody else notices.
//!
//! What goes out goes nowhere else: URLs come from the broadcaster alone, a secret goes to the origin that it was given for, no
//! redirect leads from TLS to none, a certificate's error is final, and what comes back is read with a bound.
//!
//! An engine may let viewers in, whose signalling goes by us ([`Wish`], [`Said`]): media goes from the engine to them, and nobody but us is told
//! its keys or where its API is. Who may come is not decided here.
//!
//! An engine is a folder (`whip/`, `janus/`, of which there are two ways in, `livekit/`, `mediasoup/`, `jitsi/`) behind one trait (`engine.rs`). What becomes packets (`uplink/`) goes out by one of
//! two ways that engines share: a peer connection (`peer/`), or RTP with keys that the signalling carries (`plain/`).

mod answer;
mod engine;
mod flood;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod http;
mod janus;
mod jitsi;
mod life;
mod livekit;
mod mediasoup;
mod peer;
mod plain;
mod relays;
mod run;
mod target;
mod told;
mod trouble;
mod uplink;
mod websocket;
mod whip;
mod wish;

pub use life::{Life, Step};
pub use relays::{Open, Relays};
pub use target::Target;
pub use told::{State, Told};
pub use trouble::Trouble;
pub use uplink::Uplink;
pub use wish::{Said, Wish};
