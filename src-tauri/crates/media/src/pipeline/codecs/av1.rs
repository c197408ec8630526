//! AV1 as its thread drives it: the top layer of what a screen shows, and nothing of anything else.

use super::{Codec, Orders, layered::Layered};
use crate::{
    TopLayer,
    encode::{Av1, EncodeError},
    frame::{Content, Picture},
};
use std::time::Instant;
use stream::VideoFrame;

const THREAD: &str = "media-av1";

/// Its encoder, while there is something for it.
#[derive(Default)]
pub(super) struct Av1Codec {
    layers: Layered<Av1>,
}

impl Codec for Av1Codec {
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
        // Who is sent this is sent the codec of everything again, which there is too much to do for already.
        let is_for_it = picture.content == Content::Screen && orders.top() == TopLayer::Whole;
        if !is_for_it || !Av1::is_there() {
            self.layers.reset();
            return Ok(());
        }
        self.layers.encode(picture, captured, top, orders, hand_on)
    }

    fn reset(&mut self) {
        self.layers.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{VideoConfig, pipeline::codecs::least};
    use std::time::Duration;
    use stream::{Rid, VideoCodec};

    #[test]
    fn a_screen_has_it_from_a_keyframe_on_and_a_camera_or_a_busy_machine_has_none() {
        if !Av1::is_there() {
            return eprintln!("skipped: there is no libaom on this machine");
        }
        let video = VideoConfig::new(640, 360, 30, 800).expect("it can be");
        let (orders, mut codec) = (Orders::new(video, least), Av1Codec::default());
        orders.set_layers(VideoCodec::Av1, &[Rid::F]);
        let (start, mut number) = (Instant::now(), 0);
        let mut encode = |orders: &Orders, content| {
            number += 1;
            let captured = start + Duration::from_secs(1) * number / 30;
            let (picture, mut made) = (Picture { content, ..Picture::black(640, 360, captured) }, Vec::new());
            let mut hand_on = |frame: VideoFrame| made.push((frame.codec, frame.rid, frame.keyframe));
            codec.encode(&picture, captured, true, orders, &mut hand_on).expect("it encodes");
            made
        };
        let frame = |keyframe| [(VideoCodec::Av1, Rid::F, keyframe)];
        assert_eq!(encode(&orders, Content::Camera), []);
        assert_eq!(encode(&orders, Content::Screen), frame(true));
        assert_eq!(encode(&orders, Content::Screen), frame(false));
        assert_eq!(encode(&orders, Content::Camera), []);
        assert_eq!(encode(&orders, Content::Screen), frame(true), "it begins anew");
        orders.set_top(TopLayer::HalfRate);
        assert_eq!(encode(&orders, Content::Screen), []);
    }
}
