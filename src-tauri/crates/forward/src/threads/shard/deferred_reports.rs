//! Reports that ask for no packets are read when their viewer is sent its next picture.
//!
//! A viewer reports about as often as it is sent a picture. Reading each report at once would load that viewer's state into the
//! cache a second time. With the next picture the state is in the cache already, and the bandwidth estimate is later by only half
//! the time between two pictures.

use super::reports::{Batch, Compound};
use protocol::ViewerId;
use std::time::{Duration, Instant};

/// Without a picture the reports are read after this time.
const PATIENCE: Duration = Duration::from_millis(50);
/// Reports that a picture waits for, for each viewer in the mean. Two or three come in [`PATIENCE`]. With more than this the shard is
/// behind, or somebody floods: a picture that waited for them would be late for everybody.
const MOST: usize = 8;

/// The deferred reports of all viewers of a shard.
#[derive(Default)]
pub(super) struct DeferredReports {
    batches: Vec<Batch>,
    /// Reports in the batches.
    waiting: usize,
    since: Option<Instant>,
}

impl DeferredReports {
    pub(super) fn put(&mut self, batch: Batch, now: Instant) {
        if batch.len() > 0 {
            self.since.get_or_insert(now);
            self.waiting += batch.len();
            self.batches.push(batch);
        }
    }

    /// Whether they are to be read without a picture.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.since.is_some_and(|since| now.saturating_duration_since(since) >= PATIENCE)
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting
    }

    /// Takes all out if they are too many for a picture to wait for.
    pub(super) fn take_excess(&mut self, viewers: usize) -> Vec<Batch> {
        if self.waiting <= MOST * viewers {
            return Vec::new();
        }
        (self.waiting, self.since) = (0, None);
        std::mem::take(&mut self.batches)
    }

    /// Takes all reports, to be delivered in the order of the viewers' places in the list.
    pub(super) fn take(&mut self, place: impl Fn(ViewerId) -> Option<usize>) -> Delivery {
        let mut reports_by_place = Vec::with_capacity(self.waiting);
        (self.waiting, self.since) = (0, None);
        let batches = std::mem::take(&mut self.batches);
        let mut of_nobody = 0;
        for (batch, reports) in batches.iter().enumerate() {
            for n in 0..reports.len() {
                // A viewer that has left has no place, and what it still had waiting is not read.
                match place(reports.viewer(n)) {
                    Some(place) => reports_by_place.push(ReportRef { place, batch, n }),
                    None => of_nobody += 1,
                }
            }
        }
        // The reports of one viewer stay in the order in which they came.
        reports_by_place.sort_unstable();
        Delivery { batches, reports_by_place, next: 0, of_nobody }
    }
}

/// Delivers reports during one walk along the viewers.
pub(super) struct Delivery {
    batches: Vec<Batch>,
    reports_by_place: Vec<ReportRef>,
    next: usize,
    /// Reports of viewers that have left.
    pub(super) of_nobody: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ReportRef {
    place: usize,
    batch: usize,
    n: usize,
}

impl Delivery {
    /// The next report for the viewer at this place. Places must be asked for in rising order.
    pub(super) fn next(&mut self, place: usize) -> Option<Compound<'_>> {
        let report = self.reports_by_place.get(self.next).filter(|report| report.place == place)?;
        self.next += 1;
        Some(self.batches[report.batch].compound(report.n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threads::shard::Reports;
    use rtp::rtcp::Message;

    /// Each a REMB of so many bits a second.
    fn batch(list: &[(u32, u8)], now: Instant) -> Batch {
        let mut reports = Reports::default();
        for (viewer, mark) in list {
            let remb = [&[0x8f, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0][..], b"REMB", &[1, 0, 0, *mark]].concat();
            reports.push(ViewerId(*viewer), &remb, now);
        }
        reports.informing
    }

    #[test]
    fn each_viewers_reports_come_in_their_order_and_those_of_who_left_not_at_all() {
        let now = Instant::now();
        let mut deferred = DeferredReports::default();
        deferred.put(batch(&[(9, 1), (7, 2)], now), now);
        deferred.put(batch(&[], now), now);
        deferred.put(batch(&[(7, 3), (8, 4), (9, 5)], now), now);
        assert_eq!(deferred.len(), 5);
        assert!(!deferred.is_due(now) && deferred.is_due(now + PATIENCE));
        // Viewer 8 has left, and viewer 9 is before viewer 7 in the list.
        let mut round = deferred.take(|viewer| [9, 7].iter().position(|id| *id == viewer.0));
        let mut given = Vec::new();
        for place in 0..3 {
            while let Some(compound) = round.next(place) {
                given.extend(compound.messages().map(|message| match message {
                    Message::Remb(mark) => (place, mark),
                    other => panic!("{other:?}"),
                }));
            }
        }
        assert_eq!(given, [(0, 1), (0, 5), (1, 2), (1, 3)]);
        assert_eq!(round.of_nobody, 1);
        assert!(!deferred.is_due(now + 2 * PATIENCE) && deferred.len() == 0, "all were taken");
    }

    #[test]
    fn a_picture_waits_for_eight_reports_a_viewer_and_for_none_where_there_are_more() {
        let now = Instant::now();
        let mut deferred = DeferredReports::default();
        deferred.put(batch(&[(1, 1); 16], now), now);
        assert!(deferred.take_excess(2).is_empty());
        deferred.put(batch(&[(1, 1)], now), now);
        assert_eq!(deferred.take_excess(2).iter().map(Batch::len).sum::<usize>(), 17);
        assert!(deferred.len() == 0 && !deferred.is_due(now + PATIENCE));
    }
}
