//! The settings file: TOML, every key optional.

use super::forms::Written;
use super::{Setting, Settings, document};
use crate::files;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use words::{Said, said};

/// The settings file, which is the user's: what Skylark did not change in it stays as the user wrote it.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    path: PathBuf,
    /// What it says, as far as Skylark knows: as it was read or written last.
    says: Written,
    /// What stood there and was kept elsewhere, since it is no settings file: it may be written over.
    kept: Option<Vec<u8>>,
}

impl SettingsFile {
    /// One that was read, or that is not there.
    pub(crate) fn new(path: PathBuf, says: Written) -> SettingsFile {
        SettingsFile { path, says, kept: None }
    }

    /// The same where something stands that is no settings file, and was kept elsewhere.
    pub(super) fn in_place_of(self, kept: Vec<u8>) -> SettingsFile {
        SettingsFile { kept: Some(kept), ..self }
    }

    /// For messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Changes what it says to what is written. It is read anew for that: it may have been edited meanwhile.
    pub(crate) fn write(&mut self, written: &Written) -> io::Result<()> {
        let nothing = Written::default();
        let (bytes, says) = match fs::read(&self.path) {
            Ok(bytes) if self.kept.as_ref() == Some(&bytes) => (Vec::new(), &nothing),
            Ok(bytes) => (bytes, &self.says),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Vec::new(), &nothing),
            Err(error) => return Err(error),
        };
        let no_utf8 = || io::Error::other("it is no text in UTF-8 any more; it was left as it is");
        let (mark, text) = text_of(&bytes).ok_or_else(no_utf8)?;
        let changed = document::changed(text, says, written).map_err(|error| {
            let (line, _) = locate(text, error.span().map_or(text.len(), |span| span.start));
            let cause = error.message().trim();
            io::Error::other(format!("it is no settings file any more: line {line}: {cause}; it was left as it is"))
        })?;
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            files::make_private_folder(folder)?;
        }
        // Lines that ended as an editor on Windows ends them go on doing so.
        let changed = if text.contains("\r\n") { changed.replace("\r\n", "\n").replace('\n', "\r\n") } else { changed };
        files::write_whole(&self.path, [mark, &changed].concat().as_bytes())?;
        self.says = written.clone();
        Ok(())
    }
}

/// What some editors put before a text in UTF-8. It is no part of it, and stays where it was.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A file's byte order mark, if it has one, and its text; none where it is no UTF-8.
pub(super) fn text_of(bytes: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(text.strip_prefix(BYTE_ORDER_MARK).map_or(("", text), |rest| (BYTE_ORDER_MARK, rest)))
}

/// Reads a file's text. The error says file, line, key and remedy; it is one sentence or two.
pub(crate) fn read(path: &Path, text: &str) -> Result<Written, Said> {
    let written: Written = toml_edit::de::from_str(text).map_err(|error| {
        let at = error.span().map_or(text.len(), |span| span.start);
        let (line, key) = locate(text, at);
        complaint(path, line, key, cause(text, line, key, error.message()))
    })?;
    Settings::from(&written).map(|_| ()).map_err(|wrong| {
        let starts = |line: &str| line.trim_start().starts_with(wrong.key);
        let line = text.lines().position(starts).map_or(1, |index| index + 1);
        complaint(path, line, wrong.key, wrong.message)
    })?;
    Ok(written)
}

/// Line number and key of the place `at`, a byte offset.
fn locate(text: &str, at: usize) -> (usize, &str) {
    let at = at.min(text.len());
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count();
    let key = text.lines().nth(line).and_then(|line| line.split_once('=')).map_or("", |(key, _)| key.trim());
    (line + 1, key)
}

/// What is wrong with a value. Of what its type says about it, TOML's reader keeps the English text alone: so it is asked once more.
fn cause(text: &str, line: usize, key: &str, told: &str) -> Said {
    let told = told.trim().trim_end_matches('.');
    let value = text.lines().nth(line - 1).and_then(|line| line.split_once('=')).map(|(_, value)| value.trim());
    let asked = Setting::of(key).zip(value).map(|(setting, value)| {
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        (setting.set)(&mut Written::default(), value)
    });
    match asked {
        Some(Err(said)) if *said == *told => said,
        _ => told.into(),
    }
}

fn complaint(path: &Path, line: usize, key: &str, cause: Said) -> Said {
    let path = path.display();
    match Setting::of(key) {
        Some(setting) => {
            let example = format!("{} = {}", setting.key, setting.example);
            said!("start.file", path, line, key, cause, example)
        }
        None if key.is_empty() => said!("start.file_line", path, line, cause),
        None => said!("start.file_key", path, line, key, cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn wrong(text: &str) -> String {
        read(Path::new("skylark.toml"), text).expect_err(text).message
    }

    /// What the version of this name wrote, with every key that it had.
    fn kept(version: &str) -> String {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kept").join(version).join("skylark.toml");
        fs::read_to_string(file).expect("it is part of the repository")
    }

    #[test]
    fn what_the_version_before_wrote_is_read_and_means_the_same() {
        let text = kept("0.1.0");
        let written = read(Path::new("x"), &text).expect("all of it is right");
        let again = document::changed("", &Written::default(), &written).expect("nothing is TOML");
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(lines(&again), lines(&text));
        assert_eq!(written.title.as_deref(), Some("Sunday's \"match\""));
    }

    #[test]
    fn every_key_has_an_example_which_is_read_and_written_back_and_a_default() {
        assert_eq!(read(Path::new("x"), ""), Ok(Written::default()));
        Settings::from(&Written::default()).expect("defaults hold");
        for setting in Setting::all() {
            let value = setting.example.split(" (").next().expect("there is something before it");
            let table = setting.table.map(|name| format!("[{name}]\n")).unwrap_or_default();
            let text = format!("{table}{} = {value}\n", setting.key);
            let written = read(Path::new("x"), &text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let again = document::changed("", &Written::default(), &written).expect("nothing is TOML");
            assert_eq!(again.trim_start(), text, "nothing else is written");
        }
    }

    #[test]
    fn a_file_is_made_and_then_changed_by_what_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("not/there/yet/skylark.toml");
        let mut file = SettingsFile::new(path.clone(), Written::default());
        let written = |text| read(Path::new("x"), text).expect(text);
        file.write(&written("fps = 25")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "fps = 25\n");
        fs::write(&path, "# Slow enough\nfps = 25\ntitle = 'T'\n").unwrap();
        file.write(&written("fps = 24")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "# Slow enough\nfps = 24\ntitle = 'T'\n");
        fs::write(&path, "\u{feff}# Slow enough\r\nfps = 24\r\n").unwrap();
        file.write(&written("fps = 23\ntitle = 'T'")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "\u{feff}# Slow enough\r\nfps = 23\r\ntitle = \"T\"\r\n", "as an editor on Windows writes");
        fs::remove_file(&path).unwrap();
        file.write(&written("fps = 24\nmax_viewers = 3")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "fps = 24\nmax_viewers = 3\n", "it says all again");
    }

    #[test]
    fn a_file_that_is_no_settings_file_any_more_is_left_as_it_is_and_what_it_lacks_is_made_up_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("skylark.toml");
        let mut file = SettingsFile::new(path.clone(), Written::default());
        let written = |text| read(Path::new("x"), text).expect(text);
        fs::write(&path, "title = \"half a").unwrap();
        let error = file.write(&written("fps = 25")).expect_err("it would be lost").to_string();
        assert!(error.contains("no settings file any more"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "title = \"half a");
        fs::write(&path, "title = \"whole\"\n").unwrap();
        file.write(&written("fps = 25\nmax_viewers = 3")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "title = \"whole\"\nfps = 25\nmax_viewers = 3\n");
    }

    #[test]
    fn an_error_names_file_line_key_and_remedy() {
        for (text, line, needles) in [
            ("fps = \"fast\"", 1, &["fps", "fps = 30"][..]),
            ("\ncolour = 3\n", 2, &["colour", "unknown field", "`camera`"]),
            ("camera = \"off\"\nsize = \"big\"", 2, &["size", "\"big\"", "1280x720"]),
            ("camera = \"off\"\n\nfps = 99", 3, &["fps", "1 to 60"]),
            ("sending_threads = 65", 1, &["sending_threads", "at most 64", "0: one less"]),
            ("listen = \"here\"", 1, &["listen", "ADDRESS:PORT"]),
            ("trusted_proxy = \"me\"", 1, &["trusted_proxy", "127.0.0.1"]),
            ("[limits]\njoins = 3", 2, &["joins", "unknown field", "joins_burst"]),
            ("[limits]\nidle_s = -1", 2, &["idle_s", "whole seconds"]),
            ("title = 3", 1, &["title", "3 is not a text in quotes", "Sunday"]),
            ("metrics_public = 1979-05-27", 1, &["metrics_public", "neither true nor false"]),
            ("camera = \"off", 1, &["camera"]),
        ] {
            let message = wrong(text);
            assert!(message.starts_with(&format!("skylark.toml, line {line}: ")), "{message}");
            for needle in needles {
                assert!(message.contains(needle), "{needle} in: {message}");
            }
        }
    }
}
