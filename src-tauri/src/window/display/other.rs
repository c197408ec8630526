//! Systems that have a display, and all that a window needs, wherever a program runs.

use crate::logging;

pub(super) fn open() -> Result<(), String> {
    Ok(())
}

pub(super) fn tell(message: &str) {
    logging::say(&format!("skylark: {message}"));
}
