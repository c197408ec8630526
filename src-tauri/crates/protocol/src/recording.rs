//! What is said of recordings.

use serde::{Deserialize, Serialize};
use words::Key;

/// The recording, as it is at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Recording {
    /// What it does.
    pub state: RecordingState,
    /// The file that is being written, or was written last; none before there is one.
    pub file: Option<String>,
    /// How long it is, all its files together.
    pub seconds: u32,
    /// How large it is, all its files together.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub bytes: u64,
    /// For a person: why it ended by itself, what is missing, that the disk has little room. Absent where there is nothing to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub message: Option<String>,
    /// The message by its key.
    #[serde(flatten)]
    pub by: Key,
}

/// What the recording does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// Nothing was recorded yet.
    #[default]
    Off,
    /// The folder is being looked at.
    Starting,
    /// It begins when the broadcast does.
    Waiting,
    /// It is being written.
    Recording,
    /// The last of it is being written.
    Stopping,
    /// All of it is on the disk.
    Stopped,
    /// It did not begin, or ended by itself; the message says why, and what is kept.
    Failed,
}

/// A file that was begun in an earlier run of the program and not finished. It plays, and can be mended: made seekable, with its
/// duration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct UnfinishedRecording {
    /// Which.
    pub file: String,
    /// How large it is.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub bytes: u64,
}
