//! How many joins one address may have under way, and begin in a second. [`Joins`] decides, with the time as an argument.

use crate::Limits;
use crate::network::Network;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// From this many networks on, those that are back at rest are forgotten.
const SWEEP_AT: usize = 1024;

/// Every network that joined lately.
#[derive(Debug)]
pub(crate) struct Joins {
    unfinished: u32,
    per_second: f64,
    burst: f64,
    networks: HashMap<Network, Account>,
    sweep_at: usize,
}

/// What one network has under way, and how many joins it may begin at once (a token bucket).
#[derive(Debug)]
struct Account {
    unfinished: u32,
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
            unfinished: limits.unfinished_joins,
            per_second: limits.joins_per_second.into(),
            burst: limits.joins_burst.into(),
            networks: HashMap::new(),
            sweep_at: SWEEP_AT,
        }
    }

    /// A join begins. After an `Ok`, [`Joins::finish`] has to follow once.
    fn begin(&mut self, network: Network, now: Instant) -> Result<(), TooMany> {
        self.sweep(now);
        let (per_second, burst) = (self.per_second, self.burst);
        let account = self.networks.entry(network).or_insert(Account { unfinished: 0, tokens: burst, at: now });
        account.refill(per_second, burst, now);
        if account.unfinished >= self.unfinished {
            return Err(TooMany { retry_after: Duration::from_secs(2) });
        }
        if account.tokens < 1.0 {
            return Err(TooMany { retry_after: Duration::from_secs(1) });
        }
        account.tokens -= 1.0;
        account.unfinished += 1;
        Ok(())
    }

    /// A join is over: the viewer is connected, or gone.
    fn finish(&mut self, network: Network) {
        if let Some(account) = self.networks.get_mut(&network) {
            account.unfinished = account.unfinished.saturating_sub(1);
        }
    }

    /// Forgets networks that are back at rest. Doubling the mark makes the work constant per join.
    fn sweep(&mut self, now: Instant) {
        if self.networks.len() < self.sweep_at {
            return;
        }
        let (per_second, burst) = (self.per_second, self.burst);
        self.networks.retain(|_, account| {
            account.refill(per_second, burst, now);
            account.unfinished > 0 || account.tokens < burst
        });
        self.sweep_at = SWEEP_AT.max(2 * self.networks.len());
    }
}

impl Account {
    fn refill(&mut self, per_second: f64, burst: f64, now: Instant) {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = burst.min(self.tokens + elapsed * per_second);
        self.at = now;
    }
}

/// One join under way. While it lives it counts against its address; whoever answers the join keeps it until the viewer
/// is connected or gone, and then drops it. The default one counts against nobody.
#[derive(Debug, Default)]
pub struct JoinTicket {
    held: Option<(Arc<Mutex<Joins>>, Network)>,
}

impl JoinTicket {
    /// For a join from `network`; none is exempt.
    pub(crate) fn draw(joins: &Arc<Mutex<Joins>>, network: Option<Network>, now: Instant) -> Result<Self, TooMany> {
        let Some(network) = network else { return Ok(Self::default()) };
        lock(joins).begin(network, now)?;
        Ok(Self { held: Some((joins.clone(), network)) })
    }
}

impl Drop for JoinTicket {
    fn drop(&mut self) {
        if let Some((joins, network)) = self.held.take() {
            lock(&joins).finish(network);
        }
    }
}

/// A panic elsewhere leaves counters as they are, which are always whole.
fn lock(joins: &Mutex<Joins>) -> std::sync::MutexGuard<'_, Joins> {
    joins.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(n: u32) -> Network {
        Network::of(std::net::Ipv4Addr::from(0x0a00_0000 + n).into()).expect("10.0.0.0/8 is not loopback")
    }

    /// As many joins as are let through at one time.
    fn begin_all(joins: &mut Joins, network: Network, now: Instant) -> u32 {
        let mut begun = 0;
        while joins.begin(network, now).is_ok() {
            begun += 1;
        }
        begun
    }

    #[test]
    fn unfinished_joins_are_bounded_until_they_finish() {
        let mut joins = Joins::new(&Limits::default());
        let now = Instant::now();
        assert_eq!(begin_all(&mut joins, network(1), now), 64);
        assert_eq!(
            joins.begin(network(1), now + Duration::from_secs(3600)),
            Err(TooMany { retry_after: Duration::from_secs(2) })
        );
        assert_eq!(joins.begin(network(2), now), Ok(()), "another address is not concerned");
        joins.finish(network(1));
        assert_eq!(begin_all(&mut joins, network(1), now), 1);
    }

    #[test]
    fn a_school_of_300_comes_in_at_once_then_50_a_second() {
        let mut joins = Joins::new(&Limits { unfinished_joins: u32::MAX, ..Limits::default() });
        let start = Instant::now();
        assert_eq!(begin_all(&mut joins, network(1), start), 300);
        assert_eq!(joins.begin(network(1), start), Err(TooMany { retry_after: Duration::from_secs(1) }));
        assert_eq!(begin_all(&mut joins, network(1), start + Duration::from_secs(1)), 50);
        assert_eq!(begin_all(&mut joins, network(1), start + Duration::from_millis(1100)), 5);
        assert_eq!(
            begin_all(&mut joins, network(1), start + Duration::from_secs(3600)),
            300,
            "never more than the burst"
        );
    }

    #[test]
    fn a_refused_join_costs_nothing() {
        let mut joins = Joins::new(&Limits { unfinished_joins: 1, joins_burst: 2, ..Limits::default() });
        let now = Instant::now();
        assert_eq!(joins.begin(network(1), now), Ok(()));
        assert!(joins.begin(network(1), now).is_err(), "one is unfinished");
        joins.finish(network(1));
        assert_eq!(joins.begin(network(1), now), Ok(()), "the refused one took no token");
    }

    #[test]
    fn networks_at_rest_are_forgotten() {
        let mut joins = Joins::new(&Limits::default());
        let start = Instant::now();
        for n in 0..10_000 {
            let now = start + Duration::from_secs(n.into());
            joins.begin(network(n), now).expect("each address joins once");
            if n % 100 != 0 {
                joins.finish(network(n));
            }
        }
        assert!(joins.networks.len() <= SWEEP_AT, "{} of 10,000 are remembered", joins.networks.len());
        let unfinished: u32 = joins.networks.values().map(|account| account.unfinished).sum();
        assert_eq!(unfinished, 100, "but nobody whose join is under way");
    }

    #[test]
    fn a_ticket_counts_while_it_lives() {
        let joins = Arc::new(Mutex::new(Joins::new(&Limits { unfinished_joins: 1, ..Limits::default() })));
        let now = Instant::now();
        let ticket = JoinTicket::draw(&joins, Some(network(1)), now).expect("the first");
        assert!(JoinTicket::draw(&joins, Some(network(1)), now).is_err());
        let exempt: Vec<_> = (0..1000).map(|_| JoinTicket::draw(&joins, None, now)).collect();
        assert!(exempt.iter().all(Result::is_ok), "loopback is exempt");
        drop(ticket);
        assert!(JoinTicket::draw(&joins, Some(network(1)), now).is_ok());
    }
}
