//! How often a passcode may be tried: from one address, and at one link.
//!
//! An address has some wrong tries and is then not looked at for a while, right or wrong. Where many addresses try one link, no try is
//! refused for what the others do: each wrong one costs the address that it came from all that it has. So who knows the word comes in
//! by the first try, whoever else tries.

use crate::Token;
use protocol::Network;
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Wrong tries at once, of one address.
const AT_ONCE: f64 = 10.0;

/// Then one in this time.
const EVERY: Duration = Duration::from_secs(30);

/// Wrong tries at once at one link, by whomever; with more it is under attack.
const AT_ONE_LINK: f64 = 100.0;

/// As long as there is more than one in this time.
const EVERY_AT_ONE_LINK: Duration = Duration::from_secs(1);

/// Addresses that are remembered.
const MOST: usize = 16_384;

/// All for whom there is no room have together so many wrong tries at once.
const OF_OTHERS: f64 = 100.0;

/// And then one in this time.
const EVERY_OF_OTHERS: Duration = Duration::from_millis(100);

/// How soon it is looked again who is at rest, while there is no room.
const SWEEP: Duration = Duration::from_secs(1);

/// Whose tries are counted together: one IPv4 address, one IPv6 /56. On this machine each address is one of its own: behind a proxy
/// that is not named all are the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Asker {
    Network(Network),
    Here(IpAddr),
}

impl Asker {
    fn of(address: IpAddr) -> Asker {
        Network::wide(address).map_or(Asker::Here(address.to_canonical()), Asker::Network)
    }
}

/// The wrong tries of every address, and at every link.
#[derive(Debug)]
pub(crate) struct Tries {
    askers: HashMap<Asker, Account>,
    others: Account,
    /// Of each link that was tried: a guest's by its token, the watch link by none. There are no more than there are links.
    links: HashMap<Option<Token>, Account>,
    swept: Option<Instant>,
}

impl Default for Tries {
    fn default() -> Tries {
        let others = Account::new(OF_OTHERS, EVERY_OF_OTHERS);
        Tries { askers: HashMap::new(), others, links: HashMap::new(), swept: None }
    }
}

impl Tries {
    /// Whether a try from there is looked at. An error: not before so long.
    pub(crate) fn may(&mut self, from: IpAddr, now: Instant) -> Result<(), Duration> {
        if let Some(account) = self.askers.get_mut(&Asker::of(from)) {
            return account.may(now);
        }
        if self.has_room(now) { Ok(()) } else { self.others.may(now) }
    }

    /// It was wrong.
    pub(crate) fn missed(&mut self, from: IpAddr, link: Option<&Token>, now: Instant) {
        let at_link = self.links.entry(link.cloned()).or_insert(Account::new(AT_ONE_LINK, EVERY_AT_ONE_LINK));
        at_link.spend(1.0, now);
        let costs = if at_link.may(now).is_ok() { 1.0 } else { AT_ONCE };
        let asker = Asker::of(from);
        if let Some(account) = self.askers.get_mut(&asker) {
            account.spend(costs, now);
        } else if self.has_room(now) {
            self.askers.entry(asker).or_insert(Account::new(AT_ONCE, EVERY)).spend(costs, now);
        } else {
            self.others.spend(1.0, now);
        }
    }

    /// There is another word, or a link is gone: at these links nobody has tried.
    pub(crate) fn forget_links(&mut self, gone: impl Fn(Option<&Token>) -> bool) {
        self.links.retain(|link, _| !gone(link.as_ref()));
    }

    fn has_room(&mut self, now: Instant) -> bool {
        let is_time = self.swept.is_none_or(|swept| now.saturating_duration_since(swept) >= SWEEP);
        if self.askers.len() >= MOST && is_time {
            self.askers.retain(|_, account| !account.is_at_rest(now));
            self.swept = Some(now);
        }
        self.askers.len() < MOST
    }
}

/// What there may be of something, and how fast it comes back (a token bucket).
#[derive(Clone, Copy, Debug)]
struct Account {
    most: f64,
    every: Duration,
    left: f64,
    at: Option<Instant>,
}

impl Account {
    fn new(most: f64, every: Duration) -> Account {
        Account { most, every, left: most, at: None }
    }

    fn may(&mut self, now: Instant) -> Result<(), Duration> {
        self.refill(now);
        if self.left >= 1.0 { Ok(()) } else { Err(self.every.mul_f64(1.0 - self.left)) }
    }

    /// However much it owes, it is at rest again some time.
    fn spend(&mut self, costs: f64, now: Instant) {
        self.refill(now);
        self.left = (self.left - costs).max(-self.most);
    }

    fn is_at_rest(&mut self, now: Instant) -> bool {
        self.refill(now);
        self.left >= self.most
    }

    fn refill(&mut self, now: Instant) {
        let elapsed = self.at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.left = self.most.min(self.left + elapsed.as_secs_f64() / self.every.as_secs_f64());
        self.at = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn address(n: u32) -> IpAddr {
        Ipv4Addr::from(0x0a00_0000 + n).into()
    }

    /// Tries wrong words as fast as may be; answers how many were looked at.
    fn try_all(tries: &mut Tries, from: IpAddr, now: Instant, most: u32) -> u32 {
        let mut looked_at = 0;
        for _ in 0..most {
            if tries.may(from, now).is_ok() {
                tries.missed(from, None, now);
                looked_at += 1;
            }
        }
        looked_at
    }

    #[test]
    fn an_address_has_ten_tries_and_then_one_in_half_a_minute() {
        let (mut tries, start) = (Tries::default(), Instant::now());
        for from in [address(1), [127, 0, 0, 1].into(), "2001:db8::1".parse().unwrap()] {
            assert_eq!(try_all(&mut tries, from, start, 1000), 10, "{from}");
            assert_eq!(tries.may(from, start), Err(EVERY));
            assert_eq!(try_all(&mut tries, from, start + EVERY * 3, 1000), 3, "{from}");
            assert_eq!(try_all(&mut tries, from, start + EVERY * 1000, 1000), 10, "never more than at once");
        }
        assert!(tries.may(address(2), start).is_ok(), "another address is not concerned");
        assert!(tries.may([127, 0, 0, 2].into(), start).is_ok(), "nor is another one of this machine");
        assert!(tries.may("2001:db8:0:ff::1".parse().unwrap(), start).is_err(), "a subscriber has a whole /56");
    }

    #[test]
    fn a_thousand_tries_a_second_of_one_address_are_few_that_are_looked_at() {
        let (mut tries, start) = (Tries::default(), Instant::now());
        let looked_at: u32 =
            (0..60).map(|s| try_all(&mut tries, address(1), start + Duration::from_secs(s), 1000)).sum();
        assert_eq!(looked_at, 11, "of sixty thousand in a minute");
    }

    #[test]
    fn a_thousand_addresses_at_one_link_get_a_few_each_and_lock_nobody_out() {
        let (mut tries, start) = (Tries::default(), Instant::now());
        let mut looked_at = 0;
        for ms in 0..60_000_u64 {
            let now = start + Duration::from_millis(ms);
            looked_at += try_all(&mut tries, address(ms as u32 % 1000), now, 1);
            // Somebody who knows the word, and has tried nothing.
            assert!(tries.may(address(5_000), now).is_ok());
        }
        // A hundred before it is an attack, one of each address then, and one more in half a minute.
        assert!((1000..3500).contains(&looked_at), "{looked_at} of sixty thousand");
        let now = start + Duration::from_secs(60);
        tries.missed(address(5_000), None, now);
        assert_eq!(tries.may(address(5_000), now), Err(EVERY), "who mistypes meanwhile waits half a minute");
        assert!(tries.may(address(5_000), now + EVERY).is_ok());
        let guest = Token::from_random([1; 16]);
        tries.missed(address(5_001), Some(&guest), now);
        assert!(tries.may(address(5_001), now).is_ok(), "another link is not under attack");
    }

    #[test]
    fn an_attack_that_is_over_makes_no_try_dearer() {
        let (mut tries, start) = (Tries::default(), Instant::now());
        for n in 0..1000 {
            tries.missed(address(n), None, start);
        }
        let later = start + EVERY_AT_ONE_LINK * 300;
        tries.missed(address(5_000), None, later);
        assert!(tries.may(address(5_000), later).is_ok());
        for n in 0..1000 {
            tries.missed(address(n), None, later);
        }
        tries.missed(address(5_001), None, later);
        tries.forget_links(|link| link.is_none());
        tries.missed(address(5_002), None, later);
        assert!(tries.may(address(5_001), later).is_err() && tries.may(address(5_002), later).is_ok());
    }

    #[test]
    fn the_table_is_bounded_and_who_finds_no_room_is_heard_all_the_same() {
        let (mut tries, start) = (Tries::default(), Instant::now());
        for n in 0..2 * MOST as u32 {
            tries.missed(address(n), None, start);
        }
        assert_eq!(tries.askers.len(), MOST);
        let stranger = address(3 * MOST as u32);
        assert_eq!(tries.may(stranger, start).map_err(|wait| wait < Duration::from_secs(15)), Err(true));
        let looked_at: u32 = (0..1000)
            .map(|ms| try_all(&mut tries, stranger, start + Duration::from_secs(15) + Duration::from_millis(ms), 1))
            .sum();
        assert!((5..=120).contains(&looked_at), "{looked_at}: some, and not as many as come");
        let later = start + EVERY * 40;
        assert!(tries.may(stranger, later).is_ok());
        assert!(tries.askers.is_empty(), "those at rest are forgotten");
    }
}
