//! What the program and a watch page tell each other over the page's socket.

use crate::{
    ChatAct, ChatMode, ChatRefusal, Controls, LayerChoice, MessageId, RefusalCode, Rid, SharedMessage, ViewerId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// What the broadcaster withholds for a while: after the first `State`, and whenever it changes.
    Controls(Controls),
    /// The link that opened this page is that of a rehearsal: tell what arrives ([`PageHello::Path`]). After the first `State` and `Controls`.
    Rehearsal,
    /// How many are watching.
    Count {
        /// Now.
        watching: u32,
    },
    /// This viewer was removed: stop, show why, and do not come back.
    Removed {
        /// `kicked`, `banned`, or `not_admitted` where it knocked.
        code: RefusalCode,
        /// The broadcaster's words.
        reason: Option<String>,
    },
    /// A kick or ban was undone: the page may join again.
    Forgiven,
    /// The link that opened this page was retired, and who is behind it was not watching: stop, and say so. The socket closes.
    Retired,
    /// Who is behind this page has to wait until the broadcaster lets it in: nothing is told before. `State` follows when that is done.
    Knocking,
    /// There is a passcode now, or another one, and this page's browser has not said it: ask for it. The socket closes.
    Passcode,
    /// The broadcast ended; `State` with `live` follows when it is back.
    Ended,
    /// What this viewer may choose from, and has chosen: the answer to [`PageHello::Quality`].
    Quality {
        /// What it holds; null: what it is sent is chosen for it.
        layer: Option<Rid>,
        /// The largest first. None where nothing can be chosen: it is sent no picture, or watches at a relay.
        layers: Vec<LayerChoice>,
    },
    /// The broadcaster lifted the lock, or lets more viewers in, or a relay began to take some: whoever was refused for that may ask once more.
    /// Places that viewers leave are told by `Count`.
    Room,
    /// Messages that the page has not, or has not any more; to pages that show the chat.
    Chat {
        /// The oldest first.
        messages: Vec<SharedMessage>,
    },
    /// Messages were taken out of the chat.
    ChatDeleted {
        /// Which.
        messages: Vec<MessageId>,
    },
    /// The chat's rules: first when a page shows it, and whenever they change.
    ChatState {
        /// Who may write.
        mode: ChatMode,
        /// Least time between two messages of a viewer, seconds.
        slow_s: u32,
        /// Viewers may send links.
        links: bool,
        /// What stands above all others.
        pinned: Option<SharedMessage>,
        /// The first message of this broadcast, when there will be one: what a page has from before is of another.
        first: MessageId,
    },
    /// How often people reacted in the last moment; may be missed.
    Reactions {
        /// By emoji.
        counts: BTreeMap<String, u32>,
    },
    /// What this viewer is in the chat.
    You {
        /// Whose messages are this viewer's own; none while it does not watch.
        viewer: Option<ViewerId>,
        /// None before one was chosen.
        name: Option<String>,
        /// May read only.
        muted: bool,
        /// Until then, milliseconds since the Unix epoch; none: until the broadcaster says otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional, type = "number"))]
        until: Option<u64>,
        /// The hand is up.
        hand: bool,
    },
    /// Something that the page said was not taken. What it said is taken or refused in the order in which it said it.
    Refused {
        /// Why.
        code: ChatRefusal,
        /// What it was.
        of: ChatAct,
        /// When it may be tried again, seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        retry_after_s: Option<u32>,
    },
}

/// What the program does with a message for which a page has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Closes the page's socket: the page opens another, and asks for what it missed.
    MustHear,
    /// Leaves it out.
    MayMiss,
}

impl PageMessage {
    /// Whether a page may go without it.
    pub fn class(&self) -> Class {
        match self {
            Self::Reactions { .. } => Class::MayMiss,
            _ => Class::MustHear,
        }
    }
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
    /// Hold this layer for this viewer, or none: what its line carries is chosen for it, as at first. Answered by [`PageMessage::Quality`].
    Quality {
        /// Which.
        layer: Option<Rid>,
    },
    /// What has arrived of the picture since the session began, told every two seconds by who watches at a relay: not all servers there look
    /// themselves how much a viewer's path carries. And by who watches a rehearsal, with what else its browser knows.
    Path {
        /// Packets that came.
        packets: u32,
        /// Packets that did not, nor when they were sent again.
        lost: u32,
        /// Pictures that were decoded.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional))]
        pictures: Option<u32>,
        /// How much later than the picture of the same moment the sound is played, milliseconds, by the clocks of the sender reports.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional))]
        sound_late_ms: Option<f32>,
    },
    /// The page shows the chat: tell it what came after this message, and what comes. Null: it has nothing yet.
    ChatSince {
        /// The newest that it has.
        message: Option<MessageId>,
    },
    /// The page does not show the chat any more.
    ChatClosed,
    /// Write to everybody.
    Say {
        /// At most 500 characters.
        text: String,
        /// A message that it answers.
        #[serde(default)]
        reply_to: Option<MessageId>,
    },
    /// Call this viewer so.
    Name {
        /// At most 32 characters.
        name: String,
    },
    /// React to the picture.
    React {
        /// One of [`PageHello::REACTIONS`].
        emoji: String,
    },
    /// Raise the hand, or take it down.
    Hand {
        /// Up.
        up: bool,
    },
}

impl PageHello {
    /// What there is to react with.
    pub const REACTIONS: [&str; 6] = ["👍", "❤️", "😂", "😮", "👏", "🎉"];

    /// It concerns what people say, and not what they watch.
    pub fn is_of_chat(&self) -> bool {
        self.act().is_some() || *self == Self::ChatClosed
    }

    /// What it does in the chat that may be refused.
    pub fn act(&self) -> Option<ChatAct> {
        match self {
            Self::Watching { .. }
            | Self::Latency { .. }
            | Self::Quality { .. }
            | Self::Path { .. }
            | Self::ChatClosed => None,
            Self::ChatSince { .. } => Some(ChatAct::ChatSince),
            Self::Say { .. } => Some(ChatAct::Say),
            Self::Name { .. } => Some(ChatAct::Name),
            Self::React { .. } => Some(ChatAct::React),
            Self::Hand { .. } => Some(ChatAct::Hand),
        }
    }
}
