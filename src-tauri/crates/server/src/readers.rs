//! Where long texts of strangers are read: apart from the tasks that answer, and a few at a time.

use std::sync::Arc;
use tokio::sync::Semaphore;

/// As many offers and fragments are read at the same time. Each takes less than a millisecond, so that two read thousands in a
/// second; more would take the processor from those who encode and send.
const READERS: usize = 2;

/// Reads off the threads that the owner and the connections run on.
pub(crate) struct Readers {
    free: Arc<Semaphore>,
}

impl Default for Readers {
    fn default() -> Readers {
        Readers { free: Arc::new(Semaphore::new(READERS)) }
    }
}

impl Readers {
    /// Reads when it is this one's turn. Who gives up while waiting is passed over. None when what reads panicked, which is a
    /// mistake of ours, or the program ends.
    pub(crate) async fn read<T: Send + 'static>(&self, read: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let turn = self.free.clone().acquire_owned().await.ok()?;
        let reading = tokio::task::spawn_blocking(threads::caught("offers", move || {
            let read = read();
            // Held until here, also where nobody waits for it any more.
            drop(turn);
            read
        }));
        reading.await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    #[tokio::test]
    async fn no_more_are_read_at_a_time_and_who_gave_up_is_passed_over() {
        let readers = Arc::new(Readers::default());
        let read = Arc::new(AtomicUsize::new(0));
        let (mut let_go, mut reading) = (Vec::new(), Vec::new());
        for _ in 0..READERS {
            let (go, gate) = mpsc::channel::<()>();
            let (readers, began) = (readers.clone(), Arc::new(tokio::sync::Notify::new()));
            let begins = began.clone();
            reading.push(tokio::spawn(async move {
                let waits = move || {
                    begins.notify_one();
                    gate.recv().is_ok()
                };
                readers.read(waits).await
            }));
            began.notified().await;
            let_go.push(go);
        }
        let waiting = |count: usize| {
            let (readers, read) = (readers.clone(), read.clone());
            tokio::spawn(async move { readers.read(move || read.fetch_add(count, Ordering::Relaxed)).await })
        };
        let (gives_up, waits) = (waiting(100), waiting(1));
        tokio::task::yield_now().await;
        gives_up.abort();
        assert!(gives_up.await.expect_err("it was not its turn").is_cancelled());
        assert_eq!(read.load(Ordering::Relaxed), 0, "as many are being read as may be");
        let_go.iter().for_each(|go| go.send(()).expect("it waits"));
        for reading in reading {
            assert_eq!(reading.await.expect("it was not cancelled"), Some(true));
        }
        assert_eq!(waits.await.expect("it was not cancelled"), Some(0));
        assert_eq!(read.load(Ordering::Relaxed), 1, "who gave up read nothing");
    }
}
