//! The stream's title, where the pattern and the slates show it, what language slates speak, and which image stands in their place: set by
//! the owner, read by the camera's thread.

use crate::card::Card;
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};
use words::Language;

/// A title, a language and an image that change, and how often they did: who draws every picture looks at a number only.
#[derive(Debug)]
pub(crate) struct Title {
    text: Mutex<String>,
    language: Mutex<Language>,
    card: Mutex<Option<Card>>,
    changes: AtomicU64,
}

impl Title {
    pub(crate) fn new(text: &str) -> Self {
        let (text, language) = (Mutex::new(text.to_owned()), Mutex::new(Language::ENGLISH));
        Self { text, language, card: Mutex::default(), changes: AtomicU64::new(0) }
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

    pub(crate) fn set_card(&self, card: Option<Card>) {
        *self.card.lock().unwrap_or_else(PoisonError::into_inner) = card;
        self.changes.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn card(&self) -> Option<Card> {
        self.card.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often one of them changed.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }
}
