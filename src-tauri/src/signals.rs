//! How the system asks the program to end.

#[cfg(not(unix))]
mod console;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use console::stop;
#[cfg(unix)]
pub(crate) use unix::stop;
