//! What the control panel is told over its channel, and how a command of it is refused.

use crate::{ErrorCode, Event, Snapshot, StripLevels};
use serde::{Deserialize, Serialize};
use words::Said;

/// What goes over the panel's channel: a snapshot first, then what happens after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PanelMessage {
    /// First, and again when the panel fell behind.
    Snapshot {
        /// All that the panel shows.
        snapshot: Box<Snapshot>,
    },
    /// What happened after the snapshot.
    Event {
        /// The same as scripts get.
        event: Box<Event>,
    },
    /// How loud the microphone is, at most fifteen times a second.
    Levels {
        /// The largest sample since the last message, left and right; 1 is full scale.
        peak: [f32; 2],
        /// The root of the mean square, left and right; 1 is full scale.
        rms: [f32; 2],
    },
    /// How loud the mixer's strips are, at most four times a second; the others are not heard.
    Strips {
        /// Those that are listened to.
        strips: Vec<StripLevels>,
    },
    /// Somebody wants to close the window while live: ask once.
    CloseAsked,
}

/// Why a command of the panel was not carried out; nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CommandRefused {
    /// What a program tells apart.
    pub code: ErrorCode,
    /// What a person reads: the cause and the remedy.
    #[serde(flatten)]
    pub message: Said,
}
