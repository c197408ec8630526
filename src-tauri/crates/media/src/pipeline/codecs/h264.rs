//! H.264 as its thread drives it: one encoder for all layers, made anew when the size or the profile changes.

use super::{Codec, Orders, suited};
use crate::{
    VideoConfig,
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
        orders.take_keyframes(VideoCodec::H264).into_iter().for_each(|rid| keyframes.request(rid));
        encoder.encode(picture, captured, keyframes.take(captured), hand_on)
    }

    fn reset(&mut self) {
        self.running = None;
    }
}
