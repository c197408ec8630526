//! libvpx, as its codecs are driven here: one layer, one thread, one packet a picture.
#![allow(unsafe_code)] // The C interface of libvpx.

use super::{Action, EncodeError};
use crate::frame::Picture;
use bytes::Bytes;
use std::{
    ffi::{c_int, c_uint, c_ulong},
    mem::MaybeUninit,
    ptr,
    time::Instant,
};
use vpx_sys as sys;

/// An encoder of libvpx, of one size.
pub(super) struct Vpx {
    context: Box<sys::vpx_codec_ctx_t>,
    settings: sys::vpx_codec_enc_cfg_t,
    started: Option<Instant>,
    last_pts: i64,
    fps: u32,
}

// SAFETY: libvpx keeps no thread-local state, and `&mut self` lets one thread in at a time.
unsafe impl Send for Vpx {}

/// Pictures are timed in the clock of RTP.
const TICKS: i64 = 90_000;
/// Percent of an average picture that a keyframe may take.
const LARGEST_KEYFRAME: c_int = 450;

impl Vpx {
    /// An encoder whose first picture is a keyframe. `interface` is one of libvpx's, and `fill` says what is particular to that.
    pub(super) fn new(
        interface: *const sys::vpx_codec_iface_t,
        (width, height): (u16, u16),
        fps: u32,
        fill: impl FnOnce(&mut sys::vpx_codec_enc_cfg_t),
    ) -> Result<Self, EncodeError> {
        let check = |code| check(code, Action::Start);
        // SAFETY: the function fills the whole structure, on success, and success is checked. The structure holds Rust
        // enums, so that zeroes would not do.
        let mut settings = unsafe {
            let mut settings = MaybeUninit::uninit();
            check(sys::vpx_codec_enc_config_default(interface, settings.as_mut_ptr(), 0))?;
            settings.assume_init()
        };
        common(&mut settings, (width, height));
        fill(&mut settings);
        // SAFETY: the function fills the whole structure, on success.
        let context = unsafe {
            let mut context = Box::<sys::vpx_codec_ctx_t>::new_uninit();
            let version = sys::VPX_ENCODER_ABI_VERSION as c_int;
            check(sys::vpx_codec_enc_init_ver(context.as_mut_ptr(), interface, &settings, 0, version))?;
            context.assume_init()
        };
        // From here on dropping it destroys the encoder.
        let mut this = Self { context, settings, started: None, last_pts: -1, fps };
        use sys::vp8e_enc_control_id as id;
        this.control(id::VP8E_SET_STATIC_THRESHOLD, 1)?;
        this.control(id::VP8E_SET_MAX_INTRA_BITRATE_PCT, LARGEST_KEYFRAME)?;
        Ok(this)
    }

    /// Changes its settings from the next picture on.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut sys::vpx_codec_enc_cfg_t)) -> Result<(), EncodeError> {
        change(&mut self.settings);
        // SAFETY: context and settings are live.
        check(unsafe { sys::vpx_codec_enc_config_set(&mut *self.context, &self.settings) }, Action::ChangeBitrate)
    }

    /// Encodes a picture of the size it was made for: its bytes, and whether it is a keyframe. None if the encoder left it out.
    pub(super) fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        flags: u32,
    ) -> Result<Option<(Bytes, bool)>, EncodeError> {
        debug_assert_eq!((picture.width.into(), picture.height.into()), (self.settings.g_w, self.settings.g_h));
        let started = *self.started.get_or_insert(captured);
        let pts = captured.saturating_duration_since(started).as_nanos() as i64 * (TICKS / 1000) / 1_000_000;
        // It refuses to go back in time or to stand still.
        self.last_pts = pts.max(self.last_pts + 1);
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
            // A C long, which has 32 bits on Windows.
            let flags = flags as sys::vpx_enc_frame_flags_t;
            sys::vpx_codec_encode(context, image.as_ptr(), self.last_pts, duration, flags, deadline)
        };
        check(code, Action::EncodePicture)?;
        Ok(self.packet())
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

    /// How coarse the last picture is, from 0 to 63.
    pub(super) fn quantiser(&mut self) -> f32 {
        let mut quantiser: c_int = 0;
        let id = sys::vp8e_enc_control_id::VP8E_GET_LAST_QUANTIZER_64 as c_int;
        // SAFETY: the control writes one integer.
        let code = unsafe { sys::vpx_codec_control_(&mut *self.context, id, &raw mut quantiser) };
        if code == sys::vpx_codec_err_t::VPX_CODEC_OK { quantiser as f32 } else { 0.0 }
    }

    /// Changes what has no place among the settings.
    pub(super) fn control(&mut self, id: sys::vp8e_enc_control_id, value: c_int) -> Result<(), EncodeError> {
        // SAFETY: all the controls used here take one integer.
        check(unsafe { sys::vpx_codec_control_(&mut *self.context, id as c_int, value) }, Action::SetUp)
    }
}

impl Drop for Vpx {
    fn drop(&mut self) {
        // SAFETY: initialised in `new`, and not used after this.
        unsafe { sys::vpx_codec_destroy(&mut *self.context) };
    }
}

/// What a stream of moving pictures needs that are watched as they are made.
fn common(settings: &mut sys::vpx_codec_enc_cfg_t, (width, height): (u16, u16)) {
    settings.g_w = width.into();
    settings.g_h = height.into();
    settings.g_threads = 1;
    settings.g_timebase = sys::vpx_rational { num: 1, den: TICKS as c_int };
    settings.g_lag_in_frames = 0;
    settings.rc_end_usage = sys::vpx_rc_mode::VPX_CBR;
    settings.rc_dropframe_thresh = 0;
    settings.rc_resize_allowed = 0;
    settings.rc_min_quantizer = 2;
    // Milliseconds of the bitrate.
    settings.rc_buf_initial_sz = 500;
    settings.rc_buf_optimal_sz = 600;
    settings.rc_buf_sz = 1000;
    // Keyframes come when they are asked for.
    settings.kf_mode = sys::vpx_kf_mode::VPX_KF_DISABLED;
}

fn check(code: sys::vpx_codec_err_t, action: Action) -> Result<(), EncodeError> {
    match code {
        sys::vpx_codec_err_t::VPX_CODEC_OK => Ok(()),
        code => Err(EncodeError { encoder: "libvpx", action, code: code as i32 }),
    }
}
