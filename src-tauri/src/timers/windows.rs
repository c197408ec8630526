//! Windows wakes who waits 64 times a second, unless a program asks for more: too seldom for 30 or 60 pictures.
#![allow(unsafe_code)] // The C interface of the multimedia timers.

use windows_sys::Win32::Media::{TIMERR_NOERROR, timeBeginPeriod};

/// The finest that it has, ms.
const STEP: u32 = 1;

/// From now on, until the program ends, which takes the wish back.
pub(crate) fn wake_on_time() {
    // SAFETY: it takes no pointer.
    if unsafe { timeBeginPeriod(STEP) } != TIMERR_NOERROR {
        tracing::warn!("the system does not wake who waits every {STEP} ms: pictures may come unevenly");
    }
}
