//! The watch link: its token, and those retired.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fmt;
use subtle::ConstantTimeEq;
use words::{Said, said};

/// Longest token, bytes: a stream name chosen by hand fits, a kilobyte in a URL does not.
const MAX_TOKEN: usize = 64;

/// How many retired links are remembered, to answer them with kind words rather than "unknown".
const MAX_RETIRED: usize = 64;

/// The current link and those it replaced.
#[derive(Debug)]
pub(crate) struct Link {
    current: Token,
    retired: VecDeque<Token>,
}

/// What a token in a URL stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Current,
    Retired,
    Unknown,
}

impl Link {
    pub(crate) fn new(current: Token, retired: Vec<Token>) -> Self {
        let mut link = Self { current, retired: retired.into() };
        link.tidy();
        link
    }

    pub(crate) fn current(&self) -> &Token {
        &self.current
    }

    pub(crate) fn retired(&self) -> impl Iterator<Item = &Token> {
        self.retired.iter()
    }

    /// Every remembered token is compared, and in constant time, so that the duration tells nothing about any of them.
    pub(crate) fn find(&self, text: &str) -> Found {
        let current = self.current.matches(text);
        let retired = self.retired.iter().fold(false, |found, token| found | token.matches(text));
        match (current, retired) {
            (true, _) => Found::Current,
            (false, true) => Found::Retired,
            (false, false) => Found::Unknown,
        }
    }

    /// Puts `token` in the place of the current one, which retires.
    pub(crate) fn replace(&mut self, token: Token) {
        let old = std::mem::replace(&mut self.current, token);
        self.retired.retain(|retired| *retired != old);
        self.retired.push_back(old);
        self.tidy();
    }

    /// A name chosen by hand may come back into use: then it is not retired any more.
    fn tidy(&mut self) {
        self.retired.retain(|retired| *retired != self.current);
        let surplus = self.retired.len().saturating_sub(MAX_RETIRED);
        self.retired.drain(..surplus);
    }
}

/// What makes a watch link secret: 128 random bits as hex, or a name chosen by the broadcaster.
///
/// `Debug` does not print it: a log is no place for a key.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Token(String);

/// A text that is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadToken;

impl From<BadToken> for Said {
    fn from(BadToken: BadToken) -> Said {
        said!("setting.stream", most = MAX_TOKEN)
    }
}

impl fmt::Display for BadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Said::from(*self).fmt(f)
    }
}

impl std::error::Error for BadToken {}

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
