//! What picture and sound come from.

use super::Owner;
use crate::background::Background;
use crate::broadcast::wrong_state;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::settings::SceneChoice;
use crate::studio::{CommandError, bad_setting};
use audience::Now;
use media::{NoScene, Scene, SourceChoice};
use protocol::{Devices, ErrorCode, Event, SourceGiven};
use std::path::Path;
use words::{Said, said};

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Takes the picture from something else. An image is looked at first, so that nothing is lost by one that cannot be shown.
    pub(super) fn set_source(&mut self, source: &SourceGiven, now: Now) -> Result<(), CommandError> {
        let choice = match source {
            SourceGiven::Short(text) => text.parse(),
            SourceGiven::Named(name) => SourceChoice::named(name),
        };
        let choice = choice.map_err(|error| bad_setting(said!("source.bad", cause = error.said())))?;
        self.looked_at = None;
        if let SourceChoice::Image(file) = choice {
            self.background.look_at_image(file.clone());
            self.looked_at = Some(file);
            return Ok(());
        }
        let shown = self.configuration.meant().picture();
        let shows_screen = shown.scene.is_some() || !matches!(shown.source, SourceChoice::Camera(_));
        let is_again = shows_screen && choice == shown.screen();
        let changed = self.configuration.set_source(&choice);
        self.adopt(changed.map_err(|wrong| bad_setting(wrong.message))?, now);
        if is_again && matches!(choice, SourceChoice::Screen(_)) {
            // Where the desktop asks which one that is, another one is meant.
            self.encoders.choose_again();
        }
        Ok(())
    }

    /// It can be shown, or a sentence says why not.
    pub(super) fn looked_at_image(&mut self, file: &Path, looked: Result<(), Said>, now: Now) {
        if self.looked_at.take_if(|wanted| wanted == file).is_none() {
            return;
        }
        let shown = looked.and_then(|()| {
            let changed = self.configuration.set_source(&SourceChoice::Image(file.to_owned()));
            changed.map_err(|wrong| wrong.message)
        });
        match shown {
            Ok(changed) => self.adopt(changed, now),
            Err(message) => self.events.tell(Event::Error { code: ErrorCode::BadSetting, message }),
        }
    }

    /// The same for cameras.
    pub(super) fn set_camera(&mut self, camera: &str, now: Now) -> Result<(), CommandError> {
        self.looked_at = None;
        let changed = self.configuration.set_camera(camera);
        self.adopt(changed.map_err(|wrong| bad_setting(wrong.message))?, now);
        Ok(())
    }

    /// Shows a screen and a camera together, or not any more.
    pub(super) fn set_scene(&mut self, scene: &str, now: Now) -> Result<(), CommandError> {
        let scene = scene.parse().map_err(|error: NoScene| bad_setting(said!("scene.bad", cause = error.said())))?;
        self.take_scene(scene, now)
    }

    /// Shows in full what stood small, and the other way around.
    pub(super) fn swap_scene(&mut self, now: Now) -> Result<(), CommandError> {
        let scene = self.configuration.meant().scene.shown().ok_or_else(|| wrong_state(said!("scene.none")))?;
        self.take_scene(SceneChoice::from(Scene { swapped: !scene.swapped, ..scene }), now)
    }

    fn take_scene(&mut self, scene: SceneChoice, now: Now) -> Result<(), CommandError> {
        let changed = self.configuration.set_scene(scene);
        self.adopt(changed.map_err(|wrong| bad_setting(wrong.message))?, now);
        Ok(())
    }

    /// The devices were listed, or what lists them panicked, which was told.
    pub(super) fn listed(&mut self, devices: Option<Devices>) {
        if let Some(devices) = devices {
            let event = self.devices.found(devices);
            self.events.tell(event);
        }
        if self.devices.answered() {
            self.background.list_devices();
        }
    }
}
