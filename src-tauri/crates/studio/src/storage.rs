//! What outlives the program, on disk: the settings file, and the watch token with the bans.
//!
//! A file is written whole under another name and then put in its place, so that a crash leaves the old one or the new
//! one. A file that cannot be read is moved aside, never overwritten.

use audience::{Persisted, Token};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Keeps the watch token, retired ones and the bans in one file that only the user may read: whoever has the token is in.
#[derive(Debug)]
pub(crate) struct Keeper {
    path: PathBuf,
    /// A `--stream` name stands in for the kept token in this run, and must not take its place on disk.
    stand_in: Option<(Token, Vec<Token>)>,
}

/// What was kept, and what there is to say about it.
pub(crate) struct Kept {
    /// As it was kept, or made now.
    pub(crate) persisted: Persisted,
    /// A sentence for the broadcaster: the file could not be read, and where it is now.
    pub(crate) complaint: Option<String>,
}

impl Keeper {
    /// Reads what is kept in `folder`, or makes it with `fresh` as token. `stream` stands in for the token in this run.
    pub(crate) fn open(folder: &Path, stream: Option<Token>, fresh: Token) -> io::Result<(Keeper, Kept)> {
        make_private_folder(folder)?;
        let path = folder.join("audience.json");
        let (found, complaint) = match fs::read(&path) {
            Ok(text) => match serde_json::from_slice::<Persisted>(&text) {
                Ok(persisted) => (Some(persisted), None),
                Err(error) => (None, Some(move_aside(&path, &error)?)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => (None, None),
            Err(error) => return Err(error),
        };
        let mut keeper = Keeper { path, stand_in: None };
        let is_new = found.is_none();
        let mut persisted = found.unwrap_or_else(|| Persisted { token: fresh, retired: Vec::new(), bans: Vec::new() });
        if is_new {
            keeper.keep(&persisted)?;
        }
        if let Some(stream) = stream {
            keeper.stand_in = Some((persisted.token.clone(), persisted.retired.clone()));
            persisted = Persisted { token: stream, retired: Vec::new(), bans: persisted.bans };
        }
        Ok((keeper, Kept { persisted, complaint }))
    }

    /// Writes it.
    pub(crate) fn keep(&self, persisted: &Persisted) -> io::Result<()> {
        let mut persisted = persisted.clone();
        if let Some((token, retired)) = &self.stand_in {
            (persisted.token, persisted.retired) = (token.clone(), retired.clone());
        }
        let mut text = serde_json::to_vec_pretty(&persisted)?;
        text.push(b'\n');
        write_whole(&self.path, &text)
    }

    /// The file, for messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Writes a file that only the user may read: all of it or, if that fails, nothing.
pub(crate) fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let written = create_private(&beside)
        .and_then(|mut file| file.write_all(text).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // What could not be put in place is of no use; the error that matters is the first one.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Makes a folder, and those above it, that only the user may look into. One that is there already stays as it is.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn move_aside(path: &Path, error: &serde_json::Error) -> io::Result<String> {
    let aside = (1..)
        .map(|n| path.with_extension(format!("json.unreadable-{n}")))
        .find(|aside| !aside.exists())
        .expect("numbers do not run out");
    fs::rename(path, &aside)?;
    Ok(format!(
        "{} could not be read ({error}): a new watch link was made and no bans are known. The file was kept as {}; \
         repair it, put it back and start again to have the old link and bans.",
        path.display(),
        aside.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use audience::Ban;

    fn token(n: u8) -> Token {
        Token::from_random([n; 16])
    }

    fn ban() -> Ban {
        Ban {
            cookie: None,
            address: [10, 0, 0, 7].into(),
            user_agent: "x".into(),
            reason: Some("spam".into()),
            banned_at: 1,
        }
    }

    #[test]
    fn the_token_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("not/there/yet");
        let (_, first) = Keeper::open(&inside, None, token(1)).unwrap();
        assert_eq!(first.persisted.token, token(1));
        let (keeper, second) = Keeper::open(&inside, None, token(2)).unwrap();
        assert_eq!(second.persisted.token, token(1), "the link holds across restarts");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(keeper.path()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "whoever reads it may watch");
        }
        assert!(second.complaint.is_none());
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let (keeper, _) = Keeper::open(folder.path(), None, token(1)).unwrap();
        let changed = Persisted { token: token(2), retired: vec![token(1)], bans: vec![ban()] };
        keeper.keep(&changed).unwrap();
        assert_eq!(Keeper::open(folder.path(), None, token(3)).unwrap().1.persisted, changed);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_stream_name_does_not_take_the_tokens_place() {
        let folder = tempfile::tempdir().unwrap();
        let (keeper, _) = Keeper::open(folder.path(), None, token(1)).unwrap();
        keeper.keep(&Persisted { token: token(1), retired: vec![token(0)], bans: vec![] }).unwrap();
        let stream = Token::named("party").unwrap();
        let (keeper, kept) = Keeper::open(folder.path(), Some(stream.clone()), token(2)).unwrap();
        assert_eq!((&kept.persisted.token, kept.persisted.retired.len()), (&stream, 0));
        keeper.keep(&Persisted { bans: vec![ban()], ..kept.persisted }).unwrap();
        let (_, after) = Keeper::open(folder.path(), None, token(3)).unwrap();
        assert_eq!(after.persisted, Persisted { token: token(1), retired: vec![token(0)], bans: vec![ban()] });
    }

    #[test]
    fn a_file_that_cannot_be_read_is_moved_aside_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audience.json");
        for (n, broken) in ["{\"token\":", "{\"token\":\"not a token!\"}"].into_iter().enumerate() {
            fs::write(&path, broken).unwrap();
            let (_, kept) = Keeper::open(folder.path(), None, token(7)).unwrap();
            assert_eq!(kept.persisted.token, token(7));
            let aside = folder.path().join(format!("audience.json.unreadable-{}", n + 1));
            assert_eq!(fs::read_to_string(&aside).unwrap(), broken);
            assert!(kept.complaint.unwrap().contains(&aside.display().to_string()), "the message says where it is");
        }
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::create_dir(&path).unwrap();
        assert!(write_whole(&path, b"text").is_err(), "a folder cannot be replaced by a file");
        assert!(path.is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the half-way file is gone");
    }
}
