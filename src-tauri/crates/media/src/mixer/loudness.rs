//! How loud the sound is to people (EBU R 128, ITU-R BS.1770). The one file that knows the crate ebur128.

use crate::frame::SAMPLE_RATE;
use ebur128::{EbuR128, Mode};

/// Below this there is nothing to tell: the gate of the standard.
const LEAST: f64 = -70.0;

/// Measures the loudness of the last three seconds.
pub(super) struct Loudness {
    meter: EbuR128,
}

impl Loudness {
    pub(super) fn new() -> Option<Self> {
        EbuR128::new(2, SAMPLE_RATE, Mode::S).ok().map(|meter| Self { meter })
    }

    /// Takes interleaved stereo.
    pub(super) fn add(&mut self, samples: &[f32]) {
        // It refuses nothing but what is no stereo.
        let _: Result<(), _> = self.meter.add_frames_f32(samples);
    }

    /// LUFS; None: too quiet to tell.
    pub(super) fn short_term(&self) -> Option<f32> {
        self.meter.loudness_shortterm().ok().filter(|loudness| *loudness > LEAST).map(|loudness| loudness as f32)
    }
}

/// How loud the sum of all is, as it goes to the limiter: reckoned while somebody asks.
#[derive(Default)]
pub(crate) struct Sum(Option<Loudness>);

impl Sum {
    /// Takes interleaved stereo.
    pub(crate) fn add(&mut self, samples: &[f32], asked: bool) {
        if asked != self.0.is_some() {
            self.0 = asked.then(Loudness::new).flatten();
        }
        if let Some(loudness) = &mut self.0 {
            loudness.add(samples);
        }
    }

    /// As [`Loudness::short_term`].
    pub(crate) fn short_term(&self) -> Option<f32> {
        self.0.as_ref().and_then(Loudness::short_term)
    }
}

/// The highest point of the sound, as others reckon it.
#[cfg(test)]
pub(super) fn true_peak(stereo: &[f32]) -> f64 {
    let mut meter = EbuR128::new(2, SAMPLE_RATE, Mode::TRUE_PEAK).expect("stereo at 48 kHz");
    meter.add_frames_f32(stereo).expect("stereo");
    [0, 1].map(|side| meter.true_peak(side).expect("it was asked for")).into_iter().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    #[test]
    fn a_tone_of_a_known_level_is_as_loud_as_the_standard_says() {
        // EBU Tech 3341, case 1: a stereo sine of 1000 Hz at -23 dBFS is -23 LUFS.
        let mut loudness = Loudness::new().expect("stereo at 48 kHz");
        assert_eq!(loudness.short_term(), None, "nothing came yet");
        let level = 10_f32.powf(-23.0 / 20.0);
        for piece in 0..400 {
            let wave = |at: usize| level * (TAU * (at as f32 / 48.0).fract()).sin();
            let samples: Vec<f32> = (480 * piece..480 * (piece + 1)).flat_map(|at| [wave(at); 2]).collect();
            loudness.add(&samples);
        }
        let told = loudness.short_term().expect("it is loud");
        assert!((told + 23.0).abs() < 0.1, "{told} LUFS");
    }
}
