//! The chat as a file.

use crate::saved::{self, utc};
use protocol::{ChatFormat, ChatMessage, SharedMessage};
use std::fmt::Write;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use words::{Said, said};

/// Writes messages into a file that is not there yet, one of the data folder if none is named. Answers with where they are and how many, or
/// with a sentence that says why not.
pub(crate) fn save(
    path: Option<PathBuf>,
    folder: &Path,
    format: ChatFormat,
    messages: &[SharedMessage],
    now: SystemTime,
) -> Result<(String, u32), Said> {
    let ending = match format {
        ChatFormat::Text => "txt",
        ChatFormat::Json => "json",
    };
    let text = match format {
        ChatFormat::Text => as_text(messages),
        ChatFormat::Json => serde_json::to_string_pretty(messages).expect("messages have no map with odd keys") + "\n",
    };
    let written = saved::write(path, folder, ("chat", ending), now, text.as_bytes());
    let path = written.map_err(|(path, error)| {
        let path = path.display();
        match error.kind() {
            ErrorKind::AlreadyExists => said!("chat.not_saved", path),
            _ => said!("chat.unsaved", path, error),
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

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{MessageId, ViewerId};
    use std::time::{Duration, UNIX_EPOCH};

    fn messages() -> Vec<SharedMessage> {
        let message = |id, viewer: Option<u32>, name: &str, text: &str| {
            let host = viewer.is_none();
            let (id, viewer, name, text) = (MessageId(id), viewer.map(ViewerId), name.to_owned(), text.to_owned());
            ChatMessage { id, at: 1_796_000_000_000, viewer, name, host, colour: 0, text, reply_to: None }.into()
        };
        vec![message(7, Some(1), "Anna", "hello"), message(8, None, "Broadcaster", "welcome")]
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
