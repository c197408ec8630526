//! A rehearsal: who has its private link comes in, past all that stands before others, and nobody else does. Nobody of them is a viewer:
//! none is listed or counted.

use super::Audience;
use crate::{Now, Output, To, Token, Visitor};
use protocol::{ErrorCode, LeaveReason, PageMessage, ViewerId};
use words::said;

/// So many devices may watch a rehearsal: a broadcaster's own and a few of friends. Whoever is handed the link beyond that has to wait.
pub(super) const DEVICES: usize = 8;

impl Audience {
    /// This link is that of the rehearsal which runs.
    pub fn is_rehearsal(&self, token: &str) -> bool {
        matches(self.rehearsal.as_ref(), token)
    }

    /// The viewer's media flows, in the rehearsal.
    pub fn rehearses(&self, viewer: ViewerId) -> bool {
        self.viewers.rehearses(viewer)
    }

    /// This link was that of the last rehearsal.
    pub(crate) fn was_rehearsal(&self, token: &str) -> bool {
        matches(self.rehearsed.as_ref(), token)
    }

    /// The visitor came by the private link of the rehearsal that runs.
    pub(crate) fn by_rehearsal(&self, visitor: &Visitor) -> bool {
        self.rehearsal.is_some() && visitor.guest == self.rehearsal
    }

    /// What the page of such a visitor is told first. It hears nothing that is for all: to those nothing is live.
    pub(crate) fn rehearsal_greeting(&self) -> Vec<PageMessage> {
        vec![self.rehearsal_state(), PageMessage::Controls(self.controls()), PageMessage::Rehearsal]
    }

    pub(super) fn rehearsal_state(&self) -> PageMessage {
        PageMessage::State { live: true, title: self.title().to_owned() }
    }

    pub(super) fn rehearse(&mut self, token: Token) {
        if self.live || self.rehearsal.is_some() {
            return self.reject(ErrorCode::WrongState, said!("now.runs"));
        }
        self.rehearsal = Some(token);
    }

    /// The link dies: who is here by it goes, and the pages that it opened are closed.
    pub(super) fn end_rehearsal(&mut self, now: Now) {
        let Some(token) = self.rehearsal.take() else { return };
        for viewer in self.viewers.of_guest(&token) {
            self.drop_viewer(viewer, LeaveReason::Ended, now);
        }
        self.rehearsed = Some(token);
        self.outputs.push_back(Output::LookAgain);
    }

    /// Tells the pages by which the rehearsal is watched.
    pub(super) fn tell_rehearsal(&mut self, message: &PageMessage) {
        let Some(token) = &self.rehearsal else { return };
        for viewer in self.viewers.of_guest(token) {
            self.tell(To::Viewer(viewer), message.clone());
        }
    }
}

fn matches(own: Option<&Token>, text: &str) -> bool {
    own.is_some_and(|own| own.matches(text))
}
