//! What an engine has to be able to do, whatever it is.

use crate::trouble::Trouble;
use async_trait::async_trait;

/// How one kind of server is spoken to. Each attempt has one of its own.
#[async_trait]
pub(crate) trait Engine: Send {
    /// Offers the stream; what the server answers.
    async fn publish(&mut self, offer: &str) -> Result<Answered, Trouble>;

    /// Tells the server of ways to us that were found since. It is no error where it does not want to know.
    async fn trickle(&mut self, ways: &Ways);

    /// Takes leave, where there is somebody to take leave of. It is done within seconds, whatever the server does.
    async fn end(&mut self);

    /// Waits until the server says by itself that it is over, which one that is silent never does.
    async fn over(&mut self) -> Trouble;
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
