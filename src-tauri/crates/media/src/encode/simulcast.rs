//! All H.264 layers of a picture, the top one first.

use super::{EncodeError, H264};
use crate::{VideoConfig, frame::Picture, yuv};
use std::time::Instant;
use stream::{Profile, Rid, VideoFrame};

/// All layers of a picture: the top one by an encoder of its own that comes first, then the lower two in one call.
///
/// OpenH264 gives all layers of a call back at its end and begins with the smallest. Called apart, the top layer is there
/// about a millisecond sooner (of six), and the lower ones a little later; what it costs is one scaling to half the size and a
/// second encoder's overhead, half a millisecond or more of CPU a picture. On a thread of their own the lower layers gain
/// nothing where there are two cores. `examples/encode.rs` measures it, docs/performance.md has the figures.
pub(crate) struct Simulcast {
    top: H264,
    lower: H264,
    half: Picture,
    profile: Profile,
}

impl Simulcast {
    /// Its first picture is a keyframe in every layer.
    pub(crate) fn new(config: &VideoConfig, profile: Profile) -> Result<Self, EncodeError> {
        let (width, height) = config.layer_size(Rid::H);
        Ok(Self {
            top: H264::new(config, &[Rid::F], profile)?,
            lower: H264::new(config, &[Rid::Q, Rid::H], profile)?,
            half: Picture::black(width, height, Instant::now()),
            profile,
        })
    }

    /// What it was made for; bitrates may have changed since.
    pub(crate) fn config(&self) -> &VideoConfig {
        self.top.config()
    }

    /// The most that its streams use.
    pub(crate) fn profile(&self) -> Profile {
        self.profile
    }

    /// Changes a layer's bitrate from the next picture on.
    pub(crate) fn set_bitrate(&mut self, rid: Rid, kbps: u32) {
        self.top.set_bitrate(rid, kbps);
        self.lower.set_bitrate(rid, kbps);
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
        self.top.encode(picture, captured, keyframes)?.into_iter().for_each(&mut *hand_on);
        let window = [0, 0, self.half.width.into(), self.half.height.into()];
        yuv::scale(picture, &mut self.half, window);
        self.lower.encode(&self.half, captured, keyframes)?.into_iter().for_each(hand_on);
        Ok(())
    }
}
