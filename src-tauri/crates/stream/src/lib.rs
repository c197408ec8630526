//! The encoded stream: what an encoder makes and what everybody who takes it is given.
//!
//! `media` makes these frames, the studio hands each to every output of the stream by reference, and `forward`, a recording or
//! a relay reads it. The bytes of a frame are shared ([`bytes::Bytes`]), so that a taker which keeps a frame copies none of
//! them. This crate has no thread and no I/O, and it reads the machine's clocks in one function only: [`Clock::start`].

pub mod annex_b;
mod clock;
mod codec;
mod frame;

pub use clock::Clock;
pub use codec::{
    CODECS, CodecSpec, Descriptor, Fit, Fmtp, H264Level, LAYERS, PacketDescriptor, PayloadDescriptor, PictureIds,
    Profile, TemporalSync, layer_index,
};
pub use frame::{AudioFrame, Frame, VideoFrame, Way};
pub use protocol::{Rid, VideoCodec};
