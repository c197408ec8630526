//! One spatial layer: its encoder, made anew where its picture has to be smaller or may be larger again.

use super::{EncodeError, fit::Fit};
use crate::{
    VideoConfig,
    frame::{Content, Picture},
    yuv,
};
use std::time::{Duration, Instant};
use stream::{H264Level, Profile, Rid, VideoCodec, VideoFrame};

/// What a layer is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LayerConfig {
    pub(crate) rid: Rid,
    /// Width and height.
    pub(crate) size: (u16, u16),
    pub(crate) fps: u32,
    /// The most that may be used of the codec, where that has profiles.
    pub(crate) profile: Profile,
    /// Of H.264.
    pub(crate) level: H264Level,
    /// 1, or 3 where a sender is to be able to leave pictures out. Of H.264.
    pub(crate) temporal_layers: u8,
    /// What it is set up for. Of H.264.
    pub(crate) content: Content,
}

/// How many temporal layers there are where there are some.
pub(crate) const TEMPORAL_LAYERS: u8 = 3;

impl LayerConfig {
    /// A layer of a picture.
    pub(crate) fn of(video: &VideoConfig, rid: Rid, profile: Profile) -> Self {
        let (size, level) = (video.layer_size(rid), video.h264_level(rid));
        let (temporal_layers, content) = (TEMPORAL_LAYERS, Content::Camera);
        Self { rid, size, fps: video.fps, profile, level, temporal_layers, content }
    }
}

/// An encoder of one layer.
pub(crate) trait LayerEncoder: Sized + Send + 'static {
    /// What it makes.
    const CODEC: VideoCodec;

    /// How often a layer starts anew, at least.
    const KEYFRAMES: Duration = super::keyframes::INTERVAL;

    /// Its first picture is a keyframe.
    fn new(config: &LayerConfig, kbps: u32) -> Result<Self, EncodeError>;

    /// Changes the bitrate from the next picture on.
    fn set_bitrate(&mut self, kbps: u32) -> Result<(), EncodeError>;

    /// Encodes a picture of its size; none if it left it out.
    fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframe: bool,
    ) -> Result<Option<VideoFrame>, EncodeError>;

    /// How coarse the last picture is: from 0 to 1, the coarsest that the codec has.
    fn coarseness(&mut self) -> f32;
}

/// A layer, encoded at its rate.
pub(crate) struct Layer<E> {
    config: LayerConfig,
    kbps: u32,
    encoder: E,
    /// What the encoder was made for.
    made: LayerConfig,
    fit: Fit,
    /// The picture in the encoder's size, where that is another.
    scaled: Option<Picture>,
}

impl<E: LayerEncoder> Layer<E> {
    /// Its first picture is a keyframe.
    pub(crate) fn new(config: &LayerConfig, kbps: u32) -> Result<Self, EncodeError> {
        let encoder = E::new(config, kbps)?;
        Ok(Self { config: *config, kbps, encoder, made: *config, fit: Fit::new(kbps), scaled: None })
    }

    /// What it was made for.
    pub(crate) fn config(&self) -> &LayerConfig {
        &self.config
    }

    /// Changes the bitrate from the next picture on.
    pub(crate) fn set_bitrate(&mut self, kbps: u32) -> Result<(), EncodeError> {
        if std::mem::replace(&mut self.kbps, kbps) == kbps {
            return Ok(());
        }
        self.fit.set(kbps);
        self.encoder.set_bitrate(kbps)
    }

    /// Changes the number of temporal layers from the next keyframe on, which does not come sooner for it.
    #[cfg(feature = "h264")]
    pub(crate) fn set_temporal_layers(&mut self, count: u8) {
        self.config.temporal_layers = count;
    }

    /// Changes the rate of pictures from the next keyframe on, which does not come sooner for it.
    #[cfg(feature = "h264")]
    pub(crate) fn set_fps(&mut self, fps: u32) {
        self.config.fps = fps;
    }

    /// What it is set up for from the next picture on, which is a keyframe if that is another than before.
    #[cfg(feature = "h264")]
    pub(crate) fn set_content(&mut self, content: Content) {
        self.config.content = content;
    }

    /// It is a step smaller than it would be, or not any more.
    pub(crate) fn set_smaller(&mut self, smaller: bool) {
        self.fit.set_smaller(smaller);
    }

    /// Encodes a picture of the layer's size; what comes out may be smaller.
    pub(crate) fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframe: bool,
    ) -> Result<Option<VideoFrame>, EncodeError> {
        let size = self.fit.size(captured, keyframe, self.config.size);
        let wanted = LayerConfig { size, ..self.config };
        let at_once = (size, wanted.content) != (self.made.size, self.made.content);
        let anew = wanted != self.made && (keyframe || at_once);
        if anew {
            self.encoder = E::new(&wanted, self.kbps)?;
            self.made = wanted;
            self.scaled = (size != self.config.size).then(|| Picture::black(size.0, size.1, captured));
        }
        let picture = match &mut self.scaled {
            Some(scaled) => {
                yuv::scale(picture, scaled, [0, 0, size.0.into(), size.1.into()]);
                scaled
            }
            None => picture,
        };
        let made = self.encoder.encode(picture, captured, keyframe || anew)?;
        self.fit.made(made.as_ref().map_or(0, |made| made.data.len()), self.encoder.coarseness());
        Ok(made)
    }

    /// What encodes it.
    pub(crate) fn encoder(&mut self) -> &mut E {
        &mut self.encoder
    }
}
