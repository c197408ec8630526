//! What people write to each other beside the picture.

use crate::ViewerId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// One message. Ids of a broadcast follow one another; no two broadcasts share one, also not across a restart of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct MessageId(#[cfg_attr(feature = "typescript", ts(type = "number"))] pub u64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message as everybody reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChatMessage {
    /// Which.
    pub id: MessageId,
    /// When, milliseconds since the Unix epoch.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: u64,
    /// Who; none for the broadcaster.
    pub viewer: Option<ViewerId>,
    /// What the viewer was called then.
    pub name: String,
    /// The broadcaster wrote it.
    pub host: bool,
    /// The colour of the name, one of [`ChatMessage::COLOURS`]; two viewers whose lines follow one another never have the same.
    pub colour: u8,
    /// As it was written, without control characters and what turns the direction of other people's lines.
    pub text: String,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub reply_to: Option<MessageId>,
}

impl ChatMessage {
    /// How many colours names have.
    pub const COLOURS: u8 = 12;
}

/// A message as it is handed on: one that a thousand pages are told is there once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SharedMessage(Arc<ChatMessage>);

impl From<ChatMessage> for SharedMessage {
    fn from(message: ChatMessage) -> Self {
        Self(Arc::new(message))
    }
}

impl Deref for SharedMessage {
    type Target = ChatMessage;

    fn deref(&self) -> &ChatMessage {
        &self.0
    }
}

impl Serialize for SharedMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SharedMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ChatMessage::deserialize(deserializer).map(Self::from)
    }
}

/// Who may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ChatMode {
    /// Whoever watches.
    #[default]
    Everyone,
    /// Who had written when this was chosen, and whom the broadcaster lets write by `unmute`.
    Admitted,
    /// Nobody.
    Off,
}

/// As what a chat is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ChatFormat {
    /// A line a message.
    Text,
    /// A list of messages, as [`crate::Event::Chat`] tells them.
    Json,
}

/// What a page does in the chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ChatAct {
    /// It writes.
    Say,
    /// It chooses a name.
    Name,
    /// It reacts to the picture.
    React,
    /// It raises a hand, or takes it down.
    Hand,
    /// It asks for what was said.
    ChatSince,
}

/// Why something that a page said was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ChatRefusal {
    /// Only who watches may write: the page holds no session to which media flows.
    NotWatching,
    /// The broadcaster switched the chat off.
    ChatOff,
    /// Only those may write whom the broadcaster admitted.
    NotAdmitted,
    /// The broadcaster, or writing on and on, muted this viewer.
    Muted,
    /// Too many in too short a time.
    TooFast,
    /// Slow mode: the last message was not long enough ago.
    SlowMode,
    /// There is nothing in it to be seen.
    Empty,
    /// Longer than 500 characters.
    TooLong,
    /// A name of nothing that can be seen, or of more than 32 characters.
    BadName,
    /// The broadcaster's name, or one that looks like it.
    ReservedName,
    /// A word that the broadcaster does not want.
    UnwantedWord,
    /// A link, where nobody may send one.
    NoLinks,
    /// It answers a message that is not there.
    UnknownMessage,
    /// None of the reactions.
    BadReaction,
}

/// A viewer who may not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MutedViewer {
    /// Who.
    pub viewer: ViewerId,
    /// Until then, milliseconds since the Unix epoch; none: until the broadcaster says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, type = "number"))]
    pub until: Option<u64>,
}

/// What a viewer is called in the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ViewerName {
    /// Who.
    pub viewer: ViewerId,
    /// As it was chosen, with a number where another has the name.
    pub name: String,
}

/// The chat as a panel that just opened needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChatSnapshot {
    /// Who may write.
    pub mode: ChatMode,
    /// Least time between two messages of a viewer, seconds.
    pub slow_s: u32,
    /// Viewers may send links.
    pub links: bool,
    /// What viewers may not write.
    pub unwanted_words: Vec<String>,
    /// What stands above all others.
    pub pinned: Option<SharedMessage>,
    /// The last of them, the oldest first.
    pub messages: Vec<SharedMessage>,
    /// What those who watch are called.
    pub names: Vec<ViewerName>,
    /// Who may not write.
    pub muted: Vec<MutedViewer>,
    /// Who raised a hand, the first first.
    pub hands: Vec<ViewerId>,
}
