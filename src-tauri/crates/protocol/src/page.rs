//! What the program and a watch page tell each other over the page's socket.

use crate::RefusalCode;
use serde::{Deserialize, Serialize};

/// What a watch page is told over its socket (`GET /w/TOKEN/events`, WebSocket, text frames).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PageMessage {
    /// First after the socket opens, and whenever it changes: is there something to watch?
    State {
        /// Live now.
        live: bool,
        /// The broadcaster's words for the stream; may be empty.
        title: String,
    },
    /// How many are watching.
    Count {
        /// Now.
        watching: u32,
    },
    /// This viewer was removed: stop, show why, and do not come back.
    Removed {
        /// `kicked` or `banned`.
        code: RefusalCode,
        /// The broadcaster's words.
        reason: Option<String>,
    },
    /// A kick or ban was undone: the page may join again.
    Forgiven,
    /// The link that opened this page was retired, and who is behind it was not watching: stop, and say so. The socket closes.
    Retired,
    /// The broadcast ended; `State` with `live` follows when it is back.
    Ended,
    /// The broadcaster lifted the lock, or lets more viewers in: whoever was refused for that may ask once more. Places that viewers
    /// leave are told by `Count`.
    Room,
}

/// What a watch page tells over its socket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PageHello {
    /// Which WHEP session this page holds: the last part of its session URL. Without it the page is known by its cookie only.
    Watching {
        /// Session id.
        session: String,
    },
    /// Glass-to-glass latency the page measured, at most once a second.
    Latency {
        /// Milliseconds.
        latency_ms: f32,
    },
}
