//! Nothing that is sent is too loud for the converters of those who hear it: a limiter at -1 dBTP.

use super::true_peak::{TAPS, between, most};
use crate::frame::SAMPLE_RATE;
use std::time::Duration;

/// -1 dBTP (EBU R 128), less what a change of the gain and the reckoning of peaks may be off by.
const CEILING: f32 = 0.875;

/// No sample is above this, -1 dBFS, whatever else.
const CLIPS: f32 = 0.891_25;

/// How long the gain takes to come down before a peak: 1.5 ms.
const ATTACK: f32 = (SAMPLE_RATE * 3 / 2000) as f32;

/// How much of what is missing comes back with each frame: two thirds in 80 ms.
const RELEASE: f32 = 1.0 / (SAMPLE_RATE * 8 / 100) as f32;

/// As good as all.
const ALL: f32 = 0.9999;

/// Frames before these that a point between samples is reckoned from.
const BEFORE: usize = TAPS - 1;

/// Frames that are held back: a quarter of a millisecond. What lies between a packet's last samples is known then before they are sent.
const HELD: usize = 12;

/// Takes sound packet by packet, just before it is encoded. What it looks ahead at is the packet, which had to be whole anyway; a peak right
/// at the beginning of one is met with a shorter ramp. Sound that stays below the ceiling goes through to the bit.
#[derive(Debug)]
pub(crate) struct Limiter {
    gain: f32,
    /// Interleaved, as it came: what was sent last, what is held back, and the packet.
    line: Vec<f32>,
    /// One side of it.
    side: Vec<f32>,
    /// What each frame that was not sent yet may be multiplied by.
    allowed: Vec<f32>,
    /// See [`most`].
    most: f32,
}

impl Limiter {
    /// How much later the sound comes out.
    pub(crate) const DELAY: Duration = Duration::from_micros(HELD as u64 * 1_000_000 / SAMPLE_RATE as u64);

    pub(crate) fn new() -> Self {
        let line = vec![0.0; 2 * (BEFORE + HELD)];
        Self { gain: 1.0, line, side: Vec::new(), allowed: Vec::new(), most: most() }
    }

    /// Limits interleaved stereo.
    pub(crate) fn apply(&mut self, samples: &mut [f32]) {
        self.line.extend_from_slice(samples);
        let highest = self.line.iter().fold(0.0_f32, |highest, sample| highest.max(sample.abs()));
        samples.copy_from_slice(&self.line[2 * BEFORE..][..samples.len()]);
        if self.gain < 1.0 || highest * self.most > CEILING {
            self.look();
            self.lower(samples);
        }
        self.line.drain(..samples.len());
    }

    /// What each frame may be multiplied by, on its own.
    fn look(&mut self) {
        self.allowed.clear();
        self.allowed.resize(self.line.len() / 2 - BEFORE, 1.0);
        for side in 0..2 {
            self.side.clear();
            self.side.extend(self.line.iter().skip(side).step_by(2));
            // A frame is as high as its sample, and as the curve up to its neighbours.
            for (frame, allowed) in self.allowed.iter_mut().enumerate() {
                *allowed = allowed.min(CEILING / self.side[BEFORE + frame].abs().max(CEILING));
            }
            for (first, window) in self.side.windows(TAPS).enumerate() {
                let window: &[f32; TAPS] = window.try_into().expect("windows are that long");
                let highest = between(window);
                if highest <= CEILING {
                    continue;
                }
                // Between the sixth and the seventh of the window; those that were sent were known then.
                for frame in [first + TAPS / 2 - 1, first + TAPS / 2] {
                    if let Some(frame) = frame.checked_sub(BEFORE) {
                        self.allowed[frame] = self.allowed[frame].min(CEILING / highest);
                    }
                }
            }
        }
    }

    /// Comes down in time before what is too high, and goes up again slowly.
    fn lower(&mut self, samples: &mut [f32]) {
        let mut next = 1.0_f32;
        for allowed in self.allowed.iter_mut().rev() {
            *allowed = allowed.min(next + 1.0 / ATTACK);
            next = *allowed;
        }
        for (frame, allowed) in samples.chunks_exact_mut(2).zip(&self.allowed) {
            let released = self.gain + (1.0 - self.gain) * RELEASE;
            self.gain = allowed.min(if released > ALL { 1.0 } else { released });
            for sample in frame {
                *sample = (*sample * self.gain).clamp(-CLIPS, CLIPS);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mixer::loudness::true_peak;
    use std::f32::consts::TAU;

    const PACKET: usize = 960;

    fn tone(hertz: f32, level: f32, frames: usize) -> Vec<f32> {
        let wave = |at: usize| level * (TAU * (hertz * at as f32 / SAMPLE_RATE as f32 + 0.125).fract()).sin();
        (0..frames).flat_map(|at| [wave(at); 2]).collect()
    }

    fn limited(sound: &[f32]) -> Vec<f32> {
        let mut limiter = Limiter::new();
        let mut out = sound.to_vec();
        out.chunks_mut(2 * PACKET).for_each(|packet| limiter.apply(packet));
        out
    }

    fn db(level: f64) -> f64 {
        20.0 * level.log10()
    }

    #[test]
    fn what_is_below_the_ceiling_goes_through_to_the_bit() {
        for level in [0.1, 0.5, 0.85] {
            let sound = tone(997.0, level, 10 * PACKET);
            assert_eq!(limited(&sound)[2 * HELD..], sound[..sound.len() - 2 * HELD], "{level}");
        }
    }

    #[test]
    fn no_true_peak_is_above_minus_one_decibel() {
        for hertz in [50.0, 997.0, 6000.0, 12_000.0, 15_100.0] {
            for level in [0.89, 1.0, 2.0, 8.0] {
                let out = limited(&tone(hertz, level, 50 * PACKET));
                let peak = db(true_peak(&out));
                assert!(peak <= -0.95, "{hertz} Hz at {level}: {peak:.2} dBTP");
                // And it is not made softer than it must be.
                let late = &out[2 * 40 * PACKET..];
                assert!(db(true_peak(late)) > -1.6, "{hertz} Hz at {level}: {:.2} dBTP", db(true_peak(late)));
            }
        }
    }

    #[test]
    fn music_with_sudden_peaks_stays_below_it_too() {
        // Noise from a generator of numbers, in bursts that begin anywhere in a packet.
        let mut seed = 1_u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / 8_388_608.0 - 1.0
        };
        let sound: Vec<f32> = (0..500 * PACKET)
            .flat_map(|at| {
                let level = if at / 7_001 % 3 == 0 { 2.0 } else { 0.1 };
                [level * noise(), level * noise()]
            })
            .collect();
        let out = limited(&sound);
        assert!(out.iter().all(|sample| sample.abs() <= CLIPS), "no sample");
        let peak = db(true_peak(&out));
        assert!(peak <= -0.4, "white noise is the worst there is for what lies between samples: {peak:.2} dBTP");
    }

    #[test]
    fn the_gain_comes_down_before_a_peak_and_goes_up_slowly() {
        let mut sound = vec![0.4; 2 * 20 * PACKET];
        sound[2 * 2500] = 1.8;
        let out = limited(&sound);
        let left: Vec<f32> = out.iter().skip(2 * HELD).step_by(2).copied().collect();
        assert!(left[2500] <= CLIPS && left[2500] > 0.8, "{}", left[2500]);
        let steps = left.windows(2).enumerate().filter(|(at, _)| !(2492..=2508).contains(at));
        let largest = steps.map(|(_, pair)| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(largest < 0.4 * 1.2 / ATTACK, "a ramp and no step: {largest}");
        assert!(left[2400] == 0.4 && left[2500 + 480] < 0.3 && left[19_000] > 0.39, "and it comes back");
    }
}
