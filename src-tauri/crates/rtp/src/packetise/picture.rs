//! A picture as packets, and where among the pictures of its layer it stands.

use bytes::Bytes;
use std::time::Instant;
use stream::{CodecSpec, Profile, Rid, TemporalSync, VideoCodec, VideoFrame};

/// One picture of one layer, cut into RTP payloads.
#[derive(Debug)]
pub struct Picture {
    /// How it is encoded.
    pub codec: VideoCodec,
    /// Which spatial layer.
    pub rid: Rid,
    /// Temporal layer, 0 the base.
    pub temporal: u8,
    /// How much of its codec it uses.
    pub profile: Profile,
    /// It is mostly of a screen.
    pub screen: bool,
    /// It refers to no other picture.
    pub keyframe: bool,
    /// It needs nothing but the last base picture: a viewer may step up to its temporal layer here.
    pub step_up: bool,
    /// When the camera saw it.
    pub captured: Instant,
    /// 90 kHz, the same for the same instant in every layer.
    pub rtp_timestamp: u32,
    /// Counts the pictures of this layer, without gaps.
    pub number: u64,
    /// Pixels, from top to bottom.
    pub height: u16,
    /// RTP payloads; without the payload descriptor that some codecs have, which is each viewer's own.
    pub packets: Vec<Bytes>,
    /// Of all payloads together.
    pub bytes: usize,
}

/// Counts one layer's pictures and knows where one may step up.
#[derive(Default)]
pub(super) struct LayerCount {
    next: u64,
    /// The lowest temporal layer above the base since the last base picture.
    above_base: u8,
}

impl LayerCount {
    /// The picture's number, and whether it needs nothing but the last base picture.
    pub(super) fn count(&mut self, frame: &VideoFrame) -> (u64, bool) {
        let number = self.next;
        self.next += 1;
        if frame.keyframe || frame.temporal == 0 {
            self.above_base = u8::MAX;
            return (number, false);
        }
        let alone = self.above_base >= frame.temporal;
        self.above_base = self.above_base.min(frame.temporal);
        let step_up = match CodecSpec::of(frame.codec).temporal_sync {
            TemporalSync::ByOrder => alone,
            TemporalSync::ByEncoder => frame.layer_sync,
        };
        (number, step_up)
    }
}
