//! What the values of the settings are: the types that the description of the settings names.

use super::strip::StripText;
use super::value::Value;
use crate::elsewhere::RelayFrom;
use crate::link_preview::LinkPreview;
use media::{CameraChoice, MicrophoneChoice, SourceChoice};
use protocol::SoundPreset;
use reach::{Listen, Public, PublicMedia};
use std::convert::identity;
use std::fmt;
use std::net::IpAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use words::{Said, said};

mod language;

pub(crate) use language::SpokenLanguage;

/// Values that are written as a text; blanks around it do not count.
macro_rules! texts {
    ($($type:ty $(, empty is none: $none:literal)?;)*) => { $(
        impl Value for $type {
            type Plain = String;
            $(const EMPTY_IS_NONE: bool = $none;)?

            fn from_plain(plain: String) -> Result<Self, Said> {
                plain.trim().parse().map_err(|error: <$type as FromStr>::Err| Said::from(error))
            }

            fn plain(&self) -> String {
                self.to_string()
            }
        }
    )* };
}

texts! {
    CameraChoice;
    SourceChoice, empty is none: true;
    super::scene::SceneChoice, empty is none: true;
    MicrophoneChoice;
    String, empty is none: true;
    Size, empty is none: true;
    Public, empty is none: true;
    PublicMedia, empty is none: true;
    Listen, empty is none: true;
    IpAddr, empty is none: true;
    MetricsAccess, empty is none: true;
    HardwareAcceleration, empty is none: true;
    SoundPreset, empty is none: true;
    RelayFrom, empty is none: true;
    LinkPreview, empty is none: true;
    SpokenLanguage, empty is none: true;
    Folder, empty is none: true;
    ImageFile, empty is none: true;
    StripText, empty is none: true;
}

/// Values that are written as they are, or as a number.
macro_rules! plain {
    ($($type:ty as $plain:ty: $from:expr, $to:expr;)*) => { $(
        impl Value for $type {
            type Plain = $plain;

            fn from_plain(plain: $plain) -> Result<Self, Said> {
                $from(plain)
            }

            fn plain(&self) -> $plain {
                $to(*self)
            }
        }
    )* };
}

plain! {
    u32 as u32: Ok, identity;
    bool as bool: Ok, identity;
    Seconds as u32: Seconds::new, Seconds::number;
    SendingThreads as u32: SendingThreads::new, SendingThreads::number;
}

impl Value for Title {
    type Plain = String;

    fn from_plain(text: String) -> Result<Self, Said> {
        match text.chars().count() > MAX_TITLE || text.chars().any(char::is_control) {
            true => Err(said!("setting.title", most = MAX_TITLE)),
            false => Ok(Self(text)),
        }
    }

    fn plain(&self) -> String {
        self.0.clone()
    }
}

impl Value for Bitrate {
    type Plain = u32;

    fn from_plain(kbps: u32) -> Result<Self, Said> {
        Ok(Bitrate { kbps })
    }

    fn plain(&self) -> u32 {
        self.kbps
    }

    /// On the command line it has a unit.
    fn parse(text: &str) -> Result<Self, Said> {
        text.parse().map_err(Said::from)
    }
}

/// A folder, by its whole path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl FromStr for Folder {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let path = PathBuf::from(text);
        // What it is relative to would be where the program happens to have been started.
        if path.is_absolute() { Ok(Folder(path)) } else { Err(ParseError(said!("setting.folder", text))) }
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

/// An image, by its whole path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageFile(PathBuf);

impl ImageFile {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl FromStr for ImageFile {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wrong = |_| ParseError(said!("setting.image", text));
        std::path::absolute(text).map(ImageFile).map_err(wrong)
    }
}

impl fmt::Display for ImageFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

/// Whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seconds(u32);

impl Seconds {
    fn new(seconds: u32) -> Result<Self, Said> {
        Ok(Self(seconds))
    }

    fn number(self) -> u32 {
        self.0
    }
}

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Duration {
        Duration::from_secs(seconds.0.into())
    }
}

/// Who may read `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetricsAccess {
    /// Nobody: there is no such page.
    Off,
    /// Who asks over loopback, whoever that stands for.
    Loopback,
    /// Who sends the token of the data folder.
    Token,
}

impl MetricsAccess {
    const WORDS: [(MetricsAccess, &str); 3] =
        [(Self::Off, "off"), (Self::Loopback, "loopback"), (Self::Token, "token")];
}

impl FromStr for MetricsAccess {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let known = Self::WORDS.into_iter().find(|(_, word)| *word == text);
        known
            .map(|(access, _)| access)
            .ok_or_else(|| ParseError(said!("setting.not", text, what = "off, loopback or token")))
    }
}

impl fmt::Display for MetricsAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::WORDS.into_iter().find(|(access, _)| access == self);
        f.write_str(word.map_or("", |(_, word)| word))
    }
}

/// Whether the window is composited by the GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HardwareAcceleration {
    /// Where there is one.
    Auto,
    /// Whatever the machine says of itself.
    On,
    /// Never.
    Off,
}

impl HardwareAcceleration {
    const WORDS: [(HardwareAcceleration, &str); 3] = [(Self::Auto, "auto"), (Self::On, "on"), (Self::Off, "off")];
}

impl FromStr for HardwareAcceleration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::WORDS.into_iter().find(|(_, word)| *word == text);
        known.map(|(wish, _)| wish).ok_or_else(|| format!("\"{text}\" is not auto, on or off"))
    }
}

impl fmt::Display for HardwareAcceleration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::WORDS.into_iter().find(|(wish, _)| wish == self);
        f.write_str(word.map_or("", |(_, word)| word))
    }
}

/// How many threads send; 0 leaves it to the number of cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SendingThreads(u32);

impl SendingThreads {
    /// Each is given every picture and keeps a history: many more than there are cores only cost.
    const MOST: u32 = 64;

    fn new(threads: u32) -> Result<Self, Said> {
        match threads <= Self::MOST {
            true => Ok(Self(threads)),
            false => Err(said!("setting.most", most = Self::MOST)),
        }
    }

    fn number(self) -> u32 {
        self.0
    }

    /// None: one less than there are cores.
    pub(crate) fn count(self) -> Option<usize> {
        (self.0 > 0).then_some(self.0 as usize)
    }
}

/// The broadcaster's words for the stream: one line, or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Title(String);

/// Longest title, characters: it is shown in one line.
const MAX_TITLE: usize = 120;

impl Deref for Title {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Width and height in pixels, written `1280x720`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// Pixels.
    pub(crate) width: u16,
    /// Pixels.
    pub(crate) height: u16,
}

/// Why a text is none of these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParseError(Said);

impl From<ParseError> for Said {
    fn from(ParseError(said): ParseError) -> Said {
        said
    }
}

impl FromStr for Size {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let number = |digits: &str| digits.parse().ok().filter(|&n: &u16| n > 0);
        text.split_once('x')
            .and_then(|(width, height)| Some(Size { width: number(width)?, height: number(height)? }))
            .ok_or_else(|| ParseError(said!("setting.size_form", text)))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// Kilobits (1000 bits) a second, written `2500k`, `2.5M` or `2500` (kilobits as well).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bitrate {
    /// Kilobits a second.
    pub(crate) kbps: u32,
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
            .ok_or_else(|| ParseError(said!("setting.bitrate_form", text)))
    }
}

#[cfg(test)]
mod tests;
