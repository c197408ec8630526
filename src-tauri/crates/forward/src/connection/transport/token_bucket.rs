//! A token bucket: how much of something a viewer may send.

use std::time::Instant;

/// Limits the RTCP packets of one viewer, so that a viewer that floods does not fill the sending thread's inbox for all others.
///
/// A browser reports on transport-wide numbers 20 times a second and asks for lost packets once for each hole, 90 times at 8
/// Mbit/s of which a tenth is lost.
pub(super) struct TokenBucket {
    left: f32,
    at: Instant,
}

const A_SECOND: f32 = 500.0;
const AT_ONCE: f32 = 500.0;

impl TokenBucket {
    pub(super) fn new(now: Instant) -> TokenBucket {
        TokenBucket { left: AT_ONCE, at: now }
    }

    /// Takes a token. False if there is none.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f32();
        self.left = (self.left + passed * A_SECOND).min(AT_ONCE);
        self.at = self.at.max(now);
        let there = self.left >= 1.0;
        if there {
            self.left -= 1.0;
        }
        there
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
            let mut allowance = TokenBucket::new(start);
            (0..count).filter(|n| allowance.take(start + gap * *n)).count()
        };
        assert_eq!(taken(Duration::ZERO, 10_000), 500);
        assert!((1490..=1510).contains(&taken(Duration::from_micros(20), 100_000)), "two seconds of 50,000 each");
        assert_eq!(taken(Duration::from_millis(4), 10_000), 10_000);
    }
}
