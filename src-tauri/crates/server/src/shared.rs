//! What every handler of one [`crate::serve()`] has: the settings, the way to the owner, the end signal.

use crate::guesses::{Guesses, Slowed};
use crate::limiter::Joins;
use crate::readers::Readers;
use crate::{Config, PageId, Request, still};
use audience::Refusal;
use protocol::RefusalCode;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// An owner that does not answer within this is taken as gone. It is a task that never waits, so this is generous.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// What every handler has.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) requests: mpsc::Sender<Request>,
    joins: Mutex<Joins>,
    pub(crate) shutdown: watch::Receiver<bool>,
    pub(crate) readers: Readers,
    /// Links that were tried and are none.
    guesses: Guesses,
    /// Joins and guesses that the limits refused.
    pub(crate) too_many: AtomicU64,
    next_page: AtomicU64,
    pub(crate) newest_still: still::Newest,
}

/// The owner is gone or going: the program ends.
#[derive(Debug)]
pub(crate) struct Unavailable;

impl Shared {
    pub(crate) fn new(config: Config, requests: mpsc::Sender<Request>, shutdown: watch::Receiver<bool>) -> Self {
        let joins = Mutex::new(Joins::new(&config.limits));
        let (readers, guesses, too_many) = (Readers::default(), Guesses::default(), AtomicU64::new(0));
        let (next_page, newest_still) = (AtomicU64::new(1), still::Newest::default());
        Self { config, requests, joins, shutdown, readers, guesses, too_many, next_page, newest_still }
    }

    /// Asks the owner and waits for the answer.
    pub(crate) async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Result<T, Unavailable> {
        let (reply, answer) = oneshot::channel();
        let exchange = async {
            self.requests.send(request(reply)).await.map_err(|_| Unavailable)?;
            answer.await.map_err(|_| Unavailable)
        };
        tokio::time::timeout(ANSWER_TIME, exchange).await.unwrap_or(Err(Unavailable))
    }

    /// Asks the owner what only who has the link is told. One that is wrong costs the address it comes from; see [`crate::guesses`].
    pub(crate) async fn ask_with_link<T>(
        &self,
        from: IpAddr,
        request: impl FnOnce(oneshot::Sender<Result<T, Refusal>>) -> Request,
    ) -> Result<Result<T, Refusal>, Unavailable> {
        let _turn = match self.config.guessable_link {
            true => match self.guesses.turn(from, Instant::now).await {
                Ok(turn) => Some(turn),
                Err(slowed) => return Ok(Err(self.slowed(&slowed))),
            },
            false => None,
        };
        let answer = self.ask(request).await?;
        if let Err(refusal) = &answer
            && refusal.code == RefusalCode::UnknownLink
            && let Err(slowed) = self.guesses.missed(from, Instant::now())
        {
            return Ok(Err(self.slowed(&slowed)));
        }
        Ok(answer)
    }

    fn slowed(&self, slowed: &Slowed) -> Refusal {
        self.too_many.fetch_add(1, Ordering::Relaxed);
        let retry_after_s = Some(slowed.retry_after.as_secs() as u32);
        Refusal { retry_after_s, ..Refusal::new(RefusalCode::TooMany) }
    }

    /// How many joins each address began. A panic elsewhere leaves counters as they are, which are always whole.
    pub(crate) fn joins(&self) -> MutexGuard<'_, Joins> {
        self.joins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn new_page(&self) -> PageId {
        PageId(self.next_page.fetch_add(1, Ordering::Relaxed))
    }
}

/// Waits until the end signal is given, or its giver is gone.
pub(crate) async fn ended(shutdown: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the end as well.
    let _ = shutdown.wait_for(|end| *end).await;
}
