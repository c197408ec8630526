//! What a broadcaster reckons with: how many more could watch, and how it went in the last hour.

use crate::Rid;
use serde::{Deserialize, Serialize};
use words::Said;

/// How many more could watch, and from what that is known. Nothing of it is guessed: where nothing was measured there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Capacity {
    /// From what it is known.
    pub known_by: KnownBy,
    /// Which line it is of.
    pub line: SharedLine,
    /// What that carries to viewers, kbit/s; to two digits where it was measured.
    pub carries_kbps: u32,
    /// What viewers take of it, kbit/s; to two digits where it was measured.
    pub used_kbps: u32,
    /// So many viewers more could be sent each layer, of each alone; the largest first.
    pub room: Vec<RoomFor>,
    /// The same in a sentence for people.
    #[serde(flatten)]
    pub message: Said,
}

/// So many viewers more could be sent this layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RoomFor {
    /// Which.
    pub rid: Rid,
    /// Pixels.
    pub height: u16,
    /// So many.
    pub more: u32,
}

/// From what it is known how much a line carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum KnownBy {
    /// The setting `max_upload_kbps` says so.
    MaxUpload,
    /// Viewers behind several other lines were short of it at one time: so much arrived then.
    Full,
    /// So much arrived, and nobody was short of it: it carries at least that, and how much more is not known.
    Carried,
}

/// A line that viewers share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SharedLine {
    /// From here to the rest of the world.
    Uplink,
    /// The network that this computer is in.
    Network,
}

/// How it went for five seconds of a broadcast.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HistoryPoint {
    /// When they were over, milliseconds since the Unix epoch.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: u64,
    /// How many watched then.
    pub watching: u32,
    /// Sent to all viewers together.
    pub sent_kbps: u32,
    /// Encoded bitrate of the top layer and the sound.
    pub encoded_kbps: u32,
    /// Frames a second of the top layer.
    pub fps: f32,
    /// The part of all processors' time that the program took, without the window's own processes.
    pub cpu: f32,
    /// Pictures that were left out for a viewer, as a thread that sends did not keep up.
    pub left_out: u32,
    /// The median of the glass-to-glass latencies that pages measured; none while none did.
    pub latency_ms: Option<f32>,
}
