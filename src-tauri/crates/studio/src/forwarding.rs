//! What the owner asks of the forwarder.

use forward::{Answered, Forwarder, NoViewer, OfferError, Totals};
use protocol::{Rid, ViewerId, ViewerStats};
use sdp::{Fragment, Offer};
use std::net::SocketAddr;
use stream::{H264Level, VideoCodec};

/// Viewers' transports, as the owner sees them. No call waits for a thread that sends or receives.
pub(crate) trait Forwarding {
    /// Answers an offer with a codec that may be encoded; `max` caps the layer.
    fn join(
        &self,
        viewer: ViewerId,
        offer: &Offer,
        max: Rid,
        may_encode: &dyn Fn(VideoCodec) -> bool,
    ) -> Result<Answered, OfferError>;

    /// Takes a trickle fragment in; an ICE restart gives the one to answer with.
    fn patch(&self, viewer: ViewerId, fragment: &Fragment) -> Result<Option<String>, NoViewer>;

    /// Frees a viewer's transport. No event follows.
    fn close(&self, viewer: ViewerId);

    /// Caps a viewer's layer from now on.
    fn cap(&self, viewer: ViewerId, max: Rid);

    /// Has a viewer hold this layer from now on, or none.
    fn hold(&self, viewer: ViewerId, held: Option<Rid>);

    /// Replaces the addresses that answers list from now on.
    fn set_candidates(&self, candidates: Vec<SocketAddr>);

    /// Replaces the level of H.264 that answers say from now on.
    fn set_level(&self, level: H264Level);

    /// The counters.
    fn totals(&self) -> Totals;

    /// Asks how the viewers do. The sending threads may take a while to say: `tell` is called then, on another thread; with
    /// none if they do not.
    fn ask_stats(&self, tell: impl FnOnce(Option<Vec<(ViewerId, ViewerStats)>>) + Send + 'static);
}

impl Forwarding for Forwarder {
    fn join(
        &self,
        viewer: ViewerId,
        offer: &Offer,
        max: Rid,
        may_encode: &dyn Fn(VideoCodec) -> bool,
    ) -> Result<Answered, OfferError> {
        Forwarder::join(self, viewer, offer, max, may_encode)
    }

    fn patch(&self, viewer: ViewerId, fragment: &Fragment) -> Result<Option<String>, NoViewer> {
        Forwarder::patch(self, viewer, fragment)
    }

    fn close(&self, viewer: ViewerId) {
        Forwarder::close(self, viewer);
    }

    fn cap(&self, viewer: ViewerId, max: Rid) {
        Forwarder::cap(self, viewer, max);
    }

    fn hold(&self, viewer: ViewerId, held: Option<Rid>) {
        Forwarder::hold(self, viewer, held);
    }

    fn set_candidates(&self, candidates: Vec<SocketAddr>) {
        Forwarder::set_candidates(self, candidates);
    }

    fn set_level(&self, level: H264Level) {
        Forwarder::set_level(self, level);
    }

    fn totals(&self) -> Totals {
        Forwarder::totals(self)
    }

    fn ask_stats(&self, tell: impl FnOnce(Option<Vec<(ViewerId, ViewerStats)>>) + Send + 'static) {
        let forwarder = self.clone();
        let stats = move || forwarder.stats();
        tokio::task::spawn_blocking(threads::answered("stats", stats, move |stats| tell(stats.ok())));
    }
}
