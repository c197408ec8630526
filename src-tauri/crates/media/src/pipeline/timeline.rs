//! When each sample of sound was taken, by a device's clock that is not quite ours.

use crate::frame::SAMPLE_RATE;
use std::time::{Duration, Instant};

/// Places pieces of sound on one line of samples without gaps, and tells when each sample was taken.
///
/// A device's clock and the computer's differ by a little (up to a second in some hours): that is followed slowly, in the
/// times that go with the samples, and no sample is added or left out for it. What is missing for real, a device that went
/// away or a program that was held up, is filled with silence.
#[derive(Debug)]
pub(super) struct Timeline {
    /// When the sample at position 0 was taken, as far as the samples since then tell.
    origin: Instant,
    position: u64,
}

/// What to do with a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placement {
    /// Samples of silence that go before it.
    pub(super) silence: usize,
    /// Samples at its start that were there already.
    pub(super) skip: usize,
}

/// More than a device's buffers make of the times it tells, and less than one would hear as an echo.
const GAP: Duration = Duration::from_millis(60);
/// Longer gaps (a machine that slept) are not filled: the line starts anew at another time.
const LONGEST: Duration = Duration::from_secs(5);
/// How much of an error in time each piece mends.
const FOLLOW: u32 = 50;

impl Timeline {
    /// Position 0 was taken at that moment.
    pub(super) fn new(origin: Instant) -> Self {
        Self { origin, position: 0 }
    }

    /// When the sample at that position was or will be taken.
    pub(super) fn time(&self, position: u64) -> Instant {
        self.origin + duration(position)
    }

    /// Places a piece of so many samples whose first was taken at `captured`.
    pub(super) fn place(&mut self, captured: Instant, samples: usize) -> Placement {
        let expected = self.time(self.position);
        let late = captured.saturating_duration_since(expected);
        let early = expected.saturating_duration_since(captured);
        let mut placement = Placement { silence: 0, skip: 0 };
        if late > LONGEST {
            self.origin += late;
        } else if late > GAP {
            placement.silence = count(late);
        } else if early > GAP {
            placement.skip = count(early).min(samples);
        } else {
            self.origin = self.origin + late / FOLLOW - early / FOLLOW;
        }
        self.position += (placement.silence + samples - placement.skip) as u64;
        placement
    }
}

fn duration(samples: u64) -> Duration {
    Duration::from_secs(samples / u64::from(SAMPLE_RATE))
        + Duration::from_nanos(samples % u64::from(SAMPLE_RATE) * 1_000_000_000 / u64::from(SAMPLE_RATE))
}

fn count(time: Duration) -> usize {
    (time.as_nanos() * u128::from(SAMPLE_RATE) / 1_000_000_000) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE: usize = 480;
    const NOTHING: Placement = Placement { silence: 0, skip: 0 };

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn pieces_in_time_follow_each_other() {
        let start = Instant::now();
        let mut line = Timeline::new(start);
        for piece in 0..1000 {
            assert_eq!(line.place(start + ms(piece * 10), PIECE), NOTHING);
        }
        assert_eq!(line.position, 480_000);
        assert_eq!(line.time(480_000), start + Duration::from_secs(10));
    }

    #[test]
    fn a_gap_is_filled_with_silence_of_its_length() {
        let start = Instant::now();
        let mut line = Timeline::new(start);
        line.place(start, PIECE);
        assert_eq!(line.place(start + ms(1010), PIECE), Placement { silence: 48_000, skip: 0 });
        assert_eq!(line.time(line.position), start + ms(1020));
    }

    #[test]
    fn what_was_there_already_is_left_out() {
        let start = Instant::now();
        let mut line = Timeline::new(start);
        for piece in 0..20 {
            line.place(start + ms(piece * 10), PIECE);
        }
        assert_eq!(line.place(start + ms(100), 9600), Placement { silence: 0, skip: 4800 }, "its first 100 ms");
        assert_eq!(line.place(start, PIECE), Placement { silence: 0, skip: PIECE }, "all of it");
    }

    #[test]
    fn a_device_s_own_clock_is_followed_without_a_gap_and_times_only_grow() {
        let start = Instant::now();
        for ppm in [300_i64, -300] {
            let mut line = Timeline::new(start);
            let mut last = start;
            for piece in 0..60_000_u64 {
                let jitter = piece * 7_919 % 8_000_000;
                let nanos = (piece as i64 * 10_000_000 + piece as i64 * 10 * ppm) as u64 + jitter;
                let position = line.position;
                assert_eq!(
                    line.place(start + Duration::from_nanos(nanos), PIECE),
                    NOTHING,
                    "piece {piece} at {ppm} ppm"
                );
                assert!(line.time(position) >= last);
                last = line.time(position);
            }
            let real = start + Duration::from_nanos((600_000_000_000_i64 + 600_000 * ppm) as u64);
            let error = line.time(line.position).max(real) - line.time(line.position).min(real);
            assert!(error < ms(10), "{error:?} off after ten minutes");
        }
    }

    #[test]
    fn after_a_sleep_of_the_machine_the_line_goes_on_at_another_time() {
        let start = Instant::now();
        let mut line = Timeline::new(start);
        line.place(start, PIECE);
        let hour = Duration::from_secs(3600);
        assert_eq!(line.place(start + hour, PIECE), NOTHING);
        assert_eq!(line.time(line.position), start + hour + ms(10));
    }
}
