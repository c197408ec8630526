//! Reports that ask for no packets are read when their viewer is sent its next picture.
//!
//! A viewer reports about as often as it is sent a picture. Reading each report at once would load that viewer's state into the
//! cache a second time. With the next picture the state is in the cache already, and the bandwidth estimate is later by only half
//! the time between two pictures.

use super::inbox::{Compound, Reports};
use protocol::ViewerId;
use std::time::{Duration, Instant};

/// Without a picture the reports are read after this time.
const PATIENCE: Duration = Duration::from_millis(50);
/// With more reports than this they are read without waiting for a picture.
const MOST: usize = 20_000;

/// The deferred reports of all viewers of a shard.
#[derive(Default)]
pub(super) struct DeferredReports {
    batches: Vec<Reports>,
    since: Option<Instant>,
}

impl DeferredReports {
    /// Defers those of a batch that are not urgent.
    pub(super) fn put(&mut self, reports: Reports, now: Instant) {
        self.since.get_or_insert(now);
        self.batches.push(reports);
    }

    /// Whether they are to be read without a picture.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let late = self.since.is_some_and(|since| now.saturating_duration_since(since) >= PATIENCE);
        late || self.len() >= MOST
    }

    fn len(&self) -> usize {
        self.batches.iter().map(Reports::len).sum()
    }

    /// Takes all reports, to be delivered in the order of the viewers' places in the list.
    pub(super) fn take(&mut self, place: impl Fn(ViewerId) -> Option<usize>) -> Delivery {
        let mut reports_by_place = Vec::with_capacity(self.len());
        self.since = None;
        let batches = std::mem::take(&mut self.batches);
        for (batch, reports) in batches.iter().enumerate() {
            for n in 0..reports.len() {
                // A viewer that has left has no place.
                if !reports.is_urgent(n)
                    && let Some(place) = place(reports.viewer(n))
                {
                    reports_by_place.push(ReportRef { place, batch, n });
                }
            }
        }
        // The reports of one viewer stay in the order in which they came.
        reports_by_place.sort_unstable();
        Delivery { batches, reports_by_place, next: 0 }
    }
}

/// Delivers reports during one walk along the viewers.
pub(super) struct Delivery {
    batches: Vec<Reports>,
    reports_by_place: Vec<ReportRef>,
    next: usize,
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
    use rtp::rtcp::Message;

    const NACK: [u8; 4] = [0x81, 205, 0, 0];

    #[test]
    fn each_viewers_reports_come_in_their_order_and_urgent_ones_not_at_all() {
        let now = Instant::now();
        let batch = |list: &[(u32, u8)]| {
            let mut reports = Reports::default();
            for (viewer, mark) in list {
                // A REMB of so many bits a second.
                let remb = [&[0x8f, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0][..], b"REMB", &[1, 0, 0, *mark]].concat();
                reports.push(ViewerId(*viewer), &remb, now);
            }
            reports
        };
        let mut deferred = DeferredReports::default();
        let mut first = batch(&[(9, 1), (7, 2)]);
        first.push(ViewerId(7), &NACK, now);
        deferred.put(first, now);
        deferred.put(batch(&[(7, 3), (8, 4), (9, 5)]), now);
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
        assert!(!deferred.is_due(now + 2 * PATIENCE), "all were taken");
    }
}
