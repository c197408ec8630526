//! Overuse: does a standing queue grow on the path? This is the delay-based controller's detector.

use std::collections::VecDeque;

/// Packets sent within this are one burst. Only the first one's delay shows the path's queue, as the others wait behind it.
const BURST_US: u64 = 5_000;
/// How long there has to be a queue for it to be a standing one: longer than a burst takes to drain where the path has room
/// for the stream.
const WINDOW_US: u64 = 150_000;
/// The least time between the first and the last delay of a window that is judged.
const LEAST_WINDOW_US: u64 = 110_000;
/// A queue this long, even for a short time, is more than the burst of any keyframe makes, so it is overuse at once.
const LONG_QUEUE_US: i64 = 200_000;
const LONG_QUEUE_WINDOW_US: u64 = 30_000;
/// The same where keyframes are paced, so that no burst of them can be in the queue.
const LONG_PACED_QUEUE_US: i64 = 100_000;
/// A single packet that took this much longer than the path's own delay is overuse, even if it is the last of a keyframe that
/// was sent in one burst. What follows waits behind it, so the next feedback may be seconds away.
const HOPELESS_US: i64 = 500_000;
/// The path's own delay is the least of the last one to two such periods. It is not kept for longer, as clocks drift apart and
/// paths change.
const BASE_US: u64 = 10_000_000;
/// The queueing delay from which on a queue counts. It adapts to a queue that stays, so that a flow which fills the queue does
/// not starve ours (section 5.4 of the draft, "del_var_th").
const THRESHOLD_US: f32 = 20_000.0;
const MOST_THRESHOLD_US: f32 = 120_000.0;
const THRESHOLD_UP_A_SECOND: f32 = 0.1;
const THRESHOLD_DOWN_A_SECOND: f32 = 0.3;

/// In a growing queue each delay is longer than the one before. Where delays also fall, the receiver reads its socket late, by
/// more or by less. This many times the mean fall is taken off the queueing delay.
const FALLS: f32 = 2.0;
/// At most this much is taken off: a larger fall comes from a queue that overflows.
const MOST_NOISE_US: f32 = 40_000.0;
/// The mean fall is taken over about this many bursts, which is half a second.
const FALLS_MEMORY: f32 = 16.0;

/// Detects overuse: a standing queue that still grows.
pub(super) struct OveruseDetector {
    burst_us: Option<u64>,
    /// When the first packet of each burst was sent, and its delay: the difference of two clocks.
    window: VecDeque<(u64, i64)>,
    newest: Option<i64>,
    /// The delay of the last packet, whether it was the first of its burst or not.
    last: Option<i64>,
    base: [i64; 2],
    base_since_us: u64,
    threshold_us: f32,
    /// How much shorter a burst's delay is than the one before, in the mean.
    falls_us: f32,
    ignore_before_us: u64,
}

impl Default for OveruseDetector {
    fn default() -> Self {
        Self {
            burst_us: None,
            window: VecDeque::new(),
            newest: None,
            last: None,
            base: [i64::MAX; 2],
            base_since_us: 0,
            threshold_us: THRESHOLD_US,
            falls_us: 0.0,
            ignore_before_us: 0,
        }
    }
}

impl OveruseDetector {
    pub(super) fn packet(&mut self, sent_us: u64, arrived_us: i64) {
        self.last = (sent_us >= self.ignore_before_us).then_some(arrived_us - sent_us as i64);
        if self.burst_us.is_some_and(|start| sent_us < start + BURST_US) {
            return;
        }
        let passed = self.burst_us.map_or(0, |last| sent_us - last);
        self.burst_us = Some(sent_us);
        let delay = arrived_us - sent_us as i64;
        if sent_us - self.base_since_us.min(sent_us) > BASE_US {
            self.base = [delay, self.base[0]];
            self.base_since_us = sent_us;
        }
        self.base[0] = self.base[0].min(delay);
        let fall = self.newest.map_or(0, |last| last - delay).max(0);
        self.newest = Some(delay);
        self.falls_us += (fall as f32 - self.falls_us) / FALLS_MEMORY;
        self.adapt(passed);
        if sent_us < self.ignore_before_us {
            return;
        }
        while self.window.front().is_some_and(|(sent, _)| sent + WINDOW_US < sent_us) {
            self.window.pop_front();
        }
        self.window.push_back((sent_us, delay));
    }

    /// There is a standing queue and it still grows, so more is sent than the path carries. `paced` says that keyframes are.
    pub(super) fn is_overused(&self, paced: bool) -> bool {
        let span = match (self.window.front(), self.window.back()) {
            (Some((first, _)), Some((last, _))) => last - first,
            _ => 0,
        };
        self.is_hopeless()
            || self.is_long(paced)
            || (span >= LEAST_WINDOW_US && self.has_standing_queue() && self.slope() > 0.0)
    }

    fn is_hopeless(&self) -> bool {
        self.last.is_some_and(|delay| delay > HOPELESS_US + self.base[0].min(self.base[1]))
    }

    fn is_long(&self, paced: bool) -> bool {
        let Some((last, _)) = self.window.back() else { return false };
        let long = if paced { LONG_PACED_QUEUE_US } else { LONG_QUEUE_US };
        let least = long.max(2 * self.threshold_us() as i64) + self.base[0].min(self.base[1]);
        let short = || self.window.iter().rev().take_while(|(sent, _)| sent + LONG_QUEUE_WINDOW_US >= *last);
        let covers = self.window.front().is_some_and(|(sent, _)| sent + LONG_QUEUE_WINDOW_US / 2 <= *last);
        covers && short().all(|(_, delay)| *delay > least)
    }

    /// Even the smallest delay of the window is above the path's own by more than the threshold.
    pub(super) fn has_standing_queue(&self) -> bool {
        self.queue_us().is_some_and(|queue| queue > self.threshold_us())
    }

    /// The queueing delay of the last burst.
    pub(super) fn newest_us(&self) -> i64 {
        self.newest.map_or(0, |delay| delay - self.base[0].min(self.base[1])).max(0)
    }

    /// The estimate has just changed, so packets sent before say nothing about it.
    pub(super) fn start_over(&mut self, now_us: u64) {
        self.window.clear();
        self.last = None;
        self.ignore_before_us = now_us;
    }

    fn threshold_us(&self) -> f32 {
        (self.threshold_us + (FALLS * self.falls_us).min(MOST_NOISE_US)).min(MOST_THRESHOLD_US)
    }

    fn queue_us(&self) -> Option<f32> {
        let least = self.window.iter().map(|(_, delay)| *delay).min()?;
        Some((least - self.base[0].min(self.base[1])) as f32)
    }

    fn adapt(&mut self, passed_us: u64) {
        let Some(queue) = self.queue_us() else { return };
        let rate = if queue > self.threshold_us { THRESHOLD_UP_A_SECOND } else { THRESHOLD_DOWN_A_SECOND };
        let step = rate * (passed_us as f32 / 1e6).min(0.1);
        self.threshold_us =
            (self.threshold_us + step * (queue - self.threshold_us)).clamp(THRESHOLD_US, MOST_THRESHOLD_US);
    }

    /// The trend of the delay by least squares. It is not scaled, as only its sign is used.
    fn slope(&self) -> f32 {
        let Some((start, first)) = self.window.front().copied() else { return 0.0 };
        let points = self.window.iter().map(|(sent, delay)| ((sent - start) as f32, (delay - first) as f32));
        let n = self.window.len() as f32;
        let (x, y) = points.clone().fold((0.0, 0.0), |(x, y), point| (x + point.0 / n, y + point.1 / n));
        points.map(|point| (point.0 - x) * (point.1 - y)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends a burst every 20 ms with the delay given by `of`, and returns when overuse is detected, in milliseconds.
    fn run(of: impl Fn(u64) -> i64) -> Option<u64> {
        let mut overuse = OveruseDetector::default();
        (0..6000).step_by(20).find(|ms| {
            overuse.packet(ms * 1000, (*ms as i64 + of(*ms)) * 1000 + 77_000_000);
            overuse.is_overused(false)
        })
    }

    #[test]
    fn jitter_and_bursts_that_drain_are_no_overuse() {
        assert_eq!(run(|ms| (ms as i64 * 7919) % 15), None, "jitter");
        assert_eq!(run(|ms| 150 - 150.min(ms as i64 % 2000)), None, "a keyframe of 150 ms every two seconds");
        assert_eq!(run(|ms| 90 - 90.min(ms as i64 % 2000 / 5)), None, "one that drains slowly");
    }

    #[test]
    fn a_growing_queue_is_overuse_soon() {
        let seen = run(|ms| if ms < 1000 { 10 } else { 10 + (ms as i64 - 1000) });
        assert!(seen.is_some_and(|ms| (1150..1300).contains(&ms)), "{seen:?}");
        let seen = run(|ms| if ms < 1000 { 10 } else { 310 });
        assert!(seen.is_some_and(|ms| ms < 1060), "a queue that is long at once: {seen:?}");
        let mut overuse = OveruseDetector::default();
        overuse.packet(0, 10_000);
        // A keyframe is sent in one burst into a path that collapsed, so feedback on later packets may be seconds away.
        (0..80).for_each(|i| overuse.packet(1_000_000, 1_010_000 + 6_000 * i));
        assert!(!overuse.is_overused(false));
        (80..100).for_each(|i| overuse.packet(1_000_000, 1_010_000 + 6_000 * i));
        assert!(overuse.is_overused(false), "the last of it took 600 ms");
        overuse.start_over(1_100_000);
        overuse.packet(1_000_000, 1_700_000);
        assert!(!overuse.is_overused(false), "the estimate was lowered for that already");
        let seen = run(|ms| if ms < 1000 { 10 } else { 10 + (ms as i64 - 1000) / 20 });
        assert!(seen.is_some_and(|ms| ms < 2000), "5 % too much: {seen:?}");
    }
}
