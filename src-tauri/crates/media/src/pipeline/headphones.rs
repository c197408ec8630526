//! What the broadcaster listens on: opened while somebody wants to listen, given a copy of what is to be heard there, and waited for by
//! nobody.

use super::Events;
use crate::{Event, microphone::Headphones, source::SourceError};
use protocol::{ErrorCode, SourceState};
use std::time::{Duration, Instant};
use words::said;

/// The output, and whether it is given anything.
pub(super) struct Listening {
    wanted: Option<String>,
    retry: Duration,
    output: Option<Headphones>,
    /// Not before.
    again: Option<Instant>,
    told: SourceState,
}

impl Listening {
    pub(super) fn new(retry: Duration) -> Self {
        Self { wanted: None, retry, output: None, again: None, told: SourceState::Off }
    }

    /// The output that is to be given something now; none while nobody listens, while it is not open, and where one of the strips hears what
    /// is played there.
    pub(super) fn poll(
        &mut self,
        wanted: Option<&str>,
        is_heard: impl Fn(&Headphones) -> bool,
        events: &Events,
        now: Instant,
    ) -> Option<&mut Headphones> {
        if self.wanted.as_deref() != wanted {
            (self.output, self.again, self.wanted) = (None, None, wanted.map(str::to_owned));
            self.tell(SourceState::Off, events);
        }
        let id = self.wanted.clone()?;
        let format = match self.look(&id, events, now) {
            Ok(format) => format?,
            Err(error) => {
                self.output = None;
                // Where the system's sound goes elsewhere it is opened anew, and that is no news.
                if !matches!(error, SourceError::Lost(_)) {
                    self.again = Some(now + self.retry);
                    self.tell(SourceState::Failed { id, code: error.code(), message: error.said() }, events);
                }
                return None;
            }
        };
        if self.output.as_ref().is_some_and(is_heard) {
            self.tell(
                SourceState::Failed { id, code: ErrorCode::DeviceFailed, message: said!("device.headphones_echo") },
                events,
            );
            return None;
        }
        self.tell(SourceState::Running { id, format }, events);
        self.output.as_mut()
    }

    fn look(&mut self, id: &str, events: &Events, now: Instant) -> Result<Option<String>, SourceError> {
        if self.output.is_none() {
            if self.again.is_some_and(|again| now < again) {
                return Ok(None);
            }
            // One that stays away is told once, not with every attempt.
            if !matches!(self.told, SourceState::Failed { .. }) {
                self.tell(SourceState::Opening { id: id.to_owned() }, events);
            }
            self.output = Some(Headphones::open(id)?);
        }
        self.output.as_mut().map_or(Ok(None), Headphones::poll)
    }

    fn tell(&mut self, state: SourceState, events: &Events) {
        if self.told != state {
            if let SourceState::Failed { message, .. } = &state {
                tracing::warn!("headphones: {message}");
            }
            self.told = state.clone();
            events(Event::Headphones(state));
        }
    }
}
