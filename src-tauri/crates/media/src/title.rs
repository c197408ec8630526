//! The stream's title, where the pattern and the slates show it, and what language slates speak: set by the owner, read by the camera's
//! thread.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};
use words::Language;

/// A title and a language that change, and how often they did: who draws every picture looks at a number only.
#[derive(Debug)]
pub(crate) struct Title {
    text: Mutex<String>,
    language: Mutex<Language>,
    changes: AtomicU64,
}

impl Title {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: Mutex::new(text.to_owned()), language: Mutex::new(Language::ENGLISH), changes: AtomicU64::new(0) }
    }

    pub(crate) fn set(&self, text: &str) {
        text.clone_into(&mut self.text.lock().unwrap_or_else(PoisonError::into_inner));
        self.changes.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn text(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_language(&self, language: Language) {
        *self.language.lock().unwrap_or_else(PoisonError::into_inner) = language;
        self.changes.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn language(&self) -> Language {
        *self.language.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often one of them changed.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }
}
