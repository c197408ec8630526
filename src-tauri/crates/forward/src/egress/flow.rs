use super::EgressTotals;
use std::time::{Duration, Instant};

/// What goes out to one viewer, picture, sound and repairs together.
pub(super) struct Flow {
    pub(super) totals: EgressTotals,
    wide: u16,
    second: Second,
}

impl Flow {
    pub(super) fn new(now: Instant) -> Self {
        Self { totals: EgressTotals::default(), wide: 0, second: Second { start: now, bytes: 0, rate: 0.0 } }
    }

    /// The transport-wide number of the next packet (draft-holmer-rmcat-transport-wide-cc-extensions-01), which only
    /// numbered packets take.
    pub(super) fn next(&mut self, numbered: bool, bytes: usize) -> u16 {
        self.totals.packets += 1;
        self.totals.bytes += bytes as u64;
        self.second.bytes += bytes as u64;
        let wide = self.wide;
        if numbered {
            self.wide = wide.wrapping_add(1);
        }
        wide
    }

    /// Called about once a second.
    pub(super) fn tick(&mut self, now: Instant) {
        self.second.close(now);
    }

    /// Bits a second over the last second.
    pub(super) fn rate(&self, now: Instant) -> f32 {
        let passed = now.saturating_duration_since(self.second.start);
        let bits = 8.0 * self.second.bytes as f32;
        // The second that runs counts as far as it goes: a viewer that gets nothing any more fades to zero.
        let fraction = passed.as_secs_f32().min(1.0);
        if passed >= Duration::from_secs(1) {
            bits / passed.as_secs_f32()
        } else {
            bits + self.second.rate * (1.0 - fraction)
        }
    }
}

struct Second {
    start: Instant,
    bytes: u64,
    rate: f32,
}

impl Second {
    fn close(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.start);
        if passed < Duration::from_millis(500) {
            return;
        }
        self.rate = 8.0 * self.bytes as f32 / passed.as_secs_f32();
        (self.start, self.bytes) = (now, 0);
    }
}
