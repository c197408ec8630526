//! What is counted of datagrams before anybody is given them.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters since the port was opened. All only ever grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Datagrams received.
    pub received: u64,
    /// STUN that is no check, or names nobody on this port, or has a false FINGERPRINT.
    pub dropped_stun: u64,
    /// Anything else from addresses that passed no check.
    pub dropped_unknown: u64,
}

/// The same, counted by the thread that receives. Nobody decides by them, so they order nothing.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    received: AtomicU64,
    dropped_stun: AtomicU64,
    dropped_unknown: AtomicU64,
}

impl Counters {
    pub(super) fn received(&self) {
        self.received.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn dropped_stun(&self) {
        self.dropped_stun.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn dropped_unknown(&self) {
        self.dropped_unknown.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn totals(&self) -> Totals {
        Totals {
            received: self.received.load(Ordering::Relaxed),
            dropped_stun: self.dropped_stun.load(Ordering::Relaxed),
            dropped_unknown: self.dropped_unknown.load(Ordering::Relaxed),
        }
    }
}
