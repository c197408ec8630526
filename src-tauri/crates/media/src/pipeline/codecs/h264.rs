//! H.264 as its thread drives it: one encoder for all layers, made anew when the size or the profile changes.

use super::{Codec, Orders, suited};
use crate::{
    TopLayer, VideoConfig,
    encode::{EncodeError, Keyframes, Simulcast},
    frame::Picture,
};
use std::time::Instant;
use stream::{Rid, VideoCodec, VideoFrame};

const THREAD: &str = "media-h264";

/// All layers, always.
#[derive(Default)]
pub(super) struct H264Codec {
    running: Option<(Simulcast, Keyframes, [u32; 3])>,
}

impl Codec for H264Codec {
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
        let config = suited(orders.video(), picture);
        // A bitrate changes while an encoder runs, but the level of its stream does not.
        let kind = |of: &VideoConfig| (of.width, of.height, of.fps, Rid::ALL.map(|rid| of.h264_level(rid)));
        let profile = orders.profile(VideoCodec::H264);
        let fits = |made: &Simulcast| kind(made.config()) == kind(&config) && made.profile() == profile;
        if self.running.as_ref().is_some_and(|(encoder, ..)| !fits(encoder)) {
            self.running = None;
        }
        let (encoder, keyframes, rates) = match &mut self.running {
            Some(running) => running,
            none => none.insert((
                Simulcast::new(&config, profile, orders.thinned())?,
                Keyframes::new(),
                Rid::ALL.map(|rid| config.layer_kbps(rid)),
            )),
        };
        for rid in Rid::ALL {
            let kbps = orders.kbps(rid);
            if std::mem::replace(&mut rates[rid.index()], kbps) != kbps {
                encoder.set_bitrate(rid, kbps)?;
            }
        }
        encoder.set_thinned(orders.thinned());
        encoder.set_top(orders.halves_top(), orders.top() == TopLayer::Smaller);
        orders.take_keyframes(VideoCodec::H264).into_iter().for_each(|rid| keyframes.request(rid));
        let due = keyframes.take(captured);
        let hand_on = &mut |made: VideoFrame| {
            if made.keyframe && !due[made.rid.index()] {
                keyframes.came(made.rid, captured);
            }
            hand_on(made);
        };
        if top || due[Rid::F.index()] {
            encoder.encode(picture, captured, due, hand_on)
        } else {
            encoder.encode_lower(picture, captured, due, hand_on)
        }
    }

    fn reset(&mut self) {
        self.running = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::codecs::least;
    use std::time::Duration;

    #[test]
    fn without_its_top_layer_a_picture_has_the_others_and_a_keyframe_of_it_comes_all_the_same() {
        let video = VideoConfig::new(640, 360, 30, 800).expect("it can be");
        let (orders, mut codec) = (Orders::new(video, least), H264Codec::default());
        let (start, mut number) = (Instant::now(), 0);
        let mut encode = |top| {
            number += 1;
            let captured = start + Duration::from_secs(1) * number / 30;
            let (picture, mut made) = (Picture::black(640, 360, captured), Vec::new());
            codec.encode(&picture, captured, top, &orders, &mut |frame| made.push(frame)).expect("it encodes");
            made
        };
        let layers = |made: &[VideoFrame]| made.iter().map(|frame| frame.rid).collect::<Vec<_>>();
        let (all, lower) = ([Rid::F, Rid::H, Rid::Q], [Rid::H, Rid::Q]);
        assert_eq!(layers(&encode(false)), all, "it begins with a keyframe of each");
        assert_eq!(layers(&encode(false)), lower);
        assert_eq!(layers(&encode(true)), all);
        orders.request_keyframe(VideoCodec::H264, Rid::F);
        let asked = encode(false);
        assert_eq!(layers(&asked), all);
        assert!(asked[0].keyframe, "as somebody needs one");
        let size = |made: &VideoFrame| (made.width, made.height, made.keyframe);
        orders.set_top(TopLayer::Smaller);
        assert_eq!(size(&encode(true)[0]), (480, 270, true), "at once");
        orders.set_top(TopLayer::Whole);
        let whole = (0..90).map(|_| encode(true)).find(|made| made[0].width == 640).expect("a regular keyframe comes");
        assert_eq!(size(&whole[0]), (640, 360, true));
    }
}
