//! From a device's rate and channels to stereo at 48 kHz.

use super::{
    channels::Channels,
    device::{DeviceSound, SoundFormat},
};
use crate::{
    device::{DeviceError, IT},
    frame::{SAMPLE_RATE, SoundChunk},
};
use rubato::{Fft, FixedSync, Resampler, audioadapter_buffers::direct::InterleavedSlice};
use std::time::{Duration, Instant};
use words::said;

/// Turns a device's sound into stereo at 48 kHz.
pub(super) struct SoundConverter {
    format: SoundFormat,
    clock: SampleClock,
    channels: Channels,
    resampler: Option<Resampling>,
}

impl SoundConverter {
    pub(super) fn new(format: &SoundFormat) -> Result<Self, DeviceError> {
        let resampler = if format.rate == SAMPLE_RATE { None } else { Some(Resampling::new(format.rate)?) };
        let clock = SampleClock::new(format.rate);
        Ok(Self { format: *format, clock, channels: Channels::new(format.channels, format.rate), resampler })
    }

    /// Which channels are heard from the next piece on.
    pub(super) fn choose(&mut self, channels: protocol::Channels) {
        self.channels.choose(channels);
    }

    /// Whether `into` now holds sound: resampling works in blocks, and a first piece may not fill one.
    pub(super) fn convert(&mut self, sound: &DeviceSound, into: &mut SoundChunk) -> bool {
        into.samples.clear();
        let frames = sound.samples.len() / usize::from(self.format.channels.max(1));
        into.captured = self.clock.first_sample(sound.captured, frames);
        match &mut self.resampler {
            None => self.channels.mix(&sound.samples, &mut into.samples),
            Some(resampler) => resampler.convert(|waiting| self.channels.mix(&sound.samples, waiting), into),
        }
        !into.samples.is_empty()
    }
}

/// Frames of stereo at another rate, until they fill a block.
struct Resampling {
    rate: u32,
    fft: Fft<f32>,
    waiting: Vec<f32>,
    converted: Vec<f32>,
}

impl Resampling {
    fn new(rate: u32) -> Result<Self, DeviceError> {
        // Blocks of about 10 ms, as the device delivers them.
        let block = (rate / 100).max(1) as usize;
        let fft = Fft::new(rate as usize, SAMPLE_RATE as usize, block, 2, FixedSync::Input)
            .map_err(|error| DeviceError::Other(said!("device.rate", device = IT, rate, error = error.to_string())))?;
        let converted = vec![0.0; fft.output_frames_max() * 2];
        Ok(Self { rate, fft, waiting: Vec::new(), converted })
    }

    /// `more` adds stereo to what waits. `into.captured` is that of the first sample of it, and becomes that of the first one that
    /// comes out.
    fn convert(&mut self, more: impl FnOnce(&mut Vec<f32>), into: &mut SoundChunk) {
        let delay = frames_last(self.waiting.len() / 2, self.rate) + frames_last(self.fft.output_delay(), SAMPLE_RATE);
        into.captured = into.captured.checked_sub(delay).unwrap_or(into.captured);
        more(&mut self.waiting);
        let mut taken = 0;
        while self.waiting.len() / 2 - taken >= self.fft.input_frames_next() {
            let block = &self.waiting[taken * 2..];
            let from = InterleavedSlice::new(block, 2, block.len() / 2).expect("the frames were counted");
            let room = self.converted.len() / 2;
            let mut to = InterleavedSlice::new_mut(&mut self.converted, 2, room).expect("the frames were counted");
            let (read, written) = self.fft.process_into_buffer(&from, &mut to, None).expect("both sides have room");
            into.samples.extend_from_slice(&self.converted[..written * 2]);
            taken += read;
        }
        self.waiting.drain(..taken * 2);
    }
}

/// When samples were taken. The times that come with a device's pieces waver by some milliseconds, as the threads that
/// carry them are scheduled, while its samples are evenly spaced: so they are counted, and the times only steer the count.
pub(super) struct SampleClock {
    rate: u32,
    next: Option<Instant>,
    missing: Missing,
}

/// Pieces that come too late, one after the other.
#[derive(Default)]
struct Missing {
    frames: usize,
    /// That none of them came less late than.
    least: Duration,
}

impl SampleClock {
    pub(super) fn new(rate: u32) -> Self {
        Self { rate, next: None, missing: Missing::default() }
    }

    /// A piece this far from where the count is does not waver.
    const GAP: Duration = Duration::from_millis(50);

    /// A machine that is busy hands over late, and then all at once what it has kept: only where so much came without being in time again
    /// something was lost in between.
    const LOST: Duration = Duration::from_millis(300);

    /// Nobody keeps so much.
    const STOPPED: Duration = Duration::from_secs(1);

    /// How much of the difference is believed each time: a hundred pieces a second follow within a third of one.
    const STEERING: u32 = 32;

    /// When the first of these frames was taken.
    pub(super) fn first_sample(&mut self, measured: Instant, frames: usize) -> Instant {
        let counted = self.next.unwrap_or(measured);
        let (late, early) = (measured.saturating_duration_since(counted), counted.saturating_duration_since(measured));
        let first = if late > Self::STOPPED || early > Self::GAP {
            // Nothing comes before it was taken: it was the count that was wrong.
            self.missing = Missing::default();
            measured
        } else if late > Self::GAP {
            counted + self.missing(late, frames)
        } else {
            self.missing = Missing::default();
            counted + late / Self::STEERING - early / Self::STEERING
        };
        self.next = Some(first + frames_last(frames, self.rate));
        first
    }

    /// What was lost before a piece that is so late; nothing while it may only have been kept.
    fn missing(&mut self, late: Duration, frames: usize) -> Duration {
        let Missing { frames: came, least } = &mut self.missing;
        *least = if *came == 0 { late } else { late.min(*least) };
        *came += frames;
        if frames_last(*came, self.rate) < Self::LOST {
            return Duration::ZERO;
        }
        std::mem::take(&mut self.missing).least
    }
}

fn frames_last(frames: usize, rate: u32) -> Duration {
    Duration::from_secs_f64(frames as f64 / f64::from(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(format: SoundFormat, hertz: f64, pieces: usize) -> Vec<f32> {
        let mut converter = SoundConverter::new(&format).unwrap();
        let mut chunk = SoundChunk::new();
        let mut all = Vec::new();
        let (start, piece) = (Instant::now(), format.rate as usize / 100);
        for number in 0..pieces {
            let sample = |frame: usize| {
                let time = (number * piece + frame) as f64 / f64::from(format.rate);
                (0.5 * (time * hertz * std::f64::consts::TAU).sin()) as f32
            };
            let samples = (0..piece).flat_map(|frame| vec![sample(frame); usize::from(format.channels)]).collect();
            let captured = start + frames_last(number * piece, format.rate);
            if converter.convert(&DeviceSound { samples, captured }, &mut chunk) {
                let before = frames_last(all.len() / 2, SAMPLE_RATE);
                let delay = (start + before).saturating_duration_since(chunk.captured);
                assert!(delay < Duration::from_millis(20), "what comes out was taken {delay:?} too early");
                assert!(chunk.captured <= start + before, "the resampler's delay is known");
                all.extend_from_slice(&chunk.samples);
            }
        }
        all
    }

    /// Amplitude of one frequency on one side, after the resampler has settled.
    fn amplitude(stereo: &[f32], side: usize, hertz: f64) -> f64 {
        let settled = &stereo[4800..4800 + 2 * 9600];
        let (mut cos, mut sin) = (0.0, 0.0);
        for (n, frame) in settled.chunks_exact(2).enumerate() {
            let angle = n as f64 * hertz * std::f64::consts::TAU / f64::from(SAMPLE_RATE);
            cos += f64::from(frame[side]) * angle.cos();
            sin += f64::from(frame[side]) * angle.sin();
        }
        2.0 * cos.hypot(sin) / 9600.0
    }

    #[test]
    fn every_rate_becomes_48_khz_and_keeps_pitch_and_level() {
        for (rate, channels) in
            [(48_000, 2), (48_000, 1), (44_100, 1), (44_100, 2), (16_000, 1), (96_000, 2), (8_000, 1)]
        {
            let sound = tone(SoundFormat { rate, channels, inputs: channels }, 440.0, 100);
            let frames = sound.len() / 2;
            assert!((46_000..=48_000).contains(&frames), "{rate} Hz: a second became {frames} frames");
            for side in [0, 1] {
                let level = amplitude(&sound, side, 440.0);
                assert!((0.49..0.51).contains(&level), "{rate} Hz, {channels} channels: level {level} on side {side}");
            }
        }
    }

    #[test]
    fn the_clock_is_even_although_the_pieces_waver() {
        let mut clock = SampleClock::new(48_000);
        let start = Instant::now();
        let mut before = clock.first_sample(start, 480);
        for piece in 1..200_u32 {
            let wavering = Duration::from_millis(u64::from(piece * 7 % 9));
            let first = clock.first_sample(start + Duration::from_millis(10) * piece + wavering, 480);
            let step = first - before;
            assert!(step.abs_diff(Duration::from_millis(10)) < Duration::from_micros(500), "a step of {step:?}");
            before = first;
        }
    }

    #[test]
    fn the_clock_goes_on_evenly_where_pieces_were_kept_and_come_all_at_once() {
        let (mut clock, start, ms) = (SampleClock::new(48_000), Instant::now(), Duration::from_millis);
        for piece in 0..300_u32 {
            let taken = start + ms(10) * piece;
            // Every quarter of a second of it is handed over when the last of it is there.
            let kept = taken + ms(10) * (24 - piece % 25);
            let off = clock.first_sample(if piece < 100 { taken } else { kept }, 480).saturating_duration_since(taken);
            assert!(off < ms(50), "piece {piece} is {off:?} off");
        }
    }

    #[test]
    fn the_clock_jumps_where_sound_was_lost() {
        let (mut clock, start, ms) = (SampleClock::new(48_000), Instant::now(), Duration::from_millis);
        clock.first_sample(start, 480);
        let stopped = start + ms(3000);
        assert_eq!(clock.first_sample(stopped, 480), stopped, "nobody kept that much");
        // A tenth of a second is missing, and it wavers.
        let late = |piece: u32| stopped + ms(10) * piece + ms(100 + u64::from(piece % 2) * 4);
        let off = |clock: &mut SampleClock, piece| late(piece) - clock.first_sample(late(piece), 480);
        assert!(off(&mut clock, 1) > ms(90), "it may have been kept");
        assert_eq!((2..60).map(|piece| off(&mut clock, piece)).max(), Some(ms(104)));
        assert!((60..90).all(|piece| off(&mut clock, piece) < ms(5)), "no: all that came since was as late");
        assert_eq!(clock.first_sample(start, 480), start, "and it was not taken later than it came");
    }
}
