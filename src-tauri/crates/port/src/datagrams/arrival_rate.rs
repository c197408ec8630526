//! How many datagrams arrive, and so whether it pays to read them in batches. A decision without a clock.

use super::batching_interval::MAX_INTERVAL;
use std::time::Instant;

/// Reading in batches pays where at least so many datagrams arrive in an interval. While many viewers watch, their reports arrive one
/// by one, thousands a second, and to be woken for each costs more than to read it.
const WORTH_A_BATCH: f32 = 2.0;
/// The rate is a fading mean with this time constant, seconds. Reports arrive in lumps, as viewers are sent their pictures at
/// the same time: a lump says nothing, nor does the silence after it.
const TIME_CONSTANT: f32 = 0.1;

/// The rate at which datagrams arrive.
pub(super) struct ArrivalRate {
    last: Instant,
    /// Datagrams a second.
    rate: f32,
}

impl ArrivalRate {
    pub(super) fn new(now: Instant) -> ArrivalRate {
        ArrivalRate { last: now, rate: 0.0 }
    }

    /// So many were read at `now`.
    pub(super) fn read(&mut self, datagrams: usize, now: Instant) {
        let passed = now.saturating_duration_since(self.last).as_secs_f32();
        self.last = now;
        // Each reading counts as a lump that fades: the mean of that over time is the rate.
        self.rate = self.rate * (-passed / TIME_CONSTANT).exp() + datagrams as f32 / TIME_CONSTANT;
    }

    /// Reading in batches pays.
    pub(super) fn is_worth_batching(&self) -> bool {
        self.rate * MAX_INTERVAL.as_secs_f32() >= WORTH_A_BATCH
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Whether batches pay after each reading, a second long.
    fn pays(every: Duration, datagrams: usize) -> Vec<bool> {
        let mut now = Instant::now();
        let mut rate = ArrivalRate::new(now);
        let end = now + Duration::from_secs(1);
        let mut seen = Vec::new();
        while now < end {
            now += every;
            rate.read(datagrams, now);
            seen.push(rate.is_worth_batching());
        }
        seen
    }

    #[test]
    fn many_reports_in_lumps_are_much_and_a_few_viewers_reports_are_not() {
        let late = |seen: Vec<bool>| seen[seen.len() / 3..].to_vec();
        assert!(late(pays(Duration::from_millis(33), 20)).iter().all(|pays| *pays), "30 viewers, all at once");
        assert!(late(pays(Duration::from_millis(2), 1)).iter().all(|pays| *pays), "25 viewers, one by one");
        assert!(!late(pays(Duration::from_millis(10), 1)).contains(&true), "5 viewers");
        let mut now = Instant::now();
        let mut rate = ArrivalRate::new(now);
        rate.read(1000, now);
        assert!(rate.is_worth_batching());
        now += Duration::from_secs(1);
        rate.read(0, now);
        assert!(!rate.is_worth_batching(), "the flood is over");
    }
}
