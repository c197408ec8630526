//! How large a layer's picture can be at its rate, decided without a clock: where the coarsest quantiser does not hold the rate, a smaller
//! picture does, and looks better.

use std::time::{Duration, Instant};

/// The size of one layer's picture.
#[derive(Debug)]
pub(crate) struct Fit {
    /// Bits a second.
    wanted: f64,
    step: usize,
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

    /// The size of the picture that was captured then, of a layer of that size. Where it is another than before, the picture is a keyframe;
    /// `keyframe` says that it is one anyway.
    pub(crate) fn size(&mut self, captured: Instant, keyframe: bool, whole: (u16, u16)) -> (u16, u16) {
        let passed = self.last.map_or(Duration::ZERO, |last| captured.saturating_duration_since(last));
        self.last = Some(captured);
        self.debt = (self.debt - passed.as_secs_f64() * self.wanted).clamp(0.0, OWED * self.wanted);
        let smaller = STEPS.get(self.step + 1).map(|_| stepped(whole, self.step + 1));
        if self.coarseness > COARSE
            && (keyframe || self.debt > URGENT * self.wanted)
            && smaller.is_some_and(|(width, height)| width.min(height) >= SMALLEST)
        {
            if self.grown.is_some_and(|at| captured.saturating_duration_since(at) < TOO_SOON) {
                self.patience = (self.patience * 2).min(LONGEST_PATIENCE);
            }
            self.goes_to(self.step + 1);
        } else if self.step > 0
            && keyframe
            && self.fine_since.is_some_and(|since| captured.saturating_duration_since(since) >= self.patience)
        {
            self.grown = Some(captured);
            self.goes_to(self.step - 1);
        }
        stepped(whole, self.step)
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
