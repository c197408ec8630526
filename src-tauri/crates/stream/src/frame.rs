//! One frame of the stream: a picture of one spatial layer, or a packet of sound.

use crate::Profile;
use bytes::Bytes;
use protocol::{Rid, VideoCodec};
use std::time::Instant;

/// What the encoders hand on.
#[derive(Clone, Debug)]
pub enum Frame {
    /// One picture of one spatial layer.
    Video(VideoFrame),
    /// One packet of sound.
    Audio(AudioFrame),
}

/// One picture of one spatial layer. A clone shares the encoded bytes.
#[derive(Clone, Debug)]
pub struct VideoFrame {
    /// How it is encoded.
    pub codec: VideoCodec,
    /// The spatial layer.
    pub rid: Rid,
    /// The temporal layer: 0 is the base, 2 can be left out by everybody.
    pub temporal: u8,
    /// How much of the codec it uses. It changes at keyframes only.
    pub profile: Profile,
    /// Decodable without any picture before it, and the start of a new chain.
    pub keyframe: bool,
    /// When the camera took it.
    pub captured: Instant,
    /// It is mostly of a screen, a window or a still image, and what is made for those is made of it, too.
    pub screen: bool,
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
    /// Refers to pictures of the base temporal layer only (the Y bit of RFC 7741): a receiver of lower temporal layers may
    /// go up from here.
    pub layer_sync: bool,
    /// What came between capture and encoder.
    pub way: Way,
    /// H.264: an Annex B access unit, with SPS and PPS before an IDR. VP8, VP9: one frame. AV1: one temporal unit, with its sequence header before a keyframe.
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
    pub fn at(moment: Instant) -> Self {
        Self { delivered: moment, converted: moment, taken: moment }
    }
}

/// One Opus packet, 48 kHz stereo. A clone shares the encoded bytes.
#[derive(Clone, Debug)]
pub struct AudioFrame {
    /// When its first sample was taken.
    pub captured: Instant,
    /// Samples (of each channel) since the broadcast's start, without gaps.
    pub position: u64,
    /// Samples (of each channel) in it.
    pub samples: u32,
    /// The packet.
    pub data: Bytes,
}
