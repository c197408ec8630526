//! The mixer's strips beside the first microphone: their devices are opened while somebody wants to hear them, looked at whenever the microphone
//! has delivered a piece, and waited for by nobody.

use super::Events;
use crate::{
    Event,
    frame::SoundChunk,
    microphone,
    mixer::Desk,
    source::{PolledSource, SourceError},
    tone::Tone,
};
use protocol::{SourceState, StripId, StripSettings};
use std::time::{Duration, Instant};

/// Opens what a strip listens to.
pub(super) type Opener = fn(StripId, Option<&str>) -> Result<Box<dyn PolledSource>, SourceError>;

/// The real opener.
pub(super) fn open(strip: StripId, device: Option<&str>) -> Result<Box<dyn PolledSource>, SourceError> {
    match (strip, device) {
        (StripId::Desktop, None) => microphone::open_desktop(),
        (StripId::Desktop, Some(program)) => microphone::open_program(program),
        (_, Some(device)) => microphone::open_beside(device),
        (_, None) => Ok(Box::new(Tone::new())),
    }
}

/// Pieces that are taken in one go, at most.
const MOST_AT_ONCE: usize = 50;

/// What one of them listens to.
pub(super) struct Beside {
    strip: StripId,
    /// Which microphone it listens to, where it is one's; of the desktop which program alone.
    device: Option<String>,
    open: Opener,
    retry: Duration,
    source: Option<Box<dyn PolledSource>>,
    /// Not before.
    again: Option<Instant>,
    told: SourceState,
    chunk: SoundChunk,
}

impl Beside {
    pub(super) fn new(strip: StripId, open: Opener, retry: Duration) -> Self {
        let (source, again, told, chunk) = (None, None, SourceState::Off, SoundChunk::new());
        Self { strip, device: None, open, retry, source, again, told, chunk }
    }

    /// Listens to this microphone from now on, or to none; of the desktop to this program, or to all.
    pub(super) fn listen_to(&mut self, device: Option<&str>, events: &Events) {
        if self.device.as_deref() != device {
            (self.source, self.again, self.device) = (None, None, device.map(str::to_owned));
            self.tell(SourceState::Off, events);
        }
    }

    /// Hands over to the mixer what there is.
    pub(super) fn poll(&mut self, settings: &StripSettings, desk: &mut Desk, events: &Events, now: Instant) {
        if settings.mute || self.strip.is_microphone() && self.device.is_none() {
            (self.source, self.again) = (None, None);
            return self.tell(SourceState::Off, events);
        }
        if let Err(error) = self.listen(settings, desk, events, now) {
            self.source = None;
            // Where the system's sound goes elsewhere it is listened to there, and that is no news.
            if self.strip != StripId::Desktop || !matches!(error, SourceError::Lost(_)) {
                self.again = Some(now + self.retry);
                let id = self.id();
                self.tell(SourceState::Failed { id, code: error.code(), message: error.said() }, events);
            }
        }
    }

    fn listen(
        &mut self,
        settings: &StripSettings,
        desk: &mut Desk,
        events: &Events,
        now: Instant,
    ) -> Result<(), SourceError> {
        if self.source.is_none() {
            if self.again.is_some_and(|again| now < again) {
                return Ok(());
            }
            // A device that stays away is told once, not with every attempt.
            if !matches!(self.told, SourceState::Failed { .. } | SourceState::Running { .. }) {
                self.tell(SourceState::Opening { id: self.id() }, events);
            }
            self.source = Some((self.open)(self.strip, self.device.as_deref())?);
        }
        let Some(source) = &mut self.source else { return Ok(()) };
        source.choose(settings.channels);
        for _ in 0..MOST_AT_ONCE {
            source.poll(&mut self.chunk)?;
            if self.chunk.samples.is_empty() {
                break;
            }
            desk.put(self.strip, &self.chunk);
        }
        let format = source.format();
        if !format.is_empty() {
            self.tell(SourceState::Running { id: self.id(), format }, events);
        }
        Ok(())
    }

    /// What it listens to, as it was chosen.
    fn id(&self) -> String {
        self.device.clone().unwrap_or_else(|| self.strip.name().to_owned())
    }

    fn tell(&mut self, state: SourceState, events: &Events) {
        if self.told != state {
            if let SourceState::Failed { message, .. } = &state {
                tracing::warn!("{}: {message}", self.strip.name());
            }
            self.told = state.clone();
            events(Event::Strip(self.strip, state));
        }
    }
}
