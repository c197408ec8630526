//! Which screen or window people chose, where the desktop asks them: by this word of the desktop's it is known again at the next start. It
//! stands in a file that only the user may read.

use crate::files::write_whole;
use crate::secret_file;
use media::ScreenToken;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Its name in the data folder.
const NAME: &str = "screen.token";

/// Those of desktops are of 36 characters.
const LONGEST: u64 = 1024;

/// The file.
#[derive(Debug)]
pub(crate) struct ScreenTokenFile(PathBuf);

impl ScreenTokenFile {
    pub(crate) fn of(folder: &Path) -> ScreenTokenFile {
        ScreenTokenFile(folder.join(NAME))
    }

    /// What is kept. Where it cannot be read the desktop asks once more, and nothing else comes of it.
    pub(crate) fn read(&self) -> Option<ScreenToken> {
        if !self.0.exists() {
            return None;
        }
        let text = secret_file::read(&self.0, LONGEST);
        let text = text.inspect_err(|why| tracing::warn!("which screen was chosen is not known: {why}")).ok()?;
        let token = text.trim();
        let is_one = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        is_one.then(|| ScreenToken::new(token.to_owned()))
    }

    /// Writes it, or takes the file away.
    pub(crate) fn keep(&self, token: Option<&ScreenToken>) -> io::Result<()> {
        match token {
            Some(token) => write_whole(&self.0, format!("{}\n", token.as_str()).as_bytes()),
            None => match fs::remove_file(&self.0) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        }
    }

    /// For messages.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_private_and_gone_when_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = ScreenTokenFile::of(folder.path());
        assert_eq!(file.read(), None);
        file.keep(None).unwrap();
        for text in ["76f0a378-eddc-4acd-866b-d7266383a491", "another"] {
            let token = ScreenToken::new(text.to_owned());
            file.keep(Some(&token)).unwrap();
            assert_eq!(file.read(), Some(token));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
        }
        file.keep(None).unwrap();
        assert_eq!((file.read(), file.path().exists()), (None, false));
    }

    #[test]
    fn what_is_no_token_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = ScreenTokenFile::of(folder.path());
        for text in ["", "\n", "two words", "\u{e9}", "a\u{0}b"] {
            write_whole(file.path(), text.as_bytes()).unwrap();
            assert_eq!(file.read(), None, "{text:?}");
        }
    }
}
