//! What an engine has to be able to do, whatever it is.

use crate::plain;
use crate::trouble::Trouble;
use crate::uplink::Ssrcs;
use crate::wish::{Said, Wish};
use async_trait::async_trait;
use protocol::ViewerId;
use stream::Rid;

/// How one kind of server is spoken to. Each attempt has one of its own.
#[async_trait]
pub(crate) trait Engine: Send {
    /// Takes leave, where there is somebody to take leave of. It is done within seconds, whatever the server does.
    async fn end(&mut self);

    /// Is asked something about a viewer. It waits for nothing: what comes of it is what [`Engine::said`] gives.
    fn wished(&mut self, wish: Wish);

    /// Carries on, and waits for the next thing that the server says, or, as an error, that it is over, which a server that is
    /// silent never does. It may be called anew whenever it is not waited for any more: nothing is lost by that.
    async fn said(&mut self) -> Result<Heard, Trouble>;
}

/// An engine that is sent the stream on a peer connection.
#[async_trait]
pub(crate) trait ByPeer: Engine {
    /// Offers the stream, which has these numbers; what the server answers.
    async fn publish(&mut self, offer: &str, ssrcs: &Ssrcs) -> Result<Answered, Trouble>;

    /// Tells the server of ways to us that were found since. It is no error where it does not want to know.
    async fn trickle(&mut self, ways: &Ways);
}

/// An engine that is sent the stream as RTP, with keys that are told it.
#[async_trait]
pub(crate) trait ByRtp: Engine {
    /// Asks it to take the stream; where it does.
    async fn publish(&mut self, offer: &plain::Offer) -> Result<plain::Places, Trouble>;

    /// Waits until it has heard something of what is sent there.
    async fn hears(&mut self) -> Result<(), Trouble>;
}

/// What a server says by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Something of a viewer, or to one.
    Viewer(ViewerId, Said),
    /// These layers are watched by somebody there, and no others are to be sent.
    Wanted(Vec<Rid>),
}

/// A server's answer to an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    /// SDP.
    pub(crate) answer: String,
    /// STUN and TURN servers that it wants us to use.
    pub(crate) ice_servers: Vec<IceServer>,
}

/// A STUN or TURN server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IceServer {
    /// `stun:`, `turn:` or `turns:`.
    pub(crate) url: String,
    pub(crate) username: String,
    pub(crate) credential: String,
}

/// Candidates of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ways {
    /// Of our offer.
    pub(crate) ufrag: String,
    /// Of our offer.
    pub(crate) password: String,
    /// The first medium's.
    pub(crate) mid: String,
    /// Without `a=`.
    pub(crate) candidates: Vec<String>,
    /// There will be no more.
    pub(crate) last: bool,
}
