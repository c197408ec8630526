//! What the pipeline tells its owner.

use crate::ScreenToken;
use protocol::{SoundTrouble, SourceState, StripId};
use words::Said;

/// What a [`crate::Pipeline`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The camera changed its state.
    Camera(SourceState),
    /// The screen, the window or the image changed its state.
    Screen(SourceState),
    /// The microphone changed its state.
    Microphone(SourceState),
    /// What a strip of the mixer beside the microphone listens to changed its state.
    Strip(StripId, SourceState),
    /// What the broadcaster listens on changed its state.
    Headphones(SourceState),
    /// Something is wrong with the sound though every device runs, or something else, or nothing any more.
    Sound(Option<SoundTrouble>),
    /// The system knows by this which screen or window was chosen, from now on; None: what it knew is over. To be kept for the next start.
    ScreenToken(Option<ScreenToken>),
    /// An encoder failed, with the cause and the remedy. It is started again with the next picture.
    EncoderFailed(Said),
}
