//! Who asks: cookie, address, User-Agent.

use crate::{PasscodeId, Token};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Longest User-Agent kept, bytes.
const MAX_USER_AGENT: usize = 256;

/// Who asks to watch, as far as a shared link can tell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Visitor {
    /// The browser, by the cookie that the watch page set and we signed.
    pub cookie: Option<VisitorCookie>,
    /// A cookie without our signature. Anybody can make one up, so it names nobody; only if it is one that was banned, it is
    /// refused as that one: versions before gave them.
    pub unsigned: Option<VisitorCookie>,
    /// It knew this passcode: by what we signed for this very browser, or as it said the word just now.
    pub knows: Option<PasscodeId>,
    /// Whose own link it came by, or that of a rehearsal. The audience looks; nobody else says so.
    pub guest: Option<Token>,
    /// An IPv4 address is never in its IPv6-mapped form.
    pub address: IpAddr,
    /// As sent, cut to a bounded length.
    pub user_agent: String,
}

impl Visitor {
    /// Normalises the address (`::ffff:10.0.0.7` is `10.0.0.7`) and bounds the User-Agent.
    pub fn new(cookie: Option<VisitorCookie>, address: IpAddr, user_agent: &str) -> Self {
        let end = (0..=user_agent.len().min(MAX_USER_AGENT)).rev().find(|end| user_agent.is_char_boundary(*end));
        let user_agent = user_agent[..end.unwrap_or(0)].to_owned();
        Self { cookie, unsigned: None, knows: None, guest: None, address: address.to_canonical(), user_agent }
    }

    /// The same, who showed a cookie that we did not sign.
    #[must_use]
    pub fn with_unsigned(self, cookie: Option<VisitorCookie>) -> Self {
        Self { unsigned: cookie, ..self }
    }

    /// The same, who knew that passcode.
    #[must_use]
    pub fn who_knows(self, knows: Option<PasscodeId>) -> Self {
        Self { knows, ..self }
    }
}

/// By what a visitor is known again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Identity {
    /// A browser that kept the cookie.
    Cookie(VisitorCookie),
    /// A client without one. Others behind the same address may look the same, so this removes nobody who is watching.
    Bare {
        /// Where.
        address: IpAddr,
        /// With what.
        user_agent: String,
    },
}

impl Visitor {
    pub(crate) fn identity(&self) -> Identity {
        match self.cookie {
            Some(cookie) => Identity::Cookie(cookie),
            None => Identity::Bare { address: self.address, user_agent: self.user_agent.clone() },
        }
    }

    /// Whether this is its [identity](Visitor::identity): to look through a crowd for one makes none of each.
    pub(crate) fn is(&self, identity: &Identity) -> bool {
        match identity {
            Identity::Cookie(cookie) => self.cookie == Some(*cookie),
            Identity::Bare { address, user_agent } => {
                self.cookie.is_none() && self.address == *address && self.user_agent == *user_agent
            }
        }
    }
}

/// Names a browser: 128 random bits, 32 hex digits in text.
///
/// `Debug` prints the first two digits only, enough to tell two apart in a test.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VisitorCookie([u8; 16]);

/// A text that is no visitor cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a visitor cookie is 32 hex digits")]
pub struct BadCookie;

impl VisitorCookie {
    /// From 128 random bits, drawn outside.
    pub fn from_random(bits: [u8; 16]) -> Self {
        Self(bits)
    }
}

impl FromStr for VisitorCookie {
    type Err = BadCookie;

    fn from_str(text: &str) -> Result<Self, BadCookie> {
        if text.len() != 32 || !text.bytes().all(|c| c.is_ascii_hexdigit()) {
            return Err(BadCookie);
        }
        u128::from_str_radix(text, 16).map(|bits| Self(bits.to_be_bytes())).map_err(|_| BadCookie)
    }
}

impl fmt::Display for VisitorCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for VisitorCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VisitorCookie({:02x}…)", self.0[0])
    }
}

impl TryFrom<String> for VisitorCookie {
    type Error = BadCookie;

    fn try_from(text: String) -> Result<Self, BadCookie> {
        text.parse()
    }
}

impl From<VisitorCookie> for String {
    fn from(cookie: VisitorCookie) -> Self {
        cookie.to_string()
    }
}
