//! How finely the system wakes who waits.

#[cfg(windows)]
mod windows;

#[cfg(windows)]
pub(crate) use windows::wake_on_time;

/// Who waits is woken in time without being asked for it.
#[cfg(not(windows))]
pub(crate) fn wake_on_time() {}
