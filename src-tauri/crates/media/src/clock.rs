//! Unix time for the pattern and the tone. Frames carry an [`Instant`]; only what a picture shows to people is Unix time.
//!
//! This is not the pinned [`stream::Clock`], and cannot be: the time in the pattern is read by somebody who compares it with a
//! wall clock of their own, to see how late the picture is. When the system's time is set while the program runs, the pinned
//! clock keeps the old time (what viewers are told of a frame must not jump), and that comparison would be wrong by the step.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Unix time at that moment. The two clocks are compared at each call, so that it follows when the system's time is set.
pub(crate) fn unix(at: Instant) -> Duration {
    let (now, now_unix) = both_clocks();
    match now.checked_duration_since(at) {
        Some(ago) => now_unix.saturating_sub(ago),
        None => now_unix + (at - now),
    }
}

/// The two clocks at the same moment. A thread that is held up between reading the one and the other reads them again.
fn both_clocks() -> (Instant, Duration) {
    let read = || {
        let before = Instant::now();
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        (before, unix, before.elapsed())
    };
    let closest = (0..5).map(|_| read()).find(|(.., apart)| *apart < Duration::from_micros(50));
    let (now, unix, _) = closest.unwrap_or_else(read);
    (now, unix)
}

/// Beats at a steady rate that lie on whole seconds of Unix time, so that the pattern's flash and the tone's beep, which
/// are separate sources, fall on the same moment.
#[derive(Debug)]
pub(crate) struct Ticker {
    /// A whole second of Unix time.
    base: Instant,
    a_second: u32,
    next: u64,
}

impl Ticker {
    /// The first beat is the first one after `now`.
    pub(crate) fn new(a_second: u32, now: Instant) -> Self {
        let since_second = Duration::from_nanos(u64::from(unix(now).subsec_nanos()));
        // A clock that is younger than a second (the machine just started) begins on its own beat.
        let base = now.checked_sub(since_second).unwrap_or(now);
        let mut ticker = Self { base, a_second, next: 0 };
        ticker.next = ticker.index(now) + 1;
        ticker
    }

    /// When the next beat is, and its number.
    pub(crate) fn next(&self) -> (Instant, u64) {
        (self.time(self.next), self.next)
    }

    /// That beat has been taken. Beats that are over by `now` are left out: who was late carries on in time.
    pub(crate) fn taken(&mut self, now: Instant) {
        self.next = (self.next + 1).max(self.index(now));
    }

    fn time(&self, index: u64) -> Instant {
        let (seconds, beats) = (index / u64::from(self.a_second), index % u64::from(self.a_second));
        self.base
            + Duration::from_secs(seconds)
            + Duration::from_nanos(beats * 1_000_000_000 / u64::from(self.a_second))
    }

    /// The last beat at or before that moment.
    fn index(&self, at: Instant) -> u64 {
        (at.saturating_duration_since(self.base).as_nanos() * u128::from(self.a_second) / 1_000_000_000) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_lie_on_whole_seconds_of_unix_time() {
        let ticker = Ticker::new(30, Instant::now());
        for index in [30, 60, 90_000] {
            let off = unix(ticker.time(index)).subsec_nanos();
            let off = off.min(1_000_000_000 - off);
            assert!(off < 5_000_000, "beat {index} is {off} ns from a whole second");
        }
    }

    #[test]
    fn who_is_late_leaves_beats_out_and_stays_in_time() {
        let start = Instant::now();
        let mut ticker = Ticker::new(30, start);
        let (first, number) = ticker.next();
        assert!(first > start && first <= start + Duration::from_nanos(33_333_334));
        ticker.taken(first);
        assert_eq!(ticker.next().1, number + 1);
        ticker.taken(first + Duration::from_millis(340));
        let (late, later) = ticker.next();
        assert_eq!(later, number + 10, "the beats of 340 ms are over");
        assert_eq!(late, ticker.time(later));
    }
}
