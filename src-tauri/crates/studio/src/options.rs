//! What the command line may say, and the types of its values.

use reach::{Listen, Public};
use std::{fmt, path::PathBuf, str::FromStr};
use thiserror::Error;

/// What the command line asks for. Everything absent is left to the settings file, then to the defaults; what is given
/// here holds for this run of the program and is not written to the file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The settings file, which must be there; by default `skylark.toml` in the data folder if one is given, else in the
    /// user's config folder.
    pub config: Option<PathBuf>,
    /// Where the watch token and the bans are kept; by default the user's data folder.
    pub data_dir: Option<PathBuf>,
    /// TCP and UDP, one number; port 0: any that is free on both.
    pub listen: Option<Listen>,
    /// `HOST[:PORT]`: the name for the link, its address for the candidates.
    pub public: Option<Public>,
    /// A fixed, guessable watch token instead of the secret one.
    pub stream: Option<String>,
    /// `pattern`, `off`, a camera's name or index.
    pub camera: Option<String>,
    /// `tone`, `off` or a microphone's name.
    pub microphone: Option<String>,
    /// Of the top layer.
    pub size: Option<Size>,
    /// Frames a second.
    pub fps: Option<u32>,
    /// Of the top layer.
    pub bitrate: Option<Bitrate>,
}

/// Width and height in pixels, written `1280x720`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
}

/// Why a text is no [`Size`] or no [`Bitrate`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("\"{text}\" is not {what}")]
pub struct ParseError {
    text: String,
    what: &'static str,
}

impl FromStr for Size {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let number = |digits: &str| digits.parse().ok().filter(|&n: &u16| n > 0);
        text.split_once('x')
            .and_then(|(width, height)| Some(Size { width: number(width)?, height: number(height)? }))
            .ok_or_else(|| ParseError { text: text.into(), what: "a size; write WIDTHxHEIGHT, as in 1280x720" })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// Kilobits (1000 bits) a second, written `2500k`, `2.5M` or `2500` (kilobits as well).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bitrate {
    /// Kilobits a second.
    pub kbps: u32,
}

impl FromStr for Bitrate {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (digits, factor) = match text.as_bytes().last() {
            Some(b'k' | b'K') => (&text[..text.len() - 1], 1.0),
            Some(b'm' | b'M') => (&text[..text.len() - 1], 1000.0),
            _ => (text, 1.0),
        };
        digits
            .parse::<f64>()
            .ok()
            .map(|number| (number * factor).round())
            .filter(|kbps| (1.0..=1_000_000.0).contains(kbps))
            .map(|kbps| Bitrate { kbps: kbps as u32 })
            .ok_or_else(|| ParseError { text: text.into(), what: "a bitrate; write 2500k or 2.5M" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_two_numbers() {
        assert_eq!("1280x720".parse(), Ok(Size { width: 1280, height: 720 }));
        for bad in ["", "1280", "1280x", "x720", "0x720", "1280x720x3", "big"] {
            let error = bad.parse::<Size>().expect_err(bad).to_string();
            assert!(error.contains("1280x720"), "the remedy is named: {error}");
        }
    }

    #[test]
    fn a_bitrate_has_a_unit_or_is_in_kilobits() {
        for text in ["2500k", "2500", "2.5M", "2500K"] {
            assert_eq!(text.parse(), Ok(Bitrate { kbps: 2500 }), "{text}");
        }
        for bad in ["", "k", "fast", "-3k", "0", "1e12", "NaN"] {
            assert!(bad.parse::<Bitrate>().is_err(), "{bad}");
        }
    }
}
