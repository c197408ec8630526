//! The thread `storage`: writes what is to outlive the program, so that nobody waits for a disk.

use crate::settings::Written;
use audience::Persisted;
use media::ScreenToken;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use words::Said;

/// Gives the thread its work. One value of a kind waits at most: a newer one takes its place, for it holds all that the older
/// one did.
pub(crate) struct Writer {
    slot: Arc<Slot>,
    done: oneshot::Receiver<()>,
}

/// How a value of each kind is written; the error is a whole sentence for the broadcaster.
pub(crate) trait Storage: Send + 'static {
    /// Writes the watch token and the bans.
    fn keep_audience(&mut self, persisted: &Persisted) -> Result<(), Said>;

    /// Writes the settings.
    fn keep_settings(&mut self, written: &Written) -> Result<(), Said>;

    /// Writes by which word the desktop knows the screen that was chosen, or takes it away.
    fn keep_screen_token(&mut self, token: Option<&ScreenToken>) -> Result<(), Said>;
}

#[derive(Default)]
struct Slot {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    audience: Option<Persisted>,
    settings: Option<Written>,
    /// None: it is written as it is.
    screen_token: Option<Option<ScreenToken>>,
    closed: bool,
}

/// What is to be written: a value of each kind at most.
type Work = (Option<Persisted>, Option<Written>, Option<Option<ScreenToken>>);

impl Writer {
    /// Starts the thread. `complain` is called on it, with what could not be written.
    pub(crate) fn start(mut storage: impl Storage, complain: impl Fn(Said) + Send + 'static) -> io::Result<Writer> {
        let slot = Arc::new(Slot::default());
        let (finished, done) = oneshot::channel();
        let work = slot.clone();
        let mut finished = Some(finished);
        // Taken, and not written yet: also when the writing of it panicked, after which it is tried again.
        let (mut audience, mut settings, mut screen_token) = Work::default();
        threads::restarted("storage", move || {
            loop {
                if let Some(persisted) = &audience {
                    storage.keep_audience(persisted).err().into_iter().for_each(&complain);
                    audience = None;
                }
                if let Some(written) = &settings {
                    storage.keep_settings(written).err().into_iter().for_each(&complain);
                    settings = None;
                }
                if let Some(token) = &screen_token {
                    storage.keep_screen_token(token.as_ref()).err().into_iter().for_each(&complain);
                    screen_token = None;
                }
                let Some(next) = work.next() else { break };
                (audience, settings, screen_token) = next;
                threads::fault();
            }
            // Nobody waits for it where the program was cut short.
            let _ = finished.take().map(|finished| finished.send(()));
        })?;
        Ok(Writer { slot, done })
    }

    /// Writes this next.
    pub(crate) fn keep_audience(&self, persisted: Persisted) {
        self.slot.put(|waiting| waiting.audience = Some(persisted));
    }

    /// Writes this next.
    pub(crate) fn keep_settings(&self, written: Written) {
        self.slot.put(|waiting| waiting.settings = Some(written));
    }

    /// Writes this next.
    pub(crate) fn keep_screen_token(&self, token: Option<ScreenToken>) {
        self.slot.put(|waiting| waiting.screen_token = Some(token));
    }

    /// Done when the last value is written. It may never be: whoever waits says for how long.
    pub(crate) async fn finish(&mut self) {
        self.slot.put(|waiting| waiting.closed = true);
        // An error: the thread is gone, of which there is nothing to say that was not told.
        let _ = (&mut self.done).await;
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.slot.put(|waiting| waiting.closed = true);
    }
}

impl Slot {
    fn put(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut self.lock());
        self.changed.notify_one();
    }

    /// Waits for something to write; none when there will be nothing more.
    fn next(&self) -> Option<Work> {
        let nothing = |waiting: &mut Waiting| {
            let is_nothing = waiting.audience.is_none() && waiting.settings.is_none() && waiting.screen_token.is_none();
            !waiting.closed && is_nothing
        };
        let mut waiting = self.changed.wait_while(self.lock(), nothing).unwrap_or_else(PoisonError::into_inner);
        let work = (waiting.audience.take(), waiting.settings.take(), waiting.screen_token.take());
        (!waiting.closed || work.0.is_some() || work.1.is_some() || work.2.is_some()).then_some(work)
    }

    /// What is behind it is changed by single assignments, so a panic elsewhere left it whole.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    /// A disk that takes one value at a time, when the test lets it.
    struct Disk {
        begun: mpsc::Sender<String>,
        go_on: mpsc::Receiver<Result<(), Said>>,
    }

    impl Disk {
        fn write(&mut self, what: String) -> Result<(), Said> {
            self.begun.send(what).expect("the test listens");
            self.go_on.recv().expect("the test lets it go on")
        }
    }

    impl Storage for Disk {
        fn keep_audience(&mut self, persisted: &Persisted) -> Result<(), Said> {
            self.write(format!("audience {}", persisted.token.as_str()))
        }

        fn keep_settings(&mut self, written: &Written) -> Result<(), Said> {
            self.write(format!("settings {}", written.max_viewers.unwrap_or_default()))
        }

        fn keep_screen_token(&mut self, token: Option<&ScreenToken>) -> Result<(), Said> {
            self.write(format!("screen {}", token.map_or("none", ScreenToken::as_str)))
        }
    }

    fn limited(max_viewers: u32) -> Written {
        Written { max_viewers: Some(max_viewers), ..Written::default() }
    }

    /// Far above what a thread needs to begin.
    const SOON: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn the_newest_value_is_written_whatever_came_before_it_and_the_last_before_the_end() {
        let (begun, writes) = mpsc::channel();
        let (let_go, go_on) = mpsc::channel();
        let (complain, complaints) = mpsc::channel();
        let mut writer = Writer::start(Disk { begun, go_on }, move |message| drop(complain.send(message))).unwrap();
        writer.keep_settings(limited(1));
        assert_eq!(writes.recv_timeout(SOON).unwrap(), "settings 1");
        // The disk hangs. Nobody waits for it, and nothing piles up behind it.
        for n in 2..1000 {
            writer.keep_settings(limited(n));
        }
        let token = audience::Token::named("party").unwrap();
        writer.keep_audience(Persisted::new(token));
        let_go.send(Err("settings could not be written".into())).unwrap();
        assert_eq!(writes.recv_timeout(SOON).unwrap(), "audience party", "who may come in goes first");
        let_go.send(Ok(())).unwrap();
        assert_eq!(writes.recv_timeout(SOON).unwrap(), "settings 999", "all between were overtaken");
        assert_eq!(&*complaints.recv_timeout(SOON).unwrap(), "settings could not be written");
        writer.keep_screen_token(Some(ScreenToken::new("one".into())));
        writer.keep_screen_token(None);
        let_go.send(Ok(())).unwrap();
        assert_eq!(writes.recv_timeout(SOON).unwrap(), "screen none", "that it is over is written too");
        let mut finished = std::pin::pin!(writer.finish());
        let waiting = tokio::time::timeout(Duration::from_millis(20), finished.as_mut()).await;
        assert!(waiting.is_err(), "the last write is still under way");
        let_go.send(Ok(())).unwrap();
        tokio::time::timeout(SOON, finished).await.expect("and now it is done");
    }
}
