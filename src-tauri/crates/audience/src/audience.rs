//! The state machine.

use crate::{Input, Now, Output, Persisted, Refusal, Visitor};
use protocol::{PageMessage, RemovedViewer, Viewer};

/// Who may watch, who is watching, who was removed. See the crate's page for its contract.
#[derive(Debug)]
pub struct Audience {}

impl Audience {
    /// Nothing is live yet. `max_viewers` as in [`Input::SetMaxViewers`].
    pub fn new(persisted: Persisted, max_viewers: u32, now: Now) -> Self {
        let _ = (persisted, max_viewers, now);
        todo!()
    }

    /// Takes in what happened.
    pub fn handle(&mut self, input: Input, now: Now) {
        let _ = (input, now);
        todo!()
    }

    /// The next thing to do; [`Output::Timeout`] when there is no more.
    pub fn poll(&mut self) -> Output {
        todo!()
    }

    /// What a page that opens its socket is told first, or why it gets none. A removed visitor's socket opens, so that it
    /// hears of being forgiven.
    pub fn greet(&self, token: &str, visitor: &Visitor) -> Result<Vec<PageMessage>, Refusal> {
        let _ = (token, visitor);
        todo!()
    }

    /// Who is watching, in the order they came.
    pub fn viewers(&self) -> Vec<Viewer> {
        todo!()
    }

    /// Who was removed and can be forgiven, the latest first.
    pub fn removed(&self) -> Vec<RemovedViewer> {
        todo!()
    }

    /// How many are watching.
    pub fn watching(&self) -> u32 {
        todo!()
    }

    /// The most at one time in this broadcast.
    pub fn peak(&self) -> u32 {
        todo!()
    }

    /// Nobody new is let in.
    pub fn locked(&self) -> bool {
        todo!()
    }

    /// A broadcast runs.
    pub fn live(&self) -> bool {
        todo!()
    }

    /// Of the current link.
    pub fn token(&self) -> &crate::Token {
        todo!()
    }
}
