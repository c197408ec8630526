//! The file of what relays are told: TOML, a table a relay, by its URL. Nothing of it is ever written or shown.

use crate::secret_file;
use protocol::RelaySecrets;
use std::collections::BTreeMap;
use std::path::Path;
use words::{Said, said};

/// The longest that is read, bytes.
const LONGEST: u64 = 256 * 1024;

/// Reads it. The error is one sentence or two, and has nothing of what stands in the file but a line's number.
pub(crate) fn read(path: &Path) -> Result<BTreeMap<String, RelaySecrets>, Said> {
    let (shown, text) = (path.display(), secret_file::read(path, LONGEST)?);
    let secrets: BTreeMap<String, RelaySecrets> = toml_edit::de::from_str(&text).map_err(|error| {
        let line = error.span().and_then(|span| text.get(..span.start)).map_or(1, |before| before.matches('\n').count() + 1);
        let example = "[\"whip+https://HOST/PATH\"], and below it bearer = \"…\" and, for a server with a certificate of its own, ca = \"FILE\"";
        said!("start.relay_secrets", path = shown, line, example)
    })?;
    Ok(secrets.into_iter().map(|(url, secrets)| (url.trim().to_owned(), secrets)).collect())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn with(text: &str, mode: u32) -> Result<BTreeMap<String, RelaySecrets>, Said> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("relays.toml");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        read(&path)
    }

    #[test]
    fn a_table_a_relay_is_read_from_a_file_of_ones_own() {
        let read =
            with("[\"whip+https://a/x\"]\nbearer = \"s3cret\"\nca = \"/ca.pem\"\n[\"whip+https://b/\"]\n", 0o600)
                .unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read["whip+https://a/x"].bearer.as_ref().map(|bearer| bearer.reveal()), Some("s3cret"));
        assert_eq!(read["whip+https://a/x"].ca.as_deref(), Some("/ca.pem"));
    }

    #[test]
    fn what_others_can_read_is_refused_with_what_to_do() {
        for mode in [0o640, 0o604, 0o644] {
            assert!(with("", mode).is_err_and(|said| said.contains("chmod go=")), "{mode:o}");
        }
        assert!(read(Path::new("/nowhere/relays.toml")).is_err_and(|said| said.contains("cannot be read")));
    }

    #[test]
    fn what_is_wrong_is_said_without_what_stands_there() {
        for text in [
            "[\"a\"]\nbearer = \"s3cret",
            "[\"a\"]\npassword = \"s3cret\"",
            "[\"a\"]\nbearer = 3 # s3cret",
            "bearer = \"s3cret\"",
        ] {
            let said = with(text, 0o600).expect_err(text);
            assert!(said.contains("line ") && said.contains("bearer = \"…\"") && !said.contains("s3cret"), "{said}");
        }
    }
}
