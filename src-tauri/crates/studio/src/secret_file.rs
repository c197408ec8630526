//! A file that has a secret in it: read only where nobody else can read it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Reads at most so many bytes of it. The error is one sentence or two, and has nothing of what stands in the file.
pub(crate) fn read(path: &Path, longest: u64) -> Result<String, String> {
    let shown = path.display();
    let unread = |error: io::Error| format!("{shown} cannot be read ({error})");
    let file = File::open(path).map_err(unread)?;
    if others_can_read(&file).map_err(unread)? {
        return Err(format!("{shown} can be read by others, and has secrets in it. Close it with: chmod go= {shown}"));
    }
    let mut text = String::new();
    file.take(longest).read_to_string(&mut text).map_err(unread)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn others_can_read(file: &File) -> io::Result<bool> {
    let about = file.metadata()?;
    #[cfg(unix)]
    {
        Ok(std::os::unix::fs::MetadataExt::mode(&about) & 0o044 != 0)
    }
    // Elsewhere rights are lists, and a user's own folders are closed to others.
    #[cfg(not(unix))]
    {
        Ok(about.is_dir())
    }
}
