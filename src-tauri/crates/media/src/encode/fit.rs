//! How large a layer's picture can be at its rate, decided without a clock: where the coarsest quantiser does not hold the rate, a smaller
//! picture does, and looks better. Where the machine has too little time for it, it is a step smaller as well.

use std::time::{Duration, Instant};

/// The size of one layer's picture.
#[derive(Debug)]
pub(crate) struct Fit {
    /// Bits a second.
    wanted: f64,
    step: usize,
    /// At least this one, as there is no time for more; and the one that was asked for.
    least: usize,
    least_asked: usize,
    last: Option<Instant>,
    /// Bits beyond what was due.
    debt: f64,
    /// The mean of the last pictures.
    coarseness: f32,
    /// Since when the pictures are fine.
    fine_since: Option<Instant>,
    grown: Option<Instant>,
    /// How long they have to be fine before a larger size is tried.
    patience: Duration,
}

/// The parts of a side, the largest first.
const STEPS: [(u32, u32); 3] = [(1, 1), (3, 4), (1, 2)];
/// No picture is made smaller than this because of its rate.
const SMALLEST: u16 = 90;
/// Pictures that are coarser than this show blocks and little else, and there is nearly nothing left to make them coarser by.
const COARSE: f32 = 0.9;
/// Pictures that are finer than this stay finer than [`COARSE`] in the next larger size.
const FINE: f32 = 0.66;
/// What a size begins with.
const MIDDLE: f32 = 0.78;
/// Where so many seconds of the rate are owed the size does not wait for the next regular keyframe.
const URGENT: f64 = 0.35;
const OWED: f64 = 1.0;
/// A picture's part in the mean.
const SMOOTHING: f32 = 0.1;
/// Each change is a keyframe, and another file of a recording.
const FIRST_PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_PATIENCE: Duration = Duration::from_secs(160);
/// A size that does not hold for so long was tried too soon.
const TOO_SOON: Duration = Duration::from_secs(20);

impl Fit {
    pub(crate) fn new(kbps: u32) -> Self {
        Self {
            wanted: f64::from(kbps) * 1000.0,
            step: 0,
            least: 0,
            least_asked: 0,
            last: None,
            debt: 0.0,
            coarseness: MIDDLE,
            fine_since: None,
            grown: None,
            patience: FIRST_PATIENCE,
        }
    }

    /// Another rate from the next picture on.
    pub(crate) fn set(&mut self, kbps: u32) {
        let wanted = f64::from(kbps) * 1000.0;
        if wanted != self.wanted {
            (self.wanted, self.debt) = (wanted, 0.0);
        }
    }

    /// Takes a step less than the whole size, or not any more. It gets smaller with the next picture, and larger again with the next
    /// regular keyframe.
    pub(crate) fn set_smaller(&mut self, smaller: bool) {
        self.least_asked = smaller.into();
    }

    /// The size of the picture that was captured then, of a layer of that size. Where it is another than before, the picture is a keyframe;
    /// `keyframe` says that it is one anyway.
    pub(crate) fn size(&mut self, captured: Instant, keyframe: bool, whole: (u16, u16)) -> (u16, u16) {
        let passed = self.last.map_or(Duration::ZERO, |last| captured.saturating_duration_since(last));
        self.last = Some(captured);
        self.debt = (self.debt - passed.as_secs_f64() * self.wanted).clamp(0.0, OWED * self.wanted);
        let before = self.taken();
        if self.least_asked > self.least && fits(whole, self.least_asked) || self.least_asked < self.least && keyframe {
            self.least = self.least_asked;
        }
        if self.taken() != before {
            // What was seen of the size before says nothing of this one.
            self.goes_to(self.step);
        } else if self.coarseness > COARSE
            && (keyframe || self.debt > URGENT * self.wanted)
            && fits(whole, self.taken() + 1)
        {
            if self.grown.is_some_and(|at| captured.saturating_duration_since(at) < TOO_SOON) {
                self.patience = (self.patience * 2).min(LONGEST_PATIENCE);
            }
            self.goes_to(self.taken() + 1);
        } else if self.step > self.least
            && keyframe
            && self.fine_since.is_some_and(|since| captured.saturating_duration_since(since) >= self.patience)
        {
            self.grown = Some(captured);
            self.goes_to(self.step - 1);
        }
        stepped(whole, self.taken())
    }

    /// What the rate asks for, or the time.
    fn taken(&self) -> usize {
        self.step.max(self.least)
    }

    fn goes_to(&mut self, step: usize) {
        (self.step, self.debt, self.coarseness, self.fine_since) = (step, 0.0, MIDDLE, None);
    }

    /// A picture of so many bytes came out, so coarse: from 0 to 1.
    pub(crate) fn made(&mut self, bytes: usize, coarseness: f32) {
        self.debt += 8.0 * bytes as f64;
        self.coarseness += SMOOTHING * (coarseness - self.coarseness);
        self.fine_since = self.last.filter(|_| self.coarseness < FINE).map(|last| self.fine_since.unwrap_or(last));
    }
}

/// There is such a step, and the picture is not too small in it.
fn fits(whole: (u16, u16), step: usize) -> bool {
    step < STEPS.len() && {
        let (width, height) = stepped(whole, step);
        width.min(height) >= SMALLEST
    }
}

fn stepped((width, height): (u16, u16), step: usize) -> (u16, u16) {
    let (of, whole) = STEPS[step];
    let side = |side: u16| (u32::from(side) * of / whole) as u16 & !1;
    (side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: (u16, u16) = (1280, 720);

    /// So many seconds of 30 pictures with a keyframe every two, at 1 Mbit/s; each as coarse and as large (in mean pictures) as its height
    /// asks for. The heights, where they change.
    fn run(fit: &mut Fit, start: Instant, seconds: u32, of: impl Fn(u32, u16) -> (f32, f64)) -> Vec<(u32, u16)> {
        let mut heights = Vec::new();
        for number in 0..30 * seconds {
            let now = start + Duration::from_secs(1) * number / 30;
            let (_, height) = fit.size(now, number.is_multiple_of(60), WHOLE);
            if heights.last().is_none_or(|(_, last)| *last != height) {
                heights.push((number / 30, height));
            }
            let (coarseness, size) = of(number / 30, height);
            fit.made((size * 1e6 / 30.0 / 8.0) as usize, coarseness);
        }
        heights
    }

    #[test]
    fn what_fits_keeps_its_size() {
        let heights = run(&mut Fit::new(1000), Instant::now(), 60, |_, _| (0.85, 1.0));
        assert_eq!(heights, [(0, 720)], "coarse, but not too coarse");
        let heights =
            run(&mut Fit::new(1000), Instant::now(), 60, |second, _| (if second == 6 { 1.0 } else { 0.7 }, 1.0));
        assert_eq!(heights.len(), 1, "one bad second between two keyframes, {heights:?}");
    }

    #[test]
    fn what_is_twice_the_rate_gets_smaller_within_a_second_and_no_smaller_than_it_has_to() {
        let of = |_, height| if height == 720 { (1.0, 2.0) } else { (0.8, 1.0) };
        let heights = run(&mut Fit::new(1000), Instant::now(), 60, of);
        assert_eq!(heights, [(0, 720), (0, 540)]);
        let of = |_, height| if height > 360 { (1.0, 2.0) } else { (0.8, 1.0) };
        let heights = run(&mut Fit::new(1000), Instant::now(), 60, of);
        assert_eq!(heights.last().map(|(_, height)| *height), Some(360), "{heights:?}");
        assert!(heights.last().is_some_and(|(second, _)| *second <= 2), "{heights:?}");
    }

    #[test]
    fn it_grows_again_when_pictures_have_been_fine_for_a_while_and_each_failure_makes_it_wait_longer() {
        let of = |second, height| match (second < 10, height) {
            (true, 720) => (1.0, 2.0),
            (true, _) => (0.8, 1.0),
            (false, _) => (0.6, 1.0),
        };
        let heights = run(&mut Fit::new(1000), Instant::now(), 40, of);
        assert_eq!(heights.len(), 3, "{heights:?}");
        assert!((15..=18).contains(&heights[2].0), "{heights:?}");
        // Fine when it is small, and too coarse as soon as it is not.
        let of = |_, height| if height == 720 { (1.0, 1.3) } else { (0.6, 1.0) };
        let heights = run(&mut Fit::new(1000), Instant::now(), 300, of);
        assert!(heights.len() < 14, "{heights:?}");
    }

    /// So many seconds at a coarseness that is neither too coarse nor fine in any size; the heights by second, where they change.
    fn middling(fit: &mut Fit, start: Instant, seconds: u32) -> Vec<(u32, u16)> {
        run(fit, start, seconds, |_, _| (MIDDLE, 1.0))
    }

    #[test]
    fn where_there_is_no_time_it_is_smaller_at_once_and_whole_again_from_a_regular_keyframe_on() {
        let (mut fit, start) = (Fit::new(1000), Instant::now());
        let at = |second| start + Duration::from_secs(second);
        assert_eq!(middling(&mut fit, start, 5), [(0, 720)]);
        fit.set_smaller(true);
        assert_eq!(fit.size(at(5), false, WHOLE), (960, 540), "without a keyframe");
        assert_eq!(middling(&mut fit, at(6), 60), [(0, 540)], "and as long as it is asked for");
        fit.set_smaller(false);
        assert_eq!(fit.size(at(66), false, WHOLE), (960, 540));
        assert_eq!(fit.size(at(67), true, WHOLE), WHOLE, "whatever its rate would say to it");
        assert_eq!(middling(&mut fit, at(68), 60), [(0, 720)]);
    }

    #[test]
    fn what_is_smaller_for_want_of_time_gets_smaller_still_where_its_rate_asks_for_that() {
        let (mut fit, start) = (Fit::new(1000), Instant::now());
        fit.set_smaller(true);
        let of = |_, height| if height > 360 { (1.0, 2.0) } else { (0.8, 1.0) };
        assert_eq!(run(&mut fit, start, 30, of).last().map(|(_, height)| *height), Some(360));
        fit.set_smaller(false);
        let heights = run(&mut fit, start + Duration::from_secs(30), 30, of);
        assert_eq!(heights, [(0, 360)], "that is its rate's, and stays");
    }

    /// So many pictures at twice the rate are of this size before they are smaller.
    fn pictures_until_smaller(fit: &mut Fit, height: u16) -> u32 {
        let start = Instant::now();
        let still = |number: &u32| {
            let is = fit.size(start + Duration::from_secs(1) * *number / 30, false, WHOLE).1 == height;
            fit.made(2_000_000 / 30 / 8, 1.0);
            is
        };
        (0..300).take_while(still).count() as u32
    }

    #[test]
    fn and_as_soon_as_from_any_other_size() {
        let whole = pictures_until_smaller(&mut Fit::new(1000), 720);
        let mut fit = Fit::new(1000);
        fit.set_smaller(true);
        assert_eq!(pictures_until_smaller(&mut fit, 540), whole);
        assert!(whole < 30);
    }

    #[test]
    fn what_would_be_too_small_to_see_is_not_made_smaller_for_want_of_time_either() {
        let mut fit = Fit::new(1000);
        fit.set_smaller(true);
        assert_eq!(fit.size(Instant::now(), true, (160, 96)), (160, 96));
    }

    #[test]
    fn small_layers_stay_as_they_are() {
        let mut fit = Fit::new(1000);
        let start = Instant::now();
        for number in 0..90 {
            let now = start + Duration::from_secs(1) * number / 30;
            assert_eq!(fit.size(now, number == 60, (160, 96)), (160, 96));
            fit.made(20_000, 1.0);
        }
    }
}
