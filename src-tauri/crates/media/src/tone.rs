//! Sound that needs no device: the test tone, and silence.

use crate::{
    clock::{Ticker, unix},
    frame::{SAMPLE_RATE, SoundChunk},
    pattern::FLASH_MS,
    source::{PolledSource, SoundSource, SourceError},
};
use std::{
    f32::consts::TAU,
    thread,
    time::{Duration, Instant},
};

/// Hz, left and right: different, so that a test hears whether stereo arrived as stereo.
const STEADY: [f32; 2] = [440.0, 660.0];
const STEADY_PEAK: f32 = 0.1;
/// For the first 100 ms of each second of Unix time, as long as the pattern's flash: lip sync is measured by the two.
const BEEP: f32 = 1000.0;
const BEEP_PEAK: f32 = 0.5;
/// How often a piece is delivered. As small as devices do, so that it adds no more latency than they.
const PIECES_A_SECOND: u32 = 100;
const PIECE: usize = (SAMPLE_RATE / PIECES_A_SECOND) as usize;

/// The test tone.
#[derive(Debug)]
pub(crate) struct Tone {
    pieces: Pieces,
}

/// Nothing to hear, in time.
#[derive(Debug)]
pub(crate) struct Silence {
    pieces: Pieces,
}

impl Tone {
    pub(crate) fn new() -> Self {
        Self { pieces: Pieces::new() }
    }
}

impl Silence {
    pub(crate) fn new() -> Self {
        Self { pieces: Pieces::new() }
    }
}

impl SoundSource for Tone {
    fn next(&mut self, into: &mut SoundChunk) -> Result<(), SourceError> {
        into.captured = self.pieces.wait();
        tone(unix(into.captured), &mut into.samples);
        Ok(())
    }

    fn format(&self) -> String {
        "48 kHz stereo".into()
    }
}

impl PolledSource for Tone {
    fn poll(&mut self, into: &mut SoundChunk) -> Result<(), SourceError> {
        into.samples.clear();
        if let Some(captured) = self.pieces.poll() {
            into.captured = captured;
            tone(unix(captured), &mut into.samples);
        }
        Ok(())
    }

    fn format(&self) -> String {
        SoundSource::format(self)
    }
}

impl SoundSource for Silence {
    fn next(&mut self, into: &mut SoundChunk) -> Result<(), SourceError> {
        into.captured = self.pieces.wait();
        into.samples.clear();
        into.samples.resize(2 * PIECE, 0.0);
        Ok(())
    }

    fn format(&self) -> String {
        "48 kHz stereo".into()
    }
}

/// The tone's next piece, from that moment of Unix time on. All frequencies are whole numbers of Hz, so every second is the
/// same and pieces fit each other.
pub(crate) fn tone(from: Duration, into: &mut Vec<f32>) {
    // To the nearest sample: pieces follow each other without a gap though the clocks' comparison wavers by nanoseconds.
    let first = (u64::from(from.subsec_nanos()) * u64::from(SAMPLE_RATE) + 500_000_000) / 1_000_000_000;
    into.clear();
    for sample in first..first + PIECE as u64 {
        let sample = (sample % u64::from(SAMPLE_RATE)) as f32;
        let wave = |hz: f32| (TAU * (hz * sample / SAMPLE_RATE as f32).fract()).sin();
        let beep = if sample < (SAMPLE_RATE * FLASH_MS / 1000) as f32 { BEEP_PEAK * wave(BEEP) } else { 0.0 };
        into.extend(STEADY.map(|hz| STEADY_PEAK * wave(hz) + beep));
    }
}

/// Held up for longer than this, the sound has a gap.
const MOMENT: Duration = Duration::from_secs(1);

/// Waits for a piece to be over, as a device does that delivers what it has recorded.
#[derive(Debug)]
struct Pieces {
    ticker: Ticker,
}

impl Pieces {
    fn new() -> Self {
        Self { ticker: Ticker::new(PIECES_A_SECOND, Instant::now()) }
    }

    /// When the next piece began; none where it is not over yet.
    fn poll(&mut self) -> Option<Instant> {
        let (end, _) = self.ticker.next();
        (end <= Instant::now()).then(|| self.wait())
    }

    /// When the piece that is now over began.
    fn wait(&mut self) -> Instant {
        let (end, _) = self.ticker.next();
        thread::sleep(end.saturating_duration_since(Instant::now()));
        let now = Instant::now();
        // A program that was held up for a moment delivers what is missing at once; after a sleep of the machine it does not.
        self.ticker.taken(if now.saturating_duration_since(end) < MOMENT { end } else { now });
        end - Duration::from_secs(1) / PIECES_A_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second() -> Vec<f32> {
        let (mut all, mut piece) = (Vec::new(), Vec::new());
        for ms in (0..1000).step_by(10) {
            tone(Duration::from_millis(5_000 + ms), &mut piece);
            all.extend_from_slice(&piece);
        }
        all
    }

    #[test]
    fn the_beep_is_in_the_first_100_ms_and_nowhere_else() {
        let second = second();
        let peak = |range: std::ops::Range<usize>| second[range].iter().fold(0_f32, |peak, x| peak.max(x.abs()));
        assert!(peak(0..2 * 48) > 0.4, "it begins at once");
        assert!(peak(2 * 4752..2 * 4800) > 0.4, "and lasts 100 ms");
        assert!(peak(2 * 4800..2 * 48_000) <= STEADY_PEAK, "and is over then");
    }

    #[test]
    fn pieces_fit_each_other() {
        for pair in second().chunks_exact(4) {
            assert!((pair[2] - pair[0]).abs() < 0.1, "a jump from {} to {}", pair[0], pair[2]);
        }
    }

    #[test]
    fn left_and_right_are_different_tones() {
        let second = second();
        let crossings = |side: usize| {
            let wave: Vec<f32> = second[2 * 4800..].iter().skip(side).step_by(2).copied().collect();
            wave.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count()
        };
        assert!((395..=397).contains(&crossings(0)), "440 Hz for 0.9 s");
        assert!((593..=595).contains(&crossings(1)), "660 Hz for 0.9 s");
    }
}
