//! Sound of a device whose clock is another than the microphone's, played along with it.

use crate::frame::{SAMPLE_RATE, SoundChunk};
use rubato::{
    Adjustable, Async, FixedAsync, PolynomialDegree, Resampler, Resizable,
    audioadapter_buffers::direct::InterleavedSlice,
};
use std::time::{Duration, Instant};

/// How far behind the first microphone it is at first: what a sound server needs to hand over what it has recorded.
pub(super) const LAG: Duration = Duration::from_millis(30);
/// And another microphone, which may hear the same voice: it is handed over in the same pieces as the first.
pub(super) const LAG_OF_MICROPHONES: Duration = Duration::from_millis(20);
/// Where that was too little, so much is added.
const MORE_LAG: Duration = Duration::from_millis(15);
const MOST_LAG: Duration = Duration::from_millis(150);

/// Frames that wait at most: beyond that the oldest are dropped.
const MOST_WAITING: usize = (SAMPLE_RATE / 2) as usize;

/// Further from where it should be than this is not followed: it begins anew there.
const FAR: f64 = 0.050;

/// In so many seconds an error would be mended: slower than the devices' times waver.
const MENDED_IN: f64 = 5.0;

/// How much faster or slower it is played at most. A thirtieth of a semitone: nobody hears it, and no two devices differ by that much.
const MOST_CORRECTION: f64 = 0.002;

/// Frames over which it fades in, and its last sample fades out.
const FADE: usize = (SAMPLE_RATE / 200) as usize;

/// Frames that are asked for in one go.
const MOST_FRAMES: usize = 4800;

/// Plays one device's sound at the pace of another.
pub(crate) struct Follower {
    resampler: Async<f32>,
    /// What was not played yet, interleaved.
    waiting: Vec<f32>,
    /// When what comes after all that waits will have been taken.
    end: Option<Instant>,
    lag: Duration,
    /// The device delivered something since it was last asked for.
    came: bool,
    /// Frames since it began to play; None: it waits until it can.
    played: Option<usize>,
    last: [f32; 2],
    /// Frames of the last sample's fading that are left.
    fading: usize,
    error: f64,
}

impl Follower {
    pub(crate) fn new(lag: Duration) -> Self {
        let resampler = Async::new_poly(1.0, 1.01, PolynomialDegree::Septic, MOST_FRAMES, 2, FixedAsync::Output)
            .expect("the rates are the same");
        Self {
            resampler,
            waiting: Vec::new(),
            end: None,
            lag,
            came: false,
            played: None,
            last: [0.0; 2],
            fading: 0,
            error: 0.0,
        }
    }

    /// The device delivered this.
    pub(crate) fn put(&mut self, chunk: &SoundChunk) {
        let apart = self.end.map(|end| seconds(chunk.captured, end));
        if apart.is_none_or(|apart| apart.abs() > FAR) {
            self.stop();
            self.waiting.clear();
        }
        self.waiting.extend_from_slice(&chunk.samples);
        let too_many = (self.waiting.len() / 2).saturating_sub(MOST_WAITING);
        self.waiting.drain(..2 * too_many);
        self.end = Some(chunk.captured + lasts(chunk.samples.len() / 2));
        self.came = true;
    }

    /// Adds to `into` what goes with these frames of the microphone, of which the first was taken then.
    pub(crate) fn take(&mut self, captured: Instant, frames: usize, into: &mut Vec<f32>) {
        let mut taken = 0;
        while taken < frames {
            let piece = (frames - taken).min(MOST_FRAMES);
            self.take_piece(captured + lasts(taken), piece, into);
            taken += piece;
        }
    }

    fn take_piece(&mut self, captured: Instant, frames: usize, into: &mut Vec<f32>) {
        let before = into.len();
        into.resize(before + 2 * frames, 0.0);
        let piece = &mut into[before..];
        let Some(end) = self.end else { return self.fade_out(piece) };
        let came = std::mem::take(&mut self.came);
        let wanted = captured.checked_sub(self.lag).unwrap_or(captured);
        // When the first frame that waits was taken, and how much later that is than it should be.
        let first = end.checked_sub(lasts(self.waiting.len() / 2)).unwrap_or(end);
        let mut late = seconds(first, wanted);
        if self.played.is_some() && late.abs() > FAR {
            self.stop();
        }
        if self.played.is_none() {
            // It begins as soon as all of the piece is there, with what belongs to it.
            let over = ((-late * f64::from(SAMPLE_RATE)).max(0.0) as usize).min(self.waiting.len() / 2);
            let needed = frames + 2 * PolynomialDegree::Septic as usize + 16;
            if late > 0.0 {
                return self.fade_out(piece);
            }
            if self.waiting.len() / 2 < over + needed {
                if came {
                    // It delivers, and later than that.
                    self.lag = (self.lag + MORE_LAG).min(MOST_LAG);
                }
                return self.fade_out(piece);
            }
            self.waiting.drain(..2 * over);
            late += over as f64 / f64::from(SAMPLE_RATE);
            self.resampler.reset();
            (self.played, self.error) = (Some(0), late);
        }
        self.error += (late - self.error) / 50.0;
        let correction = (self.error / MENDED_IN).clamp(-MOST_CORRECTION, MOST_CORRECTION);
        // Both are within what it was made for.
        let _ = self.resampler.set_chunk_size(frames);
        let _ = self.resampler.set_resample_ratio_relative(1.0 + correction, true);
        let needed = self.resampler.input_frames_next();
        if self.waiting.len() / 2 < needed {
            self.lag = (self.lag + MORE_LAG).min(MOST_LAG);
            self.stop();
            return self.fade_out(piece);
        }
        let from = InterleavedSlice::new(&self.waiting, 2, self.waiting.len() / 2).expect("the frames were counted");
        let mut to = InterleavedSlice::new_mut(piece, 2, frames).expect("the frames were counted");
        let (read, _) = self.resampler.process_into_buffer(&from, &mut to, None).expect("both sides have room");
        self.waiting.drain(..2 * read);
        let played = self.played.unwrap_or_default();
        for (at, frame) in piece.chunks_exact_mut(2).enumerate().take(FADE.saturating_sub(played)) {
            frame.iter_mut().for_each(|sample| *sample *= (played + at) as f32 / FADE as f32);
        }
        self.played = Some(played + frames);
        self.last = [piece[2 * frames - 2], piece[2 * frames - 1]];
        self.fading = FADE;
    }

    /// It cannot go on: what comes next begins anew.
    fn stop(&mut self) {
        self.played = None;
    }

    /// Its last sample goes to nothing instead of ending.
    fn fade_out(&mut self, piece: &mut [f32]) {
        for frame in piece.chunks_exact_mut(2).take(self.fading) {
            self.fading -= 1;
            let gain = self.fading as f32 / FADE as f32;
            frame.iter_mut().zip(self.last).for_each(|(sample, last)| *sample = last * gain);
        }
    }
}

/// How much later the one is than the other.
fn seconds(one: Instant, other: Instant) -> f64 {
    match one.checked_duration_since(other) {
        Some(later) => later.as_secs_f64(),
        None => -other.duration_since(one).as_secs_f64(),
    }
}

fn lasts(frames: usize) -> Duration {
    Duration::from_nanos(frames as u64 * 1_000_000_000 / u64::from(SAMPLE_RATE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    const PIECE: usize = 480;

    /// A device in virtual time, whose clock is so much too fast, and which plays a tone of 440 Hz of the true time.
    struct Device {
        start: Instant,
        rate: f64,
        made: usize,
    }

    impl Device {
        fn new(start: Instant, ppm: f64) -> Self {
            Self { start, rate: f64::from(SAMPLE_RATE) * (1.0 + ppm / 1e6), made: 0 }
        }

        /// When its next piece will be over, since the start.
        fn next_end(&self) -> f64 {
            (self.made + PIECE) as f64 / self.rate
        }

        fn piece(&mut self) -> SoundChunk {
            let wave = |at: usize| (0.5 * (TAU * 440.0 * at as f64 / self.rate).sin()) as f32;
            let samples = (self.made..self.made + PIECE).flat_map(|at| [wave(at); 2]).collect();
            let captured = self.start + Duration::from_secs_f64(self.made as f64 / self.rate);
            self.made += PIECE;
            SoundChunk { samples, captured }
        }
    }

    /// Plays a device along with a microphone for a while; `each` is given the time of each piece and what is heard of it.
    fn play(follower: &mut Follower, ppm: f64, takes: f64, seconds: usize, mut each: impl FnMut(f64, &[f32])) {
        let start = Instant::now() + Duration::from_secs(1);
        let mut device = Device::new(start, ppm);
        for number in 0..seconds * 100 {
            let captured = number as f64 / 100.0;
            // The microphone's piece is there when it is over; the device's a little after it is.
            while device.next_end() + takes <= captured + 0.01 {
                follower.put(&device.piece());
            }
            let mut heard = Vec::new();
            follower.take(start + Duration::from_secs_f64(captured), PIECE, &mut heard);
            assert_eq!(heard.len(), 2 * PIECE);
            each(captured, &heard);
        }
    }

    /// Where in its period the tone is at the beginning of a piece, as a part of it.
    fn phase(heard: &[f32], at: f64) -> f64 {
        let (mut cos, mut sin) = (0.0, 0.0);
        for (n, frame) in heard.chunks_exact(2).enumerate() {
            let angle = TAU * 440.0 * (at + n as f64 / f64::from(SAMPLE_RATE));
            cos += f64::from(frame[0]) * angle.cos();
            sin += f64::from(frame[0]) * angle.sin();
        }
        cos.atan2(sin) / TAU
    }

    #[test]
    fn a_device_that_is_300_ppm_off_for_ten_minutes_makes_no_click_and_stays_in_time() {
        for ppm in [300.0, -300.0] {
            let mut follower = Follower::new(LAG);
            let (mut last, mut largest, mut silent) = (0.0_f32, 0.0_f32, 0);
            let (mut turned, mut before) = (0.0_f64, None::<f64>);
            let mut most = 0.0_f64;
            play(&mut follower, ppm, 0.004, 600, |at, heard| {
                if at < 1.0 {
                    last = heard[2 * PIECE - 2];
                    return;
                }
                silent += usize::from(heard.iter().all(|sample| sample.abs() < 0.01));
                for frame in heard.chunks_exact(2) {
                    largest = largest.max((frame[0] - last).abs());
                    last = frame[0];
                }
                let now = phase(heard, at);
                let step = before.map_or(0.0, |before| now - before);
                turned += step - step.round();
                before = Some(now);
                most = most.max(turned.abs() / 440.0);
            });
            assert_eq!(silent, 0, "it never stops");
            // The tone's own largest step is 0.5 * 2 pi * 440 / 48000.
            assert!(largest < 0.0290, "no click at {ppm} ppm: a step of {largest}");
            assert!(most < 0.020, "in ten minutes at {ppm} ppm it is {:.1} ms off", most * 1000.0);
        }
    }

    #[test]
    fn a_device_that_hands_over_late_is_waited_for_once_and_then_heard_without_a_gap() {
        let mut follower = Follower::new(LAG);
        let mut gaps = Vec::new();
        play(&mut follower, 0.0, 0.060, 20, |at, heard| {
            if heard.iter().all(|sample| sample.abs() < 0.01) {
                gaps.push(at);
            }
        });
        assert!(gaps.iter().all(|at| *at < 1.0), "{} gaps, the last at {:?}", gaps.len(), gaps.last());
        assert!(follower.lag > Duration::from_millis(50) && follower.lag < MOST_LAG, "{:?}", follower.lag);
    }

    #[test]
    fn a_device_that_falls_silent_and_comes_back_leaves_no_click_and_no_old_sound() {
        let mut follower = Follower::new(LAG);
        let start = Instant::now() + Duration::from_secs(1);
        let mut device = Device::new(start, 0.0);
        let (mut last, mut largest) = (0.0_f32, 0.0_f32);
        let mut heard_at = Vec::new();
        for number in 0..1000_u32 {
            let piece = device.piece();
            if !(300..600).contains(&number) {
                follower.put(&piece);
            }
            let mut heard = Vec::new();
            follower.take(start + Duration::from_millis(10) * number, PIECE, &mut heard);
            for frame in heard.chunks_exact(2) {
                largest = largest.max((frame[0] - last).abs());
                last = frame[0];
            }
            heard_at.push(heard.iter().any(|sample| sample.abs() > 0.1));
        }
        assert!(largest < 0.0290, "a step of {largest}");
        assert!(heard_at[20..300].iter().all(|heard| *heard) && heard_at[620..].iter().all(|heard| *heard));
        assert!(heard_at[310..600].iter().all(|heard| !*heard), "nothing is made up");
    }

    #[test]
    fn what_nobody_takes_is_bounded() {
        let mut follower = Follower::new(LAG);
        let mut device = Device::new(Instant::now(), 0.0);
        for _ in 0..1000 {
            follower.put(&device.piece());
        }
        assert!(follower.waiting.len() <= 2 * MOST_WAITING);
    }
}
