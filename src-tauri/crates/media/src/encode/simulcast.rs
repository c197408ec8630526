//! All H.264 layers of a picture, the top one first.

use super::{EncodeError, H264, Layer, LayerConfig, TEMPORAL_LAYERS};
use crate::{
    VideoConfig,
    frame::{Content, Picture},
    yuv,
};
use std::time::Instant;
use stream::{Profile, Rid, VideoFrame};

/// All layers of a picture, each by an encoder of its own, the top one first.
///
/// OpenH264 would make them in one call, and give all back at its end. Called apart, the top layer is there about a millisecond
/// sooner (of six), each has a rate and a size of its own, and they cost no more. docs/performance.md has the figures.
pub(crate) struct Simulcast {
    config: VideoConfig,
    profile: Profile,
    top: Layer<H264>,
    lower: [(Layer<H264>, Picture); 2],
}

impl Simulcast {
    /// Its first picture is a keyframe in every layer. The smallest layer has temporal layers, of which the thinnest lines are sent a part;
    /// the others have them only where they are to be thinned out.
    pub(crate) fn new(config: &VideoConfig, profile: Profile, thinned: bool) -> Result<Self, EncodeError> {
        let layer = |rid| {
            let of = LayerConfig::of(config, rid, profile);
            Layer::new(&LayerConfig { temporal_layers: temporal_layers(rid, thinned), ..of }, config.layer_kbps(rid))
        };
        let black = |rid| {
            let (width, height) = config.layer_size(rid);
            Picture::black(width, height, Instant::now())
        };
        Ok(Self {
            config: *config,
            profile,
            top: layer(Rid::F)?,
            lower: [(layer(Rid::H)?, black(Rid::H)), (layer(Rid::Q)?, black(Rid::Q))],
        })
    }

    /// What it was made for; bitrates may have changed since.
    pub(crate) fn config(&self) -> &VideoConfig {
        &self.config
    }

    /// The most that its streams use.
    pub(crate) fn profile(&self) -> Profile {
        self.profile
    }

    /// Changes a layer's bitrate from the next picture on.
    pub(crate) fn set_bitrate(&mut self, rid: Rid, kbps: u32) -> Result<(), EncodeError> {
        match rid {
            Rid::F => self.top.set_bitrate(kbps),
            Rid::H => self.lower[0].0.set_bitrate(kbps),
            Rid::Q => self.lower[1].0.set_bitrate(kbps),
        }
    }

    /// Whether pictures of each layer can be left out, from its next keyframe on.
    pub(crate) fn set_thinned(&mut self, thinned: bool) {
        for layer in std::iter::once(&mut self.top).chain(self.lower.iter_mut().map(|(layer, _)| layer)) {
            layer.set_temporal_layers(temporal_layers(layer.config().rid, thinned));
        }
    }

    /// Whether the top layer is given every second picture, from its next keyframe on, and whether it is smaller.
    pub(crate) fn set_top(&mut self, halved: bool, smaller: bool) {
        self.top.set_fps(if halved { self.config.fps.div_ceil(2) } else { self.config.fps });
        self.top.set_smaller(smaller);
    }

    /// Encodes a picture of the configured size, as a keyframe in those layers (by [`Rid::index`]). Each layer is handed on
    /// as soon as it is there, the top layer first.
    pub(crate) fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframes: [bool; 3],
        hand_on: &mut dyn FnMut(VideoFrame),
    ) -> Result<(), EncodeError> {
        // What pictures can be left out of is not set up for a screen: there OpenH264 fails.
        let thinned = self.top.config().temporal_layers > 1;
        self.top.set_content(if thinned { Content::Camera } else { picture.content });
        self.top.encode(picture, captured, keyframes[Rid::F.index()])?.into_iter().for_each(&mut *hand_on);
        self.encode_lower(picture, captured, keyframes, hand_on)
    }

    /// The same without the top layer.
    pub(crate) fn encode_lower(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframes: [bool; 3],
        hand_on: &mut dyn FnMut(VideoFrame),
    ) -> Result<(), EncodeError> {
        let mut larger = picture;
        for (layer, scaled) in &mut self.lower {
            let window = [0, 0, scaled.width.into(), scaled.height.into()];
            yuv::scale(larger, scaled, window);
            let keyframe = keyframes[layer.config().rid.index()];
            layer.encode(scaled, captured, keyframe)?.into_iter().for_each(&mut *hand_on);
            larger = scaled;
        }
        Ok(())
    }
}

/// A line that carries half of a layer is served by the next smaller one, but of the smallest there is none.
pub(crate) fn temporal_layers(rid: Rid, thinned: bool) -> u8 {
    if thinned || rid == Rid::Q { TEMPORAL_LAYERS } else { 1 }
}
