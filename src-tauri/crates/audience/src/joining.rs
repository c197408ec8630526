//! Joins that are not connected yet: how many there may be, and which of them makes room for a newcomer.
//!
//! A join costs whoever sends it one POST, so until something authentic came from it (its first check that passed the
//! integrity) it holds nothing that another could have: it weighs neither on the places nor on the line, and the oldest goes
//! when there are too many. From then on it weighs, and may take a little time to finish its handshake.

use protocol::{Network, ViewerId};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

/// Joins without a check, together: four addresses with all they may have. Each is a transport with keys of its own that nobody
/// stands behind yet.
const MAX_UNCHECKED: usize = 2048;

/// Joins without a check, of one address. All that an address may begin at once, and then in four seconds more: a browser's
/// first check comes a round trip after the answer, so whoever does connect is not reached by the newcomers behind it.
const MAX_UNCHECKED_OF_ONE: usize = 512;

/// A handshake takes two round trips and, where a packet is lost, a second more. A join that has not finished its own after
/// this makes room where there is none.
const STALE: Duration = Duration::from_secs(3);

/// Joins without a finished handshake that an address may have, unless the settings say otherwise.
const MAX_CHECKED_OF_ONE: u32 = 64;

/// Everybody who was let in and is not connected. Ids grow, so the first is the oldest.
#[derive(Debug)]
pub(crate) struct Joining {
    unchecked: BTreeMap<ViewerId, Option<Network>>,
    /// How many of those each address has; none has 0.
    unchecked_of: HashMap<Option<Network>, usize>,
    checked: BTreeMap<ViewerId, Checked>,
    max_checked_of_one: u32,
}

#[derive(Debug)]
struct Checked {
    network: Option<Network>,
    at: Instant,
}

/// How far a join had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing authentic came from it.
    Unchecked,
    /// A check of it passed.
    Checked,
}

impl Default for Joining {
    fn default() -> Self {
        Self {
            unchecked: BTreeMap::new(),
            unchecked_of: HashMap::new(),
            checked: BTreeMap::new(),
            max_checked_of_one: MAX_CHECKED_OF_ONE,
        }
    }
}

impl Joining {
    /// Sets how many joins of one address may be in their handshake.
    pub(crate) fn set_max_checked_of_one(&mut self, max: u32) {
        self.max_checked_of_one = max;
    }

    pub(crate) fn begin(&mut self, id: ViewerId, network: Option<Network>) {
        self.unchecked.insert(id, network);
        *self.unchecked_of.entry(network).or_default() += 1;
    }

    /// Its first check passed: it weighs from now on. False when it weighs already, or is not joining.
    pub(crate) fn check(&mut self, id: ViewerId, now: Instant) -> bool {
        let Some(network) = self.end_unchecked(id) else { return false };
        self.checked.insert(id, Checked { network, at: now });
        true
    }

    /// It is connected, or gone.
    pub(crate) fn end(&mut self, id: ViewerId) -> Option<Progress> {
        let unchecked = self.end_unchecked(id).map(|_| Progress::Unchecked);
        unchecked.or_else(|| self.checked.remove(&id).map(|_| Progress::Checked))
    }

    pub(crate) fn is_unchecked(&self, id: ViewerId) -> bool {
        self.unchecked.contains_key(&id)
    }

    /// All of them, the oldest first of each kind.
    pub(crate) fn ids(&self) -> impl Iterator<Item = ViewerId> {
        self.unchecked.keys().chain(self.checked.keys()).copied()
    }

    /// How many weigh.
    pub(crate) fn weighing(&self) -> usize {
        self.checked.len()
    }

    /// Who makes room for a newcomer from there: the oldest of that address where it has its share, else, where there are too
    /// many in all, the oldest of the address that has most, so that nobody is pushed out by another's crowd.
    pub(crate) fn makes_room_for(&self, network: Option<Network>) -> Option<ViewerId> {
        let oldest_of =
            |wanted: Option<Network>| self.unchecked.iter().find(|(_, network)| **network == wanted).map(|(id, _)| *id);
        let of_one = self.unchecked_of.get(&network).copied().unwrap_or_default();
        if network.is_some() && of_one >= MAX_UNCHECKED_OF_ONE {
            return oldest_of(network);
        }
        if self.unchecked.len() < MAX_UNCHECKED {
            return None;
        }
        let most = self.unchecked_of.values().copied().max()?;
        // Of those with equally many, the one whose join is the oldest.
        self.unchecked.iter().find(|(_, network)| self.unchecked_of[*network] == most).map(|(id, _)| *id)
    }

    /// As many from there are in their handshake as may be.
    pub(crate) fn crowded(&self, network: Option<Network>) -> bool {
        let here = || self.checked.values().filter(|checked| checked.network == network).count();
        network.is_some() && here() >= self.max_checked_of_one as usize
    }

    /// The oldest of all that should have finished its handshake by now.
    pub(crate) fn stale(&self, now: Instant) -> Option<ViewerId> {
        self.stale_where(now, |_| true)
    }

    /// The same, of one address.
    pub(crate) fn stale_of(&self, network: Option<Network>, now: Instant) -> Option<ViewerId> {
        self.stale_where(now, |checked| checked.network == network)
    }

    fn end_unchecked(&mut self, id: ViewerId) -> Option<Option<Network>> {
        let network = self.unchecked.remove(&id)?;
        if let Entry::Occupied(mut of_one) = self.unchecked_of.entry(network) {
            *of_one.get_mut() -= 1;
            if *of_one.get() == 0 {
                of_one.remove();
            }
        }
        Some(network)
    }

    fn stale_where(&self, now: Instant, counts: impl Fn(&Checked) -> bool) -> Option<ViewerId> {
        let stale = |checked: &&Checked| now.saturating_duration_since(checked.at) >= STALE;
        let oldest = self.checked.iter().filter(|(_, checked)| counts(checked)).min_by_key(|(_, checked)| checked.at);
        oldest.filter(|(_, checked)| stale(checked)).map(|(id, _)| *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(n: u8) -> Option<Network> {
        Network::of([203, 0, 113, n].into())
    }

    fn fill(joining: &mut Joining, network: Option<Network>, ids: std::ops::Range<u32>) {
        for id in ids {
            assert_eq!(joining.makes_room_for(network), None, "there is room for {id}");
            joining.begin(ViewerId(id), network);
        }
    }

    #[test]
    fn an_address_with_its_share_makes_room_by_its_own_oldest() {
        let mut joining = Joining::default();
        joining.begin(ViewerId(0), network(1));
        fill(&mut joining, network(2), 1..MAX_UNCHECKED_OF_ONE as u32 + 1);
        assert_eq!(joining.makes_room_for(network(2)), Some(ViewerId(1)), "the oldest of that address");
        assert_eq!(joining.makes_room_for(network(1)), None, "the neighbour is not concerned");
        assert!(joining.check(ViewerId(1), Instant::now()));
        assert_eq!(joining.makes_room_for(network(2)), None, "who was heard of makes way for nobody");
    }

    #[test]
    fn when_all_is_full_the_address_that_has_most_makes_room() {
        let mut joining = Joining::default();
        joining.begin(ViewerId(0), network(9));
        let mut next = 1;
        for n in 1..=4 {
            let room = MAX_UNCHECKED - joining.unchecked.len();
            let share = MAX_UNCHECKED_OF_ONE.min(room) as u32;
            fill(&mut joining, network(n), next..next + share);
            next += share;
        }
        assert_eq!(joining.unchecked.len(), MAX_UNCHECKED);
        assert_eq!(
            joining.makes_room_for(network(7)),
            Some(ViewerId(1)),
            "not the one of a quiet address, though older"
        );
    }

    #[test]
    fn loopback_has_no_share_of_its_own_but_is_no_reason_to_push_others_out() {
        let mut joining = Joining::default();
        joining.begin(ViewerId(0), network(1));
        fill(&mut joining, None, 1..MAX_UNCHECKED as u32);
        assert_eq!(joining.makes_room_for(None), Some(ViewerId(1)));
        assert!(!joining.crowded(None));
    }

    #[test]
    fn a_handshake_that_takes_too_long_is_stale() {
        let mut joining = Joining::default();
        joining.set_max_checked_of_one(2);
        let start = Instant::now();
        for id in 0..2 {
            joining.begin(ViewerId(id), network(1));
            assert!(joining.check(ViewerId(id), start + Duration::from_secs(id.into())));
            assert!(!joining.check(ViewerId(id), start), "once");
        }
        assert!(joining.crowded(network(1)) && !joining.crowded(network(2)));
        assert_eq!(joining.stale(start + STALE - Duration::from_millis(1)), None);
        assert_eq!(joining.stale_of(network(1), start + STALE), Some(ViewerId(0)));
        assert_eq!(joining.stale_of(network(2), start + STALE), None);
        assert!(joining.unchecked_of.is_empty(), "no address is remembered that has none");
        assert_eq!(joining.end(ViewerId(0)), Some(Progress::Checked));
        assert_eq!(joining.stale(start + STALE), None, "the other began a second later");
        assert!(!joining.crowded(network(1)));
    }
}
