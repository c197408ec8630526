//! Files that nobody but the user reads: by a mode on Unix, by a list of rights on Windows.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{create_private, how_to_close, others_can_read};
#[cfg(windows)]
pub(crate) use windows::{create_private, how_to_close, others_can_read};
