use bytes::Bytes;
use protocol::{Rid, VideoCodec};
use std::time::Instant;

/// What the encoders hand on.
#[derive(Clone, Debug)]
pub enum Encoded {
    /// One picture of one spatial layer.
    Video(EncodedVideo),
    /// One packet of sound.
    Audio(EncodedAudio),
}

/// One picture of one spatial layer.
#[derive(Clone, Debug)]
pub struct EncodedVideo {
    /// How it is encoded.
    pub codec: VideoCodec,
    /// The spatial layer.
    pub rid: Rid,
    /// The temporal layer: 0 base, 2 droppable by everybody.
    pub temporal: u8,
    /// Decodable without any picture before it, and the start of a new chain.
    pub keyframe: bool,
    /// When the camera took it.
    pub captured: Instant,
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
    /// Refers to pictures of the base temporal layer only (the Y bit of RFC 7741): a receiver of lower temporal layers may
    /// go up from here.
    pub layer_sync: bool,
    /// What came between capture and encoder.
    pub way: Way,
    /// H.264: an Annex B access unit, with SPS and PPS before an IDR. VP8: one frame.
    pub data: Bytes,
}

/// When a picture got where, after its capture: for those who ask where the milliseconds go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The device (or the pattern) handed it over.
    pub delivered: Instant,
    /// It had the size and the format that encoders take.
    pub converted: Instant,
    /// An encoder began with it.
    pub taken: Instant,
}

impl Way {
    /// All at one moment.
    pub(crate) fn at(moment: Instant) -> Self {
        Self { delivered: moment, converted: moment, taken: moment }
    }
}

/// One Opus packet, 48 kHz stereo.
#[derive(Clone, Debug)]
pub struct EncodedAudio {
    /// When its first sample was taken.
    pub captured: Instant,
    /// Samples (of each channel) since the broadcast's start; without gaps.
    pub position: u64,
    /// Samples (of each channel) in it.
    pub samples: u32,
    /// The packet.
    pub data: Bytes,
}
