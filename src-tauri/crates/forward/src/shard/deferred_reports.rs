//! Reports that ask for nothing wait here for their viewer's next turn.
//!
//! A viewer reports twenty times a second and is sent thirty pictures. Read as they come, each report would fetch its viewer's
//! state out of memory; read when the next picture is sent to that viewer, the state is there already. What is late by it is the
//! estimate, by half a picture in the mean.

use super::inbox::{Compound, Reports};
use protocol::ViewerId;
use std::time::{Duration, Instant};

/// Where no picture comes they wait no longer than this, and are no more than these.
const PATIENCE: Duration = Duration::from_millis(50);
const MOST: usize = 20_000;

/// The reports of all viewers of a shard.
#[derive(Default)]
pub(super) struct DeferredReports {
    batches: Vec<Reports>,
    since: Option<Instant>,
}

impl DeferredReports {
    /// Takes those of a batch that are not urgent.
    pub(super) fn put(&mut self, reports: Reports, now: Instant) {
        self.since.get_or_insert(now);
        self.batches.push(reports);
    }

    /// They have waited long enough, or are enough.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let late = self.since.is_some_and(|since| now.saturating_duration_since(since) >= PATIENCE);
        late || self.len() >= MOST
    }

    fn len(&self) -> usize {
        self.batches.iter().map(Reports::len).sum()
    }

    /// All that there is, to be handed out in the order of the viewers' places.
    pub(super) fn take(&mut self, place: impl Fn(ViewerId) -> Option<usize>) -> Delivery {
        let mut reports_by_place = Vec::with_capacity(self.len());
        self.since = None;
        let batches = std::mem::take(&mut self.batches);
        for (batch, reports) in batches.iter().enumerate() {
            for n in 0..reports.len() {
                // Who is gone gets no mail.
                if !reports.is_urgent(n)
                    && let Some(place) = place(reports.viewer(n))
                {
                    reports_by_place.push(ReportRef { place, batch, n });
                }
            }
        }
        // Of one viewer in the order in which they came.
        reports_by_place.sort_unstable();
        Delivery { batches, reports_by_place, next: 0 }
    }
}

/// Reports on their way to the viewers.
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
    /// The next report for this place. Places are asked in rising order.
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
        // 8 is gone, 9 comes before 7.
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
        assert!(!deferred.is_due(now + 2 * PATIENCE), "there is none any more");
    }
}
