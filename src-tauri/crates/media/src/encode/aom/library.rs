//! libaom, opened while the program runs: it needs none to be built or installed, and where there is none screens are encoded as H.264
//! alone. What is declared here is the part of its interface that is used, as 3.6, 3.8 and 3.12 have it.

use std::{
    ffi::{c_char, c_int, c_long, c_uint, c_ulong, c_void},
    sync::OnceLock,
};

/// What is behind an address of the library's.
#[repr(C)]
pub(super) struct Opaque {
    _none: [u8; 0],
}

/// `aom_codec_ctx_t`, which is the library's own; with room to spare.
#[repr(C)]
pub(super) struct Context([usize; 16]);

impl Context {
    pub(super) fn new() -> Self {
        Self([0; 16])
    }
}

/// `aom_image_t`, which the library fills; with room to spare.
#[repr(C, align(8))]
pub(super) struct Image([u8; 512]);

impl Image {
    pub(super) fn new() -> Self {
        Self([0; 512])
    }
}

/// `aom_fixed_buf_t`
#[repr(C)]
#[derive(Clone, Copy)]
struct Buffer {
    _data: *const c_void,
    _len: usize,
}

/// `aom_codec_enc_cfg_t`
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Settings {
    _usage: c_uint,
    pub(super) threads: c_uint,
    _profile: c_uint,
    pub(super) width: c_uint,
    pub(super) height: c_uint,
    _limit: [c_uint; 3],
    _bit_depth: [c_uint; 2],
    pub(super) timebase: [c_int; 2],
    pub(super) error_resilient: c_uint,
    _pass: c_uint,
    pub(super) lag_in_frames: c_uint,
    pub(super) dropframe_thresh: c_uint,
    _resize: [c_uint; 3],
    _superres: [c_uint; 5],
    pub(super) end_usage: c_uint,
    _statistics: [Buffer; 2],
    _target_bitrate: c_uint,
    pub(super) min_quantizer: c_uint,
    pub(super) max_quantizer: c_uint,
    _miss: [c_uint; 2],
    _buffer: [c_uint; 3],
    _two_pass: [c_uint; 3],
    _forward_keyframes: c_int,
    pub(super) kf_mode: c_uint,
    pub(super) kf_min_dist: c_uint,
    pub(super) kf_max_dist: c_uint,
    /// Nothing that is looked at, with room to spare.
    _rest: [c_uint; 512],
}

/// `aom_codec_cx_pkt_t`, where it is a picture.
#[repr(C)]
pub(super) struct Packet {
    pub(super) kind: c_int,
    pub(super) data: *const u8,
    pub(super) len: usize,
    _time: i64,
    _duration: c_ulong,
    pub(super) flags: u32,
}

/// `AOM_ENCODER_ABI_VERSION`: another library says that it does not have it, and is not used.
pub(super) const ABI: c_int = 29;
/// `AOM_USAGE_REALTIME`
pub(super) const REALTIME: c_uint = 1;
/// `AOM_Q`: each picture is as coarse as it is told to be.
pub(super) const BY_QUANTISER: c_uint = 3;
/// `AOM_EFLAG_FORCE_KF`
pub(super) const FORCE_KEYFRAME: c_long = 1;
/// `AOM_CODEC_CX_FRAME_PKT`
pub(super) const PICTURE: c_int = 0;
/// `AOM_FRAME_IS_KEY`
pub(super) const IS_KEYFRAME: u32 = 1;
/// `AOM_IMG_FMT_I420`
pub(super) const I420: c_uint = 0x102;

/// `enum aome_enc_control_id`, as far as it is used.
pub(super) mod control {
    use std::ffi::c_int;

    pub(in super::super) const CPU_USED: c_int = 13;
    pub(in super::super) const CQ_LEVEL: c_int = 25;
    pub(in super::super) const TPL_MODEL: c_int = 35;
    pub(in super::super) const AQ_MODE: c_int = 40;
    pub(in super::super) const TUNE_CONTENT: c_int = 43;
    pub(in super::super) const COLOR_PRIMARIES: c_int = 45;
    pub(in super::super) const TRANSFER: c_int = 46;
    pub(in super::super) const MATRIX: c_int = 47;
    pub(in super::super) const COLOR_RANGE: c_int = 52;
    pub(in super::super) const CDEF: c_int = 58;
    pub(in super::super) const RESTORATION: c_int = 59;
    pub(in super::super) const OBMC: c_int = 61;
    pub(in super::super) const RECT_PARTITIONS: c_int = 73;
    pub(in super::super) const ORDER_HINT: c_int = 79;
    pub(in super::super) const TX64: c_int = 80;
    pub(in super::super) const REF_FRAME_MVS: c_int = 84;
    pub(in super::super) const GLOBAL_MOTION: c_int = 95;
    pub(in super::super) const WARPED_MOTION: c_int = 96;
    pub(in super::super) const FILTER_INTRA: c_int = 98;
    pub(in super::super) const SMOOTH_INTRA: c_int = 99;
    pub(in super::super) const PAETH_INTRA: c_int = 100;
    pub(in super::super) const CFL_INTRA: c_int = 101;
    pub(in super::super) const PALETTE: c_int = 104;
    pub(in super::super) const INTRABC: c_int = 105;
    pub(in super::super) const ANGLE_DELTA: c_int = 106;
    pub(in super::super) const DELTAQ_MODE: c_int = 107;
    pub(in super::super) const COEFF_COST_UPDATES: c_int = 126;
    pub(in super::super) const MODE_COST_UPDATES: c_int = 127;
    pub(in super::super) const MV_COST_UPDATES: c_int = 128;
    pub(in super::super) const DIRECTIONAL_INTRA: c_int = 145;
}

macro_rules! library {
    ($($name:ident: $kind:ty;)*) => {
        /// The library's functions, by their own names.
        #[cfg_attr(not(target_os = "linux"), allow(dead_code))] // Nobody makes one.
        pub(super) struct Library {
            $(pub(super) $name: $kind,)*
        }

        #[cfg(target_os = "linux")]
        impl Library {
            /// None: there is something by that name, but not all of it.
            fn within(library: std::ptr::NonNull<c_void>) -> Option<Library> {
                use std::{ffi::CStr, ptr::NonNull};
                // SAFETY: each has been declared so in <aom/*.h> since 3.0, and the library is never closed.
                unsafe {
                    Some(Library {
                        $($name: {
                            let name = concat!(stringify!($name), "\0");
                            let name = CStr::from_bytes_with_nul(name.as_bytes()).ok()?;
                            let found = NonNull::new(libc::dlsym(library.as_ptr(), name.as_ptr()))?;
                            std::mem::transmute::<*mut c_void, $kind>(found.as_ptr())
                        },)*
                    })
                }
            }
        }
    };
}

library! {
    aom_codec_av1_cx: unsafe extern "C" fn() -> *const Opaque;
    aom_codec_enc_config_default: unsafe extern "C" fn(*const Opaque, *mut Settings, c_uint) -> c_int;
    aom_codec_enc_init_ver: unsafe extern "C" fn(*mut Context, *const Opaque, *const Settings, c_long, c_int) -> c_int;
    aom_codec_control: unsafe extern "C" fn(*mut Context, c_int, ...) -> c_int;
    aom_codec_encode: unsafe extern "C" fn(*mut Context, *const Image, i64, c_ulong, c_long) -> c_int;
    aom_codec_get_cx_data: unsafe extern "C" fn(*mut Context, *mut *const c_void) -> *const Packet;
    aom_codec_destroy: unsafe extern "C" fn(*mut Context) -> c_int;
    aom_img_wrap: unsafe extern "C" fn(*mut Image, c_uint, c_uint, c_uint, c_uint, *mut u8) -> *mut Image;
    aom_codec_version_str: unsafe extern "C" fn() -> *const c_char;
}

impl Library {
    /// The library, opened by who asks first. None where there is none.
    pub(super) fn get() -> Option<&'static Library> {
        static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();
        LIBRARY.get_or_init(Self::open).as_ref()
    }

    #[cfg(target_os = "linux")]
    fn open() -> Option<Library> {
        use std::{ffi::CStr, ptr::NonNull};
        /// By this name every system has had it since 3.0.
        const NAME: &CStr = c"libaom.so.3";
        // SAFETY: the name ends with a zero; what runs when it is loaded is libaom's.
        let found = unsafe { libc::dlopen(NAME.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        let library = Self::within(NonNull::new(found)?)?;
        // SAFETY: it returns the address of a text that stays.
        let version = unsafe { CStr::from_ptr((library.aom_codec_version_str)()) };
        tracing::debug!("libaom {}", version.to_string_lossy());
        Some(library)
    }

    /// Systems other than Linux have none of their own.
    #[cfg(not(target_os = "linux"))]
    fn open() -> Option<Library> {
        None
    }
}
