//! The stream's title, where the pattern and the slates show it: set by the owner, read by the camera's thread.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// A title that changes, and how often it did: who draws every picture looks at a number only.
#[derive(Debug)]
pub(crate) struct Title {
    text: Mutex<String>,
    changes: AtomicU64,
}

impl Title {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: Mutex::new(text.to_owned()), changes: AtomicU64::new(0) }
    }

    pub(crate) fn set(&self, text: &str) {
        text.clone_into(&mut self.text.lock().unwrap_or_else(PoisonError::into_inner));
        self.changes.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn text(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often it changed.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }
}
