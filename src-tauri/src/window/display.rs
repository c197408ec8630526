//! Whether a window can be opened here. Tauri only panics where it cannot.

#[cfg(target_os = "linux")]
#[path = "display/linux.rs"]
mod system;
#[cfg(windows)]
#[path = "display/windows.rs"]
mod system;
#[cfg(not(any(target_os = "linux", windows)))]
#[path = "display/other.rs"]
mod system;

use words::Said;

/// Opens the display, or says in sentences what is missing and what to do. On the main thread, before anything of Tauri is.
pub(super) fn open() -> Result<(), Said> {
    system::open()
}

/// Tells whoever started the program, where that person reads it, why there is no window.
pub(super) fn tell(message: &Said) {
    system::tell(message);
}
