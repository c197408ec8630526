use crate::{AudioFrame, Config, Event, FragmentError, Joined, OfferError, Totals, VideoFrame};
use protocol::{Rid, ViewerId, ViewerStats};
use std::io;
use std::net::{SocketAddr, UdpSocket};

/// One stream, forwarded to many. A handle: when the last clone is dropped the threads end.
#[derive(Clone)]
pub struct Forwarder {}

impl Forwarder {
    /// Starts the threads. `socket` is the one that all viewers' media passes through; `events` is called from the threads.
    pub fn start(
        config: Config,
        socket: UdpSocket,
        events: impl Fn(Event) + Send + Sync + 'static,
    ) -> io::Result<Forwarder> {
        let _ = (config, socket, events);
        todo!()
    }

    /// Answers an offer. `max` caps the layer. Nothing is sent to the viewer before ICE and DTLS are done.
    pub fn join(&self, viewer: ViewerId, offer: &str, max: Rid) -> Result<Joined, OfferError> {
        let _ = (viewer, offer, max);
        todo!()
    }

    /// Takes a trickle fragment. An ICE restart (a new ufrag) gives the fragment to answer with; anything else gives none,
    /// as an ICE-lite agent has no use for the other side's candidates.
    pub fn patch(&self, viewer: ViewerId, fragment: &str) -> Result<Option<String>, FragmentError> {
        let _ = (viewer, fragment);
        todo!()
    }

    /// Sends BYE and close_notify and frees everything the viewer held. No event follows.
    pub fn close(&self, viewer: ViewerId) {
        let _ = viewer;
        todo!()
    }

    /// Caps a viewer's layer from now on.
    pub fn cap(&self, viewer: ViewerId, max: Rid) {
        let _ = (viewer, max);
        todo!()
    }

    /// Takes an encoded picture of one layer. Never blocks.
    pub fn video(&self, frame: VideoFrame) {
        let _ = frame;
        todo!()
    }

    /// Takes a packet of sound. Never blocks.
    pub fn audio(&self, frame: AudioFrame) {
        let _ = frame;
        todo!()
    }

    /// Forgets the history: a broadcast ended, and who joins the next one must not be shown the end of this one.
    pub fn end_stream(&self) {
        todo!()
    }

    /// Replaces the addresses that answers list from now on.
    pub fn set_candidates(&self, candidates: Vec<SocketAddr>) {
        let _ = candidates;
        todo!()
    }

    /// How each connected viewer does.
    pub fn stats(&self) -> Vec<(ViewerId, ViewerStats)> {
        todo!()
    }

    /// The counters.
    pub fn totals(&self) -> Totals {
        todo!()
    }
}
