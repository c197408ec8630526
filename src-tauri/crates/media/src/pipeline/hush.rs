//! Sound that is withheld: it is measured as ever, and sent as silence.

/// How much louder or softer from one sample to the next: it takes 5 ms, as a step is heard as a click.
const STEP: f32 = 1.0 / 240.0;

/// How loud what is sent is, of what came.
#[derive(Debug)]
pub(super) struct Hush {
    gain: f32,
}

impl Hush {
    /// As it is meant to be at this moment: who starts while it is silent says nothing.
    pub(super) fn new(silent: bool) -> Self {
        Self { gain: meant(silent) }
    }

    /// Makes silence of interleaved stereo, or leaves it as it is.
    pub(super) fn apply(&mut self, samples: &mut [f32], silent: bool) {
        let meant = meant(silent);
        let mut frames = samples.chunks_exact_mut(2);
        while self.gain != meant
            && let Some(frame) = frames.next()
        {
            self.gain = if silent { (self.gain - STEP).max(0.0) } else { (self.gain + STEP).min(1.0) };
            frame.iter_mut().for_each(|sample| *sample *= self.gain);
        }
        if silent {
            frames.flatten().for_each(|sample| *sample = 0.0);
        }
    }
}

fn meant(silent: bool) -> f32 {
    if silent { 0.0 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(hush: &mut Hush, silent: bool) -> Vec<f32> {
        let mut samples = vec![0.5; 960];
        hush.apply(&mut samples, silent);
        samples
    }

    #[test]
    fn it_is_silent_after_five_milliseconds_and_there_is_no_click() {
        let mut hush = Hush::new(false);
        assert_eq!(heard(&mut hush, false), vec![0.5; 960], "as it came");
        for (silent, first, last) in [(true, 0.5, 0.0), (false, 0.0, 0.5)] {
            let sound = heard(&mut hush, silent);
            let left: Vec<f32> = sound.iter().step_by(2).copied().collect();
            assert!((left[0] - first).abs() < 0.01, "it begins where it was: {}", left[0]);
            assert!(left.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.003), "no step is heard");
            assert!(left[240..].iter().all(|sample| *sample == last), "5 ms later it is as it is meant to be");
            assert!(sound.chunks_exact(2).all(|frame| frame[0] == frame[1]), "on both sides alike");
        }
    }

    #[test]
    fn who_starts_while_it_is_silent_says_nothing() {
        let mut hush = Hush::new(true);
        assert_eq!(heard(&mut hush, true), vec![0.0; 960]);
        let mut odd = vec![f32::NAN; 4];
        hush.apply(&mut odd, true);
        assert_eq!(odd, vec![0.0; 4], "whatever came");
    }

    #[test]
    fn pieces_may_be_shorter_than_that() {
        let mut hush = Hush::new(false);
        for piece in 0..24 {
            let mut samples = vec![1.0; 20];
            hush.apply(&mut samples, true);
            let last = 1.0 - STEP * (10 * (piece + 1)) as f32;
            assert!((samples[19] - last).abs() < 1e-4, "piece {piece}: {}", samples[19]);
        }
        let mut samples = vec![1.0; 20];
        hush.apply(&mut samples, true);
        assert!(samples.iter().all(|sample| sample.abs() < 1e-4), "{samples:?}");
    }
}
