//! How often one address may try a link that is none. [`Table`] decides, with the time as an argument.
//!
//! A link of 128 random bits cannot be guessed at any rate, so a right one is always answered at once, whoever else asks from the same
//! address; wrong ones are answered with 429 after some. A link that is a name (`--stream`) can be guessed: there an address that has
//! used up its misses is told nothing of any link, right or wrong, until some time has gone by.

use protocol::Network;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Misses at once: a class that typed a link from a blackboard.
const AT_ONCE: f64 = 30.0;

/// Then one in this time.
const EVERY: Duration = Duration::from_secs(2);

/// Guesses at a name that are looked at together, of one address. What is asked beside them waits: so many misses may come after
/// the last that was allowed, and no more.
const TOGETHER: usize = 16;

/// Addresses that are remembered. All others are one.
const MOST: usize = 4096;

/// Whose guesses are counted together: one IPv4 address, one IPv6 /56, or this machine. It is not exempt: behind a proxy that is not
/// named all are this machine, and so are those who guess.
type Asker = Option<Network>;

/// The guesses of every address.
#[derive(Debug, Default)]
pub(crate) struct Guesses(Mutex<Table>);

/// Wrong too often; worth trying again after this.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Slowed {
    pub(crate) retry_after: Duration,
}

impl Guesses {
    /// Waits for this address's turn to have a guess looked at, which is over when the permit is dropped.
    pub(crate) async fn turn(&self, from: IpAddr, now: impl Fn() -> Instant) -> Result<OwnedSemaphorePermit, Slowed> {
        let from = Network::wide(from);
        let turns = self.lock().account(from, now()).turns.clone();
        let turn = turns.acquire_owned().await.expect("it is never closed");
        self.lock().account(from, now()).may().map(|()| turn)
    }

    /// A guess was wrong.
    pub(crate) fn missed(&self, from: IpAddr, now: Instant) -> Result<(), Slowed> {
        self.lock().account(Network::wide(from), now).miss()
    }

    /// A panic elsewhere leaves counters as they are, which are always whole.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
struct Table {
    accounts: HashMap<Asker, Account>,
    /// Of all for whom there is no room.
    others: Account,
}

#[derive(Debug)]
struct Account {
    /// Misses that it may still have.
    left: f64,
    at: Option<Instant>,
    turns: Arc<Semaphore>,
}

impl Default for Account {
    fn default() -> Self {
        Self { left: AT_ONCE, at: None, turns: Arc::new(Semaphore::new(TOGETHER)) }
    }
}

impl Table {
    fn account(&mut self, asker: Asker, now: Instant) -> &mut Account {
        if self.accounts.len() >= MOST && !self.accounts.contains_key(&asker) {
            self.accounts.retain(|_, account| {
                account.refill(now);
                account.left < AT_ONCE || Arc::strong_count(&account.turns) > 1
            });
        }
        let account = match self.accounts.len() >= MOST && !self.accounts.contains_key(&asker) {
            true => &mut self.others,
            false => self.accounts.entry(asker).or_default(),
        };
        account.refill(now);
        account
    }
}

impl Account {
    fn refill(&mut self, now: Instant) {
        let elapsed = self.at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.left = AT_ONCE.min(self.left + elapsed.as_secs_f64() / EVERY.as_secs_f64());
        self.at = Some(now);
    }

    fn may(&self) -> Result<(), Slowed> {
        if self.left >= 1.0 { Ok(()) } else { Err(self.slowed()) }
    }

    /// Those that came together may leave it owing; whoever goes on without a wait owes no more than that.
    fn miss(&mut self) -> Result<(), Slowed> {
        let may = self.may();
        self.left = (self.left - 1.0).max(-(TOGETHER as f64));
        may
    }

    fn slowed(&self) -> Slowed {
        let seconds = ((1.0 - self.left) * EVERY.as_secs_f64()).ceil();
        Slowed { retry_after: Duration::from_secs(seconds as u64) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker(n: u32) -> Asker {
        Network::wide(std::net::Ipv4Addr::from(0x0a00_0000 + n).into())
    }

    #[test]
    fn some_misses_at_once_then_one_in_two_seconds() {
        let (mut table, start) = (Table::default(), Instant::now());
        let misses = |table: &mut Table, asker, at: Duration| {
            let account = table.account(asker, start + at);
            (0..100).take_while(|_| account.may().is_ok() && account.miss().is_ok()).count()
        };
        for asker in [asker(1), asker(2), None] {
            assert_eq!(misses(&mut table, asker, Duration::ZERO), 30, "each address for itself, this machine, too");
            assert_eq!(misses(&mut table, asker, Duration::from_millis(1900)), 0);
            assert_eq!(misses(&mut table, asker, Duration::from_secs(10)), 5);
            assert_eq!(misses(&mut table, asker, Duration::from_secs(3600)), 30, "never more than at once");
        }
        let slowed = table.account(asker(1), start + Duration::from_secs(3600)).may();
        assert_eq!(slowed, Err(Slowed { retry_after: Duration::from_secs(2) }));
    }

    #[test]
    fn the_table_is_bounded_and_who_finds_no_room_shares_one_account() {
        let (mut table, now) = (Table::default(), Instant::now());
        for n in 0..2 * MOST as u32 {
            let _ = table.account(asker(n), now).miss();
        }
        assert_eq!(table.accounts.len(), MOST);
        assert!(table.others.may().is_err(), "{MOST} misses of others");
        assert!(table.account(asker(0), now).may().is_ok(), "who has an account keeps it");
        let later = now + EVERY * 40;
        assert!(table.account(asker(u32::MAX >> 8), later).may().is_ok());
        assert_eq!(table.accounts.len(), 1, "those at rest are forgotten");
    }

    #[tokio::test]
    async fn guesses_that_come_together_are_no_more_than_those_one_after_another() {
        let (guesses, from) = (Arc::new(Guesses::default()), IpAddr::from([127, 0, 0, 1]));
        let start = Instant::now();
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..1000 {
            let guesses = guesses.clone();
            all.spawn(async move {
                let turn = guesses.turn(from, || start).await;
                tokio::task::yield_now().await;
                turn.map(|_turn| drop(guesses.missed(from, start))).is_ok()
            });
        }
        let looked_at = all.join_all().await.into_iter().filter(|looked_at| *looked_at).count();
        assert!((30..30 + TOGETHER).contains(&looked_at), "{looked_at} of a thousand");
    }

    #[tokio::test]
    async fn right_ones_cost_nothing() {
        let (guesses, from) = (Guesses::default(), IpAddr::from([203, 0, 113, 7]));
        for _ in 0..1000 {
            drop(guesses.turn(from, Instant::now).await.expect("a school of a thousand"));
        }
    }
}
