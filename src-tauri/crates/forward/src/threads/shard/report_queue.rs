//! Reports that are read one after the other, as soon as there is nothing more pressing to do.

use super::reports::{Batch, Compound};
use protocol::ViewerId;
use std::collections::VecDeque;

/// Reports in the order in which they came: all that ask for packets, and the others where there are too many to be read with a
/// picture. How many there may be is bounded by the [inbox](super::Inbox), which is told how many wait here.
#[derive(Default)]
pub(super) struct ReportQueue {
    batches: VecDeque<Batch>,
    /// How many of the first batch were read.
    read: usize,
    waiting: usize,
}

impl ReportQueue {
    pub(super) fn put(&mut self, batch: Batch) {
        if batch.len() > 0 {
            self.waiting += batch.len();
            self.batches.push_back(batch);
        }
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting
    }

    /// The next report, and who sent it.
    pub(super) fn next(&mut self) -> Option<(ViewerId, Compound<'_>)> {
        if self.batches.front().is_some_and(|first| self.read == first.len()) {
            self.batches.pop_front();
            self.read = 0;
        }
        let first = self.batches.front()?;
        let n = self.read;
        self.read += 1;
        self.waiting -= 1;
        Some((first.viewer(n), first.compound(n)))
    }
}
