//! Joins that came to nothing because no check ever followed, counted by address: somebody is trying, and the broadcaster is told.

use protocol::Network;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// So many within [`WINDOW`] are many. A firewall that lets no UDP through makes a page try every few seconds, which is fewer.
const MANY: u32 = 20;

/// How long attempts are counted together; the broadcaster is told of one address once in this time.
const WINDOW: Duration = Duration::from_secs(10);

/// However many addresses there are, the broadcaster is told of one a second.
const ANY: Duration = Duration::from_secs(1);

/// Addresses that are counted; a broadcaster who hears of more than that can do nothing about any of them.
const MAX_NETWORKS: usize = 256;

/// What came to nothing lately.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    tallies: HashMap<Option<Network>, Tally>,
    told: Option<Instant>,
}

#[derive(Debug)]
struct Tally {
    since: Instant,
    in_window: u32,
    /// Since it was last quiet.
    total: u32,
    told: Option<Instant>,
}

impl Attempts {
    /// One more from there came to nothing. Answers how many there were since it was last quiet there, when it is time to say so.
    pub(crate) fn failed(&mut self, network: Option<Network>, now: Instant) -> Option<u32> {
        if self.tallies.len() >= MAX_NETWORKS && !self.tallies.contains_key(&network) {
            self.forget_one(now);
        }
        let fresh = Tally { since: now, in_window: 0, total: 0, told: None };
        let tally = self.tallies.entry(network).or_insert(fresh);
        if now.saturating_duration_since(tally.since) >= WINDOW {
            if tally.in_window < MANY {
                tally.total = 0;
            }
            (tally.since, tally.in_window) = (now, 0);
        }
        tally.in_window += 1;
        tally.total = tally.total.saturating_add(1);
        let due = |told: Option<Instant>, every| told.is_none_or(|told| now.saturating_duration_since(told) >= every);
        if tally.in_window < MANY || !due(tally.told, WINDOW) || !due(self.told, ANY) {
            return None;
        }
        (tally.told, self.told) = (Some(now), Some(now));
        Some(tally.total)
    }

    /// Makes room: those whose time is over go, or else the one with the fewest.
    fn forget_one(&mut self, now: Instant) {
        self.tallies.retain(|_, tally| now.saturating_duration_since(tally.since) < WINDOW);
        if self.tallies.len() >= MAX_NETWORKS
            && let Some(fewest) = self.tallies.iter().min_by_key(|(_, tally)| tally.in_window).map(|(key, _)| *key)
        {
            self.tallies.remove(&fewest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(n: u16) -> Option<Network> {
        let [high, low] = n.to_be_bytes();
        Network::of([10, 0, high, low].into())
    }

    #[test]
    fn many_are_told_once_in_ten_seconds_while_it_goes_on() {
        let start = Instant::now();
        let mut attempts = Attempts::default();
        // 40 a second for 25 seconds.
        let told: Vec<(u32, u32)> = (0..1000)
            .filter_map(|n| attempts.failed(network(1), start + n * Duration::from_millis(25)).map(|count| (n, count)))
            .collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(told[0], (19, 20), "the twentieth");
        assert!(told.iter().all(|(n, count)| n + 1 == *count), "all since it began: {told:?}");
    }

    #[test]
    fn a_page_behind_a_firewall_is_not_many() {
        let start = Instant::now();
        let mut attempts = Attempts::default();
        for n in 0..1000 {
            assert_eq!(attempts.failed(network(1), start + n * Duration::from_millis(800)), None);
        }
    }

    #[test]
    fn however_many_addresses_one_is_told_a_second_and_the_table_is_bounded() {
        let start = Instant::now();
        let mut attempts = Attempts::default();
        let mut told = 0;
        for n in 0..20_000_u32 {
            let now = start + n * Duration::from_micros(500);
            told += u32::from(attempts.failed(network((n % 200) as u16), now).is_some());
        }
        assert!((2..=11).contains(&told), "{told} in ten seconds");
        for n in 0..5_000 {
            attempts.failed(network(n), start + Duration::from_secs(10));
            assert!(attempts.tallies.len() <= MAX_NETWORKS);
        }
    }
}
