//! libasound prints on stderr whatever it tries in vain, and listing devices tries much. What matters comes back as an
//! error; the rest would drown the program's own log.
//!
//! The switch for it is a function of libasound, which cpal links and does not pass on.
#![allow(unsafe_code)]

use std::sync::Once;

unsafe extern "C" {
    /// The handler takes variable arguments; one that looks at none of them needs no types for them.
    fn snd_lib_error_set_handler(handler: Option<unsafe extern "C" fn()>) -> libc::c_int;
}

unsafe extern "C" fn say_nothing() {}

/// Makes libasound say nothing from now on.
pub(super) fn quieten_alsa() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the handler is called as a C function with arguments that the caller removes and the handler ignores.
        unsafe { snd_lib_error_set_handler(Some(say_nothing)) };
    });
}
