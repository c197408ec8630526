use protocol::ViewerId;
use stream::{Rid, VideoCodec};

/// What a [`crate::Forwarder`] tells. Called from its threads: the callee must not block, nor call back into the forwarder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// DTLS is done and media flows.
    Connected(ViewerId),
    /// The viewer is gone and everything it held is freed already. Never follows [`crate::Forwarder::close`].
    Gone(ViewerId, Gone),
    /// Some viewer needs a keyframe that the history cannot give; at most once a second for each codec and layer.
    KeyframeWanted {
        /// Of which encoder.
        codec: VideoCodec,
        /// Of which layer.
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

/// Why a viewer went by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gone {
    /// It sent close_notify.
    Closed,
    /// No authenticated STUN request came for [`crate::Config::consent_timeout`].
    Timeout,
    /// DTLS failed, or was not done within [`crate::Config::join_timeout`].
    Failed,
}
