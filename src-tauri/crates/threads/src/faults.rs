//! Panics on demand, for tests: each thread can be made to fail in the program as it is. And what has its time can be had at once.

use crate::guard;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The folder in which a test asks: a file by a thread's name has that thread panic once, and is taken away; so is one by the name of
/// what is wanted at once.
const FOLDER: &str = "SKYLARK_FAULTS";

static ASKED_IN: OnceLock<Option<PathBuf>> = OnceLock::new();

/// Panics if a test asks this thread or task to.
pub(crate) fn panic_if_asked() {
    if asked(&guard::name()) {
        panic!("a test asked for it");
    }
}

/// Whether a test asks for this. Who takes the file away is the one that was asked.
pub(crate) fn asked(name: &str) -> bool {
    let folder = ASKED_IN.get_or_init(|| std::env::var_os(FOLDER).map(PathBuf::from));
    folder.as_ref().is_some_and(|folder| fs::remove_file(folder.join(name)).is_ok())
}
