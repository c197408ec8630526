//! The chat as a file.

use crate::files;
use protocol::{ChatFormat, ChatMessage, SharedMessage};
use std::fmt::Write;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Writes messages into a file that is not there yet, one of the data folder if none is named. Answers with where they are and how many, or
/// with a sentence that says why not.
pub(crate) fn save(
    path: Option<PathBuf>,
    folder: &Path,
    format: ChatFormat,
    messages: &[SharedMessage],
    now: SystemTime,
) -> Result<(String, u32), String> {
    let path = path.unwrap_or_else(|| {
        let time = utc(now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64));
        let time: String = time.chars().filter(char::is_ascii_digit).collect();
        let ending = match format {
            ChatFormat::Text => "txt",
            ChatFormat::Json => "json",
        };
        folder.join(format!("chat-{time}.{ending}"))
    });
    let text = match format {
        ChatFormat::Text => as_text(messages),
        ChatFormat::Json => serde_json::to_string_pretty(messages).expect("messages have no map with odd keys") + "\n",
    };
    files::write_new(&path, text.as_bytes()).map_err(|error| {
        let path = path.display();
        match error.kind() {
            ErrorKind::AlreadyExists => {
                format!("The chat was not saved: {path} is there already. Name a file that is not.")
            }
            _ => format!(
                "The chat could not be saved into {path} ({error}). Free space, or name a file in another folder."
            ),
        }
    })?;
    Ok((path.display().to_string(), messages.len() as u32))
}

/// A line a message; no text has a line's end in it.
fn as_text(messages: &[SharedMessage]) -> String {
    let mut out = String::new();
    for message in messages {
        let ChatMessage { at, name, text, host, .. } = &**message;
        let mark = if *host { " *" } else { "" };
        writeln!(out, "{} {name}{mark}: {text}", utc(*at)).expect("a string takes everything");
    }
    out
}

/// A time in UTC, as in `2026-11-29 10:12:03`.
fn utc(unix_ms: u64) -> String {
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
    use protocol::{MessageId, ViewerId};
    use std::time::Duration;

    fn messages() -> Vec<SharedMessage> {
        let message = |id, viewer: Option<u32>, name: &str, text: &str| {
            let host = viewer.is_none();
            let (id, viewer, name, text) = (MessageId(id), viewer.map(ViewerId), name.to_owned(), text.to_owned());
            ChatMessage { id, at: 1_796_000_000_000, viewer, name, host, colour: 0, text, reply_to: None }.into()
        };
        vec![message(7, Some(1), "Anna", "hello"), message(8, None, "Broadcaster", "welcome")]
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

    #[test]
    fn text_and_json_are_written_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let now = UNIX_EPOCH + Duration::from_millis(1_796_000_000_000);
        let save = |path: Option<PathBuf>, format| save(path, folder.path(), format, &messages(), now);
        let (text, count) = save(None, ChatFormat::Text).unwrap();
        assert_eq!((text, count), (folder.path().join("chat-20261130005320.txt").display().to_string(), 2));
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let lines = "2026-11-30 00:53:20 Anna: hello\n2026-11-30 00:53:20 Broadcaster *: welcome\n";
        assert_eq!(read("chat-20261130005320.txt"), lines);
        let named = folder.path().join("mine.json");
        save(Some(named.clone()), ChatFormat::Json).unwrap();
        let kept: Vec<ChatMessage> = serde_json::from_str(&read("mine.json")).unwrap();
        assert_eq!(kept, messages().iter().map(|message| (**message).clone()).collect::<Vec<_>>());
        let again = save(Some(named), ChatFormat::Text).unwrap_err();
        assert!(again.contains("is there already") && read("mine.json").starts_with('['), "{again}");
        let nowhere = save(Some(folder.path().join("no/such/file")), ChatFormat::Text).unwrap_err();
        assert!(nowhere.contains("no/such/file") && nowhere.contains("another folder"), "{nowhere}");
    }
}
