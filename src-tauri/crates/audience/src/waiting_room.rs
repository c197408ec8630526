//! The waiting room: who knocks, who was let in by hand, and who was here before.
//!
//! A knock lasts as long as a page is open behind it, or somebody asks again in time. There may be so many, and of one address so many:
//! where there are more, it is the crowd that gives way and not who comes by alone.

use crate::visitor::Identity;
use crate::{Now, Visitor, VisitorCookie, browser_name};
use protocol::{Knock, Network, ViewerId};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

/// Knocks that are listed.
const MOST: usize = 1024;

/// Of one address (IPv6: /56); loopback has no share of its own. A school comes at once.
const MOST_OF_ONE: usize = 300;

/// Who has no page open is asked to come again in a third of this, and is gone when it does not.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often somebody may be called otherwise.
const NAMES: u8 = 5;

/// Browsers that are known to have been here, in this run of the program.
const MOST_KNOWN: usize = 16_384;

/// Who knocks and who may pass.
#[derive(Debug, Default)]
pub(crate) struct WaitingRoom {
    pub(crate) on: bool,
    /// For as long as there is one. Ids grow, so the first is the oldest.
    knocks: BTreeMap<ViewerId, Knocking>,
    ids: HashMap<Identity, ViewerId>,
    of_one: HashMap<Network, usize>,
    /// By hand, for this broadcast or the next.
    admitted: HashSet<Identity>,
    known: HashSet<VisitorCookie>,
    /// The latest last.
    known_since: VecDeque<VisitorCookie>,
}

#[derive(Debug)]
struct Knocking {
    visitor: Visitor,
    shown: Knock,
    heard: Instant,
    /// A page is open, which says when it is closed.
    page: bool,
    names: u8,
}

impl WaitingRoom {
    pub(crate) fn new(on: bool) -> WaitingRoom {
        WaitingRoom { on, ..WaitingRoom::default() }
    }

    /// This visitor was let in by hand.
    pub(crate) fn lets_in(&self, visitor: &Visitor) -> bool {
        self.admitted.contains(&visitor.identity())
    }

    /// Media flows to somebody.
    pub(crate) fn was_here(&mut self, visitor: &Visitor) {
        let Some(cookie) = visitor.cookie else { return };
        if self.known.insert(cookie) {
            self.known_since.push_back(cookie);
        }
        if self.known.len() > MOST_KNOWN
            && let Some(oldest) = self.known_since.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    /// Somebody knocks, once more or for the first time. What is to be told: the knock, where it is new and listed; and who had to give
    /// way for it. `page`: by one that is open.
    pub(crate) fn knock(
        &mut self,
        visitor: &Visitor,
        guest: Option<String>,
        page: bool,
        now: Now,
        id: impl FnOnce() -> ViewerId,
    ) -> (Option<Knock>, Option<ViewerId>) {
        if let Some(knocking) = self.ids.get(&visitor.identity()).and_then(|id| self.knocks.get_mut(id)) {
            knocking.heard = now.instant;
            knocking.page |= page;
            return (None, None);
        }
        let network = Network::wide(visitor.address);
        let Some(gives_way) = self.makes_room_for(network) else { return (None, None) };
        let gone = gives_way.filter(|id| self.end(*id).is_some());
        let id = id();
        let shown = Knock {
            id,
            guest: guest.is_some(),
            name: guest,
            address: visitor.address.to_string(),
            browser: browser_name(&visitor.user_agent),
            since_at: now.unix_ms,
            was_here: visitor.cookie.is_some_and(|cookie| self.known.contains(&cookie)),
        };
        self.ids.insert(visitor.identity(), id);
        network.into_iter().for_each(|network| *self.of_one.entry(network).or_default() += 1);
        let (visitor, told) = (visitor.clone(), shown.clone());
        self.knocks.insert(id, Knocking { visitor, shown, heard: now.instant, page, names: NAMES });
        (Some(told), gone)
    }

    /// The last page of this visitor is closed.
    pub(crate) fn page_closed(&mut self, visitor: &Visitor, now: Instant) {
        if let Some(knocking) = self.ids.get(&visitor.identity()).and_then(|id| self.knocks.get_mut(id)) {
            (knocking.page, knocking.heard) = (false, now);
        }
    }

    /// Who knocks is called so; told anew where that is another name, and not too often.
    pub(crate) fn call(&mut self, visitor: &Visitor, name: &str) -> Option<Knock> {
        let knocking = self.knocks.get_mut(self.ids.get(&visitor.identity())?)?;
        // Whose link it is says the broadcaster.
        if knocking.shown.guest || knocking.names == 0 || knocking.shown.name.as_deref() == Some(name) {
            return None;
        }
        knocking.names -= 1;
        knocking.shown.name = Some(name.to_owned());
        Some(knocking.shown.clone())
    }

    /// Lets one in who knocks. False: nobody knocks by that id.
    pub(crate) fn admit(&mut self, id: ViewerId) -> bool {
        let Some(visitor) = self.end(id) else { return false };
        self.admitted.insert(visitor.identity());
        true
    }

    /// A knock is over.
    pub(crate) fn end(&mut self, id: ViewerId) -> Option<Visitor> {
        let Knocking { visitor, .. } = self.knocks.remove(&id)?;
        self.ids.remove(&visitor.identity());
        if let Some(network) = Network::wide(visitor.address) {
            let left = self.of_one.get(&network).copied().unwrap_or_default().saturating_sub(1);
            match left {
                0 => self.of_one.remove(&network),
                left => self.of_one.insert(network, left),
            };
        }
        Some(visitor)
    }

    /// Those whom this concerns, the first who came first.
    pub(crate) fn ids_where(&self, concerns: impl Fn(&Visitor, &Knock) -> bool) -> Vec<ViewerId> {
        let concerned = self.knocks.iter().filter(|(_, knocking)| concerns(&knocking.visitor, &knocking.shown));
        concerned.map(|(id, _)| *id).collect()
    }

    /// Those that nobody has heard of for too long.
    pub(crate) fn silent(&self, now: Instant) -> Vec<ViewerId> {
        let silent = |knocking: &Knocking| !knocking.page && now.saturating_duration_since(knocking.heard) >= PATIENCE;
        self.knocks.iter().filter(|(_, knocking)| silent(knocking)).map(|(id, _)| *id).collect()
    }

    /// When there may be one of those.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.knocks.values().filter(|knocking| !knocking.page).map(|knocking| knocking.heard + PATIENCE).min()
    }

    /// As the panel lists them.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Knock> {
        self.knocks.values().map(|knocking| &knocking.shown)
    }

    /// The broadcast is over: who comes to the next knocks again.
    pub(crate) fn forget_admitted(&mut self) {
        self.admitted.clear();
    }

    /// None: there is no room. Else who has to give way, if somebody has.
    fn makes_room_for(&self, network: Option<Network>) -> Option<Option<ViewerId>> {
        let of = |network: &Network| self.of_one.get(network).copied().unwrap_or_default();
        let here = network.as_ref().map_or(0, of);
        if here >= MOST_OF_ONE {
            return None;
        }
        if self.knocks.len() < MOST {
            return Some(None);
        }
        // The oldest of the address that has most, where that is more than the newcomer's has.
        let (crowd, most) =
            self.of_one.iter().max_by_key(|(_, count)| **count).map(|(network, count)| (*network, *count))?;
        let oldest = self.knocks.iter().find(|(_, knocking)| Network::wide(knocking.visitor.address) == Some(crowd));
        (most > here + 1).then(|| oldest.map(|(id, _)| *id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser(n: u32, address: [u8; 4]) -> Visitor {
        let cookie = VisitorCookie::from_random(u128::from(n).to_be_bytes());
        Visitor::new(Some(cookie), address.into(), "Firefox/140.0")
    }

    fn now() -> Now {
        Now { instant: Instant::now(), unix_ms: 0 }
    }

    #[test]
    fn one_address_has_so_many_and_a_crowd_gives_way_to_who_comes_alone() {
        let (mut room, now, mut next) = (WaitingRoom::new(true), now(), 0);
        let mut knock = |room: &mut WaitingRoom, n: u32, address: [u8; 4]| {
            room.knock(&browser(n, address), None, false, now, || {
                next += 1;
                ViewerId(next)
            })
        };
        for n in 0..2000 {
            let crowd = n / 500;
            knock(&mut room, n, [203, 0, 113, crowd as u8]);
        }
        assert_eq!(room.knocks.len(), 1024, "four crowds of 300 at most");
        let (knocks, gone) = knock(&mut room, 5000, [198, 51, 100, 1]);
        assert!(knocks.is_some() && gone.is_some(), "who comes by alone is listed");
        assert_eq!((room.knocks.len(), room.ids.len()), (1024, 1024));
        for n in 0..30_000_u32 {
            knock(&mut room, 10_000 + n, [10, 0, (n >> 8) as u8, n as u8]);
        }
        assert!(room.ids_where(|visitor, _| visitor.address == std::net::IpAddr::from([198, 51, 100, 1])).len() == 1);
        assert_eq!((room.knocks.len(), room.of_one.values().sum::<usize>()), (1024, 1024));
    }

    #[test]
    fn the_networks_of_one_subscriber_are_one_crowd() {
        let (mut room, now) = (WaitingRoom::new(true), now());
        let mut knock = |n: u32, address: std::net::IpAddr| {
            let visitor = Visitor::new(None, address, &format!("player {n}"));
            room.knock(&visitor, None, false, now, || ViewerId(n)).0.is_some()
        };
        // A /48, as providers and tunnels give it away, has 65,536 networks.
        for n in 0..2000 {
            knock(n, std::net::Ipv6Addr::from_bits(0x2001_0db8_0001_u128 << 80 | u128::from(n) << 64 | 1).into());
        }
        assert!(knock(5000, [198, 51, 100, 1].into()), "who comes by alone is listed all the same");
    }

    #[test]
    fn who_was_here_is_known_as_long_as_there_is_room() {
        let mut room = WaitingRoom::new(true);
        (0..MOST_KNOWN as u32 + 10).for_each(|n| room.was_here(&browser(n, [10, 0, 0, 1])));
        assert_eq!((room.known.len(), room.known_since.len()), (MOST_KNOWN, MOST_KNOWN));
        let was_here = |room: &mut WaitingRoom, n| {
            room.knock(&browser(n, [10, 0, 0, 1]), None, false, now(), || ViewerId(n + 1))
                .0
                .is_some_and(|knock| knock.was_here)
        };
        assert!(!was_here(&mut room, 9) && was_here(&mut room, 10));
    }
}
