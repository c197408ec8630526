//! A crowd of real WebRTC viewers from one process, for tests and `./dev bench`.
//!
//! Every viewer is a whole one: its own UDP socket, ICE, DTLS, SRTP, receiver reports, NACK with RTX and transport-wide
//! feedback, all by str0m, so that it shares no code with the server it measures. Nothing is decoded: what a viewer
//! got is told from the RTP packets ([`Reception`]).

mod crowd;
mod reception;
mod summary;
mod viewer;
mod whep;

pub use crowd::{Options, Report, ViewerReport, run};
pub use reception::{Packet, Reception, Totals};
pub use summary::percentile;
