//! What the picture comes from, and how two of them are put together.

use serde::{Deserialize, Serialize};

/// What a picture can come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A camera.
    Camera,
    /// A whole screen.
    Screen,
    /// One window, whatever stands before it.
    Window,
    /// A still image.
    Image,
    /// The test pattern.
    Pattern,
    /// No picture but a card that says so.
    Off,
}

/// One thing that a picture comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SourceName {
    /// What it is.
    pub kind: SourceKind,
    /// Which of them: a camera's name, a screen's number, a window's title or a part of it, an image's file. None: the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub id: Option<String>,
}

/// A source as a person may write it: `screen:2`, or in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum SourceGiven {
    /// In full.
    Named(SourceName),
    /// As on the command line.
    Short(String),
}
