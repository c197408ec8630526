//! What the pipeline tells its owner.

use protocol::SourceState;

/// What a [`crate::Pipeline`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The camera changed its state.
    Camera(SourceState),
    /// The microphone changed its state.
    Microphone(SourceState),
    /// An encoder failed, with the cause and the remedy. It is started again with the next picture.
    EncoderFailed(String),
}
