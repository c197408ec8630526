//! Who may return to a broadcast that is locked, by a link that was retired, or past a passcode that is another: those to whom media
//! flowed when that happened.
//!
//! Nothing here changes by a request. Whoever wants to be known has to watch, and is listed while they do.

use crate::Visitor;
use crate::visitor::Identity;
use protocol::{RelayId, ViewerId};
use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

/// Who lost the connection so lately counts as watching: a network changes, a page is loaded again.
const HALF_MINUTE: Duration = Duration::from_secs(30);

/// How many viewers who left are remembered, to be kicked still, and for that half minute. Each of them was connected; 500
/// handshakes a second, more than the receiving thread does, fill it in that half minute.
const MAX_DEPARTED: usize = 16_384;

/// Who was connected, and for whom the door stays open.
#[derive(Debug, Default)]
pub(crate) struct Returning {
    /// The latest last.
    departed: VecDeque<Departed>,
    /// Where each of them watched last: everybody who connects is looked for there.
    places: HashMap<Identity, Place>,
    through_the_lock: HashSet<Identity>,
    by_a_retired_link: HashSet<Identity>,
    past_the_passcode: HashSet<Identity>,
    through_the_waiting_room: HashSet<Identity>,
}

#[derive(Debug)]
struct Departed {
    id: ViewerId,
    visitor: Visitor,
    at: Instant,
}

#[derive(Debug)]
struct Place {
    /// Who of this browser was there.
    id: ViewerId,
    /// None: here.
    relay: Option<RelayId>,
    /// Until when.
    at: Instant,
}

impl Returning {
    /// A viewer to whom media flowed is gone.
    pub(crate) fn departed(&mut self, id: ViewerId, visitor: Visitor, relay: Option<RelayId>, at: Instant) {
        if self.departed.len() == MAX_DEPARTED
            && let Some(oldest) = self.departed.pop_front()
        {
            let identity = oldest.visitor.identity();
            if self.places.get(&identity).is_some_and(|place| place.id == oldest.id) {
                self.places.remove(&identity);
            }
        }
        self.places.insert(visitor.identity(), Place { id, relay, at });
        self.departed.push_back(Departed { id, visitor, at });
    }

    /// Who that was, if it is remembered.
    pub(crate) fn visitor(&self, id: ViewerId) -> Option<&Visitor> {
        self.departed.iter().rev().find(|departed| departed.id == id).map(|departed| &departed.visitor)
    }

    /// Where this browser watched when it left, where that is less than half a minute ago.
    pub(crate) fn last_place(&self, visitor: &Visitor, now: Instant) -> Option<Option<RelayId>> {
        let place = self.places.get(&visitor.identity())?;
        (now.saturating_duration_since(place.at) < HALF_MINUTE).then_some(place.relay)
    }

    /// Replaces who may pass the lock by who is watching and who left a moment ago.
    pub(crate) fn keep_at_lock(&mut self, watching: HashSet<Identity>, now: Instant) {
        self.through_the_lock = self.with_those_who_left(watching, now);
    }

    /// Replaces who may come by a retired link by who is watching and who left a moment ago.
    pub(crate) fn keep_at_new_link(&mut self, watching: HashSet<Identity>, now: Instant) {
        let own = self.lately(now).filter(|visitor| visitor.guest.is_none()).map(Visitor::identity);
        self.by_a_retired_link = watching.into_iter().chain(own).collect();
    }

    /// Replaces who is not asked for a passcode by the browsers that are watching and that left a moment ago.
    pub(crate) fn keep_at_passcode(&mut self, watching: HashSet<Identity>, now: Instant) {
        self.past_the_passcode = self.with_those_who_left(watching, now);
    }

    /// Somebody at the same address may look like a client without a cookie, and that has no need of this: it can say the word each time.
    pub(crate) fn may_pass_the_passcode(&self, visitor: &Visitor) -> bool {
        visitor.cookie.is_some_and(|cookie| self.past_the_passcode.contains(&Identity::Cookie(cookie)))
    }

    /// Replaces who need not wait by who is watching and who left a moment ago.
    pub(crate) fn keep_at_waiting_room(&mut self, watching: HashSet<Identity>, now: Instant) {
        self.through_the_waiting_room = self.with_those_who_left(watching, now);
    }

    pub(crate) fn may_pass_the_waiting_room(
        &self,
        visitor: &Visitor,
        now: Instant,
        watches: impl Fn(&Identity) -> bool,
    ) -> bool {
        self.may_return(&self.through_the_waiting_room, visitor, now, watches)
    }

    /// The broadcaster lets somebody return who watched.
    pub(crate) fn take_back(&mut self, id: ViewerId, visitor: Visitor, now: Instant) {
        self.through_the_lock.insert(visitor.identity());
        if visitor.guest.is_none() {
            self.by_a_retired_link.insert(visitor.identity());
        }
        self.through_the_waiting_room.insert(visitor.identity());
        self.departed.retain(|departed| departed.id != id);
        self.departed(id, visitor, None, now);
    }

    pub(crate) fn may_pass_the_lock(
        &self,
        visitor: &Visitor,
        now: Instant,
        watches: impl Fn(&Identity) -> bool,
    ) -> bool {
        self.may_return(&self.through_the_lock, visitor, now, watches)
    }

    pub(crate) fn may_come_by_a_retired_link(
        &self,
        visitor: &Visitor,
        now: Instant,
        watches: impl Fn(&Identity) -> bool,
    ) -> bool {
        self.may_return(&self.by_a_retired_link, visitor, now, watches)
    }

    /// A cookie of ours cannot be made up, so its browser may take its time. An address and a User-Agent can be another's as
    /// well: who has nothing else may take the place of its own lost connection, and no more.
    fn may_return(
        &self,
        kept: &HashSet<Identity>,
        visitor: &Visitor,
        now: Instant,
        watches: impl Fn(&Identity) -> bool,
    ) -> bool {
        let identity = visitor.identity();
        kept.contains(&identity)
            && match identity {
                Identity::Cookie(_) => true,
                Identity::Bare { .. } => watches(&identity) || self.lately(now).any(|other| other.is(&identity)),
            }
    }

    fn with_those_who_left(&self, mut watching: HashSet<Identity>, now: Instant) -> HashSet<Identity> {
        watching.extend(self.lately(now).map(Visitor::identity));
        watching
    }

    fn lately(&self, now: Instant) -> impl Iterator<Item = &Visitor> {
        let lately = move |departed: &&Departed| now.saturating_duration_since(departed.at) <= HALF_MINUTE;
        self.departed.iter().rev().take_while(lately).map(|departed| &departed.visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VisitorCookie;
    use std::net::Ipv4Addr;

    #[test]
    fn where_a_browser_watched_last_is_known_for_half_a_minute() {
        let mut returning = Returning::default();
        let (start, relay) = (Instant::now(), Some(RelayId(1)));
        let visitor = |n| Visitor::new(Some(VisitorCookie::from_random([n; 16])), Ipv4Addr::LOCALHOST.into(), "test");
        returning.departed(ViewerId(1), visitor(1), relay, start);
        returning.departed(ViewerId(2), visitor(2), None, start);
        assert_eq!(returning.last_place(&visitor(1), start), Some(relay));
        assert_eq!(
            (returning.last_place(&visitor(2), start), returning.last_place(&visitor(3), start)),
            (Some(None), None)
        );
        returning.departed(ViewerId(4), visitor(1), None, start + Duration::from_secs(1));
        assert_eq!(returning.last_place(&visitor(1), start + HALF_MINUTE), Some(None), "the last of two");
        assert_eq!(returning.last_place(&visitor(2), start + HALF_MINUTE), None);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_latest_stay() {
        let mut returning = Returning::default();
        let start = Instant::now();
        let visitor = |n: u32| {
            let cookie = VisitorCookie::from_random(u128::from(n).to_be_bytes());
            Visitor::new(Some(cookie), Ipv4Addr::LOCALHOST.into(), "test")
        };
        let total = MAX_DEPARTED as u32 + 10;
        (0..total).for_each(|n| returning.departed(ViewerId(n), visitor(n), None, start));
        assert_eq!((returning.departed.len(), returning.places.len()), (MAX_DEPARTED, MAX_DEPARTED));
        assert!(returning.visitor(ViewerId(9)).is_none() && returning.visitor(ViewerId(10)).is_some());
        returning.keep_at_lock(HashSet::new(), start + HALF_MINUTE);
        assert_eq!(returning.through_the_lock.len(), MAX_DEPARTED, "no more than were remembered");
        returning.keep_at_lock(HashSet::new(), start + HALF_MINUTE + Duration::from_millis(1));
        assert!(returning.through_the_lock.is_empty(), "a lock takes the place of the one before");
    }
}
