//! The token that opens `/metrics`: a file in the data folder that only the user may read, made at its first use.

use crate::files::{make_private_folder, write_new};
use crate::random::random_hex;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Its name in the data folder.
const NAME: &str = "metrics.token";

/// A token chosen by hand that is shorter can be guessed.
const LEAST: usize = 16;

/// The token, and the file in which it stands: for whoever reads the metrics.
pub(crate) fn open(folder: &Path) -> io::Result<(String, PathBuf)> {
    make_private_folder(folder)?;
    let path = folder.join(NAME);
    match write_new(&path, format!("{}\n", random_hex()).as_bytes()) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    keep_private(&path)?;
    let text = fs::read_to_string(&path)?;
    // An editor may have put a byte order mark before it.
    let token = text.trim_start_matches('\u{feff}').trim().to_owned();
    if token.len() < LEAST || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message =
            format!("a token is one line of at least {LEAST} characters; delete {} for a new one", path.display());
        return Err(io::Error::new(ErrorKind::InvalidData, message));
    }
    Ok((token, path))
}

/// A file that was copied here may be open to others. What a link leads to has its rights from whoever put it there.
fn keep_private(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if !path.is_symlink() && fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        }
    }
    // Elsewhere a file has the rights of its folder.
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("not/there/yet");
        let (first, path) = open(&inside).unwrap();
        assert_eq!((first.len(), path.as_path()), (32, inside.join("metrics.token").as_path()));
        assert_eq!(open(&inside).unwrap().0, first, "it holds across restarts");
        assert_ne!(open(folder.path()).unwrap().0, first, "drawn at random");
        fs::write(&path, "one-of-my-own-choice\n").unwrap();
        assert_eq!(open(&inside).unwrap().0, "one-of-my-own-choice");
        for bad in ["", "short", "two words of a token"] {
            fs::write(&path, bad).unwrap();
            assert!(open(&inside).unwrap_err().to_string().contains("metrics.token"), "{bad:?} opens nothing");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (_, path) = open(folder.path()).unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        open(folder.path()).unwrap();
        assert_eq!(mode(&path), 0o600, "closed again");
    }
}
