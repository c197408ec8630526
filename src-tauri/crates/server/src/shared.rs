//! What every handler of one [`crate::serve()`] has: the settings, the way to the owner, the end signal.

use crate::limiter::Joins;
use crate::readers::Readers;
use crate::{Config, PageId, Request};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// An owner that does not answer within this is taken as gone. It is a task that never waits, so this is generous.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// What every handler has.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) joins: Arc<Mutex<Joins>>,
    pub(crate) shutdown: watch::Receiver<bool>,
    pub(crate) readers: Readers,
    /// Joins that the limiter refused.
    pub(crate) too_many: AtomicU64,
    next_page: AtomicU64,
}

/// The owner is gone or going: the program ends.
#[derive(Debug)]
pub(crate) struct Unavailable;

impl Shared {
    pub(crate) fn new(config: Config, requests: mpsc::Sender<Request>, shutdown: watch::Receiver<bool>) -> Self {
        let joins = Arc::new(Mutex::new(Joins::new(&config.limits)));
        let readers = Readers::default();
        Self { config, requests, joins, shutdown, readers, too_many: AtomicU64::new(0), next_page: AtomicU64::new(1) }
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

    pub(crate) fn new_page(&self) -> PageId {
        PageId(self.next_page.fetch_add(1, Ordering::Relaxed))
    }
}

/// Waits until the end signal is given, or its giver is gone.
pub(crate) async fn ended(shutdown: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the end as well.
    let _ = shutdown.wait_for(|end| *end).await;
}
