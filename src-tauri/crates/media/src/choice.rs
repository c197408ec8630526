//! What picture and sound come from, as settings and commands write it.

use std::{convert::Infallible, fmt, str::FromStr};

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
