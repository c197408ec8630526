//! A word that nobody may read on the way.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What only the broadcaster and the other side may know. It comes in with a command and goes out to nobody: `Debug` does not print it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// What it is.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Command, RelaySecrets};

    #[test]
    fn a_command_that_is_written_into_a_log_does_not_show_it() {
        let bearer = Some(Secret::from("s3cret".to_owned()));
        let secrets = RelaySecrets { bearer, ca: Some("/etc/ca.pem".into()), ..RelaySecrets::default() };
        let command = Command::Relay { url: "whip+https://example.org/".into(), secrets };
        assert!(!format!("{command:?}").contains("s3cret"));
        assert_eq!(Secret::from("s3cret".to_owned()).reveal(), "s3cret");
    }
}
