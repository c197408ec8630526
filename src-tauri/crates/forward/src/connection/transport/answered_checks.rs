//! How many of a viewer's checks are answered. An answer is as long as a check, so who has a line of its own to send them would have as
//! much sent back, by the line that the others' pictures need.

use super::token_bucket::TokenBucket;
use std::time::Instant;

/// What may be answered now: checks that are new, and those that came before. Somebody on the way can record the latter, and is to use
/// up nothing by them that the viewer needs.
pub(super) struct AnsweredChecks {
    new: TokenBucket,
    repeated: TokenBucket,
}

/// A browser checks each pair of its addresses and ours until it has an answer: of twenty and ten none is left unanswered.
const AT_ONCE: f32 = 200.0;
/// A browser that has found its path checks it every 2.5 s, and the others that it knows as well.
const A_SECOND: f32 = 20.0;

impl AnsweredChecks {
    pub(super) fn new(now: Instant) -> AnsweredChecks {
        let full = || TokenBucket::new(AT_ONCE, A_SECOND, now);
        AnsweredChecks { new: full(), repeated: full() }
    }

    /// Whether one more is answered. If so it is counted.
    pub(super) fn take(&mut self, repeated: bool, now: Instant) -> bool {
        let left = if repeated { &mut self.repeated } else { &mut self.new };
        left.take(1.0, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn those_of_a_browser_are_answered_and_of_a_flood_so_many_a_second() {
        let start = Instant::now();
        let answered = |checks: u32, every: Duration, repeated: bool| {
            let mut all = AnsweredChecks::new(start);
            (0..checks).filter(|n| all.take(repeated, start + every * *n)).count()
        };
        for repeated in [false, true] {
            assert_eq!(answered(200, Duration::ZERO, repeated), 200);
            assert_eq!(answered(100_000, Duration::from_millis(60), repeated), 100_000);
            assert!(answered(100_000, Duration::from_micros(100), repeated) <= 200 + 10 * 20);
        }
        let mut all = AnsweredChecks::new(start);
        assert_eq!((0..1000).filter(|_| all.take(true, start)).count(), 200);
        assert!(all.take(false, start), "what came before uses up nothing that the viewer needs");
    }
}
