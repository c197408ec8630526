use bytes::Bytes;
use protocol::{Rid, VideoCodec};
use std::time::Instant;

/// One picture of one spatial layer, as the encoder made it.
#[derive(Clone, Debug)]
pub struct VideoFrame {
    /// How it is encoded.
    pub codec: VideoCodec,
    /// Which spatial layer.
    pub rid: Rid,
    /// Which temporal layer, 0 the base.
    pub temporal: u8,
    /// It refers to no other picture.
    pub keyframe: bool,
    /// When the camera saw it.
    pub captured: Instant,
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
    /// H.264: an Annex B access unit, parameter sets before an IDR. VP8: one frame.
    pub data: Bytes,
    /// VP8's Y bit: it refers only to the base layer, so that one may step up here.
    pub layer_sync: bool,
}

/// One Opus packet.
#[derive(Clone, Debug)]
pub struct AudioFrame {
    /// When its first sample was heard.
    pub captured: Instant,
    /// Samples at 48 kHz from the stream's start to its first one.
    pub position: u64,
    /// Samples at 48 kHz in it.
    pub samples: u32,
    /// The packet.
    pub data: Bytes,
}
