//! The acked bitrate: how much of what was sent arrives.

use std::collections::VecDeque;

/// Long enough to hold several pictures, and short enough to show a drop of capacity before the queue is long.
const WINDOW_US: i64 = 250_000;
/// Arrivals within this time are kept as one entry.
const STEP_US: i64 = 10_000;

/// The rate at which packets arrive, by the viewer's clock.
#[derive(Default)]
pub(super) struct AckedBitrate {
    window: VecDeque<(i64, u32)>,
    /// Bytes sent after the last reported packet whose feedback was lost.
    unreported: u32,
}

impl AckedBitrate {
    /// The feedback on the next so many bytes was lost.
    pub(super) fn unreported(&mut self, bytes: u32) {
        self.unreported = self.unreported.saturating_add(bytes);
    }

    pub(super) fn packet(&mut self, arrived_us: i64, bytes: u32) {
        let unreported = std::mem::take(&mut self.unreported);
        match self.window.back() {
            Some((last, _)) if unreported > 0 && (STEP_US..WINDOW_US).contains(&(arrived_us - last)) => {
                let (last, gap) = (*last, arrived_us - last);
                let steps = gap / STEP_US;
                for step in 1..=steps {
                    self.add(last + step * gap / (steps + 1), unreported / steps as u32);
                }
            }
            Some((last, _)) if (0..STEP_US).contains(&(arrived_us - last)) => self.add(arrived_us, unreported),
            // After a longer silence the unreported bytes are outside the window.
            _ => {}
        }
        self.add(arrived_us, bytes);
    }

    fn add(&mut self, arrived_us: i64, bytes: u32) {
        match self.window.back_mut() {
            Some((start, sum)) if (0..STEP_US).contains(&(arrived_us - *start)) => *sum = sum.saturating_add(bytes),
            // A packet out of order counts with the newest ones. A clock that went further back starts a new window.
            Some((start, sum)) if (-WINDOW_US..0).contains(&(arrived_us - *start)) => *sum = sum.saturating_add(bytes),
            Some((start, _)) if arrived_us < *start => {
                self.window.clear();
                self.window.push_back((arrived_us, bytes));
            }
            _ => self.window.push_back((arrived_us, bytes)),
        }
        while self.window.front().is_some_and(|(start, _)| start + WINDOW_US < arrived_us) {
            self.window.pop_front();
        }
    }

    /// Bits a second; `None` until most of a window is filled.
    pub(super) fn bits_a_second(&self) -> Option<f32> {
        let (first, last) = (self.window.front()?.0, self.window.back()?.0);
        let span = last - first + STEP_US;
        let bytes: u64 = self.window.iter().map(|(_, sum)| u64::from(*sum)).sum();
        (span * 3 > WINDOW_US * 2).then(|| 8e6 * bytes as f32 / span as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_of_the_last_window() {
        let mut rate = AckedBitrate::default();
        assert_eq!(rate.bits_a_second(), None);
        for ms in 0..1000 {
            rate.packet(ms * 1000, if ms < 500 { 1000 } else { 250 });
        }
        let seen = rate.bits_a_second().expect("known");
        assert!((seen / 2e6 - 1.0).abs() < 0.05, "{seen}");
        for ms in 1000..2000 {
            // The feedback on every second 50 ms is lost.
            if ms / 50 % 2 == 1 {
                rate.unreported(250);
            } else {
                rate.packet(ms * 1000, 250);
                let seen = rate.bits_a_second().expect("known");
                assert!((seen / 2e6 - 1.0).abs() < 0.1, "{seen} at {ms}");
            }
        }
        rate.packet(-12 * 86_400_000_000, 1);
        assert_eq!(rate.bits_a_second(), None, "the feedback's clock wraps after twelve days");
    }
}
