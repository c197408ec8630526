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
    Taken(oneshot::Sender<Result<Option<String>, PatchError>>),
}

/// Who waits. One that is dropped hears that the program is not ready.
#[derive(Debug, Default)]
pub(super) struct Waiting(HashMap<ViewerId, WaitsFor>);

impl Waiting {
    pub(super) fn add(&mut self, viewer: ViewerId, what: WaitsFor) {
        self.0.insert(viewer, what);
    }

    /// Who waits for an offer for this viewer, if somebody does.
    pub(super) fn take_offered(&mut self, viewer: ViewerId) -> Option<oneshot::Sender<Result<LetIn, Refused>>> {
        match self.0.remove(&viewer)? {
            WaitsFor::Offer(reply) => Some(reply),
            taken @ WaitsFor::Taken(_) => {
                self.0.insert(viewer, taken);
                None
            }
        }
    }

    /// Who waits for a word on this viewer's answer, if somebody does.
    pub(super) fn take_answered(
        &mut self,
        viewer: ViewerId,
    ) -> Option<oneshot::Sender<Result<Option<String>, PatchError>>> {
        match self.0.remove(&viewer)? {
            WaitsFor::Taken(reply) => Some(reply),
            offer @ WaitsFor::Offer(_) => {
                self.0.insert(viewer, offer);
                None
            }
        }
    }

    /// The viewer is gone.
    pub(super) fn drop_of(&mut self, viewer: ViewerId) {
        self.0.remove(&viewer);
    }
}
