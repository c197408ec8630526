//! Panics on demand, for tests: each thread can be made to fail in the program as it is.

use crate::guard;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The folder in which a test asks: a file by a thread's name has that thread panic once, and is taken away.
const FOLDER: &str = "SKYLARK_FAULTS";

static ASKED_IN: OnceLock<Option<PathBuf>> = OnceLock::new();

/// Panics if a test asks this thread or task to.
pub(crate) fn panic_if_asked() {
    let Some(folder) = ASKED_IN.get_or_init(|| std::env::var_os(FOLDER).map(PathBuf::from)) else { return };
    // Who takes the file away is the one that was asked.
    if fs::remove_file(folder.join(guard::name())).is_ok() {
        panic!("a test asked for it");
    }
}
