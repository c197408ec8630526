//! What the terminal says.
#![allow(unsafe_code)] // The standard library does not ask how large a terminal is.

use std::mem::MaybeUninit;

/// None where it does not say: a serial line knows nothing of who reads it.
pub(in crate::headless) fn of_stdout() -> Option<usize> {
    let mut size = MaybeUninit::<libc::winsize>::zeroed();
    // SAFETY: the kernel fills the size, which lives until the call returns; zeroed it is one, too.
    let size = unsafe {
        if libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, size.as_mut_ptr()) != 0 {
            return None;
        }
        size.assume_init()
    };
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}
