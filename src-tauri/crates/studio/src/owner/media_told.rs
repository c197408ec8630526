//! What the devices and the encoders tell.

use super::Owner;
use crate::background::Background;
use crate::broadcast::Running;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use audience::Now;
use protocol::ErrorCode;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Something happened on the way from a device to an encoded frame.
    pub(super) fn media_told(&mut self, event: media::Event, now: Now) {
        match event {
            media::Event::Camera(state) => self.devices.camera_is(state).for_each(|event| self.events.tell(event)),
            media::Event::Screen(state) => self.devices.screen_is(state).for_each(|event| self.events.tell(event)),
            media::Event::Microphone(state) => {
                self.devices.microphone_is(state).for_each(|event| self.events.tell(event));
            }
            media::Event::Strip(strip, state) => self.strip_is(strip, state),
            media::Event::Headphones(state) => self.headphones_are(state),
            media::Event::Sound(trouble) => {
                let event = self.devices.sound_is(trouble);
                self.events.tell(event);
            }
            media::Event::ScreenToken(token) => self.background.keep_screen_token(token),
            media::Event::EncoderFailed(message) => match self.broadcast.running() {
                Running::Starting => self.start_failed(message),
                Running::Live | Running::Rehearsing | Running::No => {
                    self.events.complain(ErrorCode::EncoderFailed, message, now.instant);
                }
            },
        }
    }
}
