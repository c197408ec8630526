//! What the owner wants a thread to do, changed while it runs.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

/// What a thread is to do, as the owner changes it: read whole, with a number that tells one choice from the next.
#[derive(Debug)]
pub(super) struct Wanted<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    choice: T,
    number: u64,
    closed: bool,
}

impl<T: Clone> Wanted<T> {
    pub(super) fn new(choice: T) -> Self {
        Self { state: Mutex::new(State { choice, number: 0, closed: false }), changed: Condvar::new() }
    }

    /// The choice and its number; None once closed.
    pub(super) fn current(&self) -> Option<(u64, T)> {
        let state = self.lock();
        (!state.closed).then(|| (state.number, state.choice.clone()))
    }

    /// Makes another choice of it.
    pub(super) fn change(&self, change: impl FnOnce(&mut T)) {
        let mut state = self.lock();
        change(&mut state.choice);
        state.number += 1;
        drop(state);
        self.changed.notify_all();
    }

    /// Makes this the choice. Who waits looks again in any case; where it is the same, what runs goes on.
    pub(super) fn set(&self, choice: T)
    where
        T: PartialEq,
    {
        let mut state = self.lock();
        if state.choice != choice {
            state.choice = choice;
            state.number += 1;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Nothing more is wanted: the thread ends.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Is that choice still the one?
    pub(super) fn still(&self, number: u64) -> bool {
        let state = self.lock();
        !state.closed && state.number == number
    }

    /// Waits until that choice is no longer the one, or for so long.
    pub(super) fn wait(&self, number: u64, at_most: Duration) {
        self.wait_while(number, at_most, || true);
    }

    /// The same, and no longer than `also` holds, which is looked at again after a [`Wanted::wake`].
    pub(super) fn wait_while(&self, number: u64, at_most: Duration, also: impl Fn() -> bool) {
        let same = |state: &mut State<T>| !state.closed && state.number == number && also();
        drop(self.changed.wait_timeout_while(self.lock(), at_most, same));
    }

    /// Something else changed that the thread waits for.
    pub(super) fn wake(&self) {
        // With the lock in hand, so that nobody is between its look and its wait.
        drop(self.lock());
        self.changed.notify_all();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
