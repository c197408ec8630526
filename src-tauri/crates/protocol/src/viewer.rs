//! Who is watching, how it goes there, and who was removed.

use crate::{Layer, RelayId, Rid, ViewerId};
use serde::{Deserialize, Serialize};
use words::Key;

/// A viewer as the panel lists one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Viewer {
    /// Which viewer.
    pub id: ViewerId,
    /// IP address, without port.
    pub address: String,
    /// "Firefox, Android"; "unknown" where the User-Agent says nothing known.
    pub browser: String,
    /// What the broadcaster calls the guest by whose own link it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub guest: Option<String>,
    /// When media first flowed, milliseconds since the Unix epoch.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub since_at: u64,
    /// What of its offer is not sent, and why. A browser's offer is answered whole.
    pub rejected: Vec<RejectedMedia>,
    /// It watches at this relay, which has no figures of its connection; none: it is sent the stream from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub relay: Option<RelayId>,
    /// The layer that it holds; none: what it is sent is chosen by what its line carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub held: Option<Rid>,
    /// How the connection does; refreshed by [`crate::Event::Viewers`].
    pub stats: ViewerStats,
}

/// A part of an offer that was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RejectedMedia {
    /// `video`, `audio`, `application` or another word of the offer's.
    pub media: String,
    /// What the offer calls this m-line; empty where it has no name.
    pub mid: String,
    /// For people, as in "it has no Opus with 48 kHz".
    pub reason: String,
    /// The reason by its key.
    #[serde(flatten)]
    pub by: Key,
}

/// How one viewer's connection does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ViewerStats {
    /// What is being sent; none before the first picture.
    pub layer: Option<Layer>,
    /// Round-trip time, once a receiver report told it.
    pub rtt_ms: Option<f32>,
    /// Fraction of packets lost on the way in the last reports, before repair.
    pub loss: f32,
    /// Sent to this viewer in the last second, sound and repairs included.
    pub bitrate_kbps: u32,
    /// Glass-to-glass latency as the page measured it.
    pub latency_ms: Option<f32>,
    /// What its line was measured to carry; none while nothing is known to limit it.
    pub line_kbps: Option<u32>,
    /// The largest layer that the upload cap leaves it; none where that is the largest there is.
    pub capped: Option<Rid>,
}

/// Why a viewer is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// The page closed its session or its connection.
    Left,
    /// Nothing authenticated came for too long.
    Timeout,
    /// Removed for this broadcast.
    Kicked,
    /// Removed until lifted.
    Banned,
    /// The broadcast ended.
    Ended,
}

/// How a viewer was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// Out for this broadcast.
    Kicked,
    /// Out until lifted, by browser and address.
    Banned,
    /// An address, out for this broadcast; of the browser nothing is known.
    Blocked,
    /// Knocked, and was not let in: out for this broadcast.
    Refused,
}

/// Somebody who waits to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Knock {
    /// The id that `admit` and `refuse` take. Who is let in then is a viewer of another id.
    pub id: ViewerId,
    /// What it says that it is called; of a guest with a link of its own, what the broadcaster calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub name: Option<String>,
    /// IP address, without port.
    pub address: String,
    /// As in [`Viewer::browser`].
    pub browser: String,
    /// When it knocked, milliseconds since the Unix epoch.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub since_at: u64,
    /// This browser watched before, since the program was started.
    pub was_here: bool,
    /// It came by a guest's own link.
    pub guest: bool,
}

/// A guest's own link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GuestLink {
    /// What the broadcaster calls the guest.
    pub name: String,
    /// The link for the guest.
    pub watch: String,
    /// The WHEP endpoint of the same link.
    pub whep: String,
    /// When it ends, milliseconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, type = "number"))]
    pub expires_at: Option<u64>,
    /// So many devices may watch by it at one time; none: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub devices: Option<u32>,
}

/// How a knock ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum KnockEnd {
    /// Whoever it was may come in.
    Admitted,
    /// It was not let in.
    Refused,
    /// It went, or waits no more.
    Left,
}

/// Somebody who was removed and can be forgiven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RemovedViewer {
    /// The id that `forgive` takes. A ban from an earlier run of the program has a new one.
    pub id: ViewerId,
    /// Kicked, banned or blocked.
    pub removal: Removal,
    /// The broadcaster's words, shown to the viewer.
    pub reason: Option<String>,
    /// IP address, without port.
    pub address: String,
    /// As in [`Viewer::browser`].
    pub browser: String,
    /// When, milliseconds since the Unix epoch.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub removed_at: u64,
}
