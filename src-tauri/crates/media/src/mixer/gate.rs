//! A gate: a strip is shut while nobody speaks into it.
//!
//! It hears a word begin before it lets it through, at no cost in time: the piece in which the word begins is here as a whole, and is
//! opened from a moment before the first sample that is loud enough.

use super::fader::factor;
use crate::frame::SAMPLE_RATE;
use protocol::StripSettings;

/// Frames in a millisecond.
const MS: usize = SAMPLE_RATE as usize / 1000;

/// It stays open while sound is above this part of what opens it (-6 dB): a voice that wavers about the threshold does not flutter.
const STAYS: f32 = 0.5;

/// Frames for which it stays open after the last sound: syllables and words are less far apart, and words end softer than they begin.
const HOLD: usize = 300 * MS;

/// So long before what opens it, within the piece: words begin softly.
const AHEAD: usize = 10 * MS;

/// How long it takes to open and to shut: the one before a sound is there to hide it, the other so that a room does not end at once.
const OPENS: f32 = 1.0 / (2 * MS) as f32;
const SHUTS: f32 = 1.0 / (200 * MS) as f32;

/// How fast what is no sound is followed: an offset of the device, and the rumble of a table (below 100 Hz), open nothing.
const RUMBLE: f32 = std::f32::consts::TAU * 100.0 / SAMPLE_RATE as f32;

/// Shuts interleaved stereo off while it is soft.
pub(super) struct Gate {
    wanted: bool,
    /// What opens it, as a sample.
    threshold: f32,
    /// What is no sound of each side.
    rumble: [f32; 2],
    /// How loud each frame of the piece is.
    levels: Vec<f32>,
    /// Frames until it begins to shut.
    held: usize,
    /// How much of the sound comes through.
    share: f32,
}

impl Gate {
    /// It begins open, and as if nothing had opened it: what is being said goes on where it is loud enough for that, and all else fades.
    pub(super) fn new(settings: &StripSettings) -> Self {
        let threshold = factor(settings.gate_db);
        Self { wanted: true, threshold, rumble: [0.0; 2], levels: Vec::new(), held: 0, share: 1.0 }
    }

    /// From the next sample on.
    pub(super) fn set(&mut self, settings: &StripSettings) {
        (self.wanted, self.threshold) = (settings.gate, factor(settings.gate_db));
    }

    /// It is open for good, and may go.
    pub(super) fn is_over(&self) -> bool {
        !self.wanted && self.share == 1.0
    }

    pub(super) fn process(&mut self, samples: &mut [f32]) {
        self.measure(samples);
        // The next frame that opens it.
        let mut next = 0;
        for (at, frame) in samples.chunks_exact_mut(2).enumerate() {
            while next < self.levels.len() && (next < at || self.levels[next] < self.threshold) {
                next += 1;
            }
            let stays = self.held > 0 && self.levels[at] >= self.threshold * STAYS;
            self.held = if stays || next == at { HOLD } else { self.held.saturating_sub(1) };
            let soon = next < self.levels.len() && next - at <= AHEAD;
            let is_open = !self.wanted || self.held > 0 || soon;
            self.share = if is_open { (self.share + OPENS).min(1.0) } else { (self.share - SHUTS).max(0.0) };
            // What comes through whole stays as it is, to the bit.
            if self.share < 1.0 {
                frame.iter_mut().for_each(|sample| *sample *= self.share);
            }
        }
    }

    /// How loud each frame is, by its louder side.
    fn measure(&mut self, samples: &[f32]) {
        self.levels.clear();
        for frame in samples.chunks_exact(2) {
            let mut level = 0.0_f32;
            for (sample, rumble) in frame.iter().zip(&mut self.rumble) {
                *rumble += RUMBLE * (sample - *rumble);
                level = level.max((sample - *rumble).abs());
            }
            self.levels.push(level);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::StripId;
    use std::f32::consts::TAU;

    fn settings(gate: bool, gate_db: f32) -> StripSettings {
        StripSettings { gate, gate_db, ..StripSettings::usual(StripId::Microphone) }
    }

    /// A tone of 300 Hz, so loud at that frame, on both sides or on the right alone.
    fn stereo(frames: usize, both: bool, level: impl Fn(usize) -> f32) -> Vec<f32> {
        let wave = |at: usize| level(at) * (TAU * 300.0 * at as f32 / SAMPLE_RATE as f32).sin();
        (0..frames).flat_map(|at| [if both { wave(at) } else { 0.0 }, wave(at)]).collect()
    }

    fn through(gate: &mut Gate, sound: &[f32], piece: usize) -> Vec<f32> {
        let mut sound = sound.to_vec();
        sound.chunks_mut(2 * piece).for_each(|piece| gate.process(piece));
        sound
    }

    fn ms(ms: usize) -> usize {
        ms * MS
    }

    /// The loudest sample between two times.
    fn peak(sound: &[f32], from: usize, to: usize) -> f32 {
        sound[2 * ms(from)..2 * ms(to)].iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    /// A room of -60 dB in which somebody speaks from one second to the next.
    const ROOM: f32 = 0.001;
    fn word(at: usize) -> f32 {
        if (ms(1000)..ms(2000)).contains(&at) { 0.2 } else { ROOM }
    }

    #[test]
    fn a_room_is_shut_out_and_a_word_comes_through_whole_whatever_the_pieces() {
        for piece in [480, 441, 1024, 97] {
            for both in [true, false] {
                let came = stereo(ms(4000), both, word);
                let goes = through(&mut Gate::new(&settings(true, -45.0)), &came, piece);
                assert_eq!(peak(&goes, 600, 985), 0.0, "{piece}: nobody speaks");
                // From the first frame that is loud enough; what a piece of 10 ms lets it hear before is more than that.
                let begins = (ms(1000)..).find(|at| came[2 * at + 1].abs() >= factor(-45.0)).expect("it begins");
                assert!(begins < ms(1000) + 8, "a sixth of a millisecond into the word: {begins}");
                let opened = 2 * (begins + 2 * MS + 4);
                assert_eq!(goes[opened..2 * ms(2000)], came[opened..2 * ms(2000)], "{piece}: to the bit");
                assert!(peak(&goes, 2000, 2290) >= ROOM * 0.99, "{piece}: words end softly");
                assert_eq!(peak(&goes, 2520, 4000), 0.0, "{piece}: and then it is shut");
            }
        }
    }

    #[test]
    fn a_words_soft_beginning_within_the_piece_is_not_cut() {
        // 8 ms of something soft before the vowel, as in "so", at the end of a piece: both are in one.
        let soft = |at: usize| match at {
            at if at < ms(1001) => 0.0,
            at if at < ms(1009) => 0.003,
            _ => 0.2,
        };
        let came = stereo(ms(1500), true, soft);
        let goes = through(&mut Gate::new(&settings(true, -45.0)), &came, 480);
        assert_eq!(goes[2 * ms(1003)..], came[2 * ms(1003)..], "from where the piece begins, and 2 ms");
    }

    #[test]
    fn syllables_and_a_wavering_voice_do_not_make_it_flutter() {
        // Syllables of 80 ms, 250 ms apart, and then a voice that is softer than what opened it.
        let level = |at: usize| match at {
            at if at < ms(2000) => 0.1 * f32::from(at % ms(330) < ms(80)),
            _ => 0.0035,
        };
        let (came, mut gate) = (stereo(ms(4000), true, level), Gate::new(&settings(true, -45.0)));
        assert_eq!(through(&mut gate, &came, 480), came, "it was never shut");
    }

    #[test]
    fn switched_on_it_shuts_out_what_would_not_have_opened_it() {
        // Between what opens it and what keeps it open.
        let level = |at: usize| if at < ms(2000) { 0.15 } else { 0.3 };
        let (came, mut gate) = (stereo(ms(4000), true, level), Gate::new(&settings(true, -14.0)));
        let goes = through(&mut gate, &came, 480);
        assert!(peak(&goes, 0, 20) > 0.13, "it fades");
        assert_eq!(peak(&goes, 210, 1980), 0.0);
        assert_eq!(goes[2 * ms(2010)..], came[2 * ms(2010)..], "and this opens it");
    }

    #[test]
    fn what_is_no_sound_opens_nothing() {
        let rumble = |at: usize| 0.02 + 0.005 * (TAU * 25.0 * at as f32 / SAMPLE_RATE as f32).sin();
        let came: Vec<f32> = (0..ms(2000)).flat_map(|at| [rumble(at); 2]).collect();
        let goes = through(&mut Gate::new(&settings(true, -45.0)), &came, 480);
        assert_eq!(peak(&goes, 1000, 2000), 0.0, "an offset of -34 dB and the rumble of a table");
    }

    #[test]
    fn opening_shutting_and_switching_make_no_click() {
        let (came, mut gate) = (stereo(ms(4000), true, word), Gate::new(&settings(true, -20.0)));
        let mut goes = Vec::new();
        for (number, piece) in came.chunks(960).enumerate() {
            gate.set(&settings(number < 300, if number < 150 { -20.0 } else { -10.0 }));
            goes.extend(through(&mut gate, piece, 480));
        }
        assert!(gate.is_over() && goes[2 * ms(3100)..] == came[2 * ms(3100)..], "it is off");
        // The word's own largest step is 0.0079.
        let step = goes.windows(3).map(|frame| (frame[2] - frame[0]).abs()).fold(0.0, f32::max);
        assert!(step < 0.0085, "a step of {step}");
    }
}
