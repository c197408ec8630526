//! The waiting room: on and off, who knocks, and what is done about it.

use super::{Audience, take_id};
use crate::removal::{Door, Removed};
use crate::{Now, Output, Visitor};
use protocol::{Event, Knock, KnockEnd, LeaveReason, PageMessage, ViewerId};

impl Audience {
    /// Somebody was told to wait: it knocks, by a page that is open or by asking for a place. Nobody knocks who would not be told so.
    pub fn waits(&mut self, token: &str, visitor: &Visitor, page: bool, now: Now) {
        let visitor = self.by_link(token, visitor, now);
        let visitor = visitor.as_ref();
        let may_knock = self.link_opens(token, visitor, now).is_ok()
            && self.removals.refuses(visitor, Door::Join).is_none()
            && self.knows(visitor)
            && !self.locked_out(visitor, now)
            && self.must_wait(visitor, now);
        if !may_knock {
            return;
        }
        let guest = self.guest_name(visitor);
        let next_id = &mut self.next_id;
        let (knock, gave_way) = self.waiting_room.knock(visitor, guest, page, now, || take_id(next_id));
        gave_way.into_iter().for_each(|viewer| self.event(Event::KnockLeft { viewer, reason: KnockEnd::Left }));
        if let Some(viewer) = knock {
            self.event(Event::Knock { viewer });
        }
    }

    /// The last page by which this visitor waited is closed.
    pub fn waits_no_more(&mut self, visitor: &Visitor, now: Now) {
        self.waiting_room.page_closed(visitor, now.instant);
    }

    /// Who waits says what it is called; the name is one that can be shown.
    pub fn waits_by_name(&mut self, visitor: &Visitor, name: &str) {
        if let Some(viewer) = self.waiting_room.call(visitor, name) {
            self.event(Event::Knock { viewer });
        }
    }

    /// Who knocks, the first who came first.
    pub fn knocks(&self) -> Vec<Knock> {
        self.waiting_room.shown().cloned().collect()
    }

    /// Who comes waits until somebody lets it in.
    pub fn has_waiting_room(&self) -> bool {
        self.waiting_room.on
    }

    pub(super) fn set_waiting_room(&mut self, on: bool, now: Now) {
        if self.waiting_room.on == on {
            return;
        }
        self.waiting_room.on = on;
        if on {
            self.viewers.keep_at_waiting_room(now);
            let strangers = self.viewers.joining_where(|visitor| self.must_wait(visitor, now));
            self.turn_away(strangers, LeaveReason::Left, now);
        } else {
            self.end_knocks(|_, _| true, KnockEnd::Admitted);
        }
        self.outputs.push_back(Output::LookAgain);
        self.event(Event::WaitingRoom { on });
        self.keep();
    }

    pub(super) fn admit(&mut self, viewer: ViewerId) {
        if !self.waiting_room.admit(viewer) {
            return self.unknown(viewer);
        }
        self.outputs.push_back(Output::LookAgain);
        self.event(Event::KnockLeft { viewer, reason: KnockEnd::Admitted });
    }

    /// Lets all in who knock, or of them those who were here before.
    pub(super) fn admit_all(&mut self, known_only: bool) {
        for viewer in self.waiting_room.ids_where(|_, knock| knock.was_here || !known_only) {
            self.waiting_room.admit(viewer);
            self.event(Event::KnockLeft { viewer, reason: KnockEnd::Admitted });
        }
        self.outputs.push_back(Output::LookAgain);
    }

    /// Who knocks is not let in, by this browser, for this broadcast; until forgiven.
    pub(super) fn refuse(&mut self, viewer: ViewerId, reason: Option<String>, now: Now) {
        let Some(visitor) = self.waiting_room.end(viewer) else { return self.unknown(viewer) };
        self.event(Event::KnockLeft { viewer, reason: KnockEnd::Refused });
        let removed = Removed::refused(viewer, visitor.clone(), reason, now.unix_ms, !self.live);
        let removed = self.removals.add(removed);
        let message = PageMessage::Removed { code: removed.code(), reason: removed.shown.reason.clone() };
        let shown = removed.shown.clone();
        self.tell(super::removing::page_of(&visitor, viewer), message);
        self.event(Event::Removed { viewer: shown });
    }

    /// Nobody was heard of for too long.
    pub(super) fn end_silent_knocks(&mut self, now: Now) {
        for viewer in self.waiting_room.silent(now.instant) {
            self.waiting_room.end(viewer);
            self.event(Event::KnockLeft { viewer, reason: KnockEnd::Left });
        }
    }

    /// Knocks that are over for another reason than a word of the broadcaster's about them.
    pub(super) fn end_knocks(&mut self, concerns: impl Fn(&Visitor, &Knock) -> bool, reason: KnockEnd) {
        for viewer in self.waiting_room.ids_where(concerns) {
            self.waiting_room.end(viewer);
            self.event(Event::KnockLeft { viewer, reason });
        }
    }

    /// Whether this visitor has to wait until somebody lets it in.
    pub(crate) fn must_wait(&self, visitor: &Visitor, now: Now) -> bool {
        self.waiting_room.on
            && !self.by_rehearsal(visitor)
            && !self.waiting_room.lets_in(visitor)
            && !self.viewers.may_pass_the_waiting_room(visitor, now)
    }
}
