//! Noise that goes on and on is taken out of a voice, by a small network (RNNoise). The one file that knows the crate nnnoiseless.

use crate::frame::SAMPLE_RATE;
use nnnoiseless::DenoiseState;
use std::time::Duration;

/// Frames that it works on together: 10 ms.
const BLOCK: usize = DenoiseState::FRAME_SIZE;

/// It reckons in samples of 16 bits.
const FULL: f32 = 32768.0;

/// Frames between what came and what comes out: one block is gathered, and one overlaps the next.
const LATE: usize = 2 * BLOCK;

/// How much more of the one and less of the other with each frame, as it is switched on or off: 5 ms.
const STEP: f32 = 1.0 / (SAMPLE_RATE / 200) as f32;

/// Takes noise out of interleaved stereo.
pub(super) struct Denoise {
    left: Box<DenoiseState<'static>>,
    /// None as long as both sides are the same: then it costs half.
    right: Option<Box<DenoiseState<'static>>>,
    /// Not yet a block, interleaved.
    gathered: Vec<f32>,
    /// Done, interleaved.
    done: Vec<f32>,
    /// Frames until what comes out is sound.
    empty: usize,
    wanted: bool,
    /// How much of it is heard, and of what came.
    share: f32,
}

impl Denoise {
    /// How much later the sound comes out.
    pub(super) const DELAY: Duration = Duration::from_millis(1000 * LATE as u64 / SAMPLE_RATE as u64);

    pub(super) fn new() -> Self {
        Self {
            left: DenoiseState::new(),
            right: None,
            gathered: Vec::new(),
            done: vec![0.0; 2 * BLOCK],
            empty: LATE,
            wanted: true,
            share: 0.0,
        }
    }

    /// From the next sample on, with a short passage.
    pub(super) fn set(&mut self, wanted: bool) {
        self.wanted = wanted;
    }

    /// It is not heard any more, and may go.
    pub(super) fn is_over(&self) -> bool {
        !self.wanted && self.share == 0.0
    }

    /// What comes out is late.
    pub(super) fn is_heard(&self) -> bool {
        self.share > 0.5
    }

    pub(super) fn process(&mut self, samples: &mut [f32]) {
        self.gathered.extend_from_slice(samples);
        let whole = self.gathered.len() - self.gathered.len() % (2 * BLOCK);
        for block in 0..whole / (2 * BLOCK) {
            self.block(2 * BLOCK * block);
        }
        self.gathered.drain(..whole);
        for (frame, done) in samples.chunks_exact_mut(2).zip(self.done.chunks_exact(2)) {
            self.empty = self.empty.saturating_sub(1);
            let goal = if self.wanted && self.empty == 0 { 1.0 } else { 0.0 };
            self.share += (goal - self.share).clamp(-STEP, STEP);
            for (sample, done) in frame.iter_mut().zip(done) {
                *sample += (done - *sample) * self.share;
            }
        }
        self.done.drain(..samples.len());
    }

    /// Works on the block that begins there.
    fn block(&mut self, start: usize) {
        let block = &self.gathered[start..start + 2 * BLOCK];
        let side = |side: usize| -> [f32; BLOCK] { std::array::from_fn(|at| block[2 * at + side] * FULL) };
        let (left, right) = (side(0), side(1));
        if self.right.is_none() && left != right {
            self.right = Some(self.left.clone());
        }
        let mut clean = [[0.0; BLOCK]; 2];
        self.left.process_frame(&mut clean[0], &left);
        match &mut self.right {
            None => clean[1] = clean[0],
            Some(state) => drop(state.process_frame(&mut clean[1], &right)),
        }
        self.done.extend((0..BLOCK).flat_map(|at| clean.map(|side| side[at] / FULL)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    /// Seconds of something like a voice: a buzz through the resonances of vowels, in syllables, with pauses between the words.
    fn voice(seconds: usize) -> Vec<f32> {
        const VOWELS: [[f32; 3]; 3] = [[730.0, 1090.0, 2440.0], [270.0, 2290.0, 3010.0], [570.0, 840.0, 2410.0]];
        let mut resonances = [[0.0_f32; 2]; 3];
        let (mut phase, mut out) = (0.0_f32, Vec::new());
        for at in 0..seconds * SAMPLE_RATE as usize {
            let seconds = at as f32 / SAMPLE_RATE as f32;
            phase += (125.0 + 15.0 * (TAU * 0.9 * seconds).sin()) / SAMPLE_RATE as f32;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase = phase.fract();
            let vowel = VOWELS[(seconds * 4.0) as usize % VOWELS.len()];
            let loud = (TAU * 2.0 * seconds).sin().abs() * f32::from(speaks(at));
            let mut sum = 0.0;
            for ((state, hertz), level) in resonances.iter_mut().zip(vowel).zip([1.0, 0.6, 0.3]) {
                let (width, angle) = ((-80.0 * TAU / 2.0 / SAMPLE_RATE as f32).exp(), TAU * hertz / SAMPLE_RATE as f32);
                let next = pulse * loud + 2.0 * width * angle.cos() * state[0] - width * width * state[1];
                *state = [next, state[0]];
                sum += level * next * angle.sin();
            }
            out.push(0.3 * sum);
        }
        out
    }

    /// Two seconds of three.
    fn speaks(at: usize) -> bool {
        at % (3 * SAMPLE_RATE as usize) < 2 * SAMPLE_RATE as usize
    }

    /// A fan: noise that was made softer at the top.
    fn fan(level: f32) -> impl FnMut() -> f32 {
        let (mut seed, mut smooth) = (1_u32, 0.0_f32);
        move || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            smooth += 0.2 * ((seed >> 8) as f32 / 8_388_608.0 - 1.0 - smooth);
            level * smooth
        }
    }

    fn cleaned(mono: &[f32], piece: usize) -> Vec<f32> {
        let mut denoise = Denoise::new();
        let mut stereo: Vec<f32> = mono.iter().flat_map(|sample| [*sample; 2]).collect();
        stereo.chunks_mut(2 * piece).for_each(|piece| denoise.process(piece));
        stereo.iter().step_by(2).copied().collect()
    }

    fn db(power: f32) -> f32 {
        10.0 * power.log10()
    }

    /// The mean power of those samples.
    fn power(sound: impl Iterator<Item = f32>) -> f32 {
        let (sum, count) = sound.fold((0.0, 0.0), |(sum, count), sample| (sum + sample * sample, count + 1.0));
        sum / count
    }

    #[test]
    fn a_fan_behind_a_voice_is_taken_out_and_the_voice_stays() {
        let (voice, mut fan) = (voice(9), fan(0.1));
        let noisy: Vec<f32> = voice.iter().map(|sample| sample + fan()).collect();
        let clean = cleaned(&noisy, 480);
        // Since it has heard three seconds; half a second into each pause.
        let half = SAMPLE_RATE as usize / 2;
        let pauses = |sound: &[f32]| {
            let at = (3 * SAMPLE_RATE as usize..sound.len()).filter(|at| !speaks(*at) && !speaks(at - half));
            db(power(at.map(|at| sound[at])))
        };
        let words = |sound: &[f32], late: usize| {
            let at = (3 * SAMPLE_RATE as usize..sound.len() - late).filter(|at| speaks(*at));
            db(power(at.map(|at| sound[at + late])))
        };
        let (before, after) = (pauses(&noisy), pauses(&clean));
        assert!(after < before - 15.0, "the fan in the pauses: {before:.1} dB before, {after:.1} after");
        let (before, after) = (words(&voice, 0), words(&clean, LATE));
        assert!((after - before).abs() < 3.0, "the voice: {before:.1} dB before, {after:.1} after");
    }

    #[test]
    fn what_comes_out_is_as_late_as_it_says_whatever_the_pieces() {
        let voice = voice(3);
        for piece in [480, 441, 1000, 97] {
            let clean = cleaned(&voice, piece);
            let alike = |late: usize| -> f32 {
                (SAMPLE_RATE as usize..2 * SAMPLE_RATE as usize).map(|at| voice[at] * clean[at + late]).sum()
            };
            let best = (0..2 * LATE).max_by(|one, other| alike(*one).total_cmp(&alike(*other)));
            let off = best.expect("there are some").abs_diff(LATE);
            assert!(off <= 12, "pieces of {piece}: {off} frames from what it says");
        }
    }

    #[test]
    fn switching_it_on_and_off_makes_no_click() {
        let mut denoise = Denoise::new();
        let (mut last, mut largest) = (0.0_f32, 0.0_f32);
        for number in 0..300 {
            denoise.set(number < 200);
            let wave = |at: usize| 0.5 * (TAU * 220.0 * at as f32 / SAMPLE_RATE as f32).sin();
            let mut piece: Vec<f32> = (480 * number..480 * (number + 1)).flat_map(|at| [wave(at); 2]).collect();
            denoise.process(&mut piece);
            for frame in piece.chunks_exact(2) {
                largest = largest.max((frame[0] - last).abs());
                last = frame[0];
            }
        }
        assert!(denoise.is_over() && !denoise.is_heard());
        // The tone's own largest step is 0.0144, and 5 ms of a change add 0.0042.
        assert!(largest < 0.025, "a step of {largest}");
    }

    #[test]
    fn two_sides_stay_two() {
        let (voice, mut denoise) = (voice(2), Denoise::new());
        let mut stereo: Vec<f32> = voice.iter().flat_map(|sample| [*sample, 0.0]).collect();
        stereo.chunks_mut(960).for_each(|piece| denoise.process(piece));
        let side = |side: usize| power(stereo.iter().skip(side).step_by(2).copied());
        assert!(side(0) > 1e-4 && side(1) < 1e-9, "{} and {}", side(0), side(1));
    }
}
