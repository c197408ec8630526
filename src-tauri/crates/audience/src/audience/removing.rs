//! Kick, ban, block, and the undo of each.

use super::{Audience, take_id};
use crate::removal::{Door, Removed};
use crate::{Now, To, Visitor};
use protocol::{ErrorCode, Event, LeaveReason, PageMessage, ViewerId};
use std::net::IpAddr;
use words::said;

impl Audience {
    /// Kicks or bans. Doing it twice changes nothing; a ban of somebody kicked makes the kick a ban.
    pub(super) fn remove(&mut self, viewer: ViewerId, reason: Option<String>, how: LeaveReason, now: Now) {
        let visitor = self.viewers.visitor(viewer).cloned();
        let earlier = self.removals.find(viewer, visitor.as_ref());
        let Some(visitor) = visitor.or_else(|| earlier.as_ref().map(|removed| removed.visitor().clone())) else {
            return self.unknown(viewer);
        };
        let mut sessions = match visitor.cookie {
            Some(cookie) => self.viewers.of_cookie(cookie),
            None => vec![viewer],
        };
        let by_link = visitor.guest.iter().flat_map(|token| self.viewers.of_guest(token)).collect::<Vec<_>>();
        sessions.extend(by_link.into_iter().filter(|id| !sessions.contains(id)).collect::<Vec<_>>());
        let ban = how == LeaveReason::Banned;
        let before = self.watching();
        let spared = self.removals.spared(&visitor, self.viewers.watchers());
        let watched = self.viewers.watched(viewer) || sessions.iter().any(|session| self.viewers.watched(*session));
        let removed = match self.removals.find(viewer, Some(&visitor)) {
            Some(removed) if removed.is_ban() || !ban => return removed.also(viewer),
            Some(removed) => {
                removed.shown.reason = reason.or(removed.shown.reason.take());
                removed
            }
            None => self.removals.add(Removed::new(viewer, visitor.clone(), reason, now.unix_ms)),
        };
        if ban {
            removed.become_ban(spared);
        }
        if watched {
            removed.has_watched();
        }
        sessions.iter().for_each(|session| removed.also(*session));
        let message = PageMessage::Removed { code: removed.code(), reason: removed.shown.reason.clone() };
        let shown = removed.shown.clone();

        self.tell(page_of(&visitor, viewer), message);
        for session in sessions {
            self.drop_viewer(session, how, now);
        }
        self.turn_away_refused(how, now);
        self.event(Event::Removed { viewer: shown });
        if self.watching() != before {
            self.count_changed();
        }
        if ban {
            self.keep();
        }
    }

    /// Refuses an address for this broadcast. Doing it twice changes nothing.
    pub(super) fn block(&mut self, address: IpAddr, now: Now) {
        if !self.live {
            return self.reject(ErrorCode::WrongState, said!("now.nobody_out"));
        }
        if !self.removals.can_refuse(address) {
            return self.reject(ErrorCode::BadAddress, said!("door.own", address));
        }
        if self.removals.is_blocked(address) {
            return;
        }
        let nobody = Visitor::new(None, address, "");
        let spared = self.removals.spared(&nobody, self.viewers.watchers());
        let id = take_id(&mut self.next_id);
        let shown = self.removals.add(Removed::block(id, address, spared, now.unix_ms)).shown.clone();
        self.turn_away_refused(LeaveReason::Kicked, now);
        self.event(Event::Removed { viewer: shown });
    }

    /// After a removal: those under way that it refuses as well came before it, and would connect after it.
    fn turn_away_refused(&mut self, how: LeaveReason, now: Now) {
        let removals = &self.removals;
        let refused = self.viewers.joining_where(|visitor| removals.refuses(visitor, Door::Join).is_some());
        self.turn_away(refused, how, now);
    }

    pub(super) fn forgive(&mut self, viewer: ViewerId, now: Now) {
        let Some(removed) = self.removals.forgive(viewer) else { return self.unknown(viewer) };
        let viewer = removed.shown.id;
        if removed.watched() {
            self.viewers.take_back(viewer, removed.visitor().clone(), now);
        }
        self.tell(page_of(removed.visitor(), viewer), PageMessage::Forgiven);
        self.event(Event::Forgiven { viewer });
        if removed.is_ban() {
            self.keep();
        }
    }
}

/// Where a removed viewer's page listens.
pub(super) fn page_of(visitor: &Visitor, viewer: ViewerId) -> To {
    visitor.cookie.map_or(To::Viewer(viewer), To::Visitor)
}
