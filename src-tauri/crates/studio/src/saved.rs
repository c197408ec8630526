//! A file that the broadcaster has written, with a name or without one, and how it tells times.

use crate::files;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// So many are written within one second at most, if nobody says what they are called.
const MOST_IN_A_SECOND: u32 = 99;

/// Writes a file that is not there yet: this one or, if none is named, one of that folder, called by what is in it and the time. Answers with
/// where it is; with the error comes where it would have been.
pub(crate) fn write(
    named: Option<PathBuf>,
    folder: &Path,
    (what, ending): (&str, &str),
    now: SystemTime,
    text: &[u8],
) -> Result<PathBuf, (PathBuf, io::Error)> {
    let into = |path: PathBuf| match files::write_new(&path, text) {
        Ok(()) => Ok(path),
        Err(error) => Err((path, error)),
    };
    if let Some(path) = named {
        return into(path);
    }
    let time = utc(now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64));
    let time: String = time.chars().filter(char::is_ascii_digit).collect();
    let mut written = into(folder.join(format!("{what}-{time}.{ending}")));
    for number in 2..=MOST_IN_A_SECOND {
        if !written.as_ref().is_err_and(|(_, error)| error.kind() == ErrorKind::AlreadyExists) {
            break;
        }
        written = into(folder.join(format!("{what}-{time}-{number}.{ending}")));
    }
    written
}

/// A time in UTC, as in `2026-11-29 10:12:03`.
pub(crate) fn utc(unix_ms: u64) -> String {
    let seconds = unix_ms / 1000;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days to a date of the Gregorian calendar, in years that begin with March: then the day that some years have more is the last.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, time::Duration};

    #[test]
    fn two_in_one_second_are_two_files_and_one_that_was_named_is_never_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = UNIX_EPOCH + Duration::from_millis(1_796_000_000_000);
        let save = |named: Option<&Path>, text: &str| {
            write(named.map(Path::to_owned), folder.path(), ("chat", "txt"), now, text.as_bytes())
        };
        for (text, name) in [("one", "chat-20261130005320.txt"), ("two", "chat-20261130005320-2.txt")] {
            let path = save(None, text).expect("it is written");
            assert_eq!(path, folder.path().join(name));
            assert_eq!(fs::read_to_string(path).expect("text"), text);
        }
        let mine = folder.path().join("mine.txt");
        save(Some(&mine), "mine").expect("it is written");
        let (path, error) = save(Some(&mine), "another").expect_err("it is there");
        assert_eq!((path, error.kind()), (mine.clone(), ErrorKind::AlreadyExists));
        assert_eq!(fs::read_to_string(mine).expect("text"), "mine");
        let (path, error) = write(None, &folder.path().join("none"), ("chat", "txt"), now, b"").expect_err("no folder");
        assert_eq!((path.file_name().is_some(), error.kind()), (true, ErrorKind::NotFound));
    }

    #[test]
    fn times_are_utc() {
        for (ms, text) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_400_000, "2000-02-29 00:00:00"),
            (1_796_000_000_000, "2026-11-30 00:53:20"),
            (4_107_542_399_999, "2100-02-28 23:59:59"),
        ] {
            assert_eq!(utc(ms), text);
        }
    }
}
