//! VP9 as its thread drives it: with the effort that the machine has the time for.

use super::{
    Codec, Orders,
    effort::Choice,
    layered::{LayerEncoder, Layered},
};
use crate::{
    encode::{EncodeError, Vp9},
    frame::Picture,
};
use std::time::{Duration, Instant};
use stream::{Rid, VideoCodec, VideoFrame};

const THREAD: &str = "media-vp9";

/// Each layer that somebody watches by an encoder of its own.
#[derive(Default)]
pub(super) struct Vp9Codec {
    layers: Layered<Vp9>,
    effort: Choice,
}

impl Codec for Vp9Codec {
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
        let began = Instant::now();
        self.layers.encode(picture, captured, orders, hand_on)?;
        let effort = self.effort.took(began, began.elapsed(), Duration::from_secs(1) / orders.video().fps);
        self.layers.encoders().try_for_each(|encoder| encoder.set_effort(effort))
    }

    fn reset(&mut self) {
        self.layers.reset();
    }
}

impl LayerEncoder for Vp9 {
    const CODEC: VideoCodec = VideoCodec::Vp9;

    fn new(rid: Rid, size: (u16, u16), fps: u32, kbps: u32) -> Result<Self, EncodeError> {
        Vp9::new(rid, size, fps, kbps)
    }

    fn size(&self) -> (u16, u16) {
        Vp9::size(self)
    }

    fn fps(&self) -> u32 {
        Vp9::fps(self)
    }

    fn set_bitrate(&mut self, kbps: u32) -> Result<(), EncodeError> {
        Vp9::set_bitrate(self, kbps)
    }

    fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframe: bool,
    ) -> Result<Option<VideoFrame>, EncodeError> {
        Vp9::encode(self, picture, captured, keyframe)
    }
}
