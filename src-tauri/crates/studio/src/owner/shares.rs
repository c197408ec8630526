//! Who has a share of the line, as joiners are heard of and viewers go.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::upload::{LineFull, Weighed};
use audience::{Input, Now};
use protocol::ViewerId;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// A joiner was heard of: its share of the line weighs from here on, if there is one left.
    pub(super) fn weigh(&mut self, viewer: ViewerId, now: Now) {
        match self.admission.weigh(viewer, now) {
            Ok(Weighed { layer, instead_of }) => {
                if let Some(rid) = layer {
                    self.forwarder.cap(viewer, rid);
                }
                if let Some(stale) = instead_of {
                    self.turn_away(stale, now);
                }
            }
            Err(LineFull) => self.turn_away(viewer, now),
        }
        self.suit_encoder(now);
    }

    /// A joiner has no share of the line.
    fn turn_away(&mut self, viewer: ViewerId, now: Now) {
        self.forwarder.close(viewer);
        self.forget(viewer, now);
        self.decide(Input::JoinFailed { viewer }, now);
    }

    /// Frees what the studio holds of a viewer, and gives its share of the line to others.
    pub(super) fn forget(&mut self, viewer: ViewerId, now: Now) {
        self.door.close(viewer);
        if let Some(rehearsal) = &mut self.rehearsal {
            rehearsal.gone(viewer);
        }
        for (other, rid) in self.admission.release(viewer, now) {
            self.forwarder.cap(other, rid);
        }
    }
}
