//! VP8 by libvpx, for viewers whose browser has no H.264.
#![allow(unsafe_code)] // The C interface of libvpx.

use super::EncodeError;
use crate::frame::Picture;
use bytes::Bytes;
use std::{
    ffi::{c_int, c_uint, c_ulong},
    mem::MaybeUninit,
    ptr,
    time::Instant,
};
use stream::{Rid, VideoCodec, VideoFrame, Way};
use vpx_sys as sys;

/// One layer in three temporal layers.
pub(crate) struct Vp8 {
    context: Box<sys::vpx_codec_ctx_t>,
    settings: sys::vpx_codec_enc_cfg_t,
    rid: Rid,
    started: Option<Instant>,
    last_pts: i64,
    fps: u32,
    position: usize,
}

// SAFETY: libvpx keeps no thread-local state, and `&mut self` lets one thread in at a time.
unsafe impl Send for Vp8 {}

/// What a picture refers to and what it leaves for others, over and over. Every second picture is droppable, and every
/// second of the rest; a picture of layer 1 refers to the base only, so that one may go up to it at any time.
const PATTERN: [Step; 4] = [
    Step {
        temporal: 0,
        sync: true,
        flags: NO_GOLDEN_OR_ALTERNATE | sys::VP8_EFLAG_NO_UPD_GF | sys::VP8_EFLAG_NO_UPD_ARF,
    },
    Step { temporal: 2, sync: true, flags: NO_GOLDEN_OR_ALTERNATE | sys::VP8_EFLAG_NO_UPD_GF | LEAVES_THE_BASE },
    Step { temporal: 1, sync: true, flags: NO_GOLDEN_OR_ALTERNATE | LEAVES_THE_BASE },
    Step { temporal: 2, sync: false, flags: sys::VP8_EFLAG_NO_REF_ARF | sys::VP8_EFLAG_NO_UPD_GF | LEAVES_THE_BASE },
];

const NO_GOLDEN_OR_ALTERNATE: u32 = sys::VP8_EFLAG_NO_REF_GF | sys::VP8_EFLAG_NO_REF_ARF;
const LEAVES_THE_BASE: u32 = sys::VP8_EFLAG_NO_UPD_LAST | sys::VP8_EFLAG_NO_UPD_ARF | sys::VP8_EFLAG_NO_UPD_ENTROPY;

struct Step {
    temporal: u8,
    sync: bool,
    flags: u32,
}

/// Percent of the bitrate that the temporal layers take up to each.
const SHARES: [u32; 3] = [40, 60, 100];
/// Speed over quality. At 720p30 -12 takes 0.17 of a core and -6 takes 0.21, for 0.7 points of VMAF.
const CPU_USED: c_int = -12;
/// Percent of an average picture that a keyframe may take.
const LARGEST_KEYFRAME: c_uint = 450;
/// Pictures are timed in the clock of RTP.
const TICKS: i64 = 90_000;

impl Vp8 {
    /// An encoder whose first picture is a keyframe. Width and height are the layer's.
    pub(crate) fn new(rid: Rid, (width, height): (u16, u16), fps: u32, kbps: u32) -> Result<Self, EncodeError> {
        let check = |code| check(code, "start");
        // SAFETY: the function fills the whole structure, on success, and success is checked. The structure holds Rust
        // enums, so that zeroes would not do.
        let mut settings = unsafe {
            let mut settings = MaybeUninit::uninit();
            check(sys::vpx_codec_enc_config_default(sys::vpx_codec_vp8_cx(), settings.as_mut_ptr(), 0))?;
            settings.assume_init()
        };
        fill(&mut settings, (width, height), kbps);
        // SAFETY: the function fills the whole structure, on success.
        let context = unsafe {
            let mut context = Box::<sys::vpx_codec_ctx_t>::new_uninit();
            let (version, interface) = (sys::VPX_ENCODER_ABI_VERSION as c_int, sys::vpx_codec_vp8_cx());
            check(sys::vpx_codec_enc_init_ver(context.as_mut_ptr(), interface, &settings, 0, version))?;
            context.assume_init()
        };
        // From here on dropping it destroys the encoder.
        let mut this = Self { context, settings, rid, started: None, last_pts: -1, fps, position: 0 };
        use sys::vp8e_enc_control_id as id;
        this.control(id::VP8E_SET_CPUUSED, CPU_USED)?;
        this.control(id::VP8E_SET_STATIC_THRESHOLD, 1)?;
        this.control(id::VP8E_SET_MAX_INTRA_BITRATE_PCT, LARGEST_KEYFRAME as c_int)?;
        Ok(this)
    }

    /// Frames a second that it was made for.
    pub(crate) fn fps(&self) -> u32 {
        self.fps
    }

    /// Width and height.
    pub(crate) fn size(&self) -> (u16, u16) {
        (self.settings.g_w as u16, self.settings.g_h as u16)
    }

    /// Changes the bitrate from the next picture on.
    pub(crate) fn set_bitrate(&mut self, kbps: u32) -> Result<(), EncodeError> {
        rate(&mut self.settings, kbps);
        // SAFETY: context and settings are live.
        check(unsafe { sys::vpx_codec_enc_config_set(&mut *self.context, &self.settings) }, "change its bitrate")
    }

    /// Encodes a picture of the size it was made for.
    pub(crate) fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframe: bool,
    ) -> Result<Option<VideoFrame>, EncodeError> {
        debug_assert_eq!((picture.width, picture.height), self.size());
        // A keyframe is in the base layer, and the pattern begins anew with it.
        if keyframe {
            self.position = 0;
        }
        let step = &PATTERN[self.position];
        self.position = (self.position + 1) % PATTERN.len();
        let started = *self.started.get_or_insert(captured);
        let pts = captured.saturating_duration_since(started).as_nanos() as i64 * (TICKS / 1000) / 1_000_000;
        // It refuses to go back in time or to stand still.
        self.last_pts = pts.max(self.last_pts + 1);
        self.control(sys::vp8e_enc_control_id::VP8E_SET_TEMPORAL_LAYER_ID, c_int::from(step.temporal))?;
        let flags = if keyframe { sys::VPX_EFLAG_FORCE_KF } else { step.flags };
        // SAFETY: the image borrows the picture's bytes for this call only, and libvpx does not write to them; packed I420
        // of even size with rows aligned to one byte is how the picture lies in memory.
        let code = unsafe {
            let mut image = MaybeUninit::<sys::vpx_image_t>::uninit();
            let bytes = picture.data.as_ptr().cast_mut();
            let (width, height) = (c_uint::from(picture.width), c_uint::from(picture.height));
            sys::vpx_img_wrap(image.as_mut_ptr(), sys::vpx_img_fmt::VPX_IMG_FMT_I420, width, height, 1, bytes);
            let duration = (TICKS / i64::from(self.fps)) as c_ulong;
            let deadline = c_ulong::from(sys::VPX_DL_REALTIME);
            let context = &mut *self.context;
            sys::vpx_codec_encode(context, image.as_ptr(), self.last_pts, duration, flags.into(), deadline)
        };
        check(code, "encode a picture")?;
        Ok(self.packet().map(|(data, keyframe)| VideoFrame {
            codec: VideoCodec::Vp8,
            rid: self.rid,
            temporal: step.temporal,
            keyframe,
            captured,
            way: Way::at(captured),
            width: picture.width,
            height: picture.height,
            layer_sync: step.sync,
            data,
        }))
    }

    /// The picture that was just encoded: always one packet, as nothing looks ahead; none if it was dropped.
    fn packet(&mut self) -> Option<(Bytes, bool)> {
        let mut iterator = ptr::null();
        // SAFETY: a packet lives until the next call to the encoder, and its kind tells which field of the union is set.
        unsafe {
            loop {
                let packet = sys::vpx_codec_get_cx_data(&mut *self.context, &mut iterator).as_ref()?;
                if packet.kind == sys::vpx_codec_cx_pkt_kind::VPX_CODEC_CX_FRAME_PKT {
                    let frame = packet.data.frame;
                    let data = std::slice::from_raw_parts(frame.buf.cast::<u8>(), frame.sz);
                    return Some((Bytes::copy_from_slice(data), frame.flags & sys::VPX_FRAME_IS_KEY != 0));
                }
            }
        }
    }

    fn control(&mut self, id: sys::vp8e_enc_control_id, value: c_int) -> Result<(), EncodeError> {
        // SAFETY: all the controls used here take one integer.
        check(unsafe { sys::vpx_codec_control_(&mut *self.context, id as c_int, value) }, "be set up")
    }
}

impl Drop for Vp8 {
    fn drop(&mut self) {
        // SAFETY: initialised in `new`, and not used after this.
        unsafe { sys::vpx_codec_destroy(&mut *self.context) };
    }
}

fn fill(settings: &mut sys::vpx_codec_enc_cfg_t, (width, height): (u16, u16), kbps: u32) {
    settings.g_w = width.into();
    settings.g_h = height.into();
    settings.g_threads = 1;
    settings.g_timebase = sys::vpx_rational { num: 1, den: TICKS as c_int };
    settings.g_error_resilient = sys::VPX_ERROR_RESILIENT_DEFAULT;
    settings.g_lag_in_frames = 0;
    settings.rc_end_usage = sys::vpx_rc_mode::VPX_CBR;
    settings.rc_dropframe_thresh = 0;
    settings.rc_resize_allowed = 0;
    settings.rc_min_quantizer = 2;
    settings.rc_max_quantizer = 60;
    settings.rc_undershoot_pct = 100;
    settings.rc_overshoot_pct = 15;
    // Milliseconds of the bitrate.
    settings.rc_buf_initial_sz = 500;
    settings.rc_buf_optimal_sz = 600;
    settings.rc_buf_sz = 1000;
    // Keyframes come when they are asked for.
    settings.kf_mode = sys::vpx_kf_mode::VPX_KF_DISABLED;
    settings.ts_number_layers = SHARES.len() as c_uint;
    settings.ts_rate_decimator[..3].copy_from_slice(&[4, 2, 1]);
    settings.ts_periodicity = PATTERN.len() as c_uint;
    for (id, step) in settings.ts_layer_id.iter_mut().zip(&PATTERN) {
        *id = step.temporal.into();
    }
    rate(settings, kbps);
}

fn rate(settings: &mut sys::vpx_codec_enc_cfg_t, kbps: u32) {
    settings.rc_target_bitrate = kbps;
    for (target, share) in settings.ts_target_bitrate.iter_mut().zip(SHARES) {
        *target = kbps * share / 100;
    }
}

fn check(code: sys::vpx_codec_err_t, action: &'static str) -> Result<(), EncodeError> {
    match code {
        sys::vpx_codec_err_t::VPX_CODEC_OK => Ok(()),
        code => Err(EncodeError { encoder: "libvpx", action, code: code as i32 }),
    }
}
