//! How many joins one address may begin in a second. [`Joins`] decides, with the time as an argument. How many are under way is
//! the audience's to say, which knows what came of them.

use crate::Limits;
use protocol::Network;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// From this many accounts on, those that are back at rest are forgotten.
const SWEEP_AT: usize = 1024;

/// Every network that joined lately.
#[derive(Debug)]
pub(crate) struct Joins {
    per_second: f64,
    burst: f64,
    accounts: HashMap<(Network, Kind), Account>,
    sweep_at: usize,
}

/// Who joins. Browsers with a cookie of ours opened the watch page first; what others at their address send without one does
/// not use up what is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    WithCookie,
    Bare,
    /// Who says that a join came to nothing: at the rate of joins, and none of theirs is used up by it.
    Report,
}

/// How many joins may begin at once (a token bucket).
#[derive(Debug)]
struct Account {
    tokens: f64,
    at: Instant,
}

/// Too many; worth trying again after this.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    pub(crate) retry_after: Duration,
}

impl Joins {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            per_second: limits.joins_per_second.into(),
            burst: limits.joins_burst.into(),
            accounts: HashMap::new(),
            sweep_at: SWEEP_AT,
        }
    }

    /// A join begins.
    pub(crate) fn begin(&mut self, network: Network, kind: Kind, now: Instant) -> Result<(), TooMany> {
        self.sweep(now);
        let (per_second, burst) = (self.per_second, self.burst);
        let account = self.accounts.entry((network, kind)).or_insert(Account { tokens: burst, at: now });
        account.refill(per_second, burst, now);
        if account.tokens < 1.0 {
            return Err(TooMany { retry_after: Duration::from_secs(1) });
        }
        account.tokens -= 1.0;
        Ok(())
    }

    /// Forgets those that are back at rest. Doubling the mark makes the work constant per join.
    fn sweep(&mut self, now: Instant) {
        if self.accounts.len() < self.sweep_at {
            return;
        }
        let (per_second, burst) = (self.per_second, self.burst);
        self.accounts.retain(|_, account| {
            account.refill(per_second, burst, now);
            account.tokens < burst
        });
        self.sweep_at = SWEEP_AT.max(2 * self.accounts.len());
    }
}

impl Account {
    fn refill(&mut self, per_second: f64, burst: f64, now: Instant) {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = burst.min(self.tokens + elapsed * per_second);
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(n: u32) -> Network {
        Network::of(std::net::Ipv4Addr::from(0x0a00_0000 + n).into()).expect("10.0.0.0/8 is not loopback")
    }

    /// As many joins as are let through at one time.
    fn begin_all(joins: &mut Joins, kind: Kind, now: Instant) -> u32 {
        let mut begun = 0;
        while joins.begin(network(1), kind, now).is_ok() {
            begun += 1;
        }
        begun
    }

    #[test]
    fn a_school_of_300_comes_in_at_once_then_50_a_second() {
        let mut joins = Joins::new(&Limits::default());
        let start = Instant::now();
        let mut begin = |ms| begin_all(&mut joins, Kind::WithCookie, start + Duration::from_millis(ms));
        assert_eq!(begin(0), 300);
        assert_eq!(begin(1000), 50);
        assert_eq!(begin(1100), 5);
        assert_eq!(begin(3_600_000), 300, "never more than the burst");
        let refused = joins.begin(network(1), Kind::WithCookie, start + Duration::from_secs(3600));
        assert_eq!(refused, Err(TooMany { retry_after: Duration::from_secs(1) }));
        assert_eq!(joins.begin(network(2), Kind::WithCookie, start), Ok(()), "another address is not concerned");
    }

    #[test]
    fn what_comes_without_a_cookie_of_ours_does_not_use_up_what_is_for_browsers() {
        let mut joins = Joins::new(&Limits::default());
        let start = Instant::now();
        // 500 a second for ten seconds, and a browser each second.
        for n in 0..5000_u32 {
            let now = start + n * Duration::from_millis(2);
            let _ = joins.begin(network(1), Kind::Bare, now);
            if n % 500 == 0 {
                assert_eq!(joins.begin(network(1), Kind::WithCookie, now), Ok(()));
            }
        }
    }

    #[test]
    fn who_says_that_a_join_came_to_nothing_uses_up_nobodys_joins() {
        let mut joins = Joins::new(&Limits::default());
        let start = Instant::now();
        assert_eq!(begin_all(&mut joins, Kind::Report, start), 300, "at the rate of joins");
        assert_eq!(begin_all(&mut joins, Kind::WithCookie, start), 300);
        assert_eq!(begin_all(&mut joins, Kind::Bare, start), 300);
    }

    #[test]
    fn networks_at_rest_are_forgotten() {
        let mut joins = Joins::new(&Limits::default());
        let start = Instant::now();
        for n in 0..10_000 {
            let now = start + Duration::from_secs(n.into());
            joins.begin(network(n), Kind::Bare, now).expect("each address joins once");
        }
        assert!(joins.accounts.len() <= SWEEP_AT, "{} of 10,000 are remembered", joins.accounts.len());
    }
}
