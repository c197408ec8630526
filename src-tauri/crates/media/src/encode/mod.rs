//! The encoders. Each library of picture codecs is bound in one file, and each codec is set up in one.

mod aom;
mod av1;
mod changes;
mod fit;
#[cfg(feature = "h264")]
mod h264;
mod keyframes;
mod layer;
mod opus;
#[cfg(feature = "h264")]
mod parameter_sets;
#[cfg(feature = "h264")]
mod rate;
mod screen_rate;
#[cfg(feature = "h264")]
mod simulcast;
#[cfg(test)]
mod tests;
mod vp8;
mod vp9;
mod vpx;

use words::{Said, said};

pub(crate) use av1::Av1;
#[cfg(feature = "measuring")]
pub(crate) use h264::Control;
#[cfg(feature = "h264")]
pub(crate) use h264::H264;
pub(crate) use keyframes::Keyframes;
#[cfg(feature = "h264")]
pub(crate) use layer::TEMPORAL_LAYERS;
pub(crate) use layer::{Layer, LayerConfig, LayerEncoder};
pub(crate) use opus::{PACKET, SoundEncoder};
#[cfg(feature = "h264")]
pub(crate) use simulcast::Simulcast;
pub(crate) use vp8::Vp8;
pub(crate) use vp9::{Effort, Vp9};

/// An encoder refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EncodeError {
    pub(crate) encoder: &'static str,
    pub(crate) action: Action,
    /// The library's own number for it.
    pub(crate) code: i32,
}

/// What it was to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Find,
    Start,
    SetUp,
    ChangeBitrate,
    EncodePicture,
    EncodeSound,
}

impl EncodeError {
    /// What it said, for people, without a full stop.
    pub(crate) fn said(&self) -> Said {
        let action = match self.action {
            Action::Find => return said!("encoder.absent", encoder = self.encoder),
            Action::Start => said!("encoder.start"),
            Action::SetUp => said!("encoder.set_up"),
            Action::ChangeBitrate => said!("encoder.bitrate"),
            Action::EncodePicture => said!("encoder.encode_picture"),
            Action::EncodeSound => said!("encoder.encode_sound"),
        };
        said!("encoder.failed", encoder = self.encoder, action, code = self.code)
    }
}
