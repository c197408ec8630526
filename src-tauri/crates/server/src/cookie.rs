//! The cookie by which a browser is known again: made here, and signed, so that nobody can make one up.

use audience::VisitorCookie;
use aws_lc_rs::hmac;
use std::fmt::Write;

/// Its name.
pub(crate) const NAME: &str = "skylark_visitor";

/// Parts what names the browser from its signature.
const SEPARATOR: char = '.';

/// What cookies are signed with (HMAC-SHA-256, RFC 2104). A browser is known again as long as it is the same one. Who has it
/// can be any number of browsers.
///
/// `Debug` does not print it.
#[derive(Clone, Debug)]
pub struct CookieKey(hmac::Key);

impl CookieKey {
    /// From 256 random bits, drawn outside.
    pub fn from_random(bits: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &bits))
    }

    /// The cookie's value: 32 hex digits, a point, 64 hex digits.
    pub(crate) fn sign(&self, cookie: VisitorCookie) -> String {
        let mut value = cookie.to_string();
        let signature = hmac::sign(&self.0, value.as_bytes());
        value.push(SEPARATOR);
        for byte in signature.as_ref() {
            write!(value, "{byte:02x}").expect("a string takes all that is written");
        }
        value
    }

    /// What a request's value of the cookie is worth.
    pub(crate) fn read(&self, value: &str) -> Option<Shown> {
        let Some((named, signature)) = value.split_once(SEPARATOR) else {
            return value.parse().ok().map(Shown::Unsigned);
        };
        let cookie: VisitorCookie = named.parse().ok()?;
        let ours = |signature: Vec<u8>| hmac::verify(&self.0, named.as_bytes(), &signature).is_ok();
        let is_ours = bytes(signature).is_some_and(ours);
        Some(if is_ours { Shown::Ours(cookie) } else { Shown::Unsigned(cookie) })
    }
}

/// A key of this process, as good as any other where nothing has to outlive it.
impl Default for CookieKey {
    fn default() -> Self {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).expect("the system has randomness; without it no secret could be made at all");
        Self::from_random(bits)
    }
}

/// A cookie that a request showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// We signed it.
    Ours(VisitorCookie),
    /// Anybody can have made it up: it has no signature, or not ours.
    Unsigned(VisitorCookie),
}

/// A cookie that no browser has yet.
pub(crate) fn fresh() -> VisitorCookie {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).expect("the system has randomness; without it no secret could be made at all");
    VisitorCookie::from_random(bits)
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    let pair = |pair: &[u8]| {
        let digit = |digit: u8| (digit as char).to_digit(16);
        Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)
    };
    if digits.len() != 64 {
        return None;
    }
    digits.chunks_exact(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> CookieKey {
        CookieKey::from_random([n; 32])
    }

    #[test]
    fn what_was_signed_is_ours_and_nothing_else_is() {
        let cookie = VisitorCookie::from_random([0xab; 16]);
        let value = key(1).sign(cookie);
        assert_eq!(key(1).read(&value), Some(Shown::Ours(cookie)));
        assert_eq!(key(2).read(&value), Some(Shown::Unsigned(cookie)), "another key's");
        for at in 0..value.len() {
            let mut changed = value.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).expect("ascii");
            assert!(!matches!(key(1).read(&changed), Some(Shown::Ours(_))), "{changed}");
        }
        for cut in 0..value.len() {
            assert!(!matches!(key(1).read(&value[..cut]), Some(Shown::Ours(_))), "{cut} bytes of it");
        }
        assert!(!matches!(key(1).read(&format!("{value}00")), Some(Shown::Ours(_))));
        let other = VisitorCookie::from_random([0xac; 16]).to_string() + &value[32..];
        assert!(matches!(key(1).read(&other), Some(Shown::Unsigned(_))), "a signature is of one cookie");
    }

    #[test]
    fn a_cookie_of_a_version_before_is_told_as_unsigned_and_noise_as_nothing() {
        let old = VisitorCookie::from_random([7; 16]);
        assert_eq!(key(1).read(&old.to_string()), Some(Shown::Unsigned(old)));
        for noise in ["", ".", "short", "short.", &"z".repeat(97), &format!(".{}", "0".repeat(64)), "ä.ö"] {
            assert_eq!(key(1).read(noise), None, "{noise}");
        }
    }
}
