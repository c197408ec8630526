//! How much time an encoder is given for a picture: more where the machine has it, by what its pictures take. Decisions only.

use crate::encode::Effort;
use std::time::{Duration, Instant};

/// Decides by the time that pictures take of that which one lasts. What else the machine does is in it, as an encoder that waits
/// for a core takes longer.
#[derive(Debug, Default)]
pub(super) struct Choice {
    effort: Effort,
    /// Of the last pictures, smoothed.
    share: Option<f64>,
    /// Since when it is as it is.
    since: Option<Instant>,
    /// Until when more is not tried again.
    resting: Option<Instant>,
}

/// A picture that takes less of its time leaves room for more effort, which takes a third more.
const ROOM: f64 = 0.45;
/// One that takes more leaves none: a picture in three takes half again as long as the mean.
const BUSY: f64 = 0.65;
/// One picture's part in the share: about a second's pictures count.
const SMOOTHING: f64 = 1.0 / 30.0;
/// There must have been room for so long.
const CALM: Duration = Duration::from_secs(5);
/// Where more was too much it is tried again after this time.
const REST: Duration = Duration::from_secs(60);

impl Choice {
    /// A picture that came at `now` and lasts so long took this time to be encoded. What is decided holds from the next one on.
    pub(super) fn took(&mut self, now: Instant, took: Duration, lasts: Duration) -> Effort {
        let share = took.as_secs_f64() / lasts.as_secs_f64();
        let smooth = self.share.get_or_insert(share);
        *smooth += SMOOTHING * (share - *smooth);
        match self.effort {
            Effort::Least => {
                let calm = *smooth < ROOM && self.resting.is_none_or(|until| now >= until);
                let since = self.since.filter(|_| calm).unwrap_or(now);
                self.since = Some(since);
                if calm && now.saturating_duration_since(since) >= CALM {
                    self.effort = Effort::More;
                }
            }
            Effort::More if *smooth > BUSY => {
                (self.effort, self.since, self.resting) = (Effort::Least, None, Some(now + REST));
            }
            Effort::More => {}
        }
        self.effort
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LASTS: Duration = Duration::from_nanos(33_333_333);

    /// So many seconds of pictures that take this part of their time each; what is decided with each second's last.
    fn seconds(choice: &mut Choice, now: &mut Instant, count: u32, share: f64) -> Vec<Effort> {
        let second = |_| {
            let all = (0..30).map(|_| {
                *now += LASTS;
                choice.took(*now, LASTS.mul_f64(share), LASTS)
            });
            all.last().expect("there are thirty")
        };
        (0..count).map(second).collect()
    }

    #[test]
    fn more_is_tried_after_five_calm_seconds_and_left_where_it_is_too_much() {
        let (mut choice, mut now) = (Choice::default(), Instant::now());
        let calm = seconds(&mut choice, &mut now, 7, 0.3);
        assert_eq!(calm, [&[Effort::Least; 5][..], &[Effort::More; 2]].concat());
        assert_eq!(seconds(&mut choice, &mut now, 10, 0.6), [Effort::More; 10], "it still has time");
        let busy = seconds(&mut choice, &mut now, 5, 0.8);
        assert_eq!(busy.last(), Some(&Effort::Least), "{busy:?}");
        assert_eq!(seconds(&mut choice, &mut now, 50, 0.3), [Effort::Least; 50], "it rests");
        assert_eq!(seconds(&mut choice, &mut now, 20, 0.3).last(), Some(&Effort::More));
    }

    #[test]
    fn a_machine_without_time_is_never_asked_for_more() {
        let (mut choice, mut now) = (Choice::default(), Instant::now());
        assert_eq!(seconds(&mut choice, &mut now, 30, 0.5), [Effort::Least; 30]);
        assert_eq!(seconds(&mut choice, &mut now, 30, 1.2), [Effort::Least; 30]);
    }

    #[test]
    fn one_late_picture_decides_nothing() {
        let (mut choice, mut now) = (Choice::default(), Instant::now());
        seconds(&mut choice, &mut now, 7, 0.3);
        assert_eq!(choice.took(now, LASTS * 4, LASTS), Effort::More);
    }
}
