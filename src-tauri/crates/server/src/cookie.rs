//! The cookie by which a browser is known again, and that it knew the passcode: made here, and signed, so that nobody can make one up.

use audience::{PasscodeId, VisitorCookie};
use aws_lc_rs::hmac;
use std::fmt::Write;

/// Its name.
pub(crate) const NAME: &str = "skylark_visitor";

/// Before what stands for a passcode is made of it: no cookie begins like that.
const PASSCODE: &[u8] = b"passcode ";

/// Parts what names the browser from its signature, and both from what it knew and the signature of that.
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

    /// What stands for a passcode. Whoever sees it learns nothing of the word, and it is the same for the same word.
    pub fn stands_for(&self, passcode: &str) -> PasscodeId {
        let made = hmac::sign(&self.0, &[PASSCODE, passcode.as_bytes()].concat());
        PasscodeId(std::array::from_fn(|at| made.as_ref()[at]))
    }

    /// The cookie's value: 32 hex digits, a point, 64 hex digits. Of a browser that knew a passcode also what stands for that, signed
    /// together with what names the browser, so that neither is of use with another.
    pub(crate) fn sign(&self, cookie: VisitorCookie, knows: Option<PasscodeId>) -> String {
        let named = cookie.to_string();
        let mut value = format!("{named}{SEPARATOR}{}", self.signature(&named));
        if let Some(knows) = knows {
            let signature = self.signature(&known_by(&named, knows));
            write!(value, "{SEPARATOR}{knows}{SEPARATOR}{signature}").expect("a string takes all that is written");
        }
        value
    }

    /// What a request's value of the cookie is worth.
    pub(crate) fn read(&self, value: &str) -> Option<Shown> {
        let mut parts = value.splitn(4, SEPARATOR);
        let named = parts.next()?;
        let cookie: VisitorCookie = named.parse().ok()?;
        if !parts.next().is_some_and(|signature| self.signed(named, signature)) {
            return Some(Shown::Unsigned(cookie));
        }
        let knows = parts.next().and_then(PasscodeId::read);
        let signature = parts.next().unwrap_or_default();
        Some(Shown::Ours(cookie, knows.filter(|knows| self.signed(&known_by(named, *knows), signature))))
    }

    fn signature(&self, text: &str) -> String {
        hmac::sign(&self.0, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn signed(&self, text: &str, signature: &str) -> bool {
        bytes(signature).is_some_and(|signature| hmac::verify(&self.0, text.as_bytes(), &signature).is_ok())
    }
}

/// What is signed of a browser that knew a passcode.
fn known_by(named: &str, knows: PasscodeId) -> String {
    format!("{named}{SEPARATOR}{knows}")
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
    /// We signed it, and that the browser knew this.
    Ours(VisitorCookie, Option<PasscodeId>),
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
        let value = key(1).sign(cookie, None);
        assert_eq!(key(1).read(&value), Some(Shown::Ours(cookie, None)));
        assert_eq!(key(2).read(&value), Some(Shown::Unsigned(cookie)), "another key's");
        for at in 0..value.len() {
            let mut changed = value.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).expect("ascii");
            assert!(!matches!(key(1).read(&changed), Some(Shown::Ours(..))), "{changed}");
        }
        for cut in 0..value.len() {
            assert!(!matches!(key(1).read(&value[..cut]), Some(Shown::Ours(..))), "{cut} bytes of it");
        }
        assert!(!matches!(key(1).read(&format!("{value}00")), Some(Shown::Ours(..))));
        let other = VisitorCookie::from_random([0xac; 16]).to_string() + &value[32..];
        assert!(matches!(key(1).read(&other), Some(Shown::Unsigned(_))), "a signature is of one cookie");
    }

    #[test]
    fn what_a_browser_knew_is_of_use_to_that_browser_and_for_that_word() {
        let [anna, boris] = [1, 2].map(|n| VisitorCookie::from_random([n; 16]));
        let [sesame, barley] = ["sesame", "barley"].map(|word| key(1).stands_for(word));
        assert!(sesame != barley && key(1).stands_for("sesame") == sesame && key(2).stands_for("sesame") != sesame);
        let value = key(1).sign(anna, Some(sesame));
        assert_eq!(key(1).read(&value), Some(Shown::Ours(anna, Some(sesame))));
        let stolen = format!("{}.{}", key(1).sign(boris, None), value.splitn(3, '.').nth(2).unwrap_or_default());
        assert_eq!(key(1).read(&stolen), Some(Shown::Ours(boris, None)), "another browser's");
        let other = value.replace(&sesame.to_string(), &barley.to_string());
        assert_eq!(key(1).read(&other), Some(Shown::Ours(anna, None)), "another word's");
        let short = key(1).sign(anna, None).len();
        for at in short + 1..value.len() {
            let mut changed = value.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).expect("ascii");
            assert_eq!(key(1).read(&changed), Some(Shown::Ours(anna, None)), "{changed}");
            assert_eq!(key(1).read(&value[..at]), Some(Shown::Ours(anna, None)), "{at} bytes of it");
        }
        // What is signed of a browser alone is no signature of what it knew, and the other way round.
        let parts: Vec<&str> = value.split('.').collect();
        assert_eq!(key(1).read(&[parts[0], parts[1], parts[2], parts[1]].join(".")), Some(Shown::Ours(anna, None)));
        assert_eq!(key(1).read(&[parts[0], parts[3], parts[2], parts[3]].join(".")), Some(Shown::Unsigned(anna)));
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
