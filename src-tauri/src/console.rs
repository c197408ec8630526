//! The console of a program for Windows. It is a program for consoles, so that a shell waits for `skylark headless` and Ctrl+C ends it;
//! who starts the window from the menu gets none to see. Since Windows 11 24H2 that is what its manifest asks for
//! (`consoleAllocationPolicy`); an older Windows makes one that is closed again here.
#![allow(unsafe_code)] // The C interface of consoles.

use windows_sys::Win32::System::Console::{AllocConsole, GetConsoleWindow, GetStdHandle, STD_OUTPUT_HANDLE};
#[cfg(feature = "window")]
use windows_sys::Win32::System::Console::{FreeConsole, GetConsoleProcessList};

/// Closes the console that was made for this program alone. A shell's stays, and takes the log.
#[cfg(feature = "window")]
pub(crate) fn leave() {
    let mut programs = [0; 2];
    // SAFETY: it writes as many numbers as it is told that there is room for.
    let number = unsafe { GetConsoleProcessList(programs.as_mut_ptr(), programs.len() as u32) };
    if number == 1 {
        // SAFETY: it takes nothing. What is written to stderr from now on goes nowhere.
        unsafe { FreeConsole() };
    }
}

/// Makes one where there is none and nobody takes what is said: else a broadcast would run that nobody sees and nobody can end.
pub(crate) fn need() {
    // SAFETY: neither takes anything but a number.
    let seen = unsafe { !GetConsoleWindow().is_null() || !GetStdHandle(STD_OUTPUT_HANDLE).is_null() };
    if !seen {
        // SAFETY: it takes nothing. Where it fails there is none, as before.
        unsafe { AllocConsole() };
    }
}
