//! Choosing a file or a folder among one's own, in the system's own way.

#[cfg_attr(target_os = "linux", path = "choose/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "choose/other.rs")]
mod system;

pub(super) use system::choose;

use serde::Deserialize;
use std::path::PathBuf;

/// What is to be chosen. The words are the panel's, in its language.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code))] // There nobody is asked yet.
pub(super) struct Question {
    kind: Kind,
    /// Where to begin: what is chosen already.
    at: Option<PathBuf>,
    title: String,
    accept: String,
    cancel: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// A file, PNG or JPEG.
    Image,
    Folder,
}
