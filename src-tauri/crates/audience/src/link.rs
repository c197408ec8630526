//! The watch link: its token, and those retired.

use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;

/// Longest token, bytes: a stream name chosen by hand fits, a kilobyte in a URL does not.
const MAX_TOKEN: usize = 64;

/// What makes a watch link secret: 128 random bits as hex, or a name chosen by the broadcaster.
///
/// `Debug` does not print it: a log is no place for a key.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Token(String);

/// A text that is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stream name is 1 to {MAX_TOKEN} letters, digits, '-' or '_'")]
pub struct BadToken;

impl Token {
    /// A token of 128 random bits.
    pub fn from_random(bits: [u8; 16]) -> Self {
        Self(bits.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// A token chosen by hand: letters, digits, `-` and `_`, which need no escaping in a URL.
    pub fn named(name: &str) -> Result<Self, BadToken> {
        let fits = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        match (1..=MAX_TOKEN).contains(&name.len()) && name.bytes().all(fits) {
            true => Ok(Self(name.to_owned())),
            false => Err(BadToken),
        }
    }

    /// As it stands in the URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares without telling by its duration how much of a guess is right.
    pub fn matches(&self, guess: &str) -> bool {
        self.0.as_bytes().ct_eq(guess.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl TryFrom<String> for Token {
    type Error = BadToken;

    fn try_from(text: String) -> Result<Self, BadToken> {
        Self::named(&text)
    }
}

impl From<Token> for String {
    fn from(token: Token) -> Self {
        token.0
    }
}
