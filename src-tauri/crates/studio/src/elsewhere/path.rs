//! How large a layer a viewer's path carries, by what its page says has arrived. Decisions only.
//!
//! Janus sends what it is told to, whatever becomes of it; the page alone knows what arrives. Who loses much goes one layer down, and tries the
//! larger one again when nothing was lost for a while: for longer each time that it did not go well, so that a thin line is not torn twice a minute.

use std::time::{Duration, Instant};

/// So much of what was sent did not come, though it was asked for again: a path that carries less, and no noise on it.
const MUCH_PERCENT: u64 = 8;
/// So much leaves no doubt; less has to be said twice in a row.
const MOST_PERCENT: u64 = 25;
/// Less says nothing about the path.
const LITTLE_PERCENT: u64 = 2;
/// Of fewer packets no share is taken.
const LEAST_PACKETS: u64 = 10;

/// Reports come every two seconds. Who says more is not heard more often.
const PACE: Duration = Duration::from_secs(1);
/// After a change what is under way is of the layer before, and a queue on the path drains.
const SETTLES: Duration = Duration::from_secs(4);

/// Nothing was lost for so long: the next larger is tried.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest that this becomes, doubled each time that the larger one did not go well.
const MOST_PATIENCE: Duration = Duration::from_secs(160);
/// A larger one that went well for so long did go well.
const WENT_WELL: Duration = Duration::from_secs(30);

/// What is known of one path.
#[derive(Debug)]
pub(super) struct Path {
    /// How far down it is, in layers.
    step: usize,
    said: (u32, u32),
    said_at: Instant,
    /// The last report was bad.
    bad: bool,
    /// Since when nothing was lost.
    clean_since: Instant,
    changed_at: Instant,
    went_up: bool,
    patience: Duration,
}

impl Path {
    /// Of who is sent the largest.
    pub(super) fn new(now: Instant) -> Path {
        let (said, step) = ((0, 0), 0);
        Path {
            step,
            said,
            said_at: now,
            bad: false,
            clean_since: now,
            changed_at: now,
            went_up: false,
            patience: PATIENCE,
        }
    }

    /// So much came, and did not, since the session began. The layer that it is to be sent from now on, counted from the largest of so many, where
    /// that is another.
    pub(super) fn report(&mut self, packets: u32, lost: u32, layers: usize, now: Instant) -> Option<usize> {
        if now.saturating_duration_since(self.said_at) < PACE {
            return None;
        }
        // What was lost may have come since.
        let came = u64::from(packets.saturating_sub(self.said.0));
        let missing = u64::from(lost.saturating_sub(self.said.1));
        (self.said, self.said_at) = ((packets, lost), now);
        if now.saturating_duration_since(self.changed_at) < SETTLES {
            self.clean_since = now;
            return None;
        }
        let percent = if came + missing < LEAST_PACKETS { 0 } else { missing * 100 / (came + missing) };
        let was_bad = std::mem::replace(&mut self.bad, percent >= MUCH_PERCENT);
        if percent >= LITTLE_PERCENT {
            self.clean_since = now;
        }
        if self.went_up && now.saturating_duration_since(self.changed_at) >= WENT_WELL {
            (self.went_up, self.patience) = (false, PATIENCE);
        }
        if percent >= MOST_PERCENT || self.bad && was_bad {
            return self.goes_down(layers, now);
        }
        if self.step > 0 && now.saturating_duration_since(self.clean_since) >= self.patience {
            self.changes(self.step - 1, now);
            self.went_up = true;
            return Some(self.step);
        }
        None
    }

    fn goes_down(&mut self, layers: usize, now: Instant) -> Option<usize> {
        if self.step + 1 >= layers {
            return None;
        }
        if std::mem::take(&mut self.went_up) {
            self.patience = (self.patience * 2).min(MOST_PATIENCE);
        }
        self.changes(self.step + 1, now);
        Some(self.step)
    }

    fn changes(&mut self, step: usize, now: Instant) {
        (self.step, self.changed_at, self.clean_since, self.bad) = (step, now, now, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three layers of 100, 50 and 20 packets a second.
    const RATES: [u32; 3] = [100, 50, 20];

    struct World {
        path: Path,
        begin: Instant,
        now: Instant,
        said: (u32, u32),
        step: usize,
    }

    impl World {
        fn new() -> World {
            let now = Instant::now();
            World { path: Path::new(now), begin: now, now, said: (0, 0), step: 0 }
        }

        /// So many seconds of a path that carries so many packets a second; what it changed to, and when.
        fn carries(&mut self, rate: u32, seconds: u64) -> Vec<(u64, usize)> {
            let mut changes = Vec::new();
            for _ in 0..seconds / 2 {
                self.now += Duration::from_secs(2);
                let came = RATES[self.step].min(rate);
                self.said.0 += came * 2;
                self.said.1 += (RATES[self.step] - came) * 2;
                if let Some(step) = self.path.report(self.said.0, self.said.1, RATES.len(), self.now) {
                    self.step = step;
                    changes.push(((self.now - self.begin).as_secs(), step));
                }
            }
            changes
        }
    }

    #[test]
    fn a_thin_line_gets_what_it_carries_and_a_wide_one_the_largest() {
        let mut world = World::new();
        assert_eq!(world.carries(200, 60), []);
        assert_eq!(world.carries(30, 10), [(62, 1), (66, 2)]);
        assert_eq!(
            world.carries(200, 60),
            [(78, 1), (90, 0)],
            "one after the other, when nothing was lost for a while"
        );
    }

    #[test]
    fn a_larger_one_that_does_not_go_well_is_tried_less_and_less_often() {
        let mut world = World::new();
        let changes = world.carries(60, 600);
        let up: Vec<u64> = changes.iter().filter(|(_, step)| *step == 0).map(|(at, _)| *at).collect();
        let pauses: Vec<u64> = up.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(pauses.is_sorted() && pauses[0] > 20 && pauses.last().is_some_and(|last| *last > 160), "{pauses:?}");
        assert!(up.len() <= 7, "{up:?}");
        assert!(changes.iter().all(|(_, step)| *step < 2), "what it carries is never left: {changes:?}");
    }

    #[test]
    fn a_little_that_is_lost_and_what_comes_later_moves_nobody() {
        let (mut path, mut now) = (Path::new(Instant::now()), Instant::now() + SETTLES);
        for n in 1..100 {
            now += Duration::from_secs(2);
            // Every other report has a tenth missing, which comes again.
            assert_eq!(path.report(200 * n, if n % 2 == 0 { 0 } else { 20 }, 3, now), None);
            assert_eq!(path.report(200 * n, 2_000_000, 3, now), None, "it is not heard more often");
        }
    }

    #[test]
    fn numbers_that_mean_nothing_move_nobody_beyond_what_there_is() {
        let (mut path, mut now) = (Path::new(Instant::now()), Instant::now());
        for (packets, lost) in [(0, u32::MAX), (u32::MAX, 0), (0, 0), (u32::MAX, u32::MAX)].repeat(50) {
            now += Duration::from_secs(5);
            assert!(path.report(packets, lost, 3, now).is_none_or(|step| step < 3));
        }
    }
}
