//! From a device to an encoded frame.
//!
//! A [`Pipeline`] owns a camera and a microphone, or the pattern and the tone that need no device, and the encoders. Its
//! threads are `media-camera` (convert, scale), `media-h264`, `media-vp9` and `media-vp8` (encode), `media-sound`, and one
//! `media-device` for each open camera and microphone, because a driver may hang; a `media-listing` asks what a device is. Between the camera and the encoders there
//! is one place for the newest picture: what was not taken in time is overwritten, so nothing queues. Pictures and sound
//! carry the time of their capture from one monotonic clock ([`std::time::Instant`]).
//!
//! A device that fails is reported, replaced by a slate or by silence, and tried again; its return brings it back.

mod camera;
mod choice;
mod clock;
mod config;
mod convert;
mod cover;
mod device;
mod encode;
mod event;
mod frame;
mod jpeg;
mod levels;
mod listing;
#[cfg(feature = "measuring")]
pub mod measuring;
mod microphone;
mod mixer;
pub mod pattern;
mod pipeline;
mod preview;
mod slate;
mod source;
mod text;
mod title;
mod tone;
mod yuv;

pub use choice::{CameraChoice, MicrophoneChoice};
pub use config::{VideoConfig, VideoConfigError};
pub use cover::Cover;
pub use event::Event;
pub use levels::Levels;
#[cfg(target_os = "linux")]
pub use microphone::find_sound_server;
pub use pipeline::{CODECS, Pipeline};
pub use preview::PreviewPicture;

/// The cameras and microphones of this machine. Takes up to a few seconds: devices are asked what they are, and one that does
/// not answer is waited for.
pub fn devices() -> protocol::Devices {
    protocol::Devices { cameras: camera::list(), microphones: microphone::list() }
}
