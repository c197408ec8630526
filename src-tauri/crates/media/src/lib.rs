//! From a device to an encoded frame.
//!
//! A [`Pipeline`] owns a camera, a screen and a microphone, or the pattern and the tone that need no device, and the encoders. Its
//! threads are `media-camera` and `media-screen` (convert, scale, compose), `media-h264`, `media-vp9` and `media-vp8` (encode), `media-sound`, and one
//! `media-device` for each open camera, screen and microphone, because a driver may hang; a `media-listing` asks what a device is. Between the camera and the encoders there
//! is one place for the newest picture: what was not taken in time is overwritten, so nothing queues. Pictures and sound
//! carry the time of their capture from one monotonic clock ([`std::time::Instant`]).
//!
//! A device that fails is reported, replaced by a slate or by silence, and tried again; its return brings it back.

mod camera;
mod card;
mod choice;
mod clock;
mod config;
mod convert;
mod cover;
mod device;
mod encode;
mod event;
mod fit;
mod frame;
mod glance;
mod image;
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
mod scene;
mod screen;
mod slate;
mod source;
mod still;
mod text;
mod title;
mod tone;
mod yuv;

pub use card::Card;
pub use choice::{CameraChoice, MicrophoneChoice, MoreMicrophones, NoSource, SourceChoice};
pub use config::{TopLayer, VideoConfig, VideoConfigError};
pub use cover::Cover;
pub use event::Event;
pub use fit::Crop;
pub use glance::{Glance, Seen};
pub use image::check as check_image;
pub use levels::Levels;
#[cfg(target_os = "linux")]
pub use microphone::find_sound_server;
pub use pipeline::{CODECS, Pipeline, TopPictures};
pub use preview::PreviewPicture;
pub use scene::{Corner, NoScene, Place, Scene, Shape, Shown};
pub use screen::ScreenToken;
pub use still::Still;

/// The cameras, microphones, screens and windows of this machine. Takes up to a few seconds: devices are asked what they are, and one that does
/// not answer is waited for.
pub fn devices() -> protocol::Devices {
    let screen::Listed { screens, windows, desktop_asks } = screen::list();
    let (cameras, microphones, outputs) = (camera::list(), microphone::list(), microphone::outputs());
    let programs = microphone::programs();
    protocol::Devices { cameras, microphones, outputs, programs, screens, windows, desktop_asks }
}
