//! A codec on demand as its thread drives it: an encoder for each layer that is wanted.

use super::{Orders, suited};
use crate::{
    TopLayer,
    encode::{EncodeError, Keyframes, Layer, LayerConfig, LayerEncoder},
    frame::Picture,
    yuv,
};
use std::time::Instant;
use stream::{Profile, VideoFrame};

/// Each layer that somebody watches by an encoder of its own.
pub(super) struct Layered<E> {
    layers: Vec<Running<E>>,
    keyframes: Option<Keyframes>,
    half: Option<Picture>,
}

struct Running<E> {
    layer: Layer<E>,
    /// Its first picture is still to come, and is a keyframe.
    first: bool,
}

impl<E> Default for Layered<E> {
    fn default() -> Self {
        Self { layers: Vec::new(), keyframes: None, half: None }
    }
}

impl<E: LayerEncoder> Layered<E> {
    /// Encodes a picture; each layer is handed on as soon as it is there. Without `top` the top layer has none, unless it is a keyframe.
    pub(super) fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        top: bool,
        orders: &Orders,
        hand_on: &mut dyn FnMut(VideoFrame),
    ) -> Result<(), EncodeError> {
        let config = suited(orders.video(), picture);
        let wanted = orders.layers(E::CODEC);
        let made_for = |rid| LayerConfig::of(&config, rid, Profile::Main);
        let alike = |a: &LayerConfig, b: LayerConfig| (a.size, a.fps) == (b.size, b.fps);
        self.layers.retain(|running| {
            let made = running.layer.config();
            wanted.contains(&made.rid) && alike(made, made_for(made.rid))
        });
        let keyframes = self.keyframes.get_or_insert_with(|| Keyframes::every(E::KEYFRAMES));
        orders.take_keyframes(E::CODEC).into_iter().for_each(|rid| keyframes.request(rid));
        let due = keyframes.take(captured);
        for rid in wanted {
            let kbps = orders.kbps(rid);
            let running = match self.layers.iter_mut().position(|running| running.layer.config().rid == rid) {
                Some(at) => &mut self.layers[at],
                None => {
                    self.layers.push(Running { layer: Layer::new(&made_for(rid), kbps)?, first: true });
                    self.layers.last_mut().expect("it was just added")
                }
            };
            running.layer.set_bitrate(kbps)?;
            let keyframe = std::mem::take(&mut running.first) || due[rid.index()];
            if keyframe && !due[rid.index()] {
                keyframes.came(rid, captured);
            }
            if rid == stream::Rid::F {
                running.layer.set_smaller(orders.top() == TopLayer::Smaller);
                if !top && !keyframe {
                    continue;
                }
            }
            let scaled = match rid {
                stream::Rid::F => picture,
                _ => halve(&mut self.half, picture, running.layer.config().size),
            };
            running.layer.encode(scaled, captured, keyframe)?.into_iter().for_each(&mut *hand_on);
        }
        Ok(())
    }

    /// All its encoders.
    pub(super) fn encoders(&mut self) -> impl Iterator<Item = &mut E> {
        self.layers.iter_mut().map(|running| running.layer.encoder())
    }

    /// Forgets encoders that failed.
    pub(super) fn reset(&mut self) {
        self.layers.clear();
    }
}

fn halve<'a>(half: &'a mut Option<Picture>, picture: &Picture, (width, height): (u16, u16)) -> &'a Picture {
    let half = half.get_or_insert_with(|| Picture::black(width, height, picture.captured));
    half.reshape(width, height);
    yuv::scale(picture, half, [0, 0, width.into(), height.into()]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{VideoConfig, encode::Vp8, pipeline::codecs::least};
    use std::time::Duration;
    use stream::{Rid, VideoCodec};

    #[test]
    fn without_its_top_layer_a_picture_has_the_lower_one_unless_the_top_one_begins() {
        let video = VideoConfig::new(640, 360, 30, 800).expect("it can be");
        let (orders, mut layers) = (Orders::new(video, least), Layered::<Vp8>::default());
        orders.set_layers(VideoCodec::Vp8, &[Rid::H]);
        let (start, mut number) = (Instant::now(), 0);
        let mut encode = |top| {
            number += 1;
            let captured = start + Duration::from_secs(1) * number / 30;
            let (picture, mut made) = (Picture::black(640, 360, captured), Vec::new());
            let mut hand_on = |frame: VideoFrame| made.push((frame.rid, frame.width));
            layers.encode(&picture, captured, top, &orders, &mut hand_on).expect("it encodes");
            made
        };
        assert_eq!(encode(false), [(Rid::H, 320)]);
        orders.set_layers(VideoCodec::Vp8, &[Rid::F, Rid::H]);
        assert_eq!(encode(false), [(Rid::F, 640), (Rid::H, 320)], "its first picture");
        assert_eq!(encode(false), [(Rid::H, 320)]);
        orders.set_top(TopLayer::Smaller);
        assert_eq!(encode(true), [(Rid::F, 480), (Rid::H, 320)]);
    }
}
