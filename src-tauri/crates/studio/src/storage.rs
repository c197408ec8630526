//! What outlives the program besides the settings: the watch token with the bans, and what cookies are signed with, in a file of
//! their own. A file that cannot be read is moved aside, never overwritten.

use crate::cookie_key::CookieKey;
use crate::files::{make_private_folder, write_whole};
use audience::{Passcode, Persisted, Token};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use words::{Said, said};

/// Keeps the watch token, retired ones and the bans in one file that only the user may read: whoever has the token is in.
#[derive(Debug)]
pub(crate) struct Keeper {
    path: PathBuf,
    cookie_key: CookieKey,
    /// A `--stream` name stands in for the kept token in this run, and must not take its place on disk.
    stand_in: Option<(Token, Vec<Token>)>,
    /// So does a passcode of this run, as long as no other is set, for the one that is kept, or none.
    passcode_stand_in: Option<(Passcode, Option<Passcode>)>,
    /// There is a waiting room in this run, as long as it is not taken away, and none is kept.
    waiting_room_stand_in: bool,
}

/// What was kept, and what there is to say about it.
pub(crate) struct Kept {
    /// As it was kept, or made now.
    pub(crate) persisted: Persisted,
    /// What cookies are signed with, as it was kept, or made now.
    pub(crate) cookie_key: CookieKey,
    /// A sentence for the broadcaster: the file could not be read, and where it is now.
    pub(crate) complaint: Option<Said>,
}

/// What an editor may have put before the text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The file.
#[derive(Serialize, Deserialize)]
struct File {
    #[serde(flatten)]
    audience: Persisted,
    /// The version before made none. Without it, and where it cannot be read, browsers are given new cookies; a ban goes by the
    /// name in the old one all the same.
    #[serde(default, deserialize_with = "CookieKey::if_readable")]
    cookie_key: Option<CookieKey>,
}

impl Keeper {
    /// Reads what is kept in `folder`, or makes it with `fresh` as token. `stream` stands in for the token in this run.
    pub(crate) fn open(folder: &Path, stream: Option<Token>, fresh: Token) -> io::Result<(Keeper, Kept)> {
        make_private_folder(folder)?;
        let path = folder.join("audience.json");
        let (found, complaint) = match fs::read(&path) {
            Ok(text) => match serde_json::from_slice::<File>(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text)) {
                Ok(file) => (Some(file), None),
                Err(error) => (None, Some(move_aside(&path, &error)?)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => (None, None),
            Err(error) => return Err(error),
        };
        let is_new = found.is_none();
        let made = || Persisted::new(fresh);
        let (mut persisted, kept_key) = found.map_or_else(|| (made(), None), |file| (file.audience, file.cookie_key));
        let has_key = kept_key.is_some();
        let cookie_key = kept_key.unwrap_or_else(CookieKey::fresh);
        let mut keeper = Keeper {
            path,
            cookie_key: cookie_key.clone(),
            stand_in: None,
            passcode_stand_in: None,
            waiting_room_stand_in: false,
        };
        if is_new {
            keeper.keep(&persisted)?;
        } else if !has_key && let Err(error) = keeper.keep(&persisted) {
            // The link is there and everything works; the next change that is written takes the key along.
            tracing::warn!(%error, "what cookies are signed with could not be kept, so browsers are given new ones next time");
        }
        if let Some(stream) = stream {
            keeper.stand_in = Some((persisted.token.clone(), persisted.retired.clone()));
            persisted = Persisted { token: stream, retired: Vec::new(), ..persisted };
        }
        Ok((keeper, Kept { persisted, cookie_key, complaint }))
    }

    /// Has a passcode stand in for the kept one in this run.
    pub(crate) fn stand_in(&mut self, passcode: Passcode, persisted: &mut Persisted) {
        let kept = persisted.passcode.replace(passcode.clone());
        self.passcode_stand_in = Some((passcode, kept));
    }

    /// Has a waiting room stand there in this run, whatever is kept.
    pub(crate) fn stand_in_waiting_room(&mut self, persisted: &mut Persisted) {
        self.waiting_room_stand_in = !std::mem::replace(&mut persisted.waiting_room, true);
    }

    /// Writes it.
    pub(crate) fn keep(&self, persisted: &Persisted) -> io::Result<()> {
        let mut persisted = persisted.clone();
        if let Some((token, retired)) = &self.stand_in {
            (persisted.token, persisted.retired) = (token.clone(), retired.clone());
        }
        if let Some((passcode, kept)) = &self.passcode_stand_in
            && persisted.passcode.as_ref() == Some(passcode)
        {
            persisted.passcode = kept.clone();
        }
        persisted.waiting_room &= !self.waiting_room_stand_in;
        let file = File { audience: persisted, cookie_key: Some(self.cookie_key.clone()) };
        let mut text = serde_json::to_vec_pretty(&file)?;
        text.push(b'\n');
        write_whole(&self.path, &text)
    }

    /// The file, for messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn move_aside(path: &Path, error: &serde_json::Error) -> io::Result<Said> {
    let aside = (1..)
        .map(|n| path.with_extension(format!("json.unreadable-{n}")))
        .find(|aside| !aside.exists())
        .expect("numbers do not run out");
    fs::rename(path, &aside)?;
    let (path, kept_as) = (path.display(), aside.display());
    Ok(said!("start.links_lost", path, error = error.to_string(), kept_as))
}

#[cfg(test)]
mod tests {
    use super::*;
    use audience::Ban;

    fn token(n: u8) -> Token {
        Token::from_random([n; 16])
    }

    fn word(text: &str) -> Passcode {
        Passcode::new(text, |_| audience::PasscodeId([7; 16])).unwrap()
    }

    fn ban() -> Ban {
        Ban {
            cookie: None,
            address: [10, 0, 0, 7].into(),
            user_agent: "x".into(),
            guest: None,
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
        let (_, second) = Keeper::open(&inside, None, token(2)).unwrap();
        assert_eq!(second.persisted.token, token(1), "the link holds across restarts");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(inside.join("audience.json")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "whoever reads it may watch");
        }
        assert!(second.complaint.is_none());
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let (keeper, _) = Keeper::open(folder.path(), None, token(1)).unwrap();
        let changed = Persisted {
            retired: vec![token(1)],
            bans: vec![ban()],
            passcode: Some(word("sesame")),
            ..Persisted::new(token(2))
        };
        keeper.keep(&changed).unwrap();
        assert_eq!(Keeper::open(folder.path(), None, token(3)).unwrap().1.persisted, changed);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn an_editors_byte_order_mark_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("audience.json"), "\u{feff}{\"token\":\"party\"}").unwrap();
        let (_, kept) = Keeper::open(folder.path(), None, token(1)).unwrap();
        assert_eq!((kept.persisted.token.as_str(), kept.complaint), ("party", None));
    }

    #[test]
    fn what_cookies_are_signed_with_is_made_once_for_the_version_before_too() {
        let folder = tempfile::tempdir().unwrap();
        let (_, first) = Keeper::open(folder.path(), None, token(1)).unwrap();
        let (keeper, second) = Keeper::open(folder.path(), None, token(1)).unwrap();
        assert_eq!(second.cookie_key, first.cookie_key, "a browser is known across restarts");
        keeper.keep(&second.persisted).unwrap();
        assert_eq!(Keeper::open(folder.path(), None, token(1)).unwrap().1.cookie_key, first.cookie_key);
        let before = r#"{"token":"party"}"#;
        let broken = r#"{"token":"party","cookie_key":"not a key"}"#;
        for text in [before, broken] {
            fs::write(folder.path().join("audience.json"), text).unwrap();
            let (_, made) = Keeper::open(folder.path(), None, token(2)).unwrap();
            assert_eq!((made.persisted.token.as_str(), made.complaint), ("party", None), "the link is the same");
            assert_ne!(made.cookie_key, first.cookie_key);
            assert_eq!(Keeper::open(folder.path(), None, token(2)).unwrap().1.cookie_key, made.cookie_key);
        }
    }

    #[test]
    fn a_stream_name_does_not_take_the_tokens_place() {
        let folder = tempfile::tempdir().unwrap();
        let (keeper, _) = Keeper::open(folder.path(), None, token(1)).unwrap();
        keeper.keep(&Persisted { retired: vec![token(0)], ..Persisted::new(token(1)) }).unwrap();
        let stream = Token::named("party").unwrap();
        let (keeper, kept) = Keeper::open(folder.path(), Some(stream.clone()), token(2)).unwrap();
        assert_eq!((&kept.persisted.token, kept.persisted.retired.len()), (&stream, 0));
        keeper.keep(&Persisted { bans: vec![ban()], ..kept.persisted }).unwrap();
        let (_, after) = Keeper::open(folder.path(), None, token(3)).unwrap();
        assert_eq!(
            after.persisted,
            Persisted { retired: vec![token(0)], bans: vec![ban()], ..Persisted::new(token(1)) }
        );
    }

    #[test]
    fn a_passcode_of_one_run_does_not_take_the_kept_ones_place_until_another_is_set() {
        let folder = tempfile::tempdir().unwrap();
        let reopened = || Keeper::open(folder.path(), None, token(1)).unwrap();
        for kept in [None, Some(word("barley"))] {
            let (mut keeper, Kept { mut persisted, .. }) = reopened();
            persisted.passcode = kept.clone();
            keeper.keep(&persisted).unwrap();
            keeper.stand_in(word("sesame"), &mut persisted);
            assert_eq!(persisted.passcode, Some(word("sesame")), "that is asked for");
            keeper.keep(&persisted).unwrap();
            assert_eq!(reopened().1.persisted.passcode, kept, "and that is kept");
            assert!(!reopened().1.persisted.waiting_room);
            keeper.stand_in_waiting_room(&mut persisted);
            assert!(persisted.waiting_room, "there is one in this run");
            keeper.keep(&persisted).unwrap();
            assert!(!reopened().1.persisted.waiting_room, "and none is kept");
            for set in [Some(word("wheat")), None] {
                keeper.keep(&Persisted { passcode: set.clone(), ..persisted.clone() }).unwrap();
                assert_eq!(reopened().1.persisted.passcode, set, "by the broadcaster's word");
            }
        }
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
