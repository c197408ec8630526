//! PipeWire's library, opened while the program runs: it needs none to be built or installed, and where there is none only screens on
//! Wayland are missed. What is declared here is the part of its interface that is used, as it has been since 0.3.

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    ptr::NonNull,
    sync::OnceLock,
};

/// What is behind an address of the library's.
#[repr(C)]
pub(super) struct Opaque {
    _none: [u8; 0],
}

/// A pod (<spa/pod/pod.h>) by its first eight bytes.
pub(super) type PodHeader = [u8; 8];

/// `struct pw_buffer`, as far as it is looked at.
#[repr(C)]
pub(super) struct Buffer {
    pub(super) buffer: *const SpaBuffer,
}

/// `struct spa_buffer`
#[repr(C)]
pub(super) struct SpaBuffer {
    pub(super) metas_count: u32,
    pub(super) datas_count: u32,
    pub(super) metas: *const Meta,
    pub(super) datas: *const Data,
}

/// `struct spa_meta`
#[repr(C)]
pub(super) struct Meta {
    pub(super) kind: u32,
    pub(super) size: u32,
    pub(super) data: *const c_void,
}

/// `struct spa_data`
#[repr(C)]
pub(super) struct Data {
    _kind: u32,
    _flags: u32,
    _file: i64,
    _map_offset: u32,
    pub(super) longest: u32,
    pub(super) data: *const u8,
    pub(super) chunk: *const Chunk,
}

/// `struct spa_chunk`
#[repr(C)]
pub(super) struct Chunk {
    pub(super) offset: u32,
    pub(super) size: u32,
    pub(super) stride: i32,
    pub(super) flags: i32,
}

/// `struct spa_hook`, which is the library's own: it only has to stay where it is.
#[repr(C)]
#[derive(Default)]
pub(super) struct Hook([usize; 6]);

/// `struct pw_stream_events`
#[repr(C)]
#[allow(dead_code)] // The library reads it.
pub(super) struct StreamEvents {
    pub(super) version: u32,
    pub(super) destroy: Option<extern "C" fn(*mut c_void)>,
    pub(super) state_changed: Option<unsafe extern "C" fn(*mut c_void, c_int, c_int, *const c_char)>,
    pub(super) control_info: Option<extern "C" fn(*mut c_void, u32, *const c_void)>,
    pub(super) io_changed: Option<extern "C" fn(*mut c_void, u32, *mut c_void, u32)>,
    pub(super) param_changed: Option<unsafe extern "C" fn(*mut c_void, u32, *const PodHeader)>,
    pub(super) add_buffer: Option<extern "C" fn(*mut c_void, *mut Buffer)>,
    pub(super) remove_buffer: Option<unsafe extern "C" fn(*mut c_void, *mut Buffer)>,
    pub(super) process: Option<unsafe extern "C" fn(*mut c_void)>,
    pub(super) drained: Option<extern "C" fn(*mut c_void)>,
    pub(super) command: Option<extern "C" fn(*mut c_void, *const c_void)>,
    pub(super) trigger_done: Option<extern "C" fn(*mut c_void)>,
}

/// `struct pw_loop`
#[repr(C)]
pub(super) struct Loop {
    _system: *const c_void,
    _data: *const c_void,
    pub(super) control: *const LoopControl,
    _utils: *const c_void,
}

/// `struct spa_loop_control`, which is a `struct spa_interface`
#[repr(C)]
pub(super) struct LoopControl {
    _kind: *const c_char,
    _version: u32,
    pub(super) methods: *const LoopControlMethods,
    pub(super) data: *mut c_void,
}

/// `struct spa_loop_control_methods`, as far as it is used; versions after the first put more behind it.
#[repr(C)]
pub(super) struct LoopControlMethods {
    _version: u32,
    _get_fd: *const c_void,
    _add_hook: *const c_void,
    pub(super) enter: Option<unsafe extern "C" fn(*mut c_void)>,
    pub(super) leave: Option<unsafe extern "C" fn(*mut c_void)>,
    pub(super) iterate: Option<unsafe extern "C" fn(*mut c_void, c_int) -> c_int>,
}

/// `PW_VERSION_STREAM_EVENTS`: up to `trigger_done`.
pub(super) const STREAM_EVENTS_VERSION: u32 = 2;

/// `PW_DIRECTION_INPUT`: pictures come in.
pub(super) const INPUT: c_int = 0;

/// `PW_STREAM_FLAG_AUTOCONNECT`, `_MAP_BUFFERS` and `_DONT_RECONNECT`: where what is shown goes away, nothing else (a camera) is to take its
/// place.
pub(super) const FLAGS: c_int = 1 << 0 | 1 << 2 | 1 << 7;

/// `SPA_CHUNK_FLAG_CORRUPTED`
pub(super) const CHUNK_CORRUPTED: i32 = 1;

/// `SPA_META_HEADER_FLAG_CORRUPTED`
pub(super) const HEADER_CORRUPTED: u32 = 2;

/// `enum pw_stream_state`
pub(super) mod state {
    use std::ffi::c_int;

    pub(in super::super) const ERROR: c_int = -1;
    pub(in super::super) const UNCONNECTED: c_int = 0;
}

macro_rules! library {
    ($($name:ident: fn($($argument:ty),*) $(-> $result:ty)?;)*) => {
        /// The library's functions, by their own names.
        pub(super) struct Library {
            $(pub(super) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
        }

        impl Library {
            /// None: there is something by that name, but not all of it.
            fn within(library: NonNull<c_void>) -> Option<Library> {
                // SAFETY: each has been declared so in <pipewire/*.h> since 0.3.0, and the library is never closed.
                unsafe {
                    Some(Library {
                        $($name: {
                            let name = concat!(stringify!($name), "\0");
                            let name = CStr::from_bytes_with_nul(name.as_bytes()).ok()?;
                            let found = NonNull::new(libc::dlsym(library.as_ptr(), name.as_ptr()))?;
                            std::mem::transmute::<*mut c_void, unsafe extern "C" fn($($argument),*) $(-> $result)?>(found.as_ptr())
                        },)*
                    })
                }
            }
        }
    };
}

library! {
    pw_init: fn(*mut c_int, *mut c_void);
    pw_main_loop_new: fn(*const c_void) -> *mut Opaque;
    pw_main_loop_get_loop: fn(*mut Opaque) -> *mut Loop;
    pw_main_loop_destroy: fn(*mut Opaque);
    pw_context_new: fn(*mut Loop, *mut Opaque, usize) -> *mut Opaque;
    pw_context_connect_fd: fn(*mut Opaque, c_int, *mut Opaque, usize) -> *mut Opaque;
    pw_context_destroy: fn(*mut Opaque);
    pw_core_disconnect: fn(*mut Opaque) -> c_int;
    pw_properties_new_string: fn(*const c_char) -> *mut Opaque;
    pw_stream_new: fn(*mut Opaque, *const c_char, *mut Opaque) -> *mut Opaque;
    pw_stream_add_listener: fn(*mut Opaque, *mut Hook, *const StreamEvents, *mut c_void);
    pw_stream_connect: fn(*mut Opaque, c_int, u32, c_int, *const *const c_void, u32) -> c_int;
    pw_stream_update_params: fn(*mut Opaque, *const *const c_void, u32) -> c_int;
    pw_stream_dequeue_buffer: fn(*mut Opaque) -> *mut Buffer;
    pw_stream_queue_buffer: fn(*mut Opaque, *mut Buffer) -> c_int;
    pw_stream_destroy: fn(*mut Opaque);
}

/// By this name every system has had it since 0.3.0.
const NAME: &CStr = c"libpipewire-0.3.so.0";

impl Library {
    /// The library, opened by who asks first. None where there is none.
    pub(super) fn get() -> Option<&'static Library> {
        static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();
        LIBRARY.get_or_init(Self::open).as_ref()
    }

    fn open() -> Option<Library> {
        // SAFETY: the name ends with a zero; what runs when it is loaded is PipeWire's.
        let found = unsafe { libc::dlopen(NAME.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        let library = Self::within(NonNull::new(found)?)?;
        // SAFETY: it takes no arguments where both are null, and is called once in this program.
        unsafe { (library.pw_init)(std::ptr::null_mut(), std::ptr::null_mut()) };
        Some(library)
    }
}
