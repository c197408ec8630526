//! RTP for whoever sends media: RTCP, SRTP.

mod prefetch;
pub mod rtcp;
pub mod srtp;

pub use prefetch::prefetch;
