//! What outlives the program besides the settings: the watch token with the bans, in a file of their own. A file that cannot
//! be read is moved aside, never overwritten.

use crate::files::{make_private_folder, write_whole};
use audience::{Persisted, Token};
use std::fs;
use std::io;
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
    fn what_the_version_before_kept_is_read() {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kept/0.1.0/audience.json");
        let folder = tempfile::tempdir().unwrap();
        fs::copy(kept, folder.path().join("audience.json")).unwrap();
        let (_, kept) = Keeper::open(folder.path(), None, token(9)).unwrap();
        assert_eq!(kept.complaint, None);
        assert_eq!((kept.persisted.token, kept.persisted.retired), (token(2), vec![token(0), token(1)]));
        let [with_cookie, without] = kept.persisted.bans.try_into().expect("two bans");
        assert_eq!(with_cookie.cookie.unwrap().to_string(), "000102030405060708090a0b0c0d0e0f");
        assert_eq!((with_cookie.reason.as_deref(), with_cookie.banned_at), (Some("spam"), 1_764_300_000_000));
        assert_eq!((without.cookie, without.reason, without.address), (None, None, [203, 0, 113, 9].into()));
    }
}
