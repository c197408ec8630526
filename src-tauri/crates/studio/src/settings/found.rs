//! What the settings file says at the start, and what is done with one that says nothing that can be read: a power cut leaves
//! one full of zeroes, an editor one in another encoding.

use super::file::{SettingsFile, read, text_of};
use super::forms::Written;
use crate::files;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use toml_edit::DocumentMut;
use words::{Said, said};

/// The settings as they were found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) written: Written,
    pub(crate) file: SettingsFile,
    /// A sentence for the broadcaster: the usual settings are used, and where a copy of the file is.
    pub(crate) complaint: Option<Said>,
}

/// Why there are no settings.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// The file cannot be read.
    Unread(io::Error),
    /// It holds something that cannot be; the text says where, and the remedy.
    Wrong(Said),
}

/// What is wrong with a file's text.
enum Problem {
    /// It is no TOML, so that nobody could say what was meant.
    NoToml(Said),
    /// A key or a value of it cannot be.
    Wrong(Said),
}

impl Found {
    /// The file that was named: it must be there, and is never touched before a setting is changed.
    pub(crate) fn named(path: &Path) -> Result<Found, Unfit> {
        let bytes = whole(path).map_err(Unfit::Unread)?;
        match parsed(path, &bytes) {
            Ok(written) => Ok(Found::whole(path, written)),
            Err(Problem::NoToml(message) | Problem::Wrong(message)) => Err(Unfit::Wrong(message)),
        }
    }

    /// The file in Skylark's own folder, which need not be there. One that is no TOML is copied aside, and the usual settings are
    /// used; with `instead`, as somebody asked for, one with a wrong key or value too.
    pub(crate) fn own(path: &Path, instead: bool) -> Result<Found, Unfit> {
        let bytes = match whole(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::whole(path, Written::default())),
            Err(error) => return Err(Unfit::Unread(error)),
        };
        match parsed(path, &bytes) {
            Ok(written) => Ok(Found::whole(path, written)),
            Err(Problem::NoToml(message)) => Ok(Found::usual(path, bytes, message)),
            Err(Problem::Wrong(message)) if instead => Ok(Found::usual(path, bytes, message)),
            Err(Problem::Wrong(message)) => Err(Unfit::Wrong(message)),
        }
    }

    /// What a file says, for a look ahead: nothing is done about one that cannot be read, or says what cannot be.
    pub(crate) fn glance(path: &Path) -> Option<Written> {
        parsed(path, &whole(path).ok()?).ok()
    }

    fn whole(path: &Path, written: Written) -> Found {
        let file = SettingsFile::new(path.to_owned(), written.clone());
        Found { written, file, complaint: None }
    }

    fn usual(path: &Path, bytes: Vec<u8>, message: Said) -> Found {
        let file = SettingsFile::new(path.to_owned(), Written::default());
        let (file, kept) = match copied_aside(path, &bytes) {
            Ok(aside) => (file.in_place_of(bytes), said!("start.kept", path = aside.display())),
            // Then it stays where it is, and what is changed in the panel holds until the end.
            Err(error) => (file, said!("start.not_kept", error)),
        };
        let complaint = Some(said!("start.usual", kept, cause = message));
        Found { written: Written::default(), file, complaint }
    }
}

/// Nobody writes a larger one, bytes.
const LARGEST: u64 = 1 << 20;

/// All of a file. A pipe that nobody writes into would keep the program from starting, and a device has no end.
fn whole(path: &Path) -> io::Result<Vec<u8>> {
    let found = fs::metadata(path)?;
    if !found.is_file() {
        return Err(io::Error::other("it is no file, but a folder, a pipe or a device"));
    }
    if found.len() > LARGEST {
        return Err(io::Error::other(format!("it has more than {LARGEST} bytes")));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parsed(path: &Path, bytes: &[u8]) -> Result<Written, Problem> {
    let no_utf8 = || Problem::NoToml(said!("start.utf8", path = path.display()));
    let (_, text) = text_of(bytes).ok_or_else(no_utf8)?;
    let is_toml = text.parse::<DocumentMut>().is_ok();
    read(path, text).map_err(|message| if is_toml { Problem::Wrong(message) } else { Problem::NoToml(message) })
}

/// Where a copy of the file is. One that was made before, and is the same, is as good as another.
fn copied_aside(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    for number in 1.. {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".unreadable-{number}"));
        let aside = path.with_file_name(name);
        match files::write_new(&aside, bytes) {
            Ok(()) => return Ok(aside),
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            Err(_) if fs::read(&aside).is_ok_and(|there| there == bytes) => return Ok(aside),
            Err(_) => {}
        }
    }
    unreachable!("numbers do not run out")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Written {
        read(Path::new("x"), text).expect(text)
    }

    #[test]
    fn what_is_no_file_is_refused_instead_of_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| match Found::named(path) {
            Err(Unfit::Unread(error)) => error.to_string(),
            found => panic!("{found:?}"),
        };
        assert!(refused(folder.path()).contains("no file"));
        let large = folder.path().join("large.toml");
        fs::write(&large, vec![b'\n'; LARGEST as usize + 1]).unwrap();
        assert!(refused(&large).contains("1048576 bytes"), "{}", refused(&large));
        #[cfg(unix)]
        {
            let pipe = folder.path().join("pipe");
            let made = std::process::Command::new("mkfifo").arg(&pipe).status();
            assert!(made.is_ok_and(|made| made.success()), "mkfifo is a part of every system");
            assert!(refused(&pipe).contains("a pipe"), "and nobody writes into it");
            assert!(Found::glance(&pipe).is_none());
        }
    }

    #[test]
    fn what_is_no_toml_is_kept_aside_once_and_the_usual_settings_hold() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("skylark.toml");
        for (n, broken) in
            [&b"title = \"half a"[..], &[0; 512], b"\xff\xfet\0", b"camera = C:\\x"].into_iter().enumerate()
        {
            fs::write(&path, broken).unwrap();
            let aside = folder.path().join(format!("skylark.toml.unreadable-{}", n + 1));
            for _ in 0..2 {
                let found = Found::own(&path, false).expect("the usual settings");
                assert_eq!(found.written, Written::default());
                let complaint = found.complaint.expect("it is told");
                assert!(complaint.contains(&aside.display().to_string()), "{complaint}");
                assert_eq!((fs::read(&aside).unwrap(), fs::read(&path).unwrap()), (broken.to_vec(), broken.to_vec()));
            }
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 5, "a copy of each, and the file");
    }

    #[test]
    fn the_first_change_makes_a_file_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("skylark.toml");
        fs::write(&path, "title = \"half a").unwrap();
        let mut found = Found::own(&path, false).expect("the usual settings");
        found.file.write(&written("fps = 25")).expect("nothing is lost by it");
        assert_eq!(fs::read_to_string(&path).unwrap(), "fps = 25\n");
        // Somebody repaired it meanwhile: then it is theirs.
        fs::write(&path, "title = \"half a").unwrap();
        let mut found = Found::own(&path, false).expect("the usual settings");
        fs::write(&path, "title = \"whole\"\n").unwrap();
        found.file.write(&written("fps = 25")).expect("as ever");
        assert_eq!(fs::read_to_string(&path).unwrap(), "title = \"whole\"\nfps = 25\n");
    }

    #[test]
    fn a_wrong_key_or_value_is_an_error_unless_the_usual_settings_are_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("skylark.toml");
        for wrong in ["colour = 3\n", "fps = 99\n"] {
            fs::write(&path, wrong).unwrap();
            assert!(matches!(Found::own(&path, false), Err(Unfit::Wrong(message)) if message.contains("line 1")));
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "it stays untouched");
        }
        let found = Found::own(&path, true).expect("they were asked for");
        assert!(found.complaint.expect("it is told").contains("unreadable-1"));
    }

    #[test]
    fn a_file_that_was_named_is_never_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        for unfit in [&b"title = \"half a"[..], b"\xff", b"fps = 99", &[0; 8]] {
            fs::write(&path, unfit).unwrap();
            assert!(matches!(Found::named(&path), Err(Unfit::Wrong(_))), "{unfit:?}");
            assert_eq!((fs::read(&path).unwrap(), fs::read_dir(folder.path()).unwrap().count()), (unfit.to_vec(), 1));
        }
        assert!(matches!(Found::named(&folder.path().join("not there")), Err(Unfit::Unread(_))));
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("skylark.toml");
        fs::write(&path, "\u{feff}fps = 25 # slow\n").unwrap();
        let mut found = Found::own(&path, false).expect("it can be read");
        assert_eq!((found.written.fps, &found.complaint), (Some(25), &None));
        found.file.write(&written("fps = 24")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "\u{feff}fps = 24 # slow\n");
        fs::write(&path, "").unwrap();
        assert_eq!(Found::own(&path, false).expect("nothing is fine").written, Written::default());
        fs::write(&path, "\u{feff}").unwrap();
        assert_eq!(Found::own(&path, false).expect("nothing is fine").written, Written::default());
    }

    #[test]
    fn a_folder_in_its_place_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Found::own(folder.path(), true), Err(Unfit::Unread(_))));
    }
}
