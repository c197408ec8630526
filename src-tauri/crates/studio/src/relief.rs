//! What the encoder gives up where the machine has too little time for it, whatever priority it has, and when that is taken back. Decisions
//! only, by what a second brought.
//!
//! The order: first there is no room for encoders that only a few need ([`crate::encoder_room`]); then goes the top layer's rate, as half of the
//! pictures cost half of the time and a slow picture is still a sharp one; then its size. The lower layers stay as they are: whoever watches one
//! of them has a thin line, and they cost little.

use media::{TopLayer, TopPictures};
use protocol::GivenUp;
use std::time::{Duration, Instant};

/// Judges by the pictures that the top layer was to have, and those that it has.
#[derive(Debug, Default)]
pub(crate) struct Relief {
    /// Nothing is given up, whatever the machine has time for.
    off: bool,
    top: TopLayer,
    before: TopPictures,
    /// When it became so.
    since: Option<Instant>,
    /// So many seconds in a row, until now, were short.
    short: u32,
    /// Since when none was.
    kept_since: Option<Instant>,
    /// When something was last taken back, and how long it has to go well before the next time.
    taken_back: Option<Instant>,
    patience: Option<Duration>,
}

/// A second of which less was kept was short: 27 of 30.
const KEPT: f64 = 0.9;
/// So many in a row are no moment any more: what starts beside us keeps everything waiting for one or two. It is one more than it takes until
/// there is no room for encoders that only a few need, so that there is a second in which that can show.
const SHORT: u32 = 4;
/// What was changed is looked at once it had time to show.
const SETTLES: Duration = Duration::from_secs(2);
/// It goes well for so long before something is taken back; twice as long where that was too soon the last time.
const FIRST_PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_PATIENCE: Duration = Duration::from_secs(160);
/// What holds for less was taken back too soon.
const TOO_SOON: Duration = Duration::from_secs(20);

impl Relief {
    /// For who would rather miss pictures as it comes than have others: in a recording that is to stay one file of one size.
    pub(crate) fn none() -> Self {
        Self { off: true, ..Self::default() }
    }

    /// A second went by, and this was counted until now; how much is to be made of the top layer, where that is another than before.
    pub(crate) fn second(&mut self, counted: TopPictures, now: Instant) -> Option<TopLayer> {
        let before = std::mem::replace(&mut self.before, counted);
        let (due, made) = (counted.due.saturating_sub(before.due), counted.made.saturating_sub(before.made));
        // Without pictures nothing is known.
        if self.off || due == 0 || self.since.is_some_and(|since| now.saturating_duration_since(since) < SETTLES) {
            return None;
        }
        if (made as f64) < KEPT * due as f64 {
            (self.short, self.kept_since) = (self.short + 1, None);
            return if self.short >= SHORT { self.gives_up(now) } else { None };
        }
        self.short = 0;
        let kept = now.saturating_duration_since(*self.kept_since.get_or_insert(now));
        if kept >= self.patience.unwrap_or(FIRST_PATIENCE) { self.takes_back(now) } else { None }
    }

    /// There is too little time for the pictures, or something is given up so that there is not.
    pub(crate) fn is_short(&self) -> bool {
        self.short > 0 || self.top != TopLayer::Whole
    }

    /// For the panel.
    pub(crate) fn given_up(&self) -> Option<GivenUp> {
        match self.top {
            TopLayer::Whole => None,
            TopLayer::HalfRate => Some(GivenUp::Rate),
            TopLayer::Smaller => Some(GivenUp::Size),
        }
    }

    /// Other pictures are encoded from now on, of which nothing is known. Whether anything was given up for those before.
    pub(crate) fn forget(&mut self) -> bool {
        let given_up = self.top != TopLayer::Whole;
        *self = Self { off: self.off, before: self.before, ..Self::default() };
        given_up
    }

    fn gives_up(&mut self, now: Instant) -> Option<TopLayer> {
        let next = match self.top {
            TopLayer::Whole => TopLayer::HalfRate,
            TopLayer::HalfRate => TopLayer::Smaller,
            // There is no more.
            TopLayer::Smaller => return None,
        };
        if self.taken_back.is_some_and(|at| now.saturating_duration_since(at) < TOO_SOON) {
            self.patience = Some((2 * self.patience.unwrap_or(FIRST_PATIENCE)).min(LONGEST_PATIENCE));
        }
        self.goes_to(next, now)
    }

    fn takes_back(&mut self, now: Instant) -> Option<TopLayer> {
        let next = match self.top {
            TopLayer::Whole => {
                // It went well for long with everything: what was is forgotten.
                self.patience = None;
                return None;
            }
            TopLayer::HalfRate => TopLayer::Whole,
            TopLayer::Smaller => TopLayer::HalfRate,
        };
        self.taken_back = Some(now);
        self.goes_to(next, now)
    }

    fn goes_to(&mut self, top: TopLayer, now: Instant) -> Option<TopLayer> {
        (self.top, self.since, self.short, self.kept_since) = (top, Some(now), 0, None);
        Some(top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TopLayer::{HalfRate, Smaller, Whole};

    /// A machine that can encode so many whole pictures in each second; a smaller one takes half the time. The changes, by second.
    fn run(relief: &mut Relief, start: Instant, can: impl IntoIterator<Item = u64>) -> Vec<(u64, TopLayer)> {
        let mut told = Vec::new();
        let mut counted = relief.before;
        for (second, can) in (0..).zip(can) {
            let (due, can) = match relief.top {
                Whole => (30, can),
                HalfRate => (15, can),
                Smaller => (15, 2 * can),
            };
            counted = TopPictures { due: counted.due + due, made: counted.made + can.min(due) };
            let now = start + Duration::from_secs(second);
            told.extend(relief.second(counted, now).map(|top| (second, top)));
        }
        told
    }

    #[test]
    fn a_machine_that_keeps_up_gives_nothing_up_and_neither_does_a_slow_source() {
        let start = Instant::now();
        assert_eq!(run(&mut Relief::default(), start, [30, 28, 27].repeat(50)), []);
        let mut relief = Relief::default();
        for second in 1..100 {
            let slow = TopPictures { due: 7 * second, made: 7 * second };
            assert_eq!(relief.second(slow, start + Duration::from_secs(second)), None);
        }
        assert!(!relief.is_short());
    }

    #[test]
    fn a_moment_is_no_reason() {
        assert_eq!(run(&mut Relief::default(), Instant::now(), [30, 5, 5, 5, 30].repeat(50)), []);
    }

    #[test]
    fn the_rate_goes_first_and_the_size_only_where_that_is_not_enough() {
        let start = Instant::now();
        assert_eq!(run(&mut Relief::default(), start, [20; 12]), [(3, HalfRate)], "half of the pictures are all kept");
        assert_eq!(run(&mut Relief::default(), start, [10; 16]), [(3, HalfRate), (8, Smaller)]);
        let steps = run(&mut Relief::default(), start, [3; 60]);
        assert_eq!(steps, [(3, HalfRate), (8, Smaller)], "there is no more to give up");
    }

    #[test]
    fn it_is_taken_back_in_the_same_order_once_there_is_time_again() {
        let game = [10; 10].into_iter().chain([30; 60]);
        let steps = run(&mut Relief::default(), Instant::now(), game);
        assert_eq!(steps.iter().map(|(_, top)| *top).collect::<Vec<_>>(), [HalfRate, Smaller, HalfRate, Whole]);
        assert!(steps[3].0 <= 35, "within half a minute: {steps:?}");
    }

    #[test]
    fn what_is_taken_back_too_soon_is_waited_for_longer_each_time() {
        // There is never time for all pictures, and always for half of them: only by trying is that known.
        let steps = run(&mut Relief::default(), Instant::now(), [20; 600]);
        let tries: Vec<u64> = steps.iter().filter(|(_, top)| *top == Whole).map(|(second, _)| *second).collect();
        let waits: Vec<u64> = tries.windows(2).map(|two| two[1] - two[0]).collect();
        assert!((3..=6).contains(&tries.len()) && waits.is_sorted(), "{tries:?}");
    }

    #[test]
    fn who_wants_no_relief_has_none() {
        let mut relief = Relief::none();
        let start = Instant::now();
        assert_eq!(run(&mut relief, start, [3; 60]), []);
        relief.forget();
        assert_eq!(run(&mut relief, start + Duration::from_secs(60), [3; 60]), [], "in the next broadcast neither");
        assert!(!relief.is_short() && relief.given_up().is_none());
    }

    #[test]
    fn seconds_without_pictures_say_nothing() {
        let (mut relief, start) = (Relief::default(), Instant::now());
        run(&mut relief, start, [20; 4]);
        assert_eq!(relief.given_up(), Some(GivenUp::Rate));
        for second in 4..100 {
            assert_eq!(relief.second(relief.before, start + Duration::from_secs(second)), None);
        }
    }

    #[test]
    fn of_other_pictures_nothing_is_known() {
        let mut relief = Relief::default();
        assert!(!relief.forget());
        let start = Instant::now();
        run(&mut relief, start, [20; 4]);
        let counted = relief.before;
        assert!(relief.is_short() && relief.forget());
        assert!(!relief.is_short() && relief.given_up().is_none());
        let good = TopPictures { due: counted.due + 30, made: counted.made + 30 };
        assert_eq!(relief.second(good, start + Duration::from_secs(4)), None);
        assert!(!relief.is_short(), "what was counted before is no part of it");
        let later = start + Duration::from_secs(100);
        assert_eq!(run(&mut relief, later, [20; 4]), [(3, HalfRate)], "as if there had been none before");
    }
}
