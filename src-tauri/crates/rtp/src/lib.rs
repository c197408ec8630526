//! RTP for whoever sends media: what a forwarder to browsers and a relay to another engine both need.
//!
//! The contract: nothing here has a thread, a socket or a clock of its own. Bytes and numbers go in, bytes come out, into a
//! buffer of the caller's where it is about every packet. What is read came from a network, so any bytes may be given to it.
//!
//! - [`Header`]: RTP headers (RFC 3550 section 5.1) with one-byte extensions (RFC 8285 section 4.2).
//! - [`rtcp`]: sender reports and goodbyes written; reports, NACK, PLI, FIR, REMB and transport-wide feedback read (RFC 3550
//!   section 6, RFC 4585, RFC 5104).
//! - [`srtp`]: RTP and RTCP sealed, RTCP opened, with AES-GCM (RFC 7714) or AES-CM and HMAC-SHA1 (RFC 3711); keys from DTLS
//!   (RFC 5764) or from a signalling channel (RFC 4568).
//! - [`packetise`]: a frame cut into payloads, once for all who are sent it.
//! - [`prefetch()`]: a hint to the processor, for those who send to many.
//!
//! Deliberately absent: SRTP (not SRTCP) is never opened, and RTP headers are never read, as nobody who uses this receives
//! media.

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod header;
pub mod packetise;
mod prefetch;
pub mod rtcp;
pub mod srtp;

pub use header::{ExtensionId, ExtensionWriter, Header};
pub use prefetch::prefetch;
