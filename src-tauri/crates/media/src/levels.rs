//! How loud the sound is, for the panel's meter.

use crate::frame::SAMPLE_RATE;

/// How loud the sound is: left and right, linear, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Levels {
    /// The largest sample of the last 50 ms.
    pub peak: [f32; 2],
    /// The root of the mean square of the last 50 ms.
    pub rms: [f32; 2],
}

/// Samples (of each channel) that are measured together: a meter that follows speech without flickering.
const WINDOW: usize = (SAMPLE_RATE / 20) as usize;

/// Measures sound window by window.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    peak: [f32; 2],
    squares: [f32; 2],
    samples: usize,
}

impl Meter {
    /// Takes interleaved stereo; tells the levels where a window was completed.
    pub(crate) fn add(&mut self, sound: &[f32]) -> Option<Levels> {
        let mut levels = None;
        for frame in sound.chunks_exact(2) {
            for (side, sample) in frame.iter().enumerate() {
                self.peak[side] = self.peak[side].max(sample.abs());
                self.squares[side] += sample * sample;
            }
            self.samples += 1;
            if self.samples == WINDOW {
                let rms = self.squares.map(|sum| (sum / WINDOW as f32).sqrt().min(1.0));
                levels = Some(Levels { peak: self.peak.map(|peak| peak.min(1.0)), rms });
                *self = Self::default();
            }
        }
        levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_is_measured_by_itself() {
        let mut meter = Meter::default();
        let sound: Vec<f32> = (0..WINDOW).flat_map(|at| [if at % 2 == 0 { 0.5 } else { -0.5 }, 0.0]).collect();
        assert_eq!(meter.add(&sound[..100]), None, "the window is not full");
        let levels = meter.add(&sound[100..]).expect("now it is");
        assert!((levels.rms[0] - 0.5).abs() < 1e-3 && levels.peak == [0.5, 0.0] && levels.rms[1] == 0.0, "{levels:?}");
    }

    #[test]
    fn levels_end_at_one() {
        let levels = Meter::default().add(&vec![3.0; 2 * WINDOW]).expect("a window");
        assert_eq!((levels.peak, levels.rms), ([1.0; 2], [1.0; 2]));
    }
}
