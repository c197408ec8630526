//! Windows, which always has a desktop, but not always what a window is filled by: WebView2 comes with Windows 11 and with most of
//! Windows 10.
#![allow(unsafe_code)] // The C interface of a message box.

use crate::{console, logging};
use std::ptr;
use windows_sys::Win32::UI::WindowsAndMessaging::{MB_ICONERROR, MB_OK, MB_SETFOREGROUND, MessageBoxW};

/// Asked by the library that would open it, which looks into the registry.
pub(super) fn open() -> Result<(), String> {
    console::leave();
    tauri::webview_version().map(drop).map_err(|error| {
        tracing::info!("WebView2 answers: {error}");
        "the window needs Microsoft's WebView2 Runtime, and this Windows does not have it. Get its Evergreen Bootstrapper from \
         https://developer.microsoft.com/microsoft-edge/webview2/ and run it, then start Skylark again. `skylark headless` goes \
         live without a window."
            .to_owned()
    })
}

/// In a box as well: who started the program from the menu reads no stderr. Returns when somebody has read it; at once, where there is
/// no desktop that could show it.
pub(super) fn tell(message: &str) {
    logging::say(&format!("skylark: {message}"));
    let wide = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<u16>>();
    let (title, text) = (wide("Skylark"), wide(&capitalised(message)));
    // SAFETY: both end in a zero and live as long as the call; no window is named.
    unsafe { MessageBoxW(ptr::null_mut(), text.as_ptr(), title.as_ptr(), MB_OK | MB_ICONERROR | MB_SETFOREGROUND) };
}

/// As a sentence of its own begins.
fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
