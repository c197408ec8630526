//! The DTLS handshakes under way, by the address that they come from: how many one address may have, and which makes room.
//!
//! A handshake costs a key and a signature. Whose joins they belong to says little about who has them made: one machine may be
//! given the answers to joins of many addresses.

use port::{Path, Peer};
use protocol::Network;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// What a handshake counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    /// An address that has answered a check of ours.
    Address(Network),
    /// All addresses that have not. Each may be forged, so what comes from there must not use up what its owner may have. Who is
    /// not let in for that reason is as soon as it has answered, and mostly has before it begins.
    Unproven,
}

/// A handshake takes two round trips and, where a packet is lost, a second more. One that is not done after this makes room.
const STALE: Duration = Duration::from_secs(3);

pub(super) struct Handshakes {
    /// The oldest of each first; none is empty. There are no more than joins.
    under_way: HashMap<Source, VecDeque<(Peer, Instant)>>,
    most: usize,
}

/// Whether a handshake may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begin {
    /// It has.
    Yes,
    /// It has, in the place of this one, which took too long.
    InsteadOf(Peer),
    /// There are as many as may be.
    No,
}

impl Source {
    /// What a handshake along this path counts against; `proven`: its other end has answered a check of ours. None for loopback.
    pub(super) fn of(path: &Path, proven: bool) -> Option<Source> {
        let network = Network::wide(path.remote_ip())?;
        Some(if proven { Source::Address(network) } else { Source::Unproven })
    }
}

impl Handshakes {
    /// `most`: from one address, and from all together that are not proven.
    pub(super) fn new(most: usize) -> Handshakes {
        Handshakes { under_way: HashMap::new(), most }
    }

    pub(super) fn begin(&mut self, peer: Peer, source: Source, now: Instant) -> Begin {
        let of_one = self.under_way.get(&source);
        let mut begin = Begin::Yes;
        if of_one.map_or(0, VecDeque::len) >= self.most {
            let stale = |(_, at): &&(Peer, Instant)| now.saturating_duration_since(*at) >= STALE;
            let Some((oldest, _)) = of_one.and_then(VecDeque::front).filter(stale).copied() else { return Begin::No };
            self.end(oldest, source);
            begin = Begin::InsteadOf(oldest);
        }
        self.under_way.entry(source).or_default().push_back((peer, now));
        begin
    }

    /// It is done, or its viewer gone.
    pub(super) fn end(&mut self, peer: Peer, source: Source) {
        if let Some(of_one) = self.under_way.get_mut(&source) {
            of_one.retain(|(other, _)| *other != peer);
            if of_one.is_empty() {
                self.under_way.remove(&source);
            }
        }
    }

    /// How many are under way.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.under_way.values().map(VecDeque::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str, proven: bool) -> Option<Source> {
        Source::of(&Path::udp(address.parse().expect("an address"), None), proven)
    }

    #[test]
    fn an_address_is_what_a_subscriber_has_and_one_that_did_not_answer_is_nobodys() {
        assert_eq!(of("[2001:db8:1:200::1]:4000", true), of("[2001:db8:1:2ff::7]:5000", true));
        assert_ne!(of("[2001:db8:1:200::1]:4000", true), of("[2001:db8:1:300::1]:4000", true));
        assert_eq!(of("203.0.113.7:1", true), of("[::ffff:203.0.113.7]:2", true));
        assert_eq!(of("203.0.113.7:1", false), Some(Source::Unproven));
        assert_eq!((of("127.0.0.1:1", true), of("[::1]:1", false)), (None, None), "loopback is exempt");
    }

    #[test]
    fn one_address_has_so_many_and_keeps_no_other_out() {
        let now = Instant::now();
        let mut handshakes = Handshakes::new(3);
        let [one, other] = ["203.0.113.7:1", "203.0.113.8:1"].map(|address| of(address, true).expect("no loopback"));
        for n in 0..3 {
            assert_eq!(handshakes.begin(Peer(n), one, now), Begin::Yes);
        }
        assert_eq!(handshakes.begin(Peer(3), one, now), Begin::No);
        assert_eq!(handshakes.begin(Peer(4), other, now), Begin::Yes);
        assert_eq!(handshakes.begin(Peer(5), Source::Unproven, now), Begin::Yes);
        handshakes.end(Peer(1), one);
        assert_eq!(handshakes.begin(Peer(3), one, now), Begin::Yes, "one is done");
        assert_eq!(handshakes.len(), 5);
    }

    #[test]
    fn one_that_takes_too_long_makes_room_and_nothing_is_left_of_those_that_end() {
        let start = Instant::now();
        let mut handshakes = Handshakes::new(2);
        let source = Source::Unproven;
        for n in 0..2 {
            assert_eq!(handshakes.begin(Peer(n), source, start + Duration::from_secs(n as u64)), Begin::Yes);
        }
        assert_eq!(handshakes.begin(Peer(2), source, start + STALE - Duration::from_millis(1)), Begin::No);
        assert_eq!(handshakes.begin(Peer(2), source, start + STALE), Begin::InsteadOf(Peer(0)));
        assert_eq!(handshakes.begin(Peer(3), source, start + STALE), Begin::No, "the next began a second later");
        for n in 0..4 {
            handshakes.end(Peer(n), source);
        }
        assert!(handshakes.under_way.is_empty());
    }
}
