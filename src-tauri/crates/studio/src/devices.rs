//! The camera, the microphone and what else is listened to: how they do, and which there are.

use media::{CameraChoice, MicrophoneChoice};
use protocol::{Event, SoundTrouble, SourceState, StripId};

/// What is known of the devices.
#[derive(Clone, Debug)]
pub(crate) struct Devices {
    camera: SourceState,
    microphone: SourceState,
    /// What the mixer's strips beside the microphone listen to.
    desktop: SourceState,
    tone: SourceState,
    /// What is wrong though they run.
    sound: Option<SoundTrouble>,
    found: protocol::Devices,
    listing: Listing,
}

/// Whether somebody is asked which devices there are. A driver may hang in there: only one is sent, and what is asked meanwhile
/// is asked once more after, for a device may have come since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listing {
    No,
    Asked,
    AskedAgain,
}

impl Devices {
    /// Those that are being opened.
    pub(crate) fn new(camera: &CameraChoice, microphone: &MicrophoneChoice) -> Devices {
        let camera = match camera {
            CameraChoice::Off => SourceState::Off,
            other => SourceState::Opening { id: other.to_string() },
        };
        let microphone = match microphone {
            MicrophoneChoice::Off => SourceState::Off,
            other => SourceState::Opening { id: other.to_string() },
        };
        let (desktop, tone) = (SourceState::Off, SourceState::Off);
        let found = protocol::Devices::default();
        Devices { camera, microphone, desktop, tone, sound: None, found, listing: Listing::No }
    }

    /// The camera does otherwise now; what there is to tell, in this order.
    pub(crate) fn camera_is(&mut self, state: SourceState) -> impl Iterator<Item = Event> + use<> {
        let complaint = complaint(&self.camera, &state);
        self.camera = state.clone();
        complaint.into_iter().chain([Event::Camera { state }])
    }

    /// As [`Devices::camera_is`].
    pub(crate) fn microphone_is(&mut self, state: SourceState) -> impl Iterator<Item = Event> + use<> {
        let complaint = complaint(&self.microphone, &state);
        self.microphone = state.clone();
        complaint.into_iter().chain([Event::Microphone { state }])
    }

    /// What a strip beside the microphone listens to does otherwise now; what there is to complain of.
    pub(crate) fn strip_is(&mut self, strip: StripId, state: SourceState) -> Option<Event> {
        let before = match strip {
            StripId::Microphone => return None,
            StripId::Desktop => &mut self.desktop,
            StripId::Tone => &mut self.tone,
        };
        let complaint = complaint(before, &state);
        *before = state;
        complaint
    }

    /// How what a strip listens to does; none of the microphone, of which [`Devices::microphone`] tells.
    pub(crate) fn strip(&self, strip: StripId) -> Option<&SourceState> {
        match strip {
            StripId::Microphone => None,
            StripId::Desktop => Some(&self.desktop),
            StripId::Tone => Some(&self.tone),
        }
    }

    /// Something is wrong with the sound though they run, or nothing any more.
    pub(crate) fn sound_is(&mut self, trouble: Option<SoundTrouble>) -> Event {
        self.sound = trouble;
        Event::Sound { trouble }
    }

    pub(crate) fn sound(&self) -> Option<SoundTrouble> {
        self.sound
    }

    /// Somebody wants to know which there are. Says whether to have them listed.
    pub(crate) fn wanted(&mut self) -> bool {
        let before = self.listing;
        self.listing = if before == Listing::No { Listing::Asked } else { Listing::AskedAgain };
        before == Listing::No
    }

    /// Who was to list them is back. Says whether to have them listed once more.
    pub(crate) fn answered(&mut self) -> bool {
        let again = self.listing == Listing::AskedAgain;
        self.listing = if again { Listing::Asked } else { Listing::No };
        again
    }

    /// Somebody looked which there are.
    pub(crate) fn found(&mut self, devices: protocol::Devices) -> Event {
        self.found = devices.clone();
        Event::Devices { devices }
    }

    pub(crate) fn camera(&self) -> &SourceState {
        &self.camera
    }

    pub(crate) fn microphone(&self) -> &SourceState {
        &self.microphone
    }

    /// Those that were found when somebody last looked.
    pub(crate) fn known(&self) -> &protocol::Devices {
        &self.found
    }
}

/// A device that begins to fail is worth a message of its own; one that goes on failing in the same way is not.
fn complaint(before: &SourceState, now: &SourceState) -> Option<Event> {
    match now {
        SourceState::Failed { code, message, .. } if now != before => {
            Some(Event::Error { code: *code, message: message.clone() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ErrorCode;

    fn lost() -> SourceState {
        SourceState::Failed { id: "0".into(), code: ErrorCode::DeviceLost, message: "it was pulled out".into() }
    }

    #[test]
    fn a_loss_is_an_error_once_and_a_state_each_time() {
        let mut devices = Devices::new(&CameraChoice::Device("0".into()), &MicrophoneChoice::Off);
        assert_eq!(devices.camera(), &SourceState::Opening { id: "0".into() });
        assert_eq!(devices.microphone(), &SourceState::Off);
        let error = Event::Error { code: ErrorCode::DeviceLost, message: "it was pulled out".into() };
        let state = Event::Camera { state: lost() };
        assert_eq!(devices.camera_is(lost()).collect::<Vec<_>>(), [error, state.clone()], "the error first");
        assert_eq!(devices.camera_is(lost()).collect::<Vec<_>>(), [state], "it goes on failing in the same way");
        let running = SourceState::Running { id: "0".into(), format: "720p".into() };
        assert_eq!(devices.camera_is(running.clone()).collect::<Vec<_>>(), [Event::Camera { state: running }]);
        assert_eq!(devices.camera_is(lost()).count(), 2, "it fails anew");
        assert_eq!(devices.microphone_is(lost()).count(), 2, "the microphone is another device");
    }
}
