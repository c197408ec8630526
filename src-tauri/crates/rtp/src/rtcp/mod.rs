//! RTCP (RFC 3550 section 6), as somebody who sends media needs it: reports of those who receive are read without copying,
//! sender reports are written.
//!
//! A compound is read in two steps that need not be on one thread: [`packets`] finds its packets in one pass, and
//! [`Packet::message`] reads one of them. [`messages()`] does both. What that costs is known before: [`work()`].

mod feedback;
mod messages;
mod packet;
mod report;
mod work;
mod write;

pub use feedback::{Arrivals, Nacks, WideFeedback};
pub use messages::{FirSources, Message, messages};
pub use packet::{Packet, Packets, packets};
pub use report::{ReportBlock, ReportBlocks};
pub use work::{MOST_NUMBERS, work};
pub use write::{SenderReport, goodbye, sender_reports};

/// The 32 bits at `at`.
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}
