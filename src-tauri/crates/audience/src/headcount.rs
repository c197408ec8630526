//! How many people, by what they are known by: each counts once, and nobody makes the number run away.

use crate::Visitor;
use crate::visitor::Identity;
use protocol::Network;
use std::collections::{HashMap, HashSet};

/// People in all. A broadcaster who hears of more than that does the same as one who hears of that many.
const MOST: usize = 4096;

/// Browsers with a cookie of one address (IPv6: /56): a school that comes in at once.
const BROWSERS_OF_ONE: u16 = 300;

/// Clients without a cookie of one address. They are told apart by what they call themselves, which costs nothing to change.
const OTHERS_OF_ONE: u16 = 16;

/// A set of people, for the sake of its size.
#[derive(Debug, Default)]
pub struct Headcount {
    counted: HashSet<Identity>,
    left_out: HashSet<Identity>,
    /// Of each address: browsers, and clients without a cookie. Loopback is none.
    of_one: HashMap<Network, [u16; 2]>,
}

impl Headcount {
    /// Somebody who does not count, whatever else is heard of them.
    pub fn leave_out(&mut self, visitor: &Visitor) {
        self.left_out.insert(visitor.identity());
    }

    /// One more, unless they were counted already, or too many are.
    pub fn count(&mut self, visitor: &Visitor) {
        let identity = visitor.identity();
        if self.counted.len() >= MOST || self.left_out.contains(&identity) || self.counted.contains(&identity) {
            return;
        }
        // A browser's first request comes without the cookie that it is given for it.
        let before = Identity::Bare { address: visitor.address, user_agent: visitor.user_agent.clone() };
        let network = Network::wide(visitor.address);
        if visitor.cookie.is_some() && self.counted.remove(&before) {
            self.add(network, false, -1);
        }
        if self.add(network, visitor.cookie.is_some(), 1) {
            self.counted.insert(identity);
        }
    }

    /// How many were counted, without those.
    pub fn people_but<'a>(&self, others: impl Iterator<Item = &'a Visitor>) -> u32 {
        if self.counted.is_empty() {
            return 0;
        }
        let others: HashSet<Identity> = others.map(Visitor::identity).collect();
        self.counted.difference(&others).count() as u32
    }

    /// How many were counted.
    pub fn people(&self) -> u32 {
        self.counted.len() as u32
    }

    /// False where there are as many as may be.
    fn add(&mut self, network: Option<Network>, is_browser: bool, step: i16) -> bool {
        let Some(network) = network else { return true };
        let here = &mut self.of_one.entry(network).or_default()[usize::from(!is_browser)];
        let most = if is_browser { BROWSERS_OF_ONE } else { OTHERS_OF_ONE };
        let stepped = here.saturating_add_signed(step);
        let fits = stepped <= most;
        if fits {
            *here = stepped;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VisitorCookie;

    fn browser(n: u16, address: [u8; 4]) -> Visitor {
        let mut bits = [0; 16];
        bits[..2].copy_from_slice(&n.to_be_bytes());
        Visitor::new(Some(VisitorCookie::from_random(bits)), address.into(), "Firefox")
    }

    fn bare(agent: &str, address: [u8; 4]) -> Visitor {
        Visitor::new(None, address.into(), agent)
    }

    const HOME: [u8; 4] = [203, 0, 113, 1];

    #[test]
    fn each_counts_once_and_a_browser_s_first_request_is_the_same_browser() {
        let mut count = Headcount::default();
        count.count(&bare("Firefox", HOME));
        count.count(&bare("Firefox", HOME));
        assert_eq!(count.people(), 1);
        count.count(&browser(1, HOME));
        count.count(&browser(1, [198, 51, 100, 1]));
        assert_eq!(count.people(), 1, "with its cookie, and from another network");
        count.count(&browser(2, HOME));
        count.count(&bare("VLC", HOME));
        assert_eq!(count.people(), 3);
    }

    #[test]
    fn who_is_left_out_does_not_count() {
        let mut count = Headcount::default();
        count.leave_out(&browser(1, HOME));
        count.count(&browser(1, HOME));
        count.count(&browser(2, HOME));
        assert_eq!(count.people(), 1);
    }

    #[test]
    fn who_has_got_in_since_is_not_counted() {
        let mut count = Headcount::default();
        count.count(&browser(1, HOME));
        count.count(&browser(2, HOME));
        assert_eq!(count.people_but([&browser(2, HOME), &browser(3, HOME)].into_iter()), 1);
        assert_eq!(count.people_but([].into_iter()), 2, "and is again where it has left");
        assert_eq!(Headcount::default().people_but([&browser(1, HOME)].into_iter()), 0);
    }

    #[test]
    fn one_address_makes_no_number_run_away_and_all_together_neither() {
        let mut count = Headcount::default();
        for n in 0..1000 {
            count.count(&bare(&format!("made up {n}"), HOME));
        }
        assert_eq!(count.people(), u32::from(OTHERS_OF_ONE));
        for n in 0..1000 {
            count.count(&browser(n, HOME));
        }
        assert_eq!(count.people(), u32::from(OTHERS_OF_ONE + BROWSERS_OF_ONE), "a school is counted whole");
        for n in 0..20_000_u32 {
            let [_, a, b, c] = n.to_be_bytes();
            count.count(&bare("VLC", [10, a, b, c]));
        }
        assert_eq!(count.people() as usize, MOST);
        assert!(count.of_one.len() <= MOST + 1, "an address that is not counted is not remembered");
    }
}
