//! How loud a strip is: a gain that changes without a click.

use crate::frame::SAMPLE_RATE;

/// How long a change takes: a step is heard as a click.
const FRAMES: f32 = (SAMPLE_RATE / 200) as f32;

/// A gain, and where it is going.
#[derive(Debug)]
pub(super) struct Fader {
    now: f32,
    goal: f32,
    /// How much it changes with each frame.
    step: f32,
}

impl Fader {
    /// As it is meant to be from the first sample on.
    pub(super) fn new(gain: f32) -> Self {
        Self { now: gain, goal: gain, step: 0.0 }
    }

    /// From now on.
    pub(super) fn set(&mut self, gain: f32) {
        if gain != self.goal {
            (self.goal, self.step) = (gain, (gain - self.now).abs() / FRAMES);
        }
    }

    /// Makes interleaved stereo as loud as that. What is as loud as it came stays as it is, to the bit.
    pub(super) fn apply(&mut self, samples: &mut [f32]) {
        let mut frames = samples.chunks_exact_mut(2);
        while self.now != self.goal
            && let Some(frame) = frames.next()
        {
            self.now += (self.goal - self.now).clamp(-self.step, self.step);
            frame.iter_mut().for_each(|sample| *sample *= self.now);
        }
        match self.now {
            1.0 => {}
            // Whatever came, and were it no number.
            0.0 => frames.flatten().for_each(|sample| *sample = 0.0),
            gain => frames.flatten().for_each(|sample| *sample *= gain),
        }
    }

    /// Nothing comes through, nor will.
    pub(super) fn is_shut(&self) -> bool {
        self.now == 0.0 && self.goal == 0.0
    }
}

/// Decibels as a factor.
pub(super) fn factor(db: f32) -> f32 {
    if db == 0.0 { 1.0 } else { 10_f32.powf(db / 20.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(fader: &mut Fader) -> Vec<f32> {
        let mut samples = vec![0.5; 960];
        fader.apply(&mut samples);
        samples
    }

    #[test]
    fn a_change_takes_five_milliseconds_and_makes_no_click() {
        let mut fader = Fader::new(1.0);
        assert_eq!(heard(&mut fader), vec![0.5; 960], "as it came");
        for (gain, first) in [(0.0, 0.5), (2.0, 0.0), (0.5, 1.0), (1.0, 0.25)] {
            fader.set(gain);
            let sound = heard(&mut fader);
            let left: Vec<f32> = sound.iter().step_by(2).copied().collect();
            assert!((left[0] - first).abs() < 0.01, "it begins where it was: {}", left[0]);
            assert!(left.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.005), "no step is heard");
            assert!(left[241..].iter().all(|sample| *sample == 0.5 * gain), "5 ms later it is as it is meant to be");
        }
    }

    #[test]
    fn what_is_shut_lets_nothing_through() {
        let mut fader = Fader::new(0.0);
        let mut odd = vec![f32::NAN, f32::INFINITY];
        fader.apply(&mut odd);
        assert_eq!((odd, fader.is_shut()), (vec![0.0; 2], true));
        fader.set(1.0);
        assert!(!fader.is_shut());
    }

    #[test]
    fn six_decibels_less_are_half() {
        assert!((factor(-6.0206) - 0.5).abs() < 1e-5 && factor(0.0) == 1.0 && (factor(20.0) - 10.0).abs() < 1e-4);
    }
}
