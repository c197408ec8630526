//! The screens and the windows, as the system tells them.
#![allow(unsafe_code)] // Windows' own interface: it calls back with what it found.

use super::listed::{Monitor, Window, title};
use std::mem;
use windows_com::{
    Win32::{
        Foundation::{HWND, LPARAM, POINT, RECT},
        Graphics::{
            Dwm::{DWMWA_CLOAKED, DwmGetWindowAttribute},
            Gdi::{ClientToScreen, EnumDisplayMonitors, GetMonitorInfoW, HDC, HMONITOR, MONITORINFO, MONITORINFOEXW},
        },
        UI::{
            HiDpi::{DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2, SetThreadDpiAwarenessContext},
            WindowsAndMessaging::{
                EnumWindows, GWL_EXSTYLE, GetClientRect, GetWindowLongPtrW, InternalGetWindowText, IsIconic, IsWindow,
                IsWindowVisible, MONITORINFOF_PRIMARY, WS_EX_APPWINDOW, WS_EX_TOOLWINDOW,
            },
        },
    },
    core::BOOL,
};

/// Has the system tell this thread of pixels as they are: else it tells of fewer where letters are enlarged.
pub(super) fn in_real_pixels() {
    // SAFETY: it changes what this thread is told, and nothing else.
    unsafe { SetThreadDpiAwarenessContext(DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2) };
}

/// All screens that are part of the desktop.
pub(super) fn monitors() -> Vec<Monitor> {
    let mut found: Vec<Monitor> = Vec::new();
    // SAFETY: the list outlives the call, which calls back before it returns and in this thread.
    let _ = unsafe { EnumDisplayMonitors(None, None, Some(is_monitor), LPARAM(&raw mut found as isize)) };
    found
}

unsafe extern "system" fn is_monitor(handle: HMONITOR, _: HDC, _: *mut RECT, found: LPARAM) -> BOOL {
    let mut told = MONITORINFOEXW::default();
    told.monitorInfo.cbSize = mem::size_of::<MONITORINFOEXW>() as u32;
    // SAFETY: what is told fits into the longer of the structures, whose length it says.
    if unsafe { GetMonitorInfoW(handle, (&raw mut told).cast::<MONITORINFO>()) }.as_bool() {
        let area = told.monitorInfo.rcMonitor;
        let device = told.szDevice.split(|&unit| unit == 0).next().unwrap_or_default();
        // SAFETY: it is the list of `monitors`, which nobody else uses during the call.
        let found = unsafe { &mut *(found.0 as *mut Vec<Monitor>) };
        found.push(Monitor {
            handle: handle.0 as isize,
            device: String::from_utf16_lossy(device),
            is_primary: told.monitorInfo.dwFlags & MONITORINFOF_PRIMARY != 0,
            corner: (area.left, area.top),
            size: (area.right - area.left, area.bottom - area.top),
        });
    }
    true.into()
}

/// Nobody has so many windows.
const MOST_WINDOWS: usize = 4096;

/// A longer title is no title.
const LONGEST_TITLE: usize = 1024;

/// All windows that stand on the desktop, the foremost first.
pub(super) fn windows() -> Vec<Window> {
    let mut handles: Vec<HWND> = Vec::new();
    // SAFETY: as with the screens.
    let _ = unsafe { EnumWindows(Some(is_window), LPARAM(&raw mut handles as isize)) };
    handles.into_iter().map(window).collect()
}

unsafe extern "system" fn is_window(handle: HWND, found: LPARAM) -> BOOL {
    // SAFETY: it is the list of `windows`, which nobody else uses during the call.
    let found = unsafe { &mut *(found.0 as *mut Vec<HWND>) };
    found.push(handle);
    (found.len() < MOST_WINDOWS).into()
}

fn window(handle: HWND) -> Window {
    let mut text = [0; LONGEST_TITLE];
    let mut cloaked = 0u32;
    // SAFETY: a window that was closed meanwhile is answered with nothing, and each answer fits into what is given for it. The title is what
    // the system keeps: asked for it, a program that hangs would not answer.
    unsafe {
        let length = InternalGetWindowText(handle, &mut text).max(0) as usize;
        let length_of_cloaked = mem::size_of_val(&cloaked) as u32;
        let _ = DwmGetWindowAttribute(handle, DWMWA_CLOAKED, (&raw mut cloaked).cast(), length_of_cloaked);
        let style = GetWindowLongPtrW(handle, GWL_EXSTYLE) as u32;
        Window {
            handle: handle.0 as isize,
            title: title(&text[..length.min(LONGEST_TITLE)]),
            is_visible: IsWindowVisible(handle).as_bool(),
            is_minimised: IsIconic(handle).as_bool(),
            is_cloaked: cloaked != 0,
            is_tool: style & WS_EX_TOOLWINDOW.0 != 0 && style & WS_EX_APPWINDOW.0 == 0,
        }
    }
}

/// How a window that was chosen is now.
pub(super) enum Now {
    Closed,
    Minimised,
    /// Where the corner of what its program draws is on the desktop, and its size.
    Shown {
        corner: (i32, i32),
        size: (i32, i32),
    },
}

pub(super) fn now(handle: isize) -> Now {
    let window = HWND(handle as *mut _);
    let (mut area, mut corner) = (RECT::default(), POINT::default());
    // SAFETY: a handle of a window that was closed is answered with no.
    unsafe {
        if !IsWindow(Some(window)).as_bool() {
            return Now::Closed;
        }
        if IsIconic(window).as_bool() || !IsWindowVisible(window).as_bool() {
            return Now::Minimised;
        }
        if GetClientRect(window, &raw mut area).is_err() || !ClientToScreen(window, &raw mut corner).as_bool() {
            return Now::Closed;
        }
    }
    Now::Shown { corner: (corner.x, corner.y), size: (area.right, area.bottom) }
}
