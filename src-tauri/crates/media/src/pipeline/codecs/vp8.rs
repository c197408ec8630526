//! VP8 as its thread drives it.

use super::{Codec, Orders, layered::Layered};
use crate::{
    encode::{EncodeError, Vp8},
    frame::Picture,
};
use std::time::Instant;
use stream::VideoFrame;

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
        top: bool,
        orders: &Orders,
        hand_on: &mut dyn FnMut(VideoFrame),
    ) -> Result<(), EncodeError> {
        self.layers.encode(picture, captured, top, orders, hand_on)
    }

    fn reset(&mut self) {
        self.layers.reset();
    }
}
