//! VP9 by libvpx, for viewers whose browser has no H.264.

use super::{EncodeError, LayerConfig, LayerEncoder, vpx::Vpx};
use crate::frame::Picture;
use std::{ffi::c_int, time::Instant};
use stream::{VideoCodec, VideoFrame, Way};
use vpx_sys as sys;

/// One layer, each of whose pictures refers to the one before it: nobody is sent a part of them.
pub(crate) struct Vp9 {
    encoder: Vpx,
    config: LayerConfig,
    effort: Effort,
}

/// How much time a picture is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Effort {
    /// What is left out is what saves the least.
    #[default]
    Least,
    /// More time, for fewer bits.
    More,
}

impl Effort {
    /// libvpx's speed.
    fn cpu_used(self) -> c_int {
        match self {
            Effort::Least => 9,
            Effort::More => 8,
        }
    }
}

/// The coarsest that VP9 has: the rate is kept whatever is filmed.
const COARSEST: u32 = 63;
/// Percent that the rate may be missed by from one picture to the next.
const MISS: u32 = 50;
/// libvpx makes a keyframe by itself after so many pictures, however it is told not to: more than are ever made between two that
/// were asked for.
const NEVER: u32 = 1_000_000;
/// A part of the picture in turn is encoded finer, by which the rest, which refers to it, becomes so too.
const CYCLIC_REFRESH: c_int = 3;

impl LayerEncoder for Vp9 {
    const CODEC: VideoCodec = VideoCodec::Vp9;

    fn new(config: &LayerConfig, kbps: u32) -> Result<Self, EncodeError> {
        // SAFETY: it returns the address of a constant.
        #[allow(unsafe_code)]
        let interface = unsafe { sys::vpx_codec_vp9_cx() };
        let encoder = Vpx::new(interface, config.size, config.fps, |settings| {
            // A viewer has every picture since its keyframe, so that each may rest on all that its decoder has learnt.
            settings.g_error_resilient = 0;
            settings.rc_max_quantizer = COARSEST;
            settings.rc_undershoot_pct = MISS;
            settings.rc_overshoot_pct = MISS;
            settings.kf_max_dist = NEVER;
            settings.rc_target_bitrate = kbps;
        })?;
        let mut this = Self { encoder, config: *config, effort: Effort::default() };
        use sys::vp8e_enc_control_id as id;
        this.encoder.control(id::VP8E_SET_CPUUSED, this.effort.cpu_used())?;
        this.encoder.control(id::VP9E_SET_AQ_MODE, CYCLIC_REFRESH)?;
        // One thread encodes a picture, and one tile is the least overhead for it.
        this.encoder.control(id::VP9E_SET_TILE_COLUMNS, 0)?;
        this.encoder.control(id::VP9E_SET_FRAME_PARALLEL_DECODING, 0)?;
        // Viewers would else go by the size, and not all by the same.
        this.encoder.control(id::VP9E_SET_COLOR_SPACE, sys::vpx_color_space::VPX_CS_BT_601 as c_int)?;
        this.encoder.control(id::VP9E_SET_COLOR_RANGE, sys::vpx_color_range::VPX_CR_STUDIO_RANGE as c_int)?;
        Ok(this)
    }

    fn set_bitrate(&mut self, kbps: u32) -> Result<(), EncodeError> {
        self.encoder.change(|settings| settings.rc_target_bitrate = kbps)
    }

    fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframe: bool,
    ) -> Result<Option<VideoFrame>, EncodeError> {
        let flags = if keyframe { sys::VPX_EFLAG_FORCE_KF } else { 0 };
        let made = self.encoder.encode(picture, captured, flags)?;
        Ok(made.map(|(data, keyframe)| VideoFrame {
            profile: stream::Profile::Baseline,
            codec: VideoCodec::Vp9,
            rid: self.config.rid,
            temporal: 0,
            keyframe,
            captured,
            way: Way::at(captured),
            width: picture.width,
            height: picture.height,
            layer_sync: true,
            screen: false,
            data,
        }))
    }

    fn coarseness(&mut self) -> f32 {
        self.encoder.quantiser() / COARSEST as f32
    }
}

impl Vp9 {
    /// Takes more or less time from the next picture on.
    pub(crate) fn set_effort(&mut self, effort: Effort) -> Result<(), EncodeError> {
        if std::mem::replace(&mut self.effort, effort) == effort {
            return Ok(());
        }
        self.encoder.control(sys::vp8e_enc_control_id::VP8E_SET_CPUUSED, effort.cpu_used())
    }
}
