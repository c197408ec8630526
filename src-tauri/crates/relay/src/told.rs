//! What a relay tells whoever opened it.

use crate::Uplink;
use crate::wish::Said;
use protocol::ViewerId;
use stream::{Profile, Rid, VideoCodec};

/// What happened to a relay.
#[derive(Debug)]
pub enum Told {
    /// How far it is.
    State(State),
    /// The engine took the stream, and media can flow: this takes the frames.
    Up(Box<Uplink>),
    /// Nothing can flow any more: the uplink takes frames and throws them away.
    Down,
    /// Somebody there needs a keyframe.
    Keyframe(VideoCodec, Rid),
    /// The engine says something of a viewer, or to one.
    Viewer(ViewerId, Said),
}

/// How far a relay is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is asked to take the stream.
    Connecting,
    /// The engine takes it in this codec, and these layers of it; it may use so much of the codec.
    Answered {
        /// How the picture is encoded.
        codec: VideoCodec,
        /// The layers that are sent, the smallest first.
        layers: Vec<Rid>,
        /// What the answer takes.
        profile: Profile,
    },
    /// Media flows.
    Running,
    /// It is tried again by itself; for people.
    Waiting(words::Said),
    /// It is not; for people.
    Failed(words::Said),
    /// It was stopped.
    Stopped,
}
