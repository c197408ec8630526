//! What is done to the port without pause by somebody who needs no keys, on a thread of its own.

use super::greetings::greet;
use super::http::{Target, connect, say};
use super::offers;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// An attack that goes on until it is ended, or dropped.
pub struct Siege {
    stop: watch::Sender<bool>,
    tally: Arc<Tally>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Tally {
    /// How often what was answered: by status, 0 where there was no answer.
    answers: Mutex<BTreeMap<u16, u64>>,
    /// Datagrams that were sent.
    sent: AtomicU64,
}

/// Who was refused a connection tries again after this: more often, and the attack would be one on this machine's processor.
const AGAIN: Duration = Duration::from_secs(1);
/// A slow connection says one byte in this time.
const SLOW: Duration = Duration::from_millis(500);

impl Siege {
    /// So many connections post these offers in turn, each the next as soon as the last is answered.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn offers(target: Target, from: IpAddr, connections: usize, offers: Vec<String>) -> anyhow::Result<Siege> {
        Siege::start(move |tasks, tally| {
            let offers = Arc::new(offers);
            for first in 0..connections {
                let (target, offers, tally) = (target.clone(), offers.clone(), tally.clone());
                tasks.spawn(async move {
                    for n in first.. {
                        let request = target.post(&format!("siege/{n}"), None, &offers[n % offers.len()]);
                        tally.count(say(target.address, from, &request).await.map(|response| response.status));
                    }
                });
            }
        })
    }

    /// So many joins a second whose offer is proper, each by somebody else with a cookie that is made up, and who never sends a
    /// datagram.
    ///
    /// # Errors
    /// As of [`Siege::offers`].
    pub fn joins(target: Target, from: IpAddr, per_second: f64) -> anyhow::Result<Siege> {
        Siege::start(move |tasks, tally| {
            let (target, tally) = (target.clone(), tally.clone());
            tasks.spawn(async move {
                let mut due = tokio::time::interval(Duration::from_secs_f64(1.0 / per_second));
                let mut under_way = JoinSet::new();
                for n in 1u32.. {
                    due.tick().await;
                    let (target, tally) = (target.clone(), tally.clone());
                    under_way.spawn(async move {
                        let cookie = format!("skylark_visitor={:032x}", u128::from(n) << 64 | u128::from(!n));
                        let request = target.post(&format!("siege/{n}"), Some(&cookie), &offers::proper(n));
                        tally.count(say(target.address, from, &request).await.map(|response| response.status));
                    });
                    while under_way.try_join_next().is_some() {}
                }
            });
        })
    }

    /// From each of these addresses so many connections are held open: one in two is silent, the others say a line of a header a
    /// byte at a time. What is closed is opened anew.
    ///
    /// # Errors
    /// As of [`Siege::offers`].
    pub fn connections(to: SocketAddr, from: Vec<IpAddr>, each: usize) -> anyhow::Result<Siege> {
        Siege::start(move |tasks, tally| {
            for (n, from) in from.into_iter().flat_map(|from| (0..each).map(move |n| (n, from))) {
                let tally = tally.clone();
                tasks.spawn(async move {
                    loop {
                        tally.count(hold(to, from, n.is_multiple_of(2)).await.map(|()| 0));
                        tokio::time::sleep(AGAIN).await;
                    }
                });
            }
        })
    }

    /// So many joins at one time, each of somebody else, that connect as far as DTLS, say hello so often a second, the same and
    /// another in turn, and never go on. Where one was given up another begins.
    ///
    /// # Errors
    /// As of [`Siege::offers`].
    pub fn greetings(target: Target, from: IpAddr, joins: usize, per_second: f64) -> anyhow::Result<Siege> {
        Siege::start(move |tasks, tally| {
            for n in 0..joins {
                let (target, tally) = (target.clone(), tally.clone());
                tasks.spawn(async move {
                    for again in 0u32.. {
                        let name = format!("siege/{n}/{again}");
                        let sent = || _ = tally.sent.fetch_add(1, Ordering::Relaxed);
                        tally.count(greet(&target, from, &name, per_second, sent).await);
                        tokio::time::sleep(AGAIN).await;
                    }
                });
            }
        })
    }

    /// An attack that the caller makes, by so many at one time, each again as soon as it is over. It answers as a request does.
    ///
    /// # Errors
    /// As of [`Siege::offers`].
    pub fn again<F>(together: usize, attack: impl Fn() -> F + Clone + Send + 'static) -> anyhow::Result<Siege>
    where
        F: Future<Output = std::io::Result<u16>> + Send + 'static,
    {
        Siege::start(move |tasks, tally| {
            for _ in 0..together {
                let (attack, tally) = (attack.clone(), tally.clone());
                tasks.spawn(async move {
                    loop {
                        tally.count(attack().await);
                        // The end is heard of, whatever the attack waits for.
                        tokio::task::yield_now().await;
                    }
                });
            }
        })
    }

    fn start(tasks: impl FnOnce(&mut JoinSet<()>, &Arc<Tally>) + Send + 'static) -> anyhow::Result<Siege> {
        let (stop, mut stopped) = watch::channel(false);
        let tally = Arc::<Tally>::default();
        let counted = tally.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name("siege".into()).spawn(move || {
            runtime.block_on(async {
                // Dropped at the end, wherever they are.
                let mut all = JoinSet::new();
                tasks(&mut all, &counted);
                stopped.changed().await.ok();
            });
        })?;
        Ok(Siege { stop, tally, thread: Some(thread) })
    }

    /// Datagrams that were sent so far.
    pub fn sent(&self) -> u64 {
        self.tally.sent.load(Ordering::Relaxed)
    }

    /// What was answered so far: how often by status, 0 where a connection ended without an answer.
    pub fn answers(&self) -> BTreeMap<u16, u64> {
        self.tally.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Siege {
    fn drop(&mut self) {
        self.stop.send(true).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

impl Tally {
    fn count(&self, answer: std::io::Result<u16>) {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner).entry(answer.unwrap_or(0)).or_default() += 1;
    }
}

/// Until the other side ends it.
async fn hold(to: SocketAddr, from: IpAddr, silent: bool) -> std::io::Result<()> {
    let mut stream = connect(to, from).await?;
    let mut answer = [0; 1024];
    if !silent {
        for byte in b"GET / HTTP/1.1\r\nHost: ".iter().chain(std::iter::repeat(&b'a')) {
            tokio::select! {
                read = stream.read(&mut answer) => if read? == 0 { return Ok(()) },
                () = tokio::time::sleep(SLOW) => stream.write_all(&[*byte]).await?,
            }
        }
    }
    while stream.read(&mut answer).await? > 0 {}
    Ok(())
}
