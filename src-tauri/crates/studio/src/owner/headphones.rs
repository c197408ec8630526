//! What the broadcaster listens on, and to what: nothing of it is kept, so that no start of the program makes a sound.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::studio::{CommandError, bad_setting};
use protocol::{Event, SourceState, StripId};
use words::said;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Listens on this output, or on none.
    pub(super) fn set_headphones(&mut self, output: Option<&str>) -> Result<(), CommandError> {
        let output = output.map(str::trim).filter(|output| *output != "off").map(str::to_owned);
        if output.as_deref() == Some("") {
            return Err(bad_setting(said!("setting.output")));
        }
        if output != self.headphones.output {
            self.headphones.output = output.clone();
            self.headphones.state = output.clone().map_or(SourceState::Off, |id| SourceState::Opening { id });
            self.encoders.set_headphones(output);
            self.events.tell(Event::Headphones(self.headphones.clone()));
        }
        Ok(())
    }

    /// The output does otherwise now.
    pub(super) fn headphones_are(&mut self, state: SourceState) {
        // One that was chosen before is still being closed.
        let of = match &state {
            SourceState::Off => None,
            SourceState::Opening { id } | SourceState::Running { id, .. } | SourceState::Failed { id, .. } => Some(id),
        };
        if of == self.headphones.output.as_ref() && state != self.headphones.state {
            self.headphones.state = state;
            self.events.tell(Event::Headphones(self.headphones.clone()));
        }
    }

    /// Listens to a strip alone, or not any more.
    pub(super) fn listen_to(&mut self, strip: StripId, on: bool) {
        let solo = &mut self.solo[strip as usize];
        if std::mem::replace(solo, on) != on {
            self.mix();
            self.tell_strip(strip);
        }
    }
}
