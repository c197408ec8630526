//! The word that is asked for at the door: what it is, and whether a guess is right.

use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use words::{Said, said};

/// Longest passcode, bytes, as it is compared.
const MAX: usize = 128;

/// A word that the broadcaster chose, and what stands for it in a cookie.
///
/// `Debug` does not print it: a log is no place for a key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Kept", into = "Kept")]
pub struct Passcode {
    text: String,
    id: PasscodeId,
}

/// A text that can be no passcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPasscode;

impl BadPasscode {
    /// What a passcode is, for people.
    pub fn said(self) -> Said {
        said!("door.passcode_is", most = MAX)
    }
}

impl fmt::Display for BadPasscode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl std::error::Error for BadPasscode {}

/// Stands for a passcode: who has this, signed for its browser, was asked for that passcode and knew it. It tells nothing of the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PasscodeId(pub [u8; 16]);

impl Passcode {
    /// `id` makes what stands for the word, of the word as it is compared.
    pub fn new(text: &str, id: impl FnOnce(&str) -> PasscodeId) -> Result<Passcode, BadPasscode> {
        let text = prepared(text).ok_or(BadPasscode)?;
        let id = id(&text);
        Ok(Passcode { text, id })
    }

    /// What stands for it.
    pub fn id(&self) -> PasscodeId {
        self.id
    }

    /// Compares without telling by its duration how much of a guess is right, or how long the word is.
    pub(crate) fn is(&self, guess: &str) -> bool {
        prepared(guess).is_some_and(|guess| padded(&self.text).ct_eq(&padded(&guess)).into())
    }
}

/// As it is compared: what looks the same is the same, by whichever keyboard it was typed (RFC 8265 4.2.2: every blank is a space, NFC),
/// and blanks around it, which phones put there, are none of it. Capitals count.
fn prepared(text: &str) -> Option<String> {
    // NFC makes no text three times as long that is not made for it.
    let text = text.trim();
    if text.is_empty() || text.len() > 4 * MAX || text.chars().any(char::is_control) {
        return None;
    }
    let text: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).nfc().collect();
    (text.len() <= MAX).then_some(text)
}

/// There is no zero in a text, so equal texts and no others are equal like this.
fn padded(text: &str) -> [u8; MAX] {
    let mut bytes = [0; MAX];
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    bytes
}

impl fmt::Debug for Passcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passcode(…)")
    }
}

/// As it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    text: String,
    id: String,
}

impl From<Passcode> for Kept {
    fn from(passcode: Passcode) -> Kept {
        Kept { text: passcode.text, id: passcode.id.to_string() }
    }
}

impl TryFrom<Kept> for Passcode {
    type Error = BadPasscode;

    fn try_from(kept: Kept) -> Result<Passcode, BadPasscode> {
        let id = PasscodeId::read(&kept.id).ok_or(BadPasscode)?;
        Passcode::new(&kept.text, |_| id)
    }
}

impl PasscodeId {
    /// From 32 hex digits.
    pub fn read(text: &str) -> Option<PasscodeId> {
        let is_hex = text.len() == 32 && text.bytes().all(|c| c.is_ascii_hexdigit());
        is_hex.then(|| u128::from_str_radix(text, 16).ok()).flatten().map(|bits| PasscodeId(bits.to_be_bytes()))
    }
}

impl fmt::Display for PasscodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passcode(text: &str) -> Result<Passcode, BadPasscode> {
        Passcode::new(text, |_| PasscodeId([7; 16]))
    }

    #[test]
    fn it_is_what_people_typed_by_whichever_keyboard() {
        let word = passcode(" blaue\u{a0}T\u{fc}r ").expect("a word");
        for right in ["blaue T\u{fc}r", "blaue Tu\u{308}r", "  blaue T\u{fc}r\n"] {
            assert!(word.is(right), "{right:?}");
        }
        for wrong in ["", "blaue T\u{fc}", "blaue T\u{fc}rr", "Blaue T\u{fc}r", "blaue T\u{fc}r\0", "blaueT\u{fc}r"] {
            assert!(!word.is(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_none_or_too_long_is_no_passcode() {
        for none in ["", "  ", "a\nb", "a\0", &"x".repeat(MAX + 1), &"\u{308}".repeat(100_000)] {
            assert_eq!(passcode(none).map(|_| ()), Err(BadPasscode), "{} bytes", none.len());
        }
        let longest = passcode(&"x".repeat(MAX)).expect("as long as may be");
        assert!(longest.is(&"x".repeat(MAX)) && !longest.is(&"x".repeat(MAX - 1)) && !longest.is(&"x".repeat(MAX + 1)));
    }

    #[test]
    fn it_is_kept_and_not_printed() {
        let word = passcode("open sesame").expect("a word");
        assert!(!format!("{word:?}").contains("sesame"));
        let kept = serde_json::to_string(&word).expect("it is written");
        assert_eq!(serde_json::from_str::<Passcode>(&kept).expect("it is read"), word);
        for broken in [r#"{"text":"","id":"00000000000000000000000000000000"}"#, r#"{"text":"x","id":"0"}"#, "\"x\""] {
            assert!(serde_json::from_str::<Passcode>(broken).is_err(), "{broken}");
        }
    }
}
