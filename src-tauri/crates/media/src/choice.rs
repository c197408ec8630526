//! What picture and sound come from, as settings and commands write it.

use protocol::{SourceKind, SourceName};
use std::{
    convert::Infallible,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};
use words::{Said, said};

/// What the picture comes from. Written as `camera`, `camera:NAME`, `screen`, `screen:N`, `window:TITLE`, `image:FILE`, `pattern` or
/// `off`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceChoice {
    /// A camera, the pattern, or nothing.
    Camera(CameraChoice),
    /// A whole screen, numbered from 1; None: the primary one.
    Screen(Option<u32>),
    /// The window with this title, or with these words in it.
    Window(String),
    /// A still image, by its whole path.
    Image(PathBuf),
}

/// Why a text is no source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSource(String);

impl NoSource {
    /// How one is written, without a full stop.
    pub fn said(&self) -> Said {
        said!("source.form", text = &self.0)
    }
}

impl From<NoSource> for Said {
    fn from(error: NoSource) -> Said {
        error.said()
    }
}

impl fmt::Display for NoSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl std::error::Error for NoSource {}

/// What the picture comes from. Written as `off`, `pattern`, `default`, or a camera's name or index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameraChoice {
    /// No picture but a slate that says so.
    Off,
    /// The test pattern ([`crate::pattern`]).
    Pattern,
    /// The first camera that delivers pictures.
    Default,
    /// A camera, by name, path or index.
    Device(String),
}

/// What the sound comes from. Written as `off`, `tone`, or a microphone's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MicrophoneChoice {
    /// Silence.
    Off,
    /// The test tone, whose beeps coincide with the test pattern's flashes.
    Tone,
    /// A microphone, by name.
    Device(String),
}

/// The microphones beside the first, in the order of [`protocol::StripId::MORE_MICROPHONES`], each by name, where there is one.
pub type MoreMicrophones = [Option<String>; protocol::StripId::MORE_MICROPHONES.len()];

impl SourceChoice {
    /// As commands and events name it.
    pub fn name(&self) -> SourceName {
        let (kind, id) = match self {
            Self::Camera(CameraChoice::Off) => (SourceKind::Off, None),
            Self::Camera(CameraChoice::Pattern) => (SourceKind::Pattern, None),
            Self::Camera(CameraChoice::Default) => (SourceKind::Camera, None),
            Self::Camera(CameraChoice::Device(name)) => (SourceKind::Camera, Some(name.clone())),
            Self::Screen(number) => (SourceKind::Screen, number.map(|number| number.to_string())),
            Self::Window(title) => (SourceKind::Window, Some(title.clone())),
            Self::Image(file) => (SourceKind::Image, Some(file.display().to_string())),
        };
        SourceName { kind, id }
    }

    /// What is meant by a name.
    pub fn named(name: &SourceName) -> Result<SourceChoice, NoSource> {
        let id = name.id.as_deref().map(str::trim).filter(|id| !id.is_empty());
        let wrong = || NoSource(short(name.kind, id));
        Ok(match (name.kind, id) {
            (SourceKind::Off, None) => Self::Camera(CameraChoice::Off),
            (SourceKind::Pattern, None) => Self::Camera(CameraChoice::Pattern),
            (SourceKind::Camera, None | Some("default")) => Self::Camera(CameraChoice::Default),
            // A camera may be called "off".
            (SourceKind::Camera, Some(name)) => Self::Camera(CameraChoice::Device(name.to_owned())),
            (SourceKind::Screen, None) => Self::Screen(None),
            (SourceKind::Screen, Some(number)) => Self::Screen(Some(screen(number).ok_or_else(wrong)?)),
            (SourceKind::Window, Some(title)) => Self::Window(title.to_owned()),
            // What it is relative to would be forgotten by the next start.
            (SourceKind::Image, Some(file)) => Self::Image(std::path::absolute(Path::new(file)).map_err(|_| wrong())?),
            (SourceKind::Off | SourceKind::Pattern, Some(_)) | (SourceKind::Window | SourceKind::Image, None) => {
                return Err(wrong());
            }
        })
    }
}

/// The first is 1, and 0 to who counts as cameras are counted.
fn screen(number: &str) -> Option<u32> {
    number.parse().ok().map(|number: u32| number.max(1))
}

const KINDS: [(SourceKind, &str); 6] = [
    (SourceKind::Camera, "camera"),
    (SourceKind::Screen, "screen"),
    (SourceKind::Window, "window"),
    (SourceKind::Image, "image"),
    (SourceKind::Pattern, "pattern"),
    (SourceKind::Off, "off"),
];

fn short(kind: SourceKind, id: Option<&str>) -> String {
    let (_, word) = KINDS.into_iter().find(|(known, _)| *known == kind).expect("each has its word");
    id.map_or_else(|| word.to_owned(), |id| format!("{word}:{id}"))
}

impl FromStr for SourceChoice {
    type Err = NoSource;

    fn from_str(s: &str) -> Result<Self, NoSource> {
        let s = s.trim();
        let (word, id) = s.split_once(':').map_or((s, None), |(word, id)| (word, Some(id)));
        let kind = KINDS.into_iter().find(|(_, known)| *known == word.trim());
        let (kind, _) = kind.ok_or_else(|| NoSource(s.to_owned()))?;
        let id = id.map(str::to_owned);
        match &id {
            // Who writes a colon means to say which.
            Some(id) if id.trim().is_empty() => Err(NoSource(s.to_owned())),
            _ => Self::named(&SourceName { kind, id }),
        }
    }
}

impl fmt::Display for SourceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SourceName { kind, id } = self.name();
        f.write_str(&short(kind, id.as_deref()))
    }
}

impl FromStr for CameraChoice {
    type Err = Infallible;

    fn from_str(s: &str) -> Result<Self, Infallible> {
        Ok(match s.trim() {
            "off" => Self::Off,
            "pattern" => Self::Pattern,
            "default" => Self::Default,
            device => Self::Device(device.to_owned()),
        })
    }
}

impl FromStr for MicrophoneChoice {
    type Err = Infallible;

    fn from_str(s: &str) -> Result<Self, Infallible> {
        Ok(match s.trim() {
            "off" => Self::Off,
            "tone" => Self::Tone,
            device => Self::Device(device.to_owned()),
        })
    }
}

impl fmt::Display for CameraChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Pattern => "pattern",
            Self::Default => "default",
            Self::Device(device) => device,
        })
    }
}

impl fmt::Display for MicrophoneChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Tone => "tone",
            Self::Device(device) => device,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_back_as_it_is_written() {
        for text in [
            "camera",
            "camera:HD Webcam",
            "camera:off",
            "screen",
            "screen:2",
            "window:Slides: page 3",
            "image:/home/anna/card.png",
            "pattern",
            "off",
        ] {
            let choice = text.parse::<SourceChoice>().expect(text);
            assert_eq!(choice.to_string(), text);
            assert_eq!(SourceChoice::named(&choice.name()), Ok(choice));
        }
        assert_eq!("screen:0".parse(), Ok(SourceChoice::Screen(Some(1))), "who counts from 0 means the first");
        let relative = "image:card.png".parse::<SourceChoice>().expect("it may be relative");
        assert!(matches!(relative, SourceChoice::Image(path) if path.is_absolute()));
        for bad in
            ["", "screens", "screen:", "screen:one", "screen:-1", "window", "window: ", "image", "pattern:2", "off:1"]
        {
            let said = bad.parse::<SourceChoice>().expect_err(bad).to_string();
            assert!(said.contains("window:TITLE"), "the remedy is named: {said}");
        }
    }

    #[test]
    fn a_choice_is_read_back_as_it_is_written() {
        for (text, choice) in [
            ("off", CameraChoice::Off),
            ("pattern", CameraChoice::Pattern),
            ("default", CameraChoice::Default),
            ("HD Webcam", CameraChoice::Device("HD Webcam".into())),
            ("0", CameraChoice::Device("0".into())),
        ] {
            assert_eq!(text.parse::<CameraChoice>(), Ok(choice.clone()));
            assert_eq!(choice.to_string(), text);
        }
        for (text, choice) in [
            ("off", MicrophoneChoice::Off),
            ("tone", MicrophoneChoice::Tone),
            ("Blue", MicrophoneChoice::Device("Blue".into())),
        ] {
            assert_eq!(text.parse::<MicrophoneChoice>(), Ok(choice.clone()));
            assert_eq!(choice.to_string(), text);
        }
    }
}
