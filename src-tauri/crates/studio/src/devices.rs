//! The sources of picture and sound: how they do, and which there are.

use media::{CameraChoice, MicrophoneChoice, Shown, SourceChoice};
use protocol::{ErrorCode, Event, SoundTrouble, SourceState, StripId};

/// What is known of the devices.
#[derive(Clone, Debug)]
pub(crate) struct Devices {
    shown: Shown,
    camera: SourceState,
    screen: SourceState,
    /// Which that is, or was when it was shown.
    of_screen: SourceChoice,
    microphone: SourceState,
    /// What the mixer's strips beside the first microphone listen to; nothing of that one.
    strips: [SourceState; StripId::ALL.len()],
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
    pub(crate) fn new(shown: Shown, microphone: &MicrophoneChoice) -> Devices {
        let opening = |is_off: bool, id: String| if is_off { SourceState::Off } else { SourceState::Opening { id } };
        let is_camera = matches!(shown.source, SourceChoice::Camera(_));
        let uses_camera = is_camera || shown.scene.is_some();
        let camera = opening(!uses_camera || shown.camera == CameraChoice::Off, shown.camera.to_string());
        let screen = opening(is_camera && shown.scene.is_none(), shown.screen().to_string());
        let microphone = opening(*microphone == MicrophoneChoice::Off, microphone.to_string());
        let of_screen = shown.screen();
        Devices {
            shown,
            camera,
            screen,
            of_screen,
            microphone,
            strips: StripId::ALL.map(|_| SourceState::Off),
            sound: None,
            found: protocol::Devices::default(),
            listing: Listing::No,
        }
    }

    /// Something else is to be shown.
    pub(crate) fn show(&mut self, shown: Shown) {
        self.shown = shown;
    }

    /// The camera does otherwise now; what there is to tell, in this order.
    pub(crate) fn camera_is(&mut self, state: SourceState) -> impl Iterator<Item = Event> + use<> {
        let complaint = complaint(&self.camera, &state);
        self.camera = state.clone();
        let source = SourceChoice::Camera(self.shown.camera.clone()).name();
        complaint.into_iter().chain([Event::Source { source, state: state.clone() }, Event::Camera { state }])
    }

    /// The same of the screen, the window or the image.
    pub(crate) fn screen_is(&mut self, state: SourceState) -> impl Iterator<Item = Event> + use<> {
        let complaint = complaint(&self.screen, &state);
        if let SourceState::Opening { id } | SourceState::Running { id, .. } | SourceState::Failed { id, .. } = &state {
            // Something else may have been chosen since it said so.
            self.of_screen = id.parse().unwrap_or_else(|_| self.shown.screen());
        }
        self.screen = state.clone();
        complaint.into_iter().chain([Event::Source { source: self.of_screen.name(), state }])
    }

    /// As [`Devices::camera_is`].
    pub(crate) fn microphone_is(&mut self, state: SourceState) -> impl Iterator<Item = Event> + use<> {
        let complaint = complaint(&self.microphone, &state);
        self.microphone = state.clone();
        complaint.into_iter().chain([Event::Microphone { state }])
    }

    /// What a strip beside the first microphone listens to does otherwise now; what there is to complain of.
    pub(crate) fn strip_is(&mut self, strip: StripId, state: SourceState) -> Option<Event> {
        let before = &mut self.strips[strip as usize];
        let complaint = complaint(before, &state);
        *before = state;
        complaint
    }

    /// How what a strip listens to does; none of the first microphone, of which [`Devices::microphone`] tells.
    pub(crate) fn strip(&self, strip: StripId) -> Option<&SourceState> {
        (strip != StripId::Microphone).then(|| &self.strips[strip as usize])
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

    pub(crate) fn screen(&self) -> &SourceState {
        &self.screen
    }

    pub(crate) fn microphone(&self) -> &SourceState {
        &self.microphone
    }

    /// Those that were found when somebody last looked.
    pub(crate) fn known(&self) -> &protocol::Devices {
        &self.found
    }
}

/// A device that begins to fail is worth a message of its own; one that goes on failing in the same way is not. Nor is one that went away
/// and is looked for since: that it is missing is no news.
fn complaint(before: &SourceState, now: &SourceState) -> Option<Event> {
    match (before, now) {
        (
            SourceState::Failed { id: lost, code: ErrorCode::DeviceLost, .. },
            SourceState::Failed { id, code: ErrorCode::NoDevice, .. },
        ) if lost == id => None,
        (_, SourceState::Failed { code, message, .. }) if now != before => {
            Some(Event::Error { code: *code, message: message.clone() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> SourceState {
        SourceState::Failed { id: "0".into(), code: ErrorCode::DeviceLost, message: "it was pulled out".into() }
    }

    #[test]
    fn a_window_that_was_closed_is_an_error_once_though_it_is_missing_afterwards() {
        let missing =
            |id: &str| SourceState::Failed { id: id.into(), code: ErrorCode::NoDevice, message: "none there".into() };
        assert!(complaint(&SourceState::Off, &lost()).is_some());
        assert_eq!(complaint(&lost(), &missing("0")), None);
        assert!(complaint(&lost(), &missing("another")).is_some(), "that was chosen since");
        assert!(complaint(&SourceState::Opening { id: "0".into() }, &missing("0")).is_some(), "it was never there");
    }

    #[test]
    fn a_loss_is_an_error_once_and_a_state_each_time() {
        let camera = CameraChoice::Device("0".into());
        let shown = Shown::from(camera.clone());
        let mut devices = Devices::new(shown, &MicrophoneChoice::Off);
        let source = |state| Event::Source { source: SourceChoice::Camera(camera.clone()).name(), state };
        assert_eq!(devices.camera(), &SourceState::Opening { id: "0".into() });
        assert_eq!(devices.microphone(), &SourceState::Off);
        let error = Event::Error { code: ErrorCode::DeviceLost, message: "it was pulled out".into() };
        let state = Event::Camera { state: lost() };
        assert_eq!(
            devices.camera_is(lost()).collect::<Vec<_>>(),
            [error, source(lost()), state.clone()],
            "the error first"
        );
        assert_eq!(
            devices.camera_is(lost()).collect::<Vec<_>>(),
            [source(lost()), state],
            "it goes on failing in the same way"
        );
        let running = SourceState::Running { id: "0".into(), format: "720p".into() };
        assert_eq!(
            devices.camera_is(running.clone()).collect::<Vec<_>>(),
            [source(running.clone()), Event::Camera { state: running }]
        );
        assert_eq!(devices.camera_is(lost()).count(), 3, "it fails anew");
        assert_eq!(devices.microphone_is(lost()).count(), 2, "the microphone is another device");
    }
}
