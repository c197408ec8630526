//! Consent to send (RFC 7675): media flows as long as the address it flows to answers checks of ours.

use std::time::{Duration, Instant};

/// The consent of the address in use. Nothing else that comes from there keeps it: who has the session's keys can forge the source
/// of a check, a report or a record, and only an answer shows that somebody receives there.
pub(super) struct Consent {
    /// When the address answered last.
    answered: Instant,
    /// When the next check is due.
    check: Instant,
}

/// RFC 7675 5.1: without an answer for so long nothing is sent any more.
pub(super) const LIFETIME: Duration = Duration::from_secs(30);
/// RFC 7675 5.1: the mean time between two checks, each of which is between 0.8 and 1.2 times as long, so that the checks of viewers
/// who came together do not stay together.
const INTERVAL: Duration = Duration::from_secs(5);

impl Consent {
    /// An address that answered then.
    pub(super) fn since(answered: Instant) -> Consent {
        Consent { answered, check: answered + interval() }
    }

    /// The address has answered again.
    pub(super) fn answered(&mut self, now: Instant) {
        self.answered = now;
    }

    pub(super) fn is_expired(&self, now: Instant) -> bool {
        now >= self.answered + LIFETIME
    }

    /// Whether a check is due. If so it counts as sent.
    pub(super) fn take_check(&mut self, now: Instant) -> bool {
        let due = self.check <= now;
        if due {
            self.check = now + interval();
        }
        due
    }

    /// When either may be the case.
    pub(super) fn poll_timeout(&self) -> Instant {
        self.check.min(self.answered + LIFETIME)
    }
}

fn interval() -> Duration {
    INTERVAL.mul_f32(rand::random_range(0.8..1.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_five_seconds_apart_in_the_mean_and_no_two_viewers_stay_together() {
        let start = Instant::now();
        let mut consent = Consent::since(start);
        let mut gaps = Vec::new();
        let mut last = start;
        for _ in 0..1000 {
            let at = consent.poll_timeout();
            assert!(!consent.take_check(at - Duration::from_millis(1)) && consent.take_check(at));
            consent.answered(at);
            gaps.push((at - last).as_secs_f32());
            last = at;
        }
        assert!(gaps.iter().all(|gap| (4.0..=6.0).contains(gap)));
        let mean = gaps.iter().sum::<f32>() / gaps.len() as f32;
        assert!((4.8..5.2).contains(&mean), "{mean}");
    }

    #[test]
    fn consent_ends_thirty_seconds_after_the_last_answer() {
        let start = Instant::now();
        let mut consent = Consent::since(start);
        consent.answered(start + Duration::from_secs(7));
        let end = start + Duration::from_secs(37);
        let mut checks = 0;
        while consent.poll_timeout() < end {
            checks += u32::from(consent.take_check(consent.poll_timeout()));
        }
        assert!((5..=9).contains(&checks), "{checks} checks went unanswered");
        assert!(!consent.is_expired(end - Duration::from_millis(1)) && consent.is_expired(end));
        assert_eq!(consent.poll_timeout(), end);
    }
}
