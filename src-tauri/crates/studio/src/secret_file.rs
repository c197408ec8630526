//! A file that has a secret in it: read only where nobody else can read it.

use crate::rights::{how_to_close, others_can_read};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use words::{Said, said};

/// Reads at most so many bytes of it. The error is one sentence or two, and has nothing of what stands in the file.
pub(crate) fn read(path: &Path, longest: u64) -> Result<String, Said> {
    let unread = |error: io::Error| said!("start.unread", path = path.display(), error);
    let file = File::open(path).map_err(unread)?;
    if others_can_read(&file).map_err(unread)? {
        return Err(said!("start.open_secret", path = path.display(), close = how_to_close(path)));
    }
    let mut text = String::new();
    file.take(longest).read_to_string(&mut text).map_err(unread)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
