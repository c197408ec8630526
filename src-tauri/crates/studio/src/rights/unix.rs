//! Modes.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Opens a file for writing that is not there yet.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    // O_EXCL: no file that is there is opened, and no link followed.
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

pub(crate) fn others_can_read(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.mode() & 0o044 != 0)
}

/// A command that does it.
pub(crate) fn how_to_close(path: &Path) -> String {
    format!("chmod go= {}", path.display())
}
