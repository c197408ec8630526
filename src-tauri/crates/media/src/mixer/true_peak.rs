//! How high the sound is between its samples: a player's converter draws a curve through them, and that may go higher than each of
//! them (ITU-R BS.1770-5, annex 2).

use std::{f64::consts::PI, sync::LazyLock};

/// Samples that a point between two of them is reckoned from.
pub(super) const TAPS: usize = 12;

/// Points between two samples: with the samples themselves that is four times the rate.
const BETWEEN: usize = 3;

type Taps = [[f32; TAPS]; BETWEEN];

/// A sinc under a window of Blackman's, at a quarter, a half and three quarters of the way from the sixth of these samples to the seventh.
static COEFFICIENTS: LazyLock<Taps> = LazyLock::new(|| {
    let mut taps = [[0.0; TAPS]; BETWEEN];
    for (number, taps) in taps.iter_mut().enumerate() {
        let at = (TAPS / 2 - 1) as f64 + (number + 1) as f64 / (BETWEEN + 1) as f64;
        let weight = |tap: usize| {
            let (off, half) = (tap as f64 - at, TAPS as f64 / 2.0);
            let window = 0.42 + 0.5 * (PI * off / half).cos() + 0.08 * (2.0 * PI * off / half).cos();
            (PI * off).sin() / (PI * off) * window
        };
        let sum: f64 = (0..TAPS).map(weight).sum();
        for (tap, value) in taps.iter_mut().enumerate() {
            *value = (weight(tap) / sum) as f32;
        }
    }
    taps
});

/// No point between samples is higher than so many times the highest of them.
pub(super) fn most() -> f32 {
    let sums = COEFFICIENTS.iter().map(|taps| taps.iter().map(|tap| tap.abs()).sum::<f32>());
    sums.fold(1.0, f32::max)
}

/// The highest point between the sixth and the seventh of these samples of one side.
pub(super) fn between(samples: &[f32; TAPS]) -> f32 {
    let point = |taps: &[f32; TAPS]| taps.iter().zip(samples).map(|(tap, sample)| tap * sample).sum::<f32>().abs();
    COEFFICIENTS.iter().map(point).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    #[test]
    fn a_tone_that_peaks_between_its_samples_is_seen_as_high_as_it_is() {
        // A quarter of the rate, an eighth of a turn late: its samples are all 3 dB below its peak.
        for (part, turn) in [(4.0, 0.125), (6.0, 1.0 / 12.0), (8.0, 0.0625), (48.0, 0.0)] {
            let wave = |at: f32| (TAU * (at / part + turn)).sin();
            let highest = (0..96)
                .map(|first| between(&std::array::from_fn(|tap| wave((first + tap) as f32))))
                .fold(0.0, f32::max);
            assert!((highest - 1.0).abs() < 0.05, "a period of {part} samples: {highest}");
        }
    }

    #[test]
    fn what_is_constant_is_no_higher_between() {
        assert!((between(&[0.5; TAPS]) - 0.5).abs() < 1e-6);
        assert!((1.5..4.0).contains(&most()), "{}", most());
    }
}
