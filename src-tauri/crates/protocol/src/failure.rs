//! Why a watch page shows nothing, as far as its browser knows.

use serde::{Deserialize, Serialize};

/// What a page's browser came to before any picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// It has no WebRTC, or that is switched off.
    NoWebrtc,
    /// It gathered no address of its own.
    NoNetwork,
    /// None of its connectivity checks was answered.
    NoWay,
    /// A way was found, and the handshake on it came to no end.
    NoHandshake,
    /// Packets of the picture arrive, and none was decoded.
    NoPicture,
    /// The video element ended with an error.
    NotPlayed,
}

/// What a page sends by `POST /w/TOKEN/failed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FailureReport {
    /// What came of it.
    pub code: FailureCode,
    /// The last part of the session's URL, where there was one.
    #[serde(default)]
    pub session: Option<String>,
}
