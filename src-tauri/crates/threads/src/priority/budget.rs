//! How much a thread of real time may work, and for how long it does without when that was too much. Decisions only.

use std::time::{Duration, Instant};

/// What becomes of a thread's real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As it is.
    Goes,
    /// It gives real time up.
    GivesUp,
    /// It asks for it again.
    Asks,
}

/// Decides by the processor's time that the thread had.
#[derive(Debug)]
pub(super) struct Budget {
    /// Since when, and with how much time until then.
    window: (Instant, Duration),
    /// Without real time until then.
    resting: Option<Instant>,
    given_up: Option<Instant>,
    rest: Duration,
}

/// It is looked at this often.
pub(super) const WINDOW: Duration = Duration::from_secs(1);

/// A thread that works for more of its time is no longer what others can spare a core for.
const MOST: f64 = 0.6;

/// How long it does without then; twice as long each time, unless it went well for as long as the longest.
const REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(160);

impl Budget {
    /// Of a thread that has had so much of the processor.
    pub(super) fn new(now: Instant, used: Duration) -> Budget {
        Budget { window: (now, used), resting: None, given_up: None, rest: REST }
    }

    /// Whether there is anything to decide: a look at the thread's time is a call of the system.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.window.0) >= WINDOW
    }

    /// The thread has had so much of the processor until now.
    pub(super) fn used(&mut self, now: Instant, used: Duration) -> Verdict {
        let (since, before) = std::mem::replace(&mut self.window, (now, used));
        let passed = now.saturating_duration_since(since).as_secs_f64();
        let share = used.saturating_sub(before).as_secs_f64() / passed.max(f64::MIN_POSITIVE);
        match self.resting {
            // Who asks is calm: it would only have to give it up again.
            Some(until) if now >= until && share <= MOST => {
                self.resting = None;
                Verdict::Asks
            }
            Some(_) => Verdict::Goes,
            None if share > MOST => {
                self.rests(now);
                Verdict::GivesUp
            }
            None => Verdict::Goes,
        }
    }

    /// Real time was taken from it, or it gave it up.
    pub(super) fn rests(&mut self, now: Instant) {
        let went_well = self.given_up.is_none_or(|at| now.saturating_duration_since(at) > 2 * LONGEST_REST);
        self.rest = if went_well { REST } else { (2 * self.rest).min(LONGEST_REST) };
        (self.resting, self.given_up) = (Some(now + self.rest), Some(now));
    }

    /// It is without real time.
    pub(super) fn is_resting(&self) -> bool {
        self.resting.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thread that works for these parts of seconds; in which second it gave real time up (true) or asked for it.
    fn seconds(parts: impl IntoIterator<Item = f64>) -> Vec<(usize, bool)> {
        let (mut now, mut used) = (Instant::now(), Duration::ZERO);
        let mut budget = Budget::new(now, used);
        let mut told = Vec::new();
        for (second, part) in parts.into_iter().enumerate() {
            now += WINDOW;
            used += WINDOW.mul_f64(part);
            assert!(budget.is_due(now));
            match budget.used(now, used) {
                Verdict::Goes => {}
                verdict => told.push((second, verdict == Verdict::GivesUp)),
            }
        }
        told
    }

    #[test]
    fn who_works_a_part_of_the_time_keeps_it() {
        assert_eq!(seconds([0.01, 0.3, 0.6, 0.59, 0.0].repeat(20)), []);
    }

    #[test]
    fn a_flood_ends_it_and_it_is_asked_for_again_once_that_is_over() {
        let flood = [0.9; 20].into_iter().chain([0.1; 20]);
        assert_eq!(seconds(flood), [(0, true), (20, false)], "not while the flood goes on");
        assert_eq!(seconds([0.7, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]), [(0, true), (5, false)], "and not at once");
    }

    #[test]
    fn who_gives_it_up_again_and_again_does_without_for_longer_each_time_but_not_for_ever() {
        let rests: Vec<usize> = {
            // As busy as can be whenever it has real time.
            let (mut now, mut used) = (Instant::now(), Duration::ZERO);
            let mut budget = Budget::new(now, used);
            let (mut rests, mut since) = (Vec::new(), 0);
            for second in 0..1200 {
                now += WINDOW;
                used += WINDOW.mul_f64(if budget.is_resting() { 0.1 } else { 1.0 });
                match budget.used(now, used) {
                    Verdict::GivesUp => since = second,
                    Verdict::Asks => rests.push(second - since),
                    Verdict::Goes => {}
                }
            }
            rests
        };
        assert_eq!(rests[..8], [5, 10, 20, 40, 80, 160, 160, 160]);
    }

    #[test]
    fn it_is_no_more_than_looked_at_the_clock_within_a_window() {
        let now = Instant::now();
        let budget = Budget::new(now, Duration::ZERO);
        assert!(!budget.is_due(now + WINDOW - Duration::from_millis(1)));
    }
}
