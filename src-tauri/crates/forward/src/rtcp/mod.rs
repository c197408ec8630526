//! RTCP (RFC 3550 section 6): what viewers report, read without copying, and what we report, written.

mod feedback;
mod messages;
mod report;
mod write;

pub(crate) use feedback::{Nacks, WideFeedback};
pub(crate) use messages::{Message, messages};
pub(crate) use report::ReportBlock;
pub(crate) use write::{SenderReport, goodbye, sender_reports};
