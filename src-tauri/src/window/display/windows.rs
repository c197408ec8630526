//! Windows, which always has a desktop, but not always what a window is filled by: WebView2 comes with Windows 11 and with most of
//! Windows 10.
#![allow(unsafe_code)] // The C interface of a message box.

use crate::{console, logging};
use std::ptr;
use windows_sys::Win32::Globalization::GetUserDefaultLocaleName;
use windows_sys::Win32::UI::WindowsAndMessaging::{MB_ICONERROR, MB_OK, MB_SETFOREGROUND, MessageBoxW};
use words::{Language, Said, said};

/// Asked by the library that would open it, which looks into the registry.
pub(super) fn open() -> Result<(), Said> {
    console::leave();
    tauri::webview_version().map(drop).map_err(|error| {
        tracing::info!("WebView2 answers: {error}");
        said!("window.no_webview")
    })
}

/// In a box as well: who started the program from the menu reads no stderr. Returns when somebody has read it; at once, where there is
/// no desktop that could show it.
pub(super) fn tell(message: &Said) {
    logging::say(&format!("skylark: {message}"));
    let wide = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<u16>>();
    let (title, text) = (wide("Skylark"), wide(&capitalised(&message.in_language(language()))));
    // SAFETY: both end in a zero and live as long as the call; no window is named.
    unsafe { MessageBoxW(ptr::null_mut(), text.as_ptr(), title.as_ptr(), MB_OK | MB_ICONERROR | MB_SETFOREGROUND) };
}

/// LOCALE_NAME_MAX_LENGTH, with the zero behind it.
const LONGEST_TAG: usize = 85;

/// What the user reads Windows in.
fn language() -> Language {
    let mut tag = [0; LONGEST_TAG];
    // SAFETY: so many characters fit there.
    let length = unsafe { GetUserDefaultLocaleName(tag.as_mut_ptr(), tag.len() as i32) };
    // The zero behind it is counted; none is written where it fails.
    let tag = &tag[..usize::try_from(length).unwrap_or_default().saturating_sub(1)];
    Language::choose([&*String::from_utf16_lossy(tag)])
}

/// As a sentence of its own begins.
fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
