//! Consent to send (RFC 7675): media flows as long as the address it flows to answers checks of ours.

use std::ops::Range;
use std::time::{Duration, Instant};

/// The consent of the address in use. Nothing else that comes from there keeps it: who has the session's keys can forge the source
/// of a check, a report or a record, and only an answer shows that somebody receives there.
///
/// A check of ours goes with the answer to one of the viewer's, as soon as it may: the thread is awake then, and what is sent to the
/// same address is one call. Browsers check every 2.5 or every 5 s, so a check is seldom sent by itself.
pub(super) struct Consent {
    /// When the address answered last.
    answered: Instant,
    /// From when on the next check goes with an answer.
    early: Instant,
    /// When the next check is sent by itself.
    late: Instant,
}

/// RFC 7675 5.1: without an answer for so long nothing is sent any more.
pub(super) const LIFETIME: Duration = Duration::from_secs(30);
/// RFC 7675 5.1: between two checks are between 0.8 and 1.2 times this, by chance, so that the checks of viewers who came together
/// do not stay together.
const INTERVAL: Duration = Duration::from_secs(5);
/// Between these, one of the viewer's checks is waited for. Once one has come then, those of a browser that checks every 2.5 s or every
/// 5 s come then again, by half a second of jitter.
const EARLY: Range<f32> = 0.8..0.9;
const LATE: Range<f32> = 1.1..1.2;

impl Consent {
    /// An address that answered then.
    pub(super) fn since(answered: Instant) -> Consent {
        Consent { answered, early: answered + interval(EARLY), late: answered + interval(LATE) }
    }

    /// The address has answered again.
    pub(super) fn answered(&mut self, now: Instant) {
        self.answered = now;
    }

    pub(super) fn is_expired(&self, now: Instant) -> bool {
        now >= self.answered + LIFETIME
    }

    /// Whether a check goes with the answer that is sent now. If so it counts as sent.
    pub(super) fn take_with_an_answer(&mut self, now: Instant) -> bool {
        self.take(self.early <= now, now)
    }

    /// Whether a check is due by itself. If so it counts as sent.
    pub(super) fn take_check(&mut self, now: Instant) -> bool {
        self.take(self.late <= now, now)
    }

    /// When either may be the case.
    pub(super) fn poll_timeout(&self) -> Instant {
        self.late.min(self.answered + LIFETIME)
    }

    fn take(&mut self, due: bool, now: Instant) -> bool {
        if due {
            (self.early, self.late) = (now + interval(EARLY), now + interval(LATE));
        }
        due
    }
}

fn interval(share: Range<f32>) -> Duration {
    INTERVAL.mul_f32(rand::random_range(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds between checks to a viewer that checks that often, from none at all to all the time.
    fn gaps(every: Duration) -> Vec<f32> {
        let start = Instant::now();
        let mut consent = Consent::since(start);
        let (mut gaps, mut last, mut heard) = (Vec::new(), start, start);
        while gaps.len() < 1000 {
            let alone = consent.poll_timeout();
            let (at, sent) = if heard + every < alone {
                heard += every;
                (heard, consent.take_with_an_answer(heard))
            } else {
                assert!(!consent.take_check(alone - Duration::from_millis(1)));
                (alone, consent.take_check(alone))
            };
            if sent {
                consent.answered(at);
                gaps.push((at - last).as_secs_f32());
                last = at;
            }
        }
        gaps
    }

    #[test]
    fn checks_are_four_to_six_seconds_apart_and_no_two_viewers_stay_together() {
        for (every, mean) in [(3600.0, 5.75), (2.5, 5.0), (5.0, 5.0), (1.3, 5.2), (0.01, 4.25)] {
            let gaps = gaps(Duration::from_secs_f32(every));
            assert!(gaps.iter().all(|gap| (4.0..=6.0).contains(gap)), "{gaps:?}");
            let got = gaps.iter().sum::<f32>() / gaps.len() as f32;
            assert!(
                (mean - 0.1..mean + 0.1).contains(&got),
                "{got} in the mean, where the viewer checks every {every} s"
            );
        }
        let alone = gaps(Duration::from_secs(3600));
        let alike = alone.windows(2).filter(|two| (two[0] - two[1]).abs() < 0.001).count();
        assert!(alike < 20, "{alike} intervals are like the one before");
    }

    #[test]
    fn a_browsers_own_checks_carry_ours_and_none_is_sent_by_itself() {
        let gaps = gaps(Duration::from_millis(2500));
        assert!(gaps.iter().all(|gap| *gap == 5.0), "{gaps:?}");
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
        assert!((5..=7).contains(&checks), "{checks} checks went unanswered");
        assert!(!consent.is_expired(end - Duration::from_millis(1)) && consent.is_expired(end));
        assert_eq!(consent.poll_timeout(), end);
    }
}
