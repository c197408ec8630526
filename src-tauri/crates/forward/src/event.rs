//! What the forwarder tells its owner.

use protocol::ViewerId;
use stream::{Rid, VideoCodec};

/// An event of a [`crate::Forwarder`]. It is delivered on the forwarder's threads, so the receiver must neither block nor call the
/// forwarder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The first check of a viewer that passed its integrity came: whoever joined is there. Once a viewer, before
    /// [`Event::Connected`].
    Checked(ViewerId),
    /// The DTLS handshake is done, and media is sent.
    Connected(ViewerId),
    /// The viewer has left, and all that was held for it is freed. There is none after [`crate::Forwarder::close`].
    Gone(ViewerId, Gone),
    /// A viewer needs a keyframe, and the history has none. It is sent at most once a second for each codec and layer.
    KeyframeWanted {
        /// The encoder's codec.
        codec: VideoCodec,
        /// The layer.
        rid: Rid,
    },
    /// Which layers of a codec on demand are wanted from now on, the smallest first; empty: nobody watches that codec any more.
    LayersWanted {
        /// Of which codec.
        codec: VideoCodec,
        /// The layers.
        rids: Vec<Rid>,
    },
}

/// Why a viewer left without being closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gone {
    /// It sent close_notify.
    Closed,
    /// No authenticated STUN request came for [`crate::Config::consent_timeout`], or the address that media went to did not answer ours
    /// for 30 s (RFC 7675).
    Timeout,
    /// DTLS failed, or was not done within [`crate::Config::join_timeout`].
    Failed,
}
