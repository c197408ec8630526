//! VP8 by libvpx, for viewers whose browser has neither H.264 nor VP9.

use super::{EncodeError, LayerConfig, LayerEncoder, vpx::Vpx};
use crate::frame::Picture;
use std::{ffi::c_int, time::Instant};
use stream::{VideoCodec, VideoFrame, Way};
use vpx_sys as sys;

/// One layer, each of whose pictures may refer to those before it: nobody is sent a part of them.
pub(crate) struct Vp8 {
    encoder: Vpx,
    config: LayerConfig,
}

/// Speed over quality. At 720p30 -12 takes 0.17 of a core and -6 takes 0.21, for 0.7 points of VMAF.
const CPU_USED: c_int = -12;

impl LayerEncoder for Vp8 {
    const CODEC: VideoCodec = VideoCodec::Vp8;

    fn new(config: &LayerConfig, kbps: u32) -> Result<Self, EncodeError> {
        // SAFETY: it returns the address of a constant.
        #[allow(unsafe_code)]
        let interface = unsafe { sys::vpx_codec_vp8_cx() };
        let mut encoder = Vpx::new(interface, config.size, config.fps, |settings| fill(settings, kbps))?;
        encoder.control(sys::vp8e_enc_control_id::VP8E_SET_CPUUSED, CPU_USED)?;
        Ok(Self { encoder, config: *config })
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
            codec: VideoCodec::Vp8,
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

/// The coarsest that VP8 has: the rate is kept whatever is filmed.
const COARSEST: u32 = 63;

fn fill(settings: &mut sys::vpx_codec_enc_cfg_t, kbps: u32) {
    // A viewer has every picture since its keyframe, so that each may rest on all that its decoder has learnt.
    settings.g_error_resilient = 0;
    settings.rc_max_quantizer = COARSEST;
    settings.rc_undershoot_pct = 100;
    settings.rc_overshoot_pct = 15;
    settings.rc_target_bitrate = kbps;
}
