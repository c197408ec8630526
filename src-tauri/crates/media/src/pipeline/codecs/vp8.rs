//! VP8 as its thread drives it.

use super::{
    Codec, Orders,
    layered::{LayerEncoder, Layered},
};
use crate::{
    encode::{EncodeError, Vp8},
    frame::Picture,
};
use std::time::Instant;
use stream::{Rid, VideoCodec, VideoFrame};

const THREAD: &str = "media-vp8";

/// Each layer that somebody watches by an encoder of its own.
#[derive(Default)]
pub(super) struct Vp8Codec {
    layers: Layered<Vp8>,
}

impl Codec for Vp8Codec {
    fn thread(&self) -> &'static str {
        THREAD
    }

    fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        orders: &Orders,
        hand_on: &mut dyn FnMut(VideoFrame),
    ) -> Result<(), EncodeError> {
        self.layers.encode(picture, captured, orders, hand_on)
    }

    fn reset(&mut self) {
        self.layers.reset();
    }
}

impl LayerEncoder for Vp8 {
    const CODEC: VideoCodec = VideoCodec::Vp8;

    fn new(rid: Rid, size: (u16, u16), fps: u32, kbps: u32) -> Result<Self, EncodeError> {
        Vp8::new(rid, size, fps, kbps)
    }

    fn size(&self) -> (u16, u16) {
        Vp8::size(self)
    }

    fn fps(&self) -> u32 {
        Vp8::fps(self)
    }

    fn set_bitrate(&mut self, kbps: u32) -> Result<(), EncodeError> {
        Vp8::set_bitrate(self, kbps)
    }

    fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframe: bool,
    ) -> Result<Option<VideoFrame>, EncodeError> {
        Vp8::encode(self, picture, captured, keyframe)
    }
}
