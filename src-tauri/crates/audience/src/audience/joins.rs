//! A viewer's way in and out: let in, heard of, connected, gone; and who makes room for whom on it.

use super::{Audience, take_id};
use crate::asks::Asks;
use crate::failure_words::sentence;
use crate::joining::Progress;
use crate::viewers::Ended;
use crate::{Now, Output, Refusal, Visitor, browser_name};
use protocol::{Event, FailureCode, LeaveReason, Network, ViewerId};
use std::net::IpAddr;
use words::{Key, Said};

impl Audience {
    /// Lets this visitor in, as a new viewer, for whom a transport is to be made. It takes a place with its first check.
    /// Where there are too many without one, the oldest makes room: it is put out to be dropped.
    pub fn join(&mut self, token: &str, visitor: Visitor, now: Now) -> Result<ViewerId, Refusal> {
        self.may(Asks::Place, token, &visitor, now)?;
        let visitor = self.by_link(token, &visitor, now).into_owned();
        if let Some(oldest) = self.viewers.joining.makes_room_for(Network::of(visitor.address)) {
            self.give_up(oldest, now);
        }
        let viewer = take_id(&mut self.next_id);
        self.viewers.admit(viewer, visitor);
        Ok(viewer)
    }

    /// The first check that is authentic: the join weighs from here on. Who did not finish its handshake in time makes room,
    /// at its address and in the house; without that, the last place may have been taken since this one was let in.
    pub(super) fn checked(&mut self, viewer: ViewerId, now: Now) {
        let joining = &self.viewers.joining;
        if !joining.is_unchecked(viewer) {
            return;
        }
        let visitor = self.viewers.visitor(viewer);
        let rehearses = visitor.is_some_and(|visitor| self.by_rehearsal(visitor));
        let network = visitor.and_then(|visitor| Network::of(visitor.address));
        let crowding = joining.crowded(network).then(|| joining.stale_of(network, now.instant)).flatten();
        if let Some(stale) = crowding {
            self.drop_viewer(stale, LeaveReason::Left, now);
        }
        if self.full()
            && let Some(stale) = self.viewers.joining.stale(now.instant)
        {
            self.drop_viewer(stale, LeaveReason::Left, now);
        }
        if self.full() && !rehearses {
            self.drop_viewer(viewer, LeaveReason::Left, now);
        } else {
            self.viewers.joining.check(viewer, now.instant);
        }
    }

    pub(super) fn connected(&mut self, viewer: ViewerId, now: Now) {
        // No transport connects without a check; whoever tells the one without the other means both.
        self.checked(viewer, now);
        if self.viewers.visitor(viewer).is_some_and(|visitor| self.by_rehearsal(visitor)) {
            return self.viewers.rehearse(viewer);
        }
        let guest = self.viewers.visitor(viewer).and_then(|visitor| self.guest_name(visitor));
        if let Some(shown) = self.viewers.connected(viewer, guest, now) {
            if let Some(visitor) = self.viewers.visitor(viewer) {
                self.waiting_room.was_here(visitor);
            }
            let relay = shown.relay;
            self.event(Event::ViewerJoined { viewer: shown });
            if self.viewers.watched_elsewhere(viewer, relay, now) {
                self.event(Event::ViewerMoved { viewer, relay });
            }
            self.count_changed();
        }
    }

    /// The shell made no transport.
    pub(super) fn join_failed(&mut self, viewer: ViewerId, now: Now) {
        self.end_viewer(viewer, LeaveReason::Left, now);
    }

    /// The shell made no transport, as the offer has nothing for one.
    pub(super) fn offer_refused(&mut self, viewer: ViewerId, reason: Said, now: Now) {
        if let Some(Ended::Unseen(visitor, _)) = self.end_viewer(viewer, LeaveReason::Left, now) {
            self.bad_offer(&visitor, reason, now);
        }
    }

    /// The broadcaster hears of it, as a player that shows nothing seldom says why.
    pub(super) fn bad_offer(&mut self, visitor: &Visitor, reason: Said, now: Now) {
        if self.failed_joins.is_told(now.instant) {
            let (address, browser) = (visitor.address.to_string(), browser_name(&visitor.user_agent));
            let Said { message: reason, by } = reason;
            self.event(Event::FailedJoin { address, browser, reason, by, code: None, arrived: None });
        }
    }

    /// The broadcaster hears why, in a sentence: what the page's browser knows, and what arrived here.
    pub(super) fn page_failed(
        &mut self,
        token: &str,
        visitor: &Visitor,
        viewer: Option<ViewerId>,
        code: FailureCode,
        now: Now,
    ) {
        let visitor = self.by_link(token, visitor, now);
        let visitor = visitor.as_ref();
        // Who has yet to say the passcode, or to be let in, has nothing to be shown, and writes no rows.
        if !self.knows(visitor) || self.must_wait(visitor, now) {
            return;
        }
        let own = viewer.filter(|viewer| self.viewers.visitor(*viewer).is_some_and(|of| of.is(&visitor.identity())));
        let arrived = own.map(|viewer| !self.viewers.joining.is_unchecked(viewer));
        if self.failed_joins.is_told(now.instant) {
            let (address, browser) = (visitor.address.to_string(), browser_name(&visitor.user_agent));
            let reason = sentence(code, arrived).to_owned();
            self.event(Event::FailedJoin { address, browser, reason, by: Key::default(), code: Some(code), arrived });
        }
    }

    /// A viewer's transport is gone by itself.
    pub(super) fn gone(&mut self, viewer: ViewerId, reason: LeaveReason, now: Now) {
        if let Some(Ended::Unseen(visitor, Progress::Unchecked)) = self.end_viewer(viewer, reason, now) {
            self.came_to_nothing(visitor.address, now);
        }
    }

    /// Drops a join of which nothing was heard.
    fn give_up(&mut self, viewer: ViewerId, now: Now) {
        if let Some(Ended::Unseen(visitor, Progress::Unchecked)) = self.drop_viewer(viewer, LeaveReason::Left, now) {
            self.came_to_nothing(visitor.address, now);
        }
    }

    /// Many of these are worth a word to the broadcaster.
    fn came_to_nothing(&mut self, address: IpAddr, now: Now) {
        if let Some(count) = self.attempts.failed(Network::of(address), now.instant) {
            let blockable = self.removals.can_refuse(address);
            self.event(Event::Attempts { address: address.to_string(), count, blockable });
        }
    }

    /// Ends a viewer whose transport is gone already.
    fn end_viewer(&mut self, viewer: ViewerId, reason: LeaveReason, now: Now) -> Option<Ended> {
        let ended = self.viewers.end(viewer, now);
        if ended == Some(Ended::Watched) {
            self.event(Event::ViewerLeft { viewer, reason });
            self.count_changed();
        }
        ended
    }

    /// Ends a viewer whose transport has to be closed. The count is told by who calls this, once for all.
    pub(super) fn drop_viewer(&mut self, viewer: ViewerId, reason: LeaveReason, now: Now) -> Option<Ended> {
        let ended = self.viewers.end(viewer, now)?;
        self.outputs.push_back(Output::Drop { viewer, reason });
        if ended == Ended::Watched {
            self.event(Event::ViewerLeft { viewer, reason });
        }
        Some(ended)
    }

    /// Drops those under way whom the door would not let in any more: they have brought no media yet.
    pub(super) fn turn_away(&mut self, joining: Vec<ViewerId>, reason: LeaveReason, now: Now) {
        for viewer in joining {
            self.drop_viewer(viewer, reason, now);
        }
    }
}
