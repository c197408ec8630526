//! VP9 as its thread drives it: with the effort that the machine has the time for.

use super::{Codec, Orders, effort::Choice, layered::Layered};
use crate::{
    TopLayer,
    encode::{EncodeError, Vp9},
    frame::Picture,
};
use std::time::{Duration, Instant};
use stream::VideoFrame;

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
        top: bool,
        orders: &Orders,
        hand_on: &mut dyn FnMut(VideoFrame),
    ) -> Result<(), EncodeError> {
        let began = Instant::now();
        self.layers.encode(picture, captured, top, orders, hand_on)?;
        if orders.top() != TopLayer::Whole {
            // There is no time for any, and a picture without its top layer takes little of it.
            self.effort = Choice::default();
        }
        let effort = self.effort.took(began, began.elapsed(), Duration::from_secs(1) / orders.video().fps);
        self.layers.encoders().try_for_each(|encoder| encoder.set_effort(effort))
    }

    fn reset(&mut self) {
        self.layers.reset();
    }
}
