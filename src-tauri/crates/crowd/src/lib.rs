//! A crowd of real WebRTC viewers from one process, for tests and `./dev bench`.
//!
//! A *whole* viewer is str0m's: its own UDP socket, ICE, DTLS, SRTP, receiver reports, NACK with RTX and transport-wide
//! feedback. A *light* one says the same to the server and leaves out what the server does not see (`light`), so
//! that a thousand fit beside the server. Neither shares code with the server that is measured. Nothing is decoded: what
//! a viewer got is told from the RTP packets ([`Reception`]).
//!
//! And somebody who means harm ([`attacker`]), whom the stories set beside such viewers.

mod address;
pub mod attacker;
mod codec;
mod crowd;
mod janus;
mod light;
mod loss;
mod peer;
mod percentile;
mod plan;
mod progress;
mod reception;
mod sequence;
mod signal;
mod summary;
mod trace;
mod viewer;
mod visit;
mod whep;

pub use codec::Codec;
pub use crowd::{Crowd, Options, Report, ViewerReport, run, run_until};
pub use light::Discard;
pub use percentile::percentile;
pub use reception::{Packet, Reception, Totals};
pub use trace::{Batch, Trace, Traced};
pub use visit::{Leave, Recorded, Visitor};
