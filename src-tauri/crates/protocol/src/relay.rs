//! Engines that the stream is handed to, as the panel and scripts know them.

use crate::Secret;
use serde::{Deserialize, Serialize};
use std::fmt;
use words::Key;

/// One engine that the stream is handed to. Never used twice while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct RelayId(pub u32);

impl fmt::Display for RelayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How it goes with a relay. Nothing in it is secret: of its URL only whom it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Relay {
    /// Which.
    pub relay: RelayId,
    /// What kind of server.
    pub engine: RelayEngine,
    /// The server's name, and its port where that is not the usual one.
    pub host: String,
    /// How far it is.
    pub state: RelayState,
    /// Where people watch there, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub watch: Option<String>,
    /// How many watch there, where the server tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub watching: Option<u32>,
    /// Running: what it is sent. Else: the cause and the remedy, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub message: Option<String>,
    /// The message by its key.
    #[serde(flatten)]
    pub by: Key,
    /// Somebody stopped it: it is forgotten, and nothing more comes of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<bool>"))]
    pub gone: bool,
}

/// What kind of server a relay is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RelayEngine {
    /// Whatever takes WHIP (RFC 9725). It lists nobody and removes nobody.
    Whip,
    /// A room of Janus' VideoRoom.
    Janus,
    /// A mountpoint of Janus' Streaming plugin, which is sent RTP.
    JanusRtp,
    /// A room of LiveKit.
    Livekit,
    /// A mediasoup, by the front program that comes with Skylark.
    Mediasoup,
    /// A conference at a videobridge of Jitsi's. Experimental.
    Jitsi,
}

/// How far a relay is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RelayState {
    /// It is asked to take the stream.
    Connecting,
    /// It is sent the stream.
    Running,
    /// It did not take it, or was lost; it is asked again by itself.
    Waiting,
    /// It does not take it, and would not if it were asked again.
    Failed,
    /// Nothing is live, or somebody stopped it.
    Stopped,
}

/// What a relay is told and nobody else: each where its engine has a use for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "typescript", ts(optional_fields))]
#[serde(default, deny_unknown_fields)]
pub struct RelaySecrets {
    /// Sent as `Authorization: Bearer`, to the origin of the URL and to no other.
    pub bearer: Option<Secret>,
    /// Janus: what a room or a mountpoint wants of who joins.
    pub pin: Option<Secret>,
    /// Janus: a room's own token for who joins.
    pub token: Option<Secret>,
    /// Janus: what a room or a mountpoint that is made here is to be operated with.
    pub room_secret: Option<Secret>,
    /// Janus: what it wants of who makes a room or a mountpoint.
    pub admin_key: Option<Secret>,
    /// LiveKit: which secret its tokens are signed with.
    pub api_key: Option<Secret>,
    /// Janus: what its API wants with each request. LiveKit: what its tokens are signed with, which is sent to nobody.
    pub api_secret: Option<Secret>,
    /// A file of certificates (PEM) that are trusted in the place of the system's.
    pub ca: Option<String>,
}
