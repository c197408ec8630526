//! What a camera, a screen and a microphone are to the rest of the crate.

use crate::frame::{RawPicture, SoundChunk};
use protocol::{Channels, ErrorCode};
use std::fmt;
use words::{Said, said};

/// Whether there was a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// There was.
    Taken,
    /// The device has not delivered its first one yet, which may take seconds.
    NotYet,
    /// The next one is due later: the device is one of few pictures.
    Later,
}

/// Something that delivers pictures. Dropping it closes the device.
pub(crate) trait PictureSource: Send {
    /// Waits for the next picture, at most about a second, and puts it into `into`, whose buffer is used again.
    fn next(&mut self, into: &mut RawPicture) -> Result<Next, SourceError>;

    /// The picture is to be shown in another way: where it stands still it is delivered once more.
    fn again(&mut self) {}

    /// A first picture could be read: no other takes this one's place from now on.
    fn shows(&mut self) {}

    /// No picture could be read for a while, for this reason: a sentence about a device that is yet to be named. Where several
    /// may be meant another takes its place; else this is its error.
    fn unreadable(&mut self, why: Said) -> Result<(), SourceError> {
        Err(SourceError::Failed(why.with("device", said!("device.camera", name = self.id()))))
    }

    /// What it is called, now that it is known which it is.
    fn id(&self) -> String;

    /// For people: "1280x720, 30 fps, YUYV".
    fn format(&self) -> String;
}

/// Something that delivers sound. Dropping it closes the device.
pub(crate) trait SoundSource: Send {
    /// Waits for the next piece of sound, at most about a second, and puts it into `into`, whose buffer is used again. It stays empty,
    /// after no longer than a piece lasts, where a device has yet to begin, which may take seconds.
    fn next(&mut self, into: &mut SoundChunk) -> Result<(), SourceError>;

    /// Which of its channels are heard, and where; those that are no device's have two and stay as they are.
    fn choose(&mut self, _channels: Channels) {}

    /// For people: "48 kHz stereo". Nothing is known before the first sound.
    fn format(&self) -> String;
}

/// Sound that is looked for while another source makes the pace. Dropping it closes the device, and waits for nobody.
pub(crate) trait PolledSource: Send {
    /// Puts the next piece of sound into `into`, whose buffer is used again; it stays empty where there is none yet. Never waits.
    fn poll(&mut self, into: &mut SoundChunk) -> Result<(), SourceError>;

    /// As [`SoundSource::choose`].
    fn choose(&mut self, _channels: Channels) {}

    /// For people: "48 kHz stereo"; empty while it is being opened.
    fn format(&self) -> String;
}

/// Why a device does not deliver. What it holds names the device as a subject of a sentence, for example
/// `The camera "HD Webcam"`; what is said is that sentence with the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SourceError {
    /// There is no such device.
    NotFound(Said),
    /// Another program has it.
    Busy(Said),
    /// The system refused it.
    Denied(Said),
    /// It was there and went away.
    Lost(Said),
    /// It answered with an error of its own: here the whole sentence about it, without a full stop.
    Failed(Said),
    /// Anything else that a program may tell apart: the whole sentence, with the remedy.
    Said(ErrorCode, Said),
}

impl SourceError {
    /// What a program tells apart.
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound(_) => ErrorCode::NoDevice,
            Self::Busy(_) => ErrorCode::DeviceBusy,
            Self::Denied(_) => ErrorCode::DeviceDenied,
            Self::Lost(_) => ErrorCode::DeviceLost,
            Self::Failed(_) => ErrorCode::DeviceFailed,
            Self::Said(code, _) => *code,
        }
    }

    /// The cause and the remedy, for people.
    pub(crate) fn said(&self) -> Said {
        match self.clone() {
            Self::NotFound(device) => said!("device.not_found", device),
            Self::Busy(device) => said!("device.busy", device),
            Self::Denied(device) => said!("device.denied", device),
            Self::Lost(device) => said!("device.lost", device),
            Self::Failed(what) => said!("device.failed", what),
            Self::Said(_, said) => said,
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}
