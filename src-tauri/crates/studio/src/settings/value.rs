//! How the value of a setting is read and written. Each type parses itself, in the same words wherever the value came
//! from: the file, the panel or the command line.

use serde::{Deserialize, Deserializer};
use std::fmt;
use words::{Said, said};

/// What a setting means.
pub(super) trait Value: Sized {
    /// How it stands in the file and in messages.
    type Plain: Plain;

    /// Whether an empty text is no value, as if the key were absent.
    const EMPTY_IS_NONE: bool = false;

    /// From the file or the panel. The error is a sentence without its subject, which is the key.
    fn from_plain(plain: Self::Plain) -> Result<Self, Said>;

    /// For the file and the panel.
    fn plain(&self) -> Self::Plain;

    /// From the command line.
    fn parse(text: &str) -> Result<Self, Said> {
        Self::from_plain(Self::Plain::parse(text)?)
    }

    /// From the file or the panel, where there may be none.
    fn given(plain: Self::Plain) -> Result<Option<Self>, Said> {
        match Self::EMPTY_IS_NONE && plain.is_empty() {
            true => Ok(None),
            false => Self::from_plain(plain).map(Some),
        }
    }
}

/// A text, a whole number, or yes and no.
pub(super) trait Plain: Sized {
    /// From the command line.
    fn parse(text: &str) -> Result<Self, Said>;

    /// From what stands in the file.
    fn from_file(found: Found) -> Result<Self, Said>;

    /// For the file.
    fn to_file(self) -> toml_edit::Value;

    /// Only a text can be.
    fn is_empty(&self) -> bool {
        false
    }
}

/// What stands in the file.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Found {
    Text(String),
    Whole(i64),
    Flag(bool),
    Other(serde::de::IgnoredAny),
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::Text(text) => f.write_str(text),
            Found::Whole(number) => number.fmt(f),
            Found::Flag(flag) => flag.fmt(f),
            Found::Other(_) => f.write_str("…"),
        }
    }
}

impl Plain for String {
    fn parse(text: &str) -> Result<Self, Said> {
        Ok(text.to_owned())
    }

    fn from_file(found: Found) -> Result<Self, Said> {
        match found {
            Found::Text(text) => Ok(text),
            found => Err(said!("start.not_text", found = found.to_string())),
        }
    }

    fn to_file(self) -> toml_edit::Value {
        self.into()
    }

    fn is_empty(&self) -> bool {
        self.trim().is_empty()
    }
}

impl Plain for u32 {
    fn parse(text: &str) -> Result<Self, Said> {
        text.parse().map_err(|_| not_whole(text))
    }

    fn from_file(found: Found) -> Result<Self, Said> {
        match found {
            Found::Whole(number) => number.try_into().map_err(|_| not_whole(number)),
            found => Err(not_whole(found)),
        }
    }

    fn to_file(self) -> toml_edit::Value {
        i64::from(self).into()
    }
}

fn not_whole(found: impl fmt::Display) -> Said {
    said!("start.not_whole", found = found.to_string(), most = u32::MAX)
}

impl Plain for bool {
    fn parse(text: &str) -> Result<Self, Said> {
        text.parse().map_err(|_| not_yes_or_no(text))
    }

    fn from_file(found: Found) -> Result<Self, Said> {
        match found {
            Found::Flag(flag) => Ok(flag),
            found => Err(not_yes_or_no(found)),
        }
    }

    fn to_file(self) -> toml_edit::Value {
        self.into()
    }
}

fn not_yes_or_no(found: impl fmt::Display) -> Said {
    said!("start.not_flag", found = found.to_string())
}

/// Reads the value of a key that stands in the file.
pub(super) fn read<'de, T: Value, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    let plain = T::Plain::from_file(Found::deserialize(from)?);
    plain.and_then(T::given).map_err(serde::de::Error::custom)
}

/// A value that the description of the settings itself gives.
pub(super) fn default<T: Value>(text: &str) -> T {
    T::parse(text).expect("a test of the settings reads every default")
}
