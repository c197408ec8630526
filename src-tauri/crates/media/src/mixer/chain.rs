//! What a strip does with its sound, and how loud that was before and after.

use super::{
    denoise::Denoise,
    fader::{Fader, factor},
    gate::Gate,
    loudness::Loudness,
};
use protocol::{StripId, StripLevels, StripSettings};
use std::time::Duration;

/// A strip's chain.
pub(super) struct Chain {
    strip: StripId,
    /// While it is wanted, and until it has faded out.
    denoise: Option<Denoise>,
    /// While it is wanted, and until it has opened.
    gate: Option<Gate>,
    fader: Fader,
    before: f32,
    after: f32,
    /// While somebody looks.
    loudness: Option<Loudness>,
}

impl Chain {
    pub(super) fn new(strip: StripId, settings: &StripSettings) -> Self {
        let denoise = settings.noise_suppression.then(Denoise::new);
        let gate = settings.gate.then(|| Gate::new(settings));
        Self { strip, denoise, gate, fader: Fader::new(gain(settings)), before: 0.0, after: 0.0, loudness: None }
    }

    /// From the next sample on.
    pub(super) fn set(&mut self, settings: &StripSettings) {
        self.fader.set(gain(settings));
        match &mut self.denoise {
            Some(denoise) => denoise.set(settings.noise_suppression),
            None if settings.noise_suppression => self.denoise = Some(Denoise::new()),
            None => {}
        }
        match &mut self.gate {
            Some(gate) => gate.set(settings),
            None if settings.gate => self.gate = Some(Gate::new(settings)),
            None => {}
        }
    }

    /// Makes of interleaved stereo what goes into the sum.
    pub(super) fn process(&mut self, samples: &mut [f32]) {
        self.before = self.before.max(peak(samples));
        if let Some(denoise) = &mut self.denoise {
            denoise.process(samples);
            if denoise.is_over() {
                self.denoise = None;
            }
        }
        // After the noise was taken out: what is left of it is softer, and a gate is not opened by it.
        if let Some(gate) = &mut self.gate {
            gate.process(samples);
            if gate.is_over() {
                self.gate = None;
            }
        }
        self.fader.apply(samples);
        self.after = self.after.max(peak(samples));
        if let Some(loudness) = &mut self.loudness {
            loudness.add(samples);
        }
    }

    /// How much later the sound comes out.
    pub(super) fn delay(&self) -> Duration {
        let late = self.denoise.as_ref().is_some_and(Denoise::is_heard);
        if late { Denoise::DELAY } else { Duration::ZERO }
    }

    /// Nothing comes through, nor will.
    pub(super) fn is_shut(&self) -> bool {
        self.fader.is_shut()
    }

    /// Somebody looks at how loud it is, or not any more.
    pub(super) fn looked_at(&mut self, looked_at: bool) {
        if looked_at != self.loudness.is_some() {
            self.loudness = if looked_at { Loudness::new() } else { None };
        }
    }

    /// Since the last time.
    pub(super) fn levels(&mut self) -> StripLevels {
        let loudness = self.loudness.as_ref().and_then(Loudness::short_term);
        let (before, after) = (std::mem::take(&mut self.before), std::mem::take(&mut self.after));
        StripLevels { strip: self.strip, before: before.min(1.0), after: after.min(1.0), loudness }
    }
}

fn gain(settings: &StripSettings) -> f32 {
    if settings.mute { 0.0 } else { factor(settings.gain_db) }
}

/// The largest sample.
fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}
