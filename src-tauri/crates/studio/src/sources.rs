//! What the camera, the microphone and the encoders tell.

use crate::owner::Owner;
use protocol::{Event, SourceState};

impl Owner {
    pub(crate) fn mediated(&mut self, event: media::Event) {
        match event {
            media::Event::Camera(state) => {
                let before = std::mem::replace(&mut self.camera, state.clone());
                self.complain_of_device(&before, &state);
                self.event(Event::Camera { state });
            }
            media::Event::Microphone(state) => {
                let before = std::mem::replace(&mut self.microphone, state.clone());
                self.complain_of_device(&before, &state);
                self.event(Event::Microphone { state });
            }
            media::Event::EncoderFailed(message) => self.encoder_failed(message),
        }
    }

    /// A device that begins to fail is worth a message of its own; one that goes on failing in the same way is not.
    fn complain_of_device(&mut self, before: &SourceState, state: &SourceState) {
        if let SourceState::Failed { code, message, .. } = state
            && state != before
        {
            self.event(Event::Error { code: *code, message: message.clone() });
        }
    }
}
