//! How the system asks the program to end, and how it keeps a program in the background from the terminal.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{is_in_background, stay_in_background, stop, wait_for_input};
#[cfg(windows)]
pub(crate) use windows::{is_in_background, stay_in_background, stop, wait_for_input};
