//! What the broadcaster withholds for a while, and the broadcast goes on.

use serde::{Deserialize, Serialize};

/// What of the broadcast is withheld, because the broadcaster wishes so. Nothing of it ends a session: a card stands in the place
/// of the picture, and silence in that of the sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Controls {
    /// The microphone is muted.
    pub microphone_muted: bool,
    /// The camera is off: a card with the title is sent.
    pub camera_off: bool,
    /// A card and silence are sent, whatever the other two say; it ends with the broadcast.
    pub be_right_back: bool,
}
