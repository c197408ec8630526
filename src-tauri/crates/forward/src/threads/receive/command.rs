//! What the handle asks of the viewers on the thread that receives.

use crate::connection::negotiated::Negotiated;
use port::IceSession;
use protocol::ViewerId;
use sdp::Fingerprint;
use std::time::Instant;
use stream::Rid;

/// What the handle asks for. It is taken before the datagrams that arrived after it.
pub(crate) enum Command {
    Join(Box<Join>),
    /// An ICE restart.
    Restart(ViewerId, IceSession),
    /// No layer above this one is sent from now on.
    Cap(ViewerId, Rid),
    /// It holds this layer from now on, or none.
    Hold(ViewerId, Option<Rid>),
    /// The viewer is removed, with BYE and close_notify.
    Close(ViewerId),
    /// All viewers are removed, and the threads that send end.
    Stop,
}

/// A viewer whose offer was answered.
pub(crate) struct Join {
    pub(crate) viewer: ViewerId,
    pub(crate) ice: IceSession,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) negotiated: Negotiated,
    /// No layer above this one is sent.
    pub(crate) max: Rid,
    /// When the offer was answered: from then on the join has its time.
    pub(crate) at: Instant,
}
