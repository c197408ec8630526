//! RTCP (RFC 3550 section 6): what viewers report, read without copying, and what we report, written.

mod feedback;
mod messages;
mod report;
mod write;

pub use feedback::{Nacks, WideFeedback};
pub use messages::{Message, messages};
pub use report::ReportBlock;
pub use write::{SenderReport, goodbye, sender_reports};
