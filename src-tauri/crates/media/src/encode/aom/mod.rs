//! libaom, as it is driven here: one layer, one thread, one packet a picture, and a quantiser for each.
#![allow(unsafe_code)] // The C interface of libaom.

mod library;

use super::{Action, EncodeError};
use crate::frame::Picture;
use bytes::Bytes;
use library::{Context, Image, Library, Settings, control};
use std::{
    ffi::{c_int, c_uint, c_ulong},
    mem::MaybeUninit,
    ptr,
    sync::OnceLock,
    time::Instant,
};

/// An encoder of libaom, of one size.
pub(super) struct Aom {
    library: &'static Library,
    context: Box<Context>,
    settings: Box<Settings>,
    started: Option<Instant>,
    last_pts: i64,
    duration: c_ulong,
    speed: c_int,
}

// SAFETY: libaom keeps no thread-local state, and `&mut self` lets one thread in at a time.
unsafe impl Send for Aom {}

/// Pictures are timed in the clock of RTP.
const TICKS: i64 = 90_000;
/// What is left out is what saves the least. A page that turns is given more time: it comes by a third smaller then, and is through sooner.
const SPEED: c_int = 10;
const SPEED_OF_PAGES: c_int = 7;
/// `AOM_CONTENT_SCREEN`
const SCREEN: c_int = 1;
/// The rarest of what can be said: never.
const SELDOM: c_int = 3;
/// libaom makes no keyframe by itself.
const NEVER: c_uint = 1_000_000;

/// A screen's own tools, and none that cost a screen more time than they save bits. By trial: without those from `RECT_PARTITIONS` on a
/// keyframe of text takes half the time, and no more bits.
const CONTROLS: [(c_int, c_int); 29] = [
    (control::CPU_USED, SPEED),
    (control::TUNE_CONTENT, SCREEN),
    (control::PALETTE, 1),
    (control::INTRABC, 1),
    (control::AQ_MODE, 0),
    (control::DELTAQ_MODE, 0),
    (control::TPL_MODEL, 0),
    (control::CDEF, 1),
    (control::RESTORATION, 0),
    (control::OBMC, 0),
    (control::ORDER_HINT, 0),
    (control::REF_FRAME_MVS, 0),
    (control::GLOBAL_MOTION, 0),
    (control::WARPED_MOTION, 0),
    (control::COEFF_COST_UPDATES, SELDOM),
    (control::MODE_COST_UPDATES, SELDOM),
    (control::MV_COST_UPDATES, SELDOM),
    (control::RECT_PARTITIONS, 0),
    (control::TX64, 0),
    (control::FILTER_INTRA, 0),
    (control::SMOOTH_INTRA, 0),
    (control::PAETH_INTRA, 0),
    (control::CFL_INTRA, 0),
    (control::ANGLE_DELTA, 0),
    (control::DIRECTIONAL_INTRA, 0),
    // Primaries and transfer of BT.709, as sRGB's, and the matrix of BT.601, in the range of video (AV1 6.4.2).
    (control::COLOR_PRIMARIES, 1),
    (control::TRANSFER, 1),
    (control::MATRIX, 6),
    (control::COLOR_RANGE, 0),
];

impl Aom {
    /// Whether there is a libaom on this machine that can be used: it is loaded with the first question.
    pub(super) fn is_there() -> bool {
        static IS_THERE: OnceLock<bool> = OnceLock::new();
        *IS_THERE.get_or_init(|| Self::new((160, 96), 30).is_ok())
    }

    /// An encoder whose first picture is a keyframe.
    pub(super) fn new((width, height): (u16, u16), fps: u32) -> Result<Self, EncodeError> {
        let library = Library::get().ok_or(EncodeError { encoder: "libaom", action: Action::Find, code: 0 })?;
        let check = |code| check(code, Action::Start);
        let mut settings = Box::new(MaybeUninit::<Settings>::zeroed());
        // SAFETY: the function fills the structure, which has room to spare.
        let interface = unsafe {
            let interface = (library.aom_codec_av1_cx)();
            check((library.aom_codec_enc_config_default)(interface, settings.as_mut_ptr(), library::REALTIME))?;
            interface
        };
        // SAFETY: it is filled, and what is not is zero, which each field can be.
        let mut settings = unsafe { Box::new((*settings).assume_init()) };
        (settings.width, settings.height) = (width.into(), height.into());
        settings.threads = 1;
        settings.timebase = [1, TICKS as c_int];
        // A viewer has every picture since its keyframe, so that each may rest on all that its decoder has learnt.
        settings.error_resilient = 0;
        settings.lag_in_frames = 0;
        settings.dropframe_thresh = 0;
        settings.end_usage = library::BY_QUANTISER;
        (settings.min_quantizer, settings.max_quantizer) = (0, COARSEST.into());
        (settings.kf_mode, settings.kf_min_dist, settings.kf_max_dist) = (0, NEVER, NEVER);
        let mut context = Box::new(Context::new());
        // SAFETY: interface and settings are live, and the context has room to spare.
        check(unsafe { (library.aom_codec_enc_init_ver)(&mut *context, interface, &*settings, 0, library::ABI) })?;
        // From here on dropping it destroys the encoder.
        let duration = (TICKS / i64::from(fps)) as c_ulong;
        let mut this = Self { library, context, settings, started: None, last_pts: -1, duration, speed: SPEED };
        for (id, value) in CONTROLS {
            this.control(id, value)?;
        }
        Ok(this)
    }

    /// Encodes a picture of the size it was made for, so coarse; `is_page` says that all of it is new. Its bytes, and whether it is a keyframe.
    /// None if the encoder left it out.
    pub(super) fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframe: bool,
        quantiser: u8,
        is_page: bool,
    ) -> Result<Option<(Bytes, bool)>, EncodeError> {
        debug_assert_eq!(
            (u32::from(picture.width), u32::from(picture.height)),
            (self.settings.width, self.settings.height)
        );
        self.control(control::CQ_LEVEL, quantiser.min(COARSEST).into())?;
        let speed = if is_page { SPEED_OF_PAGES } else { SPEED };
        if std::mem::replace(&mut self.speed, speed) != speed {
            self.control(control::CPU_USED, speed)?;
        }
        let started = *self.started.get_or_insert(captured);
        let pts = captured.saturating_duration_since(started).as_nanos() as i64 * (TICKS / 1000) / 1_000_000;
        // It refuses to go back in time or to stand still.
        self.last_pts = pts.max(self.last_pts + 1);
        // SAFETY: the image borrows the picture's bytes for this call only, and libaom does not write to them; packed I420
        // of even size with rows aligned to one byte is how the picture lies in memory.
        let code = unsafe {
            let mut image = Image::new();
            let bytes = picture.data.as_ptr().cast_mut();
            let (width, height) = (c_uint::from(picture.width), c_uint::from(picture.height));
            (self.library.aom_img_wrap)(&mut image, library::I420, width, height, 1, bytes);
            let flags = if keyframe { library::FORCE_KEYFRAME } else { 0 };
            (self.library.aom_codec_encode)(&mut *self.context, &image, self.last_pts, self.duration, flags)
        };
        check(code, Action::EncodePicture)?;
        Ok(self.packet())
    }

    /// The picture that was just encoded: always one packet, as nothing looks ahead.
    fn packet(&mut self) -> Option<(Bytes, bool)> {
        let mut iterator = ptr::null();
        loop {
            // SAFETY: a packet lives until the next call to the encoder, and its kind tells that it is a picture.
            unsafe {
                let packet = (self.library.aom_codec_get_cx_data)(&mut *self.context, &mut iterator).as_ref()?;
                if packet.kind == library::PICTURE {
                    let data = std::slice::from_raw_parts(packet.data, packet.len);
                    return Some((Bytes::copy_from_slice(data), packet.flags & library::IS_KEYFRAME != 0));
                }
            }
        }
    }

    fn control(&mut self, id: c_int, value: c_int) -> Result<(), EncodeError> {
        // SAFETY: all the controls used here take one integer.
        check(unsafe { (self.library.aom_codec_control)(&mut *self.context, id, value) }, Action::SetUp)
    }
}

impl Drop for Aom {
    fn drop(&mut self) {
        // SAFETY: initialised in `new`, and not used after this.
        unsafe { (self.library.aom_codec_destroy)(&mut *self.context) };
    }
}

/// The coarsest that AV1 has, as libaom counts.
pub(super) const COARSEST: u8 = 63;

fn check(code: c_int, action: Action) -> Result<(), EncodeError> {
    if code == 0 { Ok(()) } else { Err(EncodeError { encoder: "libaom", action, code }) }
}
