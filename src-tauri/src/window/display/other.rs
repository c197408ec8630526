//! Systems that have a display, and all that a window needs, wherever a program runs.

use crate::logging;
use words::Said;

pub(super) fn open() -> Result<(), Said> {
    Ok(())
}

pub(super) fn tell(message: &Said) {
    logging::say(&format!("skylark: {message}"));
}
