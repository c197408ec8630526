//! A codec on demand as its thread drives it: an encoder for each layer that is wanted.

use super::{Orders, suited};
use crate::{
    encode::{EncodeError, Keyframes},
    frame::Picture,
    yuv,
};
use std::time::Instant;
use stream::{Rid, VideoCodec, VideoFrame};

/// An encoder of one layer.
pub(super) trait LayerEncoder: Sized + Send + 'static {
    /// What it makes.
    const CODEC: VideoCodec;

    /// Its first picture is a keyframe. Width and height are the layer's.
    fn new(rid: Rid, size: (u16, u16), fps: u32, kbps: u32) -> Result<Self, EncodeError>;

    /// Width and height.
    fn size(&self) -> (u16, u16);

    /// Frames a second that it was made for.
    fn fps(&self) -> u32;

    /// Changes the bitrate from the next picture on.
    fn set_bitrate(&mut self, kbps: u32) -> Result<(), EncodeError>;

    /// Encodes a picture of its size.
    fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframe: bool,
    ) -> Result<Option<VideoFrame>, EncodeError>;
}

/// Each layer that somebody watches by an encoder of its own.
pub(super) struct Layered<E> {
    layers: Vec<Layer<E>>,
    keyframes: Option<Keyframes>,
    half: Option<Picture>,
}

struct Layer<E> {
    rid: Rid,
    encoder: E,
    kbps: u32,
    /// Its first picture is still to come, and is a keyframe.
    first: bool,
}

impl<E> Default for Layered<E> {
    fn default() -> Self {
        Self { layers: Vec::new(), keyframes: None, half: None }
    }
}

impl<E: LayerEncoder> Layered<E> {
    /// Encodes a picture; each layer is handed on as soon as it is there.
    pub(super) fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        orders: &Orders,
        hand_on: &mut dyn FnMut(VideoFrame),
    ) -> Result<(), EncodeError> {
        let config = suited(orders.video(), picture);
        let wanted = orders.layers(E::CODEC);
        self.layers.retain(|layer| {
            wanted.contains(&layer.rid)
                && layer.encoder.size() == config.layer_size(layer.rid)
                && layer.encoder.fps() == config.fps
        });
        let keyframes = self.keyframes.get_or_insert_with(Keyframes::new);
        orders.take_keyframes(E::CODEC).into_iter().for_each(|rid| keyframes.request(rid));
        let due = keyframes.take(captured);
        for rid in wanted {
            let kbps = orders.kbps(rid);
            let layer = match self.layers.iter_mut().position(|layer| layer.rid == rid) {
                Some(at) => &mut self.layers[at],
                None => {
                    let encoder = E::new(rid, config.layer_size(rid), config.fps, kbps)?;
                    self.layers.push(Layer { rid, encoder, kbps, first: true });
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

    /// All its encoders.
    pub(super) fn encoders(&mut self) -> impl Iterator<Item = &mut E> {
        self.layers.iter_mut().map(|layer| &mut layer.encoder)
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
