//! The strips and their sum.

use super::{chain::Chain, follower::Follower};
use crate::frame::SoundChunk;
use protocol::{MixerSettings, StripId, StripLevels};
use std::time::Instant;

/// Mixes. The microphone makes the pace, whichever it is, and what is sent in its place where it is off; the others follow it.
pub(crate) struct Desk {
    settings: MixerSettings,
    microphone: Chain,
    others: [Other; 2],
    /// One of the others.
    piece: Vec<f32>,
    looked_at: bool,
}

/// A strip beside the microphone.
struct Other {
    strip: StripId,
    chain: Chain,
    /// There while it is listened to.
    follower: Option<Box<Follower>>,
}

impl Desk {
    pub(crate) fn new(settings: MixerSettings) -> Self {
        let other = |strip| Other { strip, chain: Chain::new(strip, settings.of(strip)), follower: None };
        Self {
            microphone: Chain::new(StripId::Microphone, settings.of(StripId::Microphone)),
            others: [other(StripId::Desktop), other(StripId::Tone)],
            settings,
            piece: Vec::new(),
            looked_at: false,
        }
    }

    /// From the next piece on.
    pub(crate) fn set(&mut self, settings: &MixerSettings) {
        if *settings == self.settings {
            return;
        }
        self.settings = *settings;
        self.microphone.set(settings.of(StripId::Microphone));
        for other in &mut self.others {
            other.chain.set(settings.of(other.strip));
        }
    }

    /// A strip beside the microphone delivered this.
    pub(crate) fn put(&mut self, strip: StripId, chunk: &SoundChunk) {
        if let Some(other) = self.others.iter_mut().find(|other| other.strip == strip) {
            other.follower.get_or_insert_with(|| Box::new(Follower::new())).put(chunk);
        }
    }

    /// Makes of a piece of the microphone's what is heard, and says when the first of that was taken.
    pub(crate) fn mix(&mut self, samples: &mut [f32], captured: Instant) -> Instant {
        self.microphone.process(samples);
        let captured = captured.checked_sub(self.microphone.delay()).unwrap_or(captured);
        for other in &mut self.others {
            let Some(follower) = &mut other.follower else { continue };
            self.piece.clear();
            follower.take(captured, samples.len() / 2, &mut self.piece);
            other.chain.process(&mut self.piece);
            if other.chain.is_shut() {
                // Nobody will have it, and what waits is old when somebody does.
                other.follower = None;
                continue;
            }
            for (sample, added) in samples.iter_mut().zip(&self.piece) {
                *sample += added;
            }
        }
        captured
    }

    /// Somebody looks at how loud the strips are, or not any more: then nobody reckons how loud they are to people.
    pub(crate) fn looked_at(&mut self, looked_at: bool) {
        if std::mem::replace(&mut self.looked_at, looked_at) != looked_at {
            self.microphone.looked_at(looked_at);
            self.others.iter_mut().for_each(|other| other.chain.looked_at(looked_at));
        }
    }

    /// How loud those that are listened to were since the last time.
    pub(crate) fn levels(&mut self) -> Vec<StripLevels> {
        let others = self.others.iter_mut().filter(|other| other.follower.is_some());
        std::iter::once(self.microphone.levels()).chain(others.map(|other| other.chain.levels())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::tone;
    use std::time::Duration;

    const PIECE: Duration = Duration::from_millis(10);

    /// A constant on all strips, at 10 ms a piece.
    fn heard(desk: &mut Desk, start: Instant, pieces: std::ops::Range<u32>, others: &[(StripId, f32)]) -> Vec<f32> {
        let mut all = Vec::new();
        for number in pieces {
            let captured = start + PIECE * number;
            for (strip, level) in others {
                desk.put(*strip, &SoundChunk { samples: vec![*level; 960], captured });
            }
            let mut samples = vec![0.125; 960];
            desk.mix(&mut samples, captured);
            all.extend(samples);
        }
        all
    }

    fn settings(of: &[(StripId, f32, bool)]) -> MixerSettings {
        let mut settings = MixerSettings::default();
        for (strip, gain_db, mute) in of {
            let strip = settings.of_mut(*strip);
            (strip.gain_db, strip.mute) = (*gain_db, *mute);
        }
        settings
    }

    #[test]
    fn the_microphone_alone_goes_through_to_the_bit() {
        let mut desk = Desk::new(MixerSettings::default());
        let (mut came, mut goes) = (Vec::new(), Vec::new());
        for ms in (0..2000).step_by(10) {
            tone(Duration::from_millis(ms), &mut came);
            goes.clone_from(&came);
            desk.mix(&mut goes, Instant::now());
            assert_eq!(came, goes);
        }
    }

    #[test]
    fn strips_are_heard_together_each_at_its_gain() {
        let start = Instant::now() + Duration::from_secs(1);
        let on = [(StripId::Desktop, 0.25), (StripId::Tone, 0.5)];
        let mut desk = Desk::new(settings(&[(StripId::Desktop, 0.0, false), (StripId::Tone, -6.0206, false)]));
        let all = heard(&mut desk, start, 0..100, &on);
        let last = &all[all.len() - 960..];
        assert!(last.iter().all(|sample| (sample - 0.625).abs() < 1e-3), "{}", last[0]);
        desk.set(&settings(&[(StripId::Microphone, 6.0206, false), (StripId::Desktop, 0.0, false)]));
        let all = heard(&mut desk, start, 100..200, &on);
        let last = &all[all.len() - 960..];
        assert!(
            last.iter().all(|sample| (sample - 0.5).abs() < 1e-3),
            "no tone, and twice the microphone: {}",
            last[0]
        );
        assert!(all.windows(4).all(|frame| (frame[2] - frame[0]).abs() < 0.01), "and no click between");
    }

    #[test]
    fn a_strip_is_measured_before_and_after_its_chain_while_somebody_listens_to_it() {
        let start = Instant::now() + Duration::from_secs(1);
        let mut desk = Desk::new(settings(&[(StripId::Microphone, 0.0, true), (StripId::Desktop, -6.0206, false)]));
        desk.looked_at(true);
        heard(&mut desk, start, 0..400, &[(StripId::Desktop, 0.5)]);
        let levels = desk.levels();
        assert_eq!(
            levels.iter().map(|levels| levels.strip).collect::<Vec<_>>(),
            [StripId::Microphone, StripId::Desktop]
        );
        assert_eq!((levels[0].before, levels[0].after), (0.125, 0.0), "who speaks while muted is to see it");
        assert!((levels[1].before - 0.5).abs() < 0.01 && (levels[1].after - 0.25).abs() < 0.01, "{levels:?}");
        assert_eq!(desk.levels()[0].before, 0.0, "since the last time");
    }
}
