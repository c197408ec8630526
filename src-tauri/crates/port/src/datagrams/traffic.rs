//! How much comes, and so whether it pays to rest. A decision without a clock.

use std::time::{Duration, Instant};

/// While many viewers watch, their reports come one by one, thousands a second, and to be woken for each costs more than to
/// read it. So the thread rests while at least [`BUSY`] are to be expected in a rest, unless somebody is joining.
/// What a repair loses by it, 4 ms in the mean, is less than a path's jitter; when a datagram came is the kernel's word. With 50
/// viewers rests of 4 ms cost a quarter of what sending does, so they are no shorter.
pub(super) const REST: Duration = Duration::from_millis(8);
const BUSY: f32 = 2.0;
/// What came longer ago says little. Reports come in lumps, as viewers are sent their pictures at the same time: a lump says
/// nothing, nor does the silence after it.
const MEMORY: f32 = 0.1;

/// How many datagrams come.
pub(super) struct Traffic {
    last: Instant,
    /// Datagrams a second, a fading mean.
    rate: f32,
}

impl Traffic {
    pub(super) fn new(now: Instant) -> Traffic {
        Traffic { last: now, rate: 0.0 }
    }

    /// So many were read now.
    pub(super) fn read(&mut self, datagrams: usize, now: Instant) {
        let passed = now.saturating_duration_since(self.last).as_secs_f32();
        self.last = now;
        // As if each reading were a lump: its mean over time is the rate.
        self.rate = self.rate * (-passed / MEMORY).exp() + datagrams as f32 / MEMORY;
    }

    /// It pays to rest.
    pub(super) fn is_busy(&self) -> bool {
        self.rate * REST.as_secs_f32() >= BUSY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Is it busy after each reading, a second long?
    fn busy(every: Duration, datagrams: usize) -> Vec<bool> {
        let mut now = Instant::now();
        let mut traffic = Traffic::new(now);
        let end = now + Duration::from_secs(1);
        let mut seen = Vec::new();
        while now < end {
            now += every;
            traffic.read(datagrams, now);
            seen.push(traffic.is_busy());
        }
        seen
    }

    #[test]
    fn many_reports_in_lumps_are_much_and_a_few_viewers_reports_are_not() {
        let late = |seen: Vec<bool>| seen[seen.len() / 3..].to_vec();
        assert!(late(busy(Duration::from_millis(33), 20)).iter().all(|busy| *busy), "30 viewers, all at once");
        assert!(late(busy(Duration::from_millis(2), 1)).iter().all(|busy| *busy), "25 viewers, one by one");
        assert!(!late(busy(Duration::from_millis(10), 1)).contains(&true), "5 viewers");
        let mut now = Instant::now();
        let mut traffic = Traffic::new(now);
        traffic.read(1000, now);
        assert!(traffic.is_busy());
        now += Duration::from_secs(1);
        traffic.read(0, now);
        assert!(!traffic.is_busy(), "the flood is over");
    }
}
