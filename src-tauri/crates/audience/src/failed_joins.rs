//! Offers that could not be answered: which of them the broadcaster is told.

use std::time::{Duration, Instant};

/// So many are told at once: somebody who tries one player after another hears of each.
const AT_ONCE: u32 = 10;

/// After those one is told in this time, whoever else sends what cannot be answered.
const EVERY: Duration = Duration::from_secs(1);

/// How many may be told now.
#[derive(Debug)]
pub(crate) struct FailedJoins {
    left: u32,
    /// Since when `left` is what it is.
    at: Option<Instant>,
}

impl Default for FailedJoins {
    fn default() -> FailedJoins {
        FailedJoins { left: AT_ONCE, at: None }
    }
}

impl FailedJoins {
    /// One more failed: whether it is told.
    pub(crate) fn is_told(&mut self, now: Instant) -> bool {
        let since = now.saturating_duration_since(*self.at.get_or_insert(now));
        let earned = since.as_secs() / EVERY.as_secs();
        if earned > 0 {
            self.left = self.left.saturating_add(u32::try_from(earned).unwrap_or(AT_ONCE)).min(AT_ONCE);
            self.at = Some(now);
        }
        let told = self.left > 0;
        self.left = self.left.saturating_sub(1);
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_at_once_and_one_a_second_are_told() {
        let (mut failed, start) = (FailedJoins::default(), Instant::now());
        let told = |failed: &mut FailedJoins, ms: std::ops::Range<u64>| {
            ms.filter(|ms| failed.is_told(start + Duration::from_millis(*ms))).count()
        };
        assert_eq!(told(&mut failed, 0..1000), 10, "a thousand in a second");
        assert_eq!(told(&mut failed, 1000..6000), 5, "and then one a second");
        assert_eq!(told(&mut failed, 3_600_000..3_600_500), 10, "an hour of silence earns no more than before");
    }
}
