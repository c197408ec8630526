//! What the handle asks of the viewers on the thread that receives.

use crate::connection::negotiated::Negotiated;
use port::Credentials;
use protocol::ViewerId;
use sdp::Fingerprint;
use std::time::Instant;
use stream::Rid;

/// What the handle asks for. It is taken before the datagrams that came after it.
pub(crate) enum Command {
    Join(Box<Join>),
    /// An ICE restart.
    Restart(ViewerId, Credentials),
    Cap(ViewerId, Rid),
    Close(ViewerId),
    /// Say goodbye to all.
    Stop,
}

/// A viewer whose offer was answered.
pub(crate) struct Join {
    pub(crate) viewer: ViewerId,
    pub(crate) ice: Credentials,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) negotiated: Negotiated,
    pub(crate) max: Rid,
    pub(crate) at: Instant,
}
