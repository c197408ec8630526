//! The strips and their sum.

use super::{
    chain::Chain,
    follower::{Follower, LAG, LAG_OF_MICROPHONES},
};
use crate::frame::SoundChunk;
use protocol::{MixerSettings, StripId, StripLevels, StripSettings};
use std::time::Instant;

/// Mixes. The first microphone makes the pace, whichever it is, and what is sent in its place where it is off; the others follow it.
pub(crate) struct Desk {
    settings: MixerSettings,
    microphone: Chain,
    others: [Other; StripId::ALL.len() - 1],
    /// One of the others.
    piece: Vec<f32>,
    /// What the broadcaster listens to of this piece, while somebody does.
    solo: Option<Vec<f32>>,
    looked_at: bool,
}

/// A strip beside the first microphone.
struct Other {
    strip: StripId,
    chain: Chain,
    /// It is muted with all microphones, and listened to all the same: who speaks while muted is to see it, and is heard at once after.
    is_withheld: bool,
    /// There while it is listened to.
    follower: Option<Box<Follower>>,
}

impl Desk {
    pub(crate) fn new(settings: MixerSettings) -> Self {
        let chain = |strip| Chain::new(strip, &heard(&settings, strip));
        let is_withheld = |strip| settings.is_muted(strip) && !settings.of(strip).mute;
        let other = |strip| Other { strip, chain: chain(strip), is_withheld: is_withheld(strip), follower: None };
        Self {
            microphone: chain(StripId::Microphone),
            others: std::array::from_fn(|at| other(StripId::ALL[at + 1])),
            settings,
            piece: Vec::new(),
            solo: None,
            looked_at: false,
        }
    }

    /// From the next piece on.
    pub(crate) fn set(&mut self, settings: &MixerSettings) {
        if *settings == self.settings {
            return;
        }
        self.settings = *settings;
        self.microphone.set(&heard(settings, StripId::Microphone));
        for other in &mut self.others {
            other.chain.set(&heard(settings, other.strip));
            other.is_withheld = settings.is_muted(other.strip) && !settings.of(other.strip).mute;
        }
    }

    /// A strip beside the first microphone delivered this.
    pub(crate) fn put(&mut self, strip: StripId, chunk: &SoundChunk) {
        if let Some(other) = self.others.iter_mut().find(|other| other.strip == strip) {
            let lag = if strip.is_microphone() { LAG_OF_MICROPHONES } else { LAG };
            other.follower.get_or_insert_with(|| Box::new(Follower::new(lag))).put(chunk);
        }
    }

    /// Makes of a piece of the microphone's what is heard, and says when the first of that was taken.
    pub(crate) fn mix(&mut self, samples: &mut [f32], captured: Instant) -> Instant {
        self.microphone.process(samples);
        if let Some(solo) = &mut self.solo {
            solo.clear();
            solo.resize(samples.len(), 0.0);
            if self.settings.is_solo(StripId::Microphone) {
                add(samples, solo);
            }
        }
        let delay = self.microphone.delay();
        let captured = captured.checked_sub(delay).unwrap_or(captured);
        for other in &mut self.others {
            let Some(follower) = &mut other.follower else { continue };
            self.piece.clear();
            // Two microphones without noise are late alike.
            follower.take(captured + delay.min(other.chain.delay()), samples.len() / 2, &mut self.piece);
            other.chain.process(&mut self.piece);
            if other.chain.is_shut() && !other.is_withheld {
                // Nobody will have it, and what waits is old when somebody does.
                other.follower = None;
                continue;
            }
            add(&self.piece, samples);
            if let (Some(solo), true) = (&mut self.solo, self.settings.is_solo(other.strip)) {
                add(&self.piece, solo);
            }
        }
        if let (Some(solo), false) = (&mut self.solo, self.settings.has_solo()) {
            solo.copy_from_slice(samples);
        }
        captured
    }

    /// The broadcaster listens, or not any more.
    pub(crate) fn listened_to(&mut self, listened_to: bool) {
        if listened_to != self.solo.is_some() {
            self.solo = listened_to.then(Vec::new);
        }
    }

    /// What the broadcaster is to hear of the last piece: the strips that were chosen, or all of them.
    pub(crate) fn solo(&self) -> Option<&[f32]> {
        self.solo.as_deref()
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

fn add(samples: &[f32], to: &mut [f32]) {
    for (sample, added) in to.iter_mut().zip(samples) {
        *sample += added;
    }
}

/// What a strip does, muted by whatever it is.
fn heard(settings: &MixerSettings, strip: StripId) -> StripSettings {
    StripSettings { mute: settings.is_muted(strip), ..*settings.of(strip) }
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
    fn microphones_are_heard_together_and_muted_together_and_each_by_itself() {
        let start = Instant::now() + Duration::from_secs(1);
        let (on, mut settings) = ([(StripId::Microphone2, 0.25)], MixerSettings::default());
        let mut desk = Desk::new(settings);
        let last = |all: Vec<f32>| all[all.len() - 1];
        let near = |level: f32, wanted: f32| assert!((level - wanted).abs() < 1e-3, "{level}, {wanted} wanted");
        near(last(heard(&mut desk, start, 0..100, &on)), 0.375);
        settings.of_mut(StripId::Microphone).mute = true;
        desk.set(&settings);
        near(last(heard(&mut desk, start, 100..200, &on)), 0.25);
        settings.microphones_muted = true;
        desk.set(&settings);
        near(last(heard(&mut desk, start, 200..300, &on)), 0.0);
        let levels = desk.levels();
        assert!(levels.len() == 2 && levels[1].before > 0.2, "who speaks while muted is to see it: {levels:?}");
        settings.microphones_muted = false;
        desk.set(&settings);
        let at_once = heard(&mut desk, start, 300..301, &on);
        near(last(at_once), 0.25);
        settings.of_mut(StripId::Microphone2).mute = true;
        desk.set(&settings);
        near(last(heard(&mut desk, start, 301..400, &[])), 0.0);
        assert_eq!(desk.levels().len(), 1, "nobody listens to it any more");
    }

    #[test]
    fn the_broadcaster_hears_the_strips_that_were_chosen_or_all_and_viewers_hear_no_other() {
        let start = Instant::now() + Duration::from_secs(1);
        let on = [(StripId::Desktop, 0.25), (StripId::Tone, 0.5)];
        let mut settings = settings(&[(StripId::Desktop, 0.0, false), (StripId::Tone, 0.0, false)]);
        let mut desk = Desk::new(settings);
        heard(&mut desk, start, 0..100, &on);
        assert_eq!(desk.solo(), None, "nobody listens");
        desk.listened_to(true);
        let mut pieces = 100;
        for (solo, wanted) in [
            (&[][..], 0.875),
            (&[StripId::Microphone][..], 0.125),
            (&[StripId::Tone][..], 0.5),
            (&[StripId::Microphone, StripId::Desktop][..], 0.375),
            (&[StripId::Microphone2][..], 0.0),
        ] {
            StripId::ALL.into_iter().for_each(|strip| settings.set_solo(strip, solo.contains(&strip)));
            desk.set(&settings);
            let sent = heard(&mut desk, start, pieces..pieces + 20, &on);
            pieces += 20;
            assert!(sent.iter().all(|sample| (sample - 0.875).abs() < 1e-3), "viewers hear all of it");
            let solo = desk.solo().expect("somebody listens");
            assert!(solo.len() == 960 && solo.iter().all(|sample| (sample - wanted).abs() < 1e-3), "{}", solo[0]);
        }
        desk.listened_to(false);
        assert_eq!(desk.solo(), None);
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
