//! VP8 as its thread drives it: an encoder for each layer that is wanted.

use super::{Codec, Orders, suited};
use crate::{
    encode::{EncodeError, Keyframes, Vp8},
    frame::Picture,
    yuv,
};
use std::time::Instant;
use stream::{Rid, VideoCodec, VideoFrame};

const THREAD: &str = "media-vp8";

/// Each layer that somebody watches by an encoder of its own.
#[derive(Default)]
pub(super) struct Vp8Codec {
    layers: Vec<Vp8Layer>,
    keyframes: Option<Keyframes>,
    half: Option<Picture>,
}

struct Vp8Layer {
    rid: Rid,
    encoder: Vp8,
    kbps: u32,
    /// Its first picture is still to come, and is a keyframe.
    first: bool,
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
        let config = suited(orders.video(), picture);
        let wanted = orders.layers(VideoCodec::Vp8);
        self.layers.retain(|layer| {
            wanted.contains(&layer.rid)
                && layer.encoder.size() == config.layer_size(layer.rid)
                && layer.encoder.fps() == config.fps
        });
        let keyframes = self.keyframes.get_or_insert_with(Keyframes::new);
        orders.take_keyframes(VideoCodec::Vp8).into_iter().for_each(|rid| keyframes.request(rid));
        let due = keyframes.take(captured);
        for rid in wanted {
            let kbps = orders.kbps(rid);
            let layer = match self.layers.iter_mut().position(|layer| layer.rid == rid) {
                Some(at) => &mut self.layers[at],
                None => {
                    let encoder = Vp8::new(rid, config.layer_size(rid), config.fps, kbps)?;
                    self.layers.push(Vp8Layer { rid, encoder, kbps, first: true });
                    self.layers.last_mut().expect("it was just added")
                }
            };
            if std::mem::replace(&mut layer.kbps, kbps) != kbps {
                layer.encoder.set_bitrate(kbps)?;
            }
            let scaled = match rid {
                Rid::F => picture,
                _ => halve(&mut self.half, picture, layer.encoder.size()),
            };
            let keyframe = std::mem::take(&mut layer.first) || due[rid.index()];
            layer.encoder.encode(scaled, captured, keyframe)?.into_iter().for_each(&mut *hand_on);
        }
        Ok(())
    }

    fn reset(&mut self) {
        self.layers.clear();
    }
}

fn halve<'a>(half: &'a mut Option<Picture>, picture: &Picture, (width, height): (u16, u16)) -> &'a Picture {
    let half = half.get_or_insert_with(|| Picture::black(width, height, picture.captured));
    half.reshape(width, height);
    yuv::scale(picture, half, [0, 0, width.into(), height.into()]);
    half
}
