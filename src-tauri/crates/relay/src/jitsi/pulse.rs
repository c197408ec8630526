//! Whether the other end of a channel is there: when it is asked, and when it is left. Decisions only.

use std::time::Duration;
use tokio::time::Instant;

/// How often it is asked. A bridge closes a channel on which nothing is said for a minute.
const EVERY: Duration = Duration::from_secs(20);

/// Who says nothing by then is left.
const ANSWER: Duration = Duration::from_secs(8);

pub(super) struct Pulse {
    asks: Instant,
    late: Option<Instant>,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    Ask,
    Leave,
}

impl Pulse {
    pub(super) fn new(now: Instant) -> Pulse {
        Pulse { asks: now + EVERY, late: None }
    }

    /// It said something.
    pub(super) fn heard(&mut self) {
        self.late = None;
    }

    /// When [`Pulse::time`] has something to do.
    pub(super) fn timeout(&self) -> Instant {
        self.late.map_or(self.asks, |late| late.min(self.asks))
    }

    /// Time went by.
    pub(super) fn time(&mut self, now: Instant) -> Option<Beat> {
        if self.late.is_some_and(|late| now >= late) {
            return Some(Beat::Leave);
        }
        if now < self.asks {
            return None;
        }
        self.asks = now + EVERY;
        self.late.get_or_insert(now + ANSWER);
        Some(Beat::Ask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answers_is_asked_again_and_who_does_not_is_left() {
        let start = Instant::now();
        let mut pulse = Pulse::new(start);
        assert_eq!(pulse.timeout(), start + EVERY);
        assert_eq!(pulse.time(start + EVERY - Duration::from_millis(1)), None);
        assert_eq!(pulse.time(start + EVERY), Some(Beat::Ask));
        assert_eq!(pulse.timeout(), start + EVERY + ANSWER);
        pulse.heard();
        assert_eq!(pulse.timeout(), start + 2 * EVERY);
        assert_eq!(pulse.time(start + EVERY + ANSWER), None, "it answered");
        assert_eq!(pulse.time(start + 2 * EVERY), Some(Beat::Ask));
        assert_eq!(pulse.time(start + 2 * EVERY + ANSWER), Some(Beat::Leave));
    }
}
