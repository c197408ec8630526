//! The thread on which all relays are, and how one is opened.

use crate::run::{self, Tell};
use crate::target::Target;
use crate::told::Told;
use crate::wish::Wish;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use stream::Clock;
use tokio::runtime::{Builder, Handle};
use tokio::sync::{Mutex, mpsc, watch};

/// Wishes about viewers that wait for a relay's task, which only passes them on: more than there are of viewers on the way, and of those who
/// are removed at one time.
const WISHES: usize = 8192;

/// How long a relay rests that failed by a mistake of ours.
const REST: Duration = Duration::from_secs(1);

/// Where relays are opened. Their thread ends with it, and what is open is cut off without a word: stop it before.
#[derive(Debug)]
pub struct Relays {
    runtime: Handle,
    _ends: watch::Sender<()>,
}

/// A relay that was opened. Dropping it stops it, which is done when [`crate::State::Stopped`] or
/// [`crate::State::Failed`] was told.
#[derive(Debug)]
pub struct Open {
    _stop: watch::Sender<()>,
    wishes: mpsc::Sender<Wish>,
}

impl Open {
    /// Asks its engine something about a viewer. False: it does not keep up, and is better ended.
    #[must_use]
    pub fn wish(&self, wish: Wish) -> bool {
        !matches!(self.wishes.try_send(wish), Err(mpsc::error::TrySendError::Full(_)))
    }
}

impl Relays {
    /// Starts the thread `relays`.
    ///
    /// # Errors
    ///
    /// The system has no room for it.
    pub fn start() -> io::Result<Relays> {
        // One thread for all: what they send together is a home's upload, and it is apart from what serves viewers and decides.
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (ends, end) = watch::channel(());
        threads::restarted("relays", move || {
            threads::ask_for(threads::Priority::Pictures);
            let mut end = end.clone();
            // Nobody sends: it changes when the other side is gone.
            let _ = runtime.block_on(end.changed());
        })?;
        Ok(Relays { runtime: handle, _ends: ends })
    }

    /// Begins to hand the stream to somebody. `tell` is called on the relays' thread and must not block; `clock` is the stream's.
    pub fn open(&self, target: Target, clock: Clock, tell: impl Fn(Told) + Send + Sync + 'static) -> Open {
        let (stop, stopped) = watch::channel(());
        let tell: Tell = Arc::new(tell);
        let rest = || tokio::time::sleep(REST);
        let (wishes, wished) = mpsc::channel(WISHES);
        let wished = Arc::new(Mutex::new(wished));
        let make = move || run::run(target.clone(), clock, tell.clone(), stopped.clone(), wished.clone());
        self.runtime.spawn(threads::remade("relay", rest, make));
        Open { _stop: stop, wishes }
    }
}
