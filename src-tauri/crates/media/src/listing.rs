//! Asking a library which devices there are: in a thread of its own, so that one that panics or hangs in there takes nothing
//! with it. Where it hangs, it holds that one thread and no more: until it returns, what it said before is the answer.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// A library that takes longer to list devices hangs.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// What a library was asked, and said.
pub(crate) struct Listing<T> {
    /// What is listed, for whoever reads the log.
    what: &'static str,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    /// Since when a thread is inside of the library.
    asking: Option<Instant>,
    answer: Option<T>,
}

impl<T: Clone + Default + Send + 'static> Listing<T> {
    pub(crate) const fn new(what: &'static str) -> Self {
        Self { what, state: Mutex::new(State { asking: None, answer: None }), changed: Condvar::new() }
    }

    /// Asks, and waits for the answer a few seconds at most.
    pub(crate) fn ask(&'static self, ask: impl FnOnce() -> T + Send + 'static) -> T {
        let mut state = self.lock();
        if state.asking.is_none() {
            state.asking = Some(Instant::now());
            drop(state);
            let run = move || {
                let mut done = Done { listing: self, answer: None };
                done.answer = Some(ask());
            };
            if let Err(error) = threads::replaced("media-listing", run) {
                tracing::warn!("the {} cannot be listed: {error}", self.what);
                self.lock().asking = None;
            }
            state = self.lock();
        }
        let since = state.asking.unwrap_or_else(Instant::now);
        let patience = ANSWER_TIMEOUT.saturating_sub(since.elapsed());
        let waited = self.changed.wait_timeout_while(state, patience, |state| state.asking == Some(since));
        let (state, time) = waited.unwrap_or_else(PoisonError::into_inner);
        if time.timed_out() {
            tracing::warn!("the {} cannot be listed now: what lists them hangs", self.what);
        }
        state.answer.clone().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells that the thread has left the library, by a panic or with an answer.
struct Done<T: 'static> {
    listing: &'static Listing<T>,
    answer: Option<T>,
}

impl<T> Drop for Done<T> {
    fn drop(&mut self) {
        let mut state = self.listing.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.asking = None;
        state.answer = self.answer.take().or(state.answer.take());
        drop(state);
        self.listing.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        atomic::{AtomicU32, Ordering},
        mpsc::channel,
    };
    use std::thread;

    #[test]
    fn a_library_that_panics_has_said_what_it_said_before() {
        static LISTING: Listing<Vec<u8>> = Listing::new("things");
        assert_eq!(LISTING.ask(|| panic!("on purpose")), Vec::<u8>::new());
        assert_eq!(LISTING.ask(|| vec![1]), [1]);
        assert_eq!(LISTING.ask(|| panic!("on purpose")), [1]);
        assert_eq!(LISTING.ask(|| vec![2]), [2]);
    }

    #[test]
    fn a_library_that_hangs_holds_one_thread() {
        static LISTING: Listing<Vec<u8>> = Listing::new("things");
        static INSIDE: AtomicU32 = AtomicU32::new(0);
        assert_eq!(LISTING.ask(|| vec![1]), [1]);
        let (go, wait) = channel::<()>();
        let hang = move || {
            INSIDE.fetch_add(1, Ordering::Relaxed);
            let _ = wait.recv();
            vec![2]
        };
        assert_eq!(LISTING.ask(hang), [1], "it does not answer");
        for _ in 0..5 {
            let again = || {
                INSIDE.fetch_add(1, Ordering::Relaxed);
                vec![3]
            };
            assert_eq!(LISTING.ask(again), [1]);
        }
        assert_eq!(INSIDE.load(Ordering::Relaxed), 1, "nobody else is sent inside");
        drop(go);
        let end = Instant::now() + Duration::from_secs(20);
        while LISTING.ask(|| vec![4]) == [1] {
            assert!(Instant::now() < end, "the thread that was let go should leave");
            thread::yield_now();
        }
    }
}
