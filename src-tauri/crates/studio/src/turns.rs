//! How long the owner is busy with one thing at a time. Written by the owner's task, read by `/metrics`.
//!
//! Everything that decides about viewers waits while the owner is busy: the next join, a kick, the end. So what one thing takes
//! is measured where it is done. It is the thread's own time on a processor, not the time by the clock, because what another
//! program takes from this one says nothing about what was asked.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// What made the owner act.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cause {
    /// The panel or a script.
    Command,
    /// Another thread.
    Event,
    /// It was time.
    Time,
    /// The HTTP side, and so anybody who reaches the port.
    Request,
}

/// In the order of [`Cause`]'s variants.
const NAMES: [&str; 4] = ["command", "event", "time", "request"];

/// No request may keep the owner as long as this, whatever it holds. A kick that comes behind the 256 requests which may wait is
/// served first, so this is also as long as it may wait for one.
pub(crate) const LONG: Duration = Duration::from_millis(5);

/// Of each cause, the longest turn since the program started, and how many were long.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    longest_us: [AtomicU64; NAMES.len()],
    long: [AtomicU64; NAMES.len()],
}

/// What there is to tell of one cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) of: &'static str,
    pub(crate) longest_us: u64,
    pub(crate) long: u64,
}

impl Turns {
    /// The owner was busy for so long.
    pub(crate) fn count(&self, cause: Cause, took: Duration) {
        let at = cause as usize;
        self.longest_us[at].fetch_max(took.as_micros() as u64, Relaxed);
        if took >= LONG {
            self.long[at].fetch_add(1, Relaxed);
        }
    }

    /// What was counted until now.
    pub(crate) fn read(&self) -> [Turn; NAMES.len()] {
        std::array::from_fn(|at| Turn {
            of: NAMES[at],
            longest_us: self.longest_us[at].load(Relaxed),
            long: self.long[at].load(Relaxed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_turn_of_each_cause_is_kept_and_the_long_ones_are_counted() {
        let turns = Turns::default();
        for (cause, us) in
            [(Cause::Request, 400), (Cause::Request, 5_000), (Cause::Request, 70), (Cause::Command, 4_999)]
        {
            turns.count(cause, Duration::from_micros(us));
        }
        let of = |of, longest_us, long| Turn { of, longest_us, long };
        let none = [of("event", 0, 0), of("time", 0, 0)];
        assert_eq!(turns.read(), [of("command", 4_999, 0), none[0], none[1], of("request", 5_000, 1)]);
    }
}
