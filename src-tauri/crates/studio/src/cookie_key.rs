//! What visitors' cookies are signed with: 256 random bits that are kept, as hexadecimal digits in a file that only the user may read.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// 256 bits that nobody may know.
///
/// `Debug` does not print it: a log is no place for a key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct CookieKey([u8; 32]);

impl CookieKey {
    /// One that nobody has.
    pub(crate) fn fresh() -> CookieKey {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).expect("the system has randomness once it has started");
        CookieKey(bits)
    }

    /// What it is.
    pub(crate) fn bits(&self) -> [u8; 32] {
        self.0
    }

    /// For a member of a file that is of use without it.
    pub(crate) fn if_readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CookieKey>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        Ok(text.and_then(|text| text.try_into().ok()))
    }
}

impl TryFrom<String> for CookieKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<CookieKey, &'static str> {
        let wrong = "a key is 64 hexadecimal digits";
        let digits: Vec<u8> = text.chars().map_while(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
        if digits.len() != 64 || text.len() != 64 {
            return Err(wrong);
        }
        let mut bits = [0; 32];
        for (byte, pair) in bits.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(CookieKey(bits))
    }
}

impl From<CookieKey> for String {
    fn from(key: CookieKey) -> String {
        key.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for CookieKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CookieKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_it_wrote_and_nothing_else() {
        let key = CookieKey::fresh();
        let text: String = key.clone().into();
        assert_eq!(text.len(), 64);
        assert_eq!(CookieKey::try_from(text.clone()), Ok(key.clone()));
        assert_ne!(CookieKey::fresh(), key);
        let dashed = format!("{}-", &text[..63]);
        for wrong in ["", &text[..63], &format!("{text}0"), &dashed, &"ä".repeat(32)] {
            assert!(CookieKey::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
        assert!(!format!("{key:?}").contains(&text[..4]), "a log is no place for a key");
    }
}
