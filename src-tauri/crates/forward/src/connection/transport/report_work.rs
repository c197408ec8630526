//! How much work a viewer's reports may be.

use super::token_bucket::TokenBucket;
use std::time::Instant;

/// Limits the RTCP of one viewer by what it costs to read and answer it ([`rtp::rtcp::work`]), so that a viewer that floods takes no
/// time from the others, and does not fill the sending thread's inbox.
///
/// A browser reports on transport-wide numbers 20 times a second and asks for lost packets once for each hole, 90 times at 8
/// Mbit/s of which a tenth is lost: 170 tokens a second.
pub(super) struct ReportWork(TokenBucket);

const A_SECOND: f32 = 500.0;
const AT_ONCE: f32 = 500.0;
/// What a token pays, in steps. A compound costs a token at least: to hand it over and to look up its viewer takes as long as this.
const STEPS: f32 = 32.0;

impl ReportWork {
    pub(super) fn new(now: Instant) -> ReportWork {
        ReportWork(TokenBucket::new(AT_ONCE, A_SECOND, now))
    }

    /// Pays for so many steps. False, and nothing is paid, if there is not enough left.
    pub(super) fn pay(&mut self, steps: usize, now: Instant) -> bool {
        self.0.take((steps as f32 / STEPS).max(1.0), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_flood_is_cut_to_so_many_a_second_and_a_browser_never_is() {
        let start = Instant::now();
        let taken = |gap: Duration, count: u32| {
            let mut work = ReportWork::new(start);
            (0..count).filter(|n| work.pay(8, start + gap * *n)).count()
        };
        assert_eq!(taken(Duration::ZERO, 10_000), 500);
        assert!((1490..=1510).contains(&taken(Duration::from_micros(20), 100_000)), "two seconds of 50,000 each");
        assert_eq!(taken(Duration::from_millis(4), 10_000), 10_000);
    }

    #[test]
    fn a_second_pays_for_sixteen_thousand_steps_however_they_are_cut() {
        let start = Instant::now();
        for steps in [1, 32, 100, 1000, 16_000] {
            let mut work = ReportWork::new(start);
            let mut paid = |at| std::iter::from_fn(|| work.pay(steps, at).then_some(steps)).sum::<usize>();
            for at in [start, start + Duration::from_secs(1), start + Duration::from_secs(100)] {
                let paid = paid(at);
                assert!(paid <= 16_000, "{paid} in steps of {steps}");
                assert!(paid + steps > 16_000 || steps < 32, "{paid} in steps of {steps}");
            }
        }
        assert!(!ReportWork::new(start).pay(16_001, start), "more than a second's is never read");
    }

    #[test]
    fn a_browser_at_eight_megabits_and_a_tenth_lost_has_thrice_what_it_needs() {
        let start = Instant::now();
        let mut work = ReportWork::new(start);
        let mut least = AT_ONCE;
        for ms in 0..60_000u64 {
            let now = start + Duration::from_millis(ms);
            // Feedback on 42 packets in 72 bytes every 50 ms, a NACK of two numbers every 11, a report of three blocks every second.
            let said = [(50, 18 + 42), (11, 4 + 2), (1000, 20)];
            for (_, steps) in said.into_iter().filter(|(every, _)| ms % every == 0) {
                assert!(work.pay(steps, now));
            }
            least = least.min(work.0.left());
        }
        assert!(least > 490.0, "{least}");
    }
}
