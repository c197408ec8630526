//! Who has the link and does not watch: how many wait, and how many were turned away.

use audience::{Audience, Headcount, Visitor};
use protocol::{Outside, RefusalCode};

/// Those who were turned away, and what the broadcaster was told last.
#[derive(Debug, Default)]
pub(super) struct Outsiders {
    /// Since the lock fell.
    locked_out: Headcount,
    /// In this broadcast.
    no_room: Headcount,
    told: Outside,
}

impl Outsiders {
    /// Somebody was refused.
    pub(super) fn refused(&mut self, visitor: &Visitor, code: RefusalCode) {
        match code {
            RefusalCode::Locked => self.locked_out.count(visitor),
            RefusalCode::Full => self.no_room.count(visitor),
            // Who was removed, or has no link that opens, is none of those whom a broadcaster keeps waiting.
            _ => {}
        }
    }

    /// The lock fell, or was taken away: whom it keeps out is counted anew.
    pub(super) fn lock_changed(&mut self) {
        self.locked_out = Headcount::default();
    }

    /// Another broadcast.
    pub(super) fn broadcast_begins(&mut self) {
        *self = Self { told: self.told, ..Self::default() };
    }

    /// What there is to tell, where it is something else than before.
    pub(super) fn changed(&mut self, waiting: u32, audience: &Audience) -> Option<Outside> {
        let turned_away = self.locked_out.people();
        let no_room = self.no_room.people_but(audience.watchers());
        let now = Outside { waiting, turned_away, no_room };
        (std::mem::replace(&mut self.told, now) != now).then_some(now)
    }

    /// As it was told last.
    pub(super) fn told(&self) -> Outside {
        self.told
    }
}

impl super::Door {
    /// Who waits and who was turned away, where that changed. Asked once a second, as a page counts as waiting only when it still waits at
    /// the next time: on the way to a picture everybody does for a moment.
    pub fn outside(&mut self, audience: &Audience) -> Option<Outside> {
        let waiting = self.pages.waiting(audience.watchers(), |visitor| !audience.is_removed(visitor));
        self.outsiders.changed(waiting, audience)
    }

    /// The same, as it was told last.
    pub fn outside_told(&self) -> Outside {
        self.outsiders.told()
    }

    /// The lock fell, or was taken away.
    pub fn lock_changed(&mut self) {
        self.outsiders.lock_changed();
    }

    /// A broadcast begins.
    pub fn broadcast_begins(&mut self) {
        self.outsiders.broadcast_begins();
    }
}
