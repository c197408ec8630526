//! What is wrong with the sound though every device runs: who broadcasts hears nothing of it, and would learn it from viewers. No clock: time
//! is counted in samples.

use crate::frame::SAMPLE_RATE;
use protocol::SoundTrouble;

/// Frames that nothing was heard for until that is said: ten seconds.
const SILENCE: usize = 10 * SAMPLE_RATE as usize;

/// Softer than this, -60 dBFS, nobody hears anything.
const FLOOR: f32 = 0.001;

/// A sample that is as high as a device has them, but for what converting adds or takes.
const FULL: f32 = 0.999;

/// So many of them in a row on one side are no peak that just fits.
const IN_A_ROW: u8 = 3;

/// Clipping within one of these is one of the times that count: a tenth of a second.
const WINDOW: usize = (SAMPLE_RATE / 10) as usize;

/// It was too loud so many times,
const TIMES: usize = 3;
/// and no longer ago than this: somebody who drops a book is not told. Five seconds without any, and it is over.
const RECENT: usize = 50 * WINDOW;

/// Listens for what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// Frames of the microphone that were nothing but zeros, without one that was not.
    zeros: usize,
    /// Frames of what is sent that nobody heard.
    quiet: usize,
    /// Samples at full scale that end the sound so far, on either side.
    row: [u8; 2],
    /// Frames since each of the last times that it clipped, the newest first.
    clipped: [Option<usize>; TIMES],
    told: Option<SoundTrouble>,
}

impl Watch {
    /// What a device delivered as the microphone, before anything was done to it; None where none is open, or nobody is to hear it.
    pub(crate) fn microphone(&mut self, samples: Option<&[f32]>) {
        let Some(samples) = samples else {
            (self.zeros, self.row, self.clipped) = (0, [0; 2], [None; TIMES]);
            return;
        };
        let frames = samples.len() / 2;
        self.zeros = if samples.iter().all(|sample| *sample == 0.0) { self.zeros + frames } else { 0 };
        let ago = |clipped: usize| Some(clipped + frames).filter(|ago| *ago < RECENT);
        self.clipped.iter_mut().for_each(|clipped| *clipped = clipped.and_then(ago));
        if self.clips(samples) && self.clipped[0].is_none_or(|ago| ago >= WINDOW) {
            self.clipped.rotate_right(1);
            self.clipped[0] = Some(0);
        }
    }

    /// What viewers are sent; None where nothing is meant to be heard, or nobody can hear it.
    pub(crate) fn sent(&mut self, samples: Option<&[f32]>) {
        let quiet = samples.filter(|samples| Watch::is_quiet(samples));
        self.quiet = quiet.map_or(0, |samples| self.quiet + samples.len() / 2);
    }

    /// Nobody hears anything of this.
    pub(crate) fn is_quiet(samples: &[f32]) -> bool {
        samples.iter().all(|sample| sample.abs() < FLOOR)
    }

    /// What is to be said now, where that is other than before; None in it: nothing is wrong any more.
    pub(crate) fn news(&mut self) -> Option<Option<SoundTrouble>> {
        // It is still clipping as long as the last time was not long ago.
        let clipping =
            self.clipped[TIMES - 1].is_some() || self.told == Some(SoundTrouble::Clipping) && self.clipped[0].is_some();
        let now = match (self.zeros >= SILENCE, self.quiet >= SILENCE, clipping) {
            (true, ..) => Some(SoundTrouble::Zeros),
            (_, true, _) => Some(SoundTrouble::Silence),
            (_, _, true) => Some(SoundTrouble::Clipping),
            _ => None,
        };
        (std::mem::replace(&mut self.told, now) != now).then_some(now)
    }

    /// Whether a row of samples at full scale became too long.
    fn clips(&mut self, samples: &[f32]) -> bool {
        let mut clips = false;
        for frame in samples.chunks_exact(2) {
            for (row, sample) in self.row.iter_mut().zip(frame) {
                *row = if sample.abs() >= FULL { row.saturating_add(1) } else { 0 };
                clips |= *row >= IN_A_ROW;
            }
        }
        clips
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SoundTrouble::{Clipping, Silence, Zeros};

    /// Ten milliseconds.
    const PIECE: usize = 480;

    /// Seconds of one sound; what was said, and after how many seconds of it.
    fn goes_on(
        watch: &mut Watch,
        seconds: usize,
        mut piece: impl FnMut(usize) -> Vec<f32>,
    ) -> Vec<(f32, Option<SoundTrouble>)> {
        let mut said = Vec::new();
        for number in 0..seconds * 100 {
            let samples = piece(number);
            watch.microphone(Some(&samples));
            watch.sent(Some(&samples));
            said.extend(watch.news().map(|news| ((number + 1) as f32 / 100.0, news)));
        }
        said
    }

    fn constant(level: f32) -> impl FnMut(usize) -> Vec<f32> {
        move |_| vec![level; 2 * PIECE]
    }

    #[test]
    fn ten_seconds_of_zeros_are_said_and_the_first_sound_ends_it() {
        let mut watch = Watch::default();
        assert_eq!(goes_on(&mut watch, 9, constant(0.0)), []);
        assert_eq!(goes_on(&mut watch, 1, constant(0.1)), [], "it was not ten seconds");
        assert_eq!(goes_on(&mut watch, 60, constant(0.0)), [(10.0, Some(Zeros))], "once");
        assert_eq!(goes_on(&mut watch, 1, constant(0.1)), [(0.01, None)]);
    }

    #[test]
    fn ten_seconds_that_nobody_hears_are_said_where_somebody_could() {
        let mut watch = Watch::default();
        // A microphone that is far too soft is no broken one.
        assert_eq!(goes_on(&mut watch, 30, constant(0.0005)), [(10.0, Some(Silence))]);
        watch.sent(None);
        assert_eq!(watch.news(), Some(None), "the broadcast is over");
        for _ in 0..3000 {
            watch.microphone(Some(&[0.0005; 2 * PIECE]));
            watch.sent(None);
            assert_eq!(watch.news(), None, "nobody is there to hear it");
        }
    }

    #[test]
    fn who_mutes_the_microphone_is_not_told_that_it_is_silent() {
        let mut watch = Watch::default();
        goes_on(&mut watch, 9, constant(0.0));
        watch.microphone(None);
        watch.sent(None);
        assert_eq!(goes_on(&mut watch, 9, constant(0.0)), [], "it begins anew");
    }

    #[test]
    fn a_microphone_that_clips_on_and_on_is_said_and_one_bang_is_not() {
        // A tone that is cut off at full scale on the left, for a moment in each so many pieces.
        let cut = |every: usize| {
            move |number: usize| {
                let level = if number.is_multiple_of(every) { 1.5 } else { 0.3 };
                let wave = move |at: usize| level * (std::f32::consts::TAU * at as f32 / 96.0).sin();
                (0..PIECE).flat_map(|at| [wave(at).clamp(-1.0, 1.0), 0.1]).collect()
            }
        };
        let mut watch = Watch::default();
        assert_eq!(goes_on(&mut watch, 60, cut(10_000)), [], "somebody dropped a book");
        assert_eq!(goes_on(&mut watch, 60, cut(400)), [], "or several");
        let mut watch = Watch::default();
        assert_eq!(goes_on(&mut watch, 10, cut(20)), [(0.41, Some(Clipping))], "the third time");
        let ends = goes_on(&mut watch, 10, constant(0.3));
        assert!(matches!(ends[..], [(at, None)] if (4.0..5.1).contains(&at)), "{ends:?}");
    }

    #[test]
    fn a_peak_that_just_fits_is_no_clipping() {
        let mut watch = Watch::default();
        let wave = |at: usize| 0.998 * (std::f32::consts::TAU * at as f32 / 960.0).sin();
        assert_eq!(goes_on(&mut watch, 10, |_| (0..PIECE).flat_map(|at| [wave(at); 2]).collect()), []);
    }
}
