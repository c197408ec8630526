//! What is done when the owner itself panicked: nobody else says goodbye to the viewers then, nor tells that it is over.

use crate::outputs::Outputs;
use crate::studio::Last;
use media::Pipeline;
use protocol::{ErrorCode, Event, Phase, Snapshot};
use std::sync::Arc;
use threads::Panicked;
use tokio::sync::{broadcast, watch};

/// What outlives the owner.
pub(crate) struct Aftermath {
    /// As it was at the start.
    pub(crate) snapshot: Snapshot,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) outputs: Arc<Outputs>,
    pub(crate) last: watch::Sender<Option<Box<Last>>>,
}

impl Aftermath {
    /// The owner is gone, and all that it had is dropped: the server closes, as nobody holds its end any more.
    pub(crate) fn carry_out(self, panicked: &Panicked) {
        let message = crate::panicked(panicked);
        self.pipeline.end();
        // The first output holds the last handle on the forwarder, which says goodbye to each viewer when it is dropped.
        self.outputs.close();
        let phase = Phase::Failed { code: ErrorCode::ThreadFailed, message: message.clone() };
        let error = Event::Error { code: ErrorCode::ThreadFailed, message: message.clone() };
        for event in [error, Event::Phase { phase: phase.clone() }, Event::Ended] {
            // Without a receiver nobody wants to know.
            let _ = self.events.send(event);
        }
        let snapshot = Snapshot { phase, viewers: Vec::new(), watching: 0, ..self.snapshot };
        let _ = self.last.send(Some(Box::new(Last { snapshot, failed: Some(message) })));
    }
}
