//! How the system asks the program to end, and how it keeps a program in the background from the terminal.

#[cfg(not(unix))]
mod console;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use console::{is_in_background, stay_in_background, stop, wait_for_input};
#[cfg(unix)]
pub(crate) use unix::{is_in_background, stay_in_background, stop, wait_for_input};
