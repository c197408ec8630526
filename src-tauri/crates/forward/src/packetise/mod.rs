//! From a frame to RTP payloads, once for all viewers.

use crate::clock::Clock;
use crate::frame::{AudioFrame, VideoFrame};
use bytes::Bytes;
use protocol::{Rid, VideoCodec};
use std::{sync::Arc, time::Instant};

/// One picture of one layer, cut into RTP payloads.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) codec: VideoCodec,
    pub(crate) rid: Rid,
    /// Temporal layer, 0 the base.
    pub(crate) temporal: u8,
    pub(crate) keyframe: bool,
    /// It refers to nothing above the base layer since the last base picture: a viewer may step up to its layer here.
    pub(crate) step_up: bool,
    pub(crate) captured: Instant,
    /// 90 kHz, the same for the same instant in every layer.
    pub(crate) rtp_timestamp: u32,
    /// Counts the pictures of this layer, without gaps.
    pub(crate) number: u64,
    /// Pixels.
    pub(crate) height: u16,
    /// RTP payloads; VP8's without the payload descriptor, which is each viewer's own.
    pub(crate) packets: Vec<Bytes>,
    /// Of all payloads.
    pub(crate) bytes: usize,
}

/// One Opus packet.
#[derive(Debug)]
pub(crate) struct Sound {
    pub(crate) captured: Instant,
    /// 48 kHz.
    pub(crate) rtp_timestamp: u32,
    /// Samples at 48 kHz.
    pub(crate) samples: u32,
    pub(crate) payload: Bytes,
}

/// The one writer of pictures and sounds.
pub(crate) struct Packetiser {
    clock: Clock,
}

impl Packetiser {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock }
    }

    pub(crate) fn video(&mut self, _frame: VideoFrame) -> Arc<Picture> {
        todo!()
    }

    pub(crate) fn sound(&mut self, _frame: AudioFrame) -> Arc<Sound> {
        todo!()
    }
}
