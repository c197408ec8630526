//! Requests whose answer comes from elsewhere: an offer for a viewer, or a word that its answer was taken. One a viewer at most, and how many
//! viewers are so far is bounded by who makes their transports.

use crate::{LetIn, PatchError, Refused};
use protocol::ViewerId;
use std::collections::HashMap;
use tokio::sync::oneshot;

/// What somebody waits for.
#[derive(Debug)]
pub(super) enum WaitsFor {
    /// An offer: a POST.
    Offer(oneshot::Sender<Result<LetIn, Refused>>),
    /// A word on the answer: a PATCH.
    Taken(oneshot::Sender<Result<(), PatchError>>),
}

/// Who waits. One that is dropped hears that the program is not ready.
#[derive(Debug, Default)]
pub(super) struct Waiting(HashMap<ViewerId, WaitsFor>);

impl Waiting {
    pub(super) fn add(&mut self, viewer: ViewerId, what: WaitsFor) {
        self.0.insert(viewer, what);
    }

    pub(super) fn take(&mut self, viewer: ViewerId) -> Option<WaitsFor> {
        self.0.remove(&viewer)
    }
}
