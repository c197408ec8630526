//! A token bucket: so much at once, and then so much a second.

use std::time::Instant;

pub(super) struct TokenBucket {
    size: f32,
    a_second: f32,
    left: f32,
    at: Instant,
}

impl TokenBucket {
    /// A full one, of a size, that so much runs into in a second.
    pub(super) fn new(size: f32, a_second: f32, now: Instant) -> TokenBucket {
        TokenBucket { size, a_second, left: size, at: now }
    }

    /// Takes so many tokens out. False, and nothing is taken, if there are not so many.
    pub(super) fn take(&mut self, tokens: f32, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f32();
        self.left = (self.left + passed * self.a_second).min(self.size);
        self.at = self.at.max(now);
        let there = self.left >= tokens;
        if there {
            self.left -= tokens;
        }
        there
    }

    #[cfg(test)]
    pub(super) fn left(&self) -> f32 {
        self.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_is_taken_runs_in_again_and_never_over_and_time_does_not_run_back() {
        let start = Instant::now();
        let at = |s: f32| start + Duration::from_secs_f32(s);
        let mut bucket = TokenBucket::new(10.0, 2.0, start);
        assert!(!bucket.take(10.5, start), "more than it holds");
        assert!(bucket.take(10.0, start) && !bucket.take(1.0, start));
        assert!(!bucket.take(2.0, at(0.9)) && bucket.take(2.0, at(1.0)));
        assert!(
            !bucket.take(1.0, at(0.5)) && !bucket.take(1.0, at(1.25)),
            "an earlier moment gives nothing, also later"
        );
        assert!(bucket.take(10.0, at(1000.0)) && !bucket.take(0.1, at(1000.0)));
    }
}
