//! How much one person may say, and what becomes of who says more.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// So many within such a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At least one.
    pub most: u32,
    /// In which they are counted.
    pub within: Duration,
}

/// When somebody did something, as far as the rate has to know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    /// At most as many as the rate allows.
    times: VecDeque<Instant>,
}

impl Pace {
    /// Takes one more; an error says how long to wait for it.
    pub(crate) fn take(&mut self, rate: Rate, now: Instant) -> Result<(), Duration> {
        self.take_some(1, rate, now)
    }

    /// Takes so many at once, or as many as there are at most; an error says how long to wait for them.
    pub(crate) fn take_some(&mut self, count: usize, rate: Rate, now: Instant) -> Result<(), Duration> {
        let most = rate.most.max(1) as usize;
        while self.times.front().is_some_and(|time| self.times.len() > most || now >= *time + rate.within) {
            self.times.pop_front();
        }
        let count = count.clamp(1, most);
        let over = (self.times.len() + count).saturating_sub(most);
        match over.checked_sub(1).and_then(|last| self.times.get(last)) {
            Some(last) => Err(*last + rate.within - now),
            None => {
                self.times.extend(std::iter::repeat_n(now, count));
                Ok(())
            }
        }
    }
}

/// How many bytes all people together may have told to each page.
#[derive(Clone, Debug)]
pub(crate) struct Allowance {
    a_second: f64,
    left: f64,
    at: Option<Instant>,
}

/// What is not said for so long may be said at once later.
const AHEAD: f64 = 4.0;

impl Allowance {
    /// All of it is there.
    pub(crate) fn new(a_second: f64) -> Allowance {
        Allowance { a_second, left: a_second * AHEAD, at: None }
    }

    /// Takes so many; an error says how long to wait for them.
    pub(crate) fn take(&mut self, bytes: usize, now: Instant) -> Result<(), Duration> {
        let passed = self.at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.left = (self.left + self.a_second * passed.as_secs_f64()).min(self.a_second * AHEAD);
        self.at = Some(now);
        let missing = bytes as f64 - self.left;
        if missing > 0.0 {
            return Err(Duration::from_secs_f64((missing / self.a_second).min(AHEAD)));
        }
        self.left -= bytes as f64;
        Ok(())
    }
}

/// How often somebody went on although told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strikes {
    count: u32,
    last: Option<Instant>,
}

/// Who is told so often that it is too fast, and goes on, is muted.
const STRIKES: u32 = 5;

/// Who was quiet for this long is told anew.
const FORGIVEN: Duration = Duration::from_secs(30);

impl Strikes {
    /// One more; true: it is enough.
    pub(crate) fn one_more(&mut self, now: Instant) -> bool {
        if self.last.is_some_and(|last| now.saturating_duration_since(last) >= FORGIVEN) {
            self.count = 0;
        }
        self.last = Some(now);
        self.count += 1;
        let enough = self.count >= STRIKES;
        if enough {
            self.count = 0;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_within_such_a_time() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let rate = Rate { most: 3, within: Duration::from_secs(5) };
        let at = |ms| start + Duration::from_millis(ms);
        for ms in [0, 1000, 2000] {
            assert_eq!(pace.take(rate, at(ms)), Ok(()));
        }
        assert_eq!(pace.take(rate, at(3000)), Err(Duration::from_secs(2)));
        assert_eq!(pace.take(rate, at(4999)), Err(Duration::from_millis(1)), "to be told costs nothing");
        assert_eq!(pace.take(rate, at(5000)), Ok(()));
        assert!(pace.take(rate, at(5001)).is_err());
        assert!(pace.times.len() <= 3);
    }

    #[test]
    fn what_counts_as_several_waits_for_all_of_them() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let rate = Rate { most: 3, within: Duration::from_secs(5) };
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(pace.take(rate, at(0)), Ok(()));
        assert_eq!(pace.take(rate, at(1000)), Ok(()));
        assert_eq!(pace.take_some(2, rate, at(2000)), Err(Duration::from_secs(3)), "until the first is gone");
        assert_eq!(pace.take_some(9, rate, at(2000)), Err(Duration::from_secs(4)), "more than all is all");
        assert_eq!(pace.take_some(2, rate, at(5000)), Ok(()));
        assert_eq!(pace.take(rate, at(5999)), Err(Duration::from_millis(1)));
        assert_eq!(pace.take_some(9, rate, at(10_000)), Ok(()));
        assert_eq!(pace.times.len(), 3);
    }

    #[test]
    fn what_all_say_is_so_much_a_second_and_four_seconds_of_it_at_once() {
        let (mut all, start) = (Allowance::new(1000.0), Instant::now());
        let mut taken = |ms| {
            let now = start + Duration::from_millis(ms);
            std::iter::from_fn(|| all.take(100, now).ok()).count()
        };
        assert_eq!([taken(0), taken(0), taken(1000), taken(1250), taken(100_000)], [40, 0, 10, 2, 40]);
        assert_eq!(all.take(600, start + Duration::from_millis(100_100)), Err(Duration::from_millis(500)));
        assert_eq!(all.take(100, start + Duration::from_millis(100_100)), Ok(()), "what fits is said");
    }

    #[test]
    fn who_goes_on_is_told_five_times() {
        let (mut strikes, start) = (Strikes::default(), Instant::now());
        let at = |s| start + Duration::from_secs(s);
        assert_eq!((0..5).map(|s| strikes.one_more(at(s))).collect::<Vec<_>>(), [false, false, false, false, true]);
        assert!(!strikes.one_more(at(5)));
        for s in [40, 80, 120, 160, 200, 240] {
            assert!(!strikes.one_more(at(s)), "now and then is no flood");
        }
    }
}
