//! What the broadcaster asks.

use crate::open::{fresh_token, write_settings};
use crate::owner::Owner;
use crate::settings::{Settings, Written, Wrong};
use crate::studio::{Asked, CommandError};
use crate::{links, upload};
use audience::Input;
use protocol::{Command, Devices, ErrorCode, Event, SettingsChange};
use std::net::SocketAddr;

impl Owner {
    pub(crate) fn command(&mut self, asked: Asked) -> Result<(), CommandError> {
        match asked {
            Asked::Plain(command) => self.plain(command),
            Asked::Configure { settings, outside } => self.configure(&settings, outside),
            Asked::Found(devices) => {
                self.found(devices);
                Ok(())
            }
        }
    }

    fn plain(&mut self, command: Command) -> Result<(), CommandError> {
        match command {
            Command::GoLive => self.go_live(),
            Command::End => self.end_by_command(),
            Command::Quit => {
                self.quit = true;
                Ok(())
            }
            Command::Kick { viewer, reason } => self.decide(Input::Kick { viewer, reason: said(reason) }),
            Command::Ban { viewer, reason } => self.decide(Input::Ban { viewer, reason: said(reason) }),
            Command::Forgive { viewer } => self.decide(Input::Forgive { viewer }),
            Command::Lock { on } => self.decide(Input::Lock(on)),
            Command::NewLink => {
                self.decide(Input::NewLink { token: fresh_token() })?;
                self.place_changed();
                Ok(())
            }
            Command::SetAddress { host } => self.set_address(host),
            Command::SetCamera { camera } => self.change(|written| written.camera = Some(camera)),
            Command::SetMicrophone { microphone } => self.change(|written| written.microphone = Some(microphone)),
            Command::ListDevices | Command::Configure { .. } => {
                unreachable!("the handle turns these into what was found out outside this task")
            }
        }
    }

    fn found(&mut self, devices: Devices) {
        self.devices = devices.clone();
        self.event(Event::Devices { devices });
    }

    fn set_address(&mut self, host: String) -> Result<(), CommandError> {
        let addresses = links::addresses(&self.place());
        if !addresses.iter().any(|address| address.host == host) {
            let known = addresses.into_iter().map(|address| address.host).collect::<Vec<_>>().join(", ");
            return Err(bad_setting(format!("{host} is no address of this computer; there are: {known}")));
        }
        self.change(|written| written.address = Some(host))
    }

    fn configure(&mut self, change: &SettingsChange, outside: Option<Vec<SocketAddr>>) -> Result<(), CommandError> {
        let wrong = |wrong: Wrong| bad_setting(format!("{}: {}", wrong.key, wrong.message));
        let written = self.written.changed(change).map_err(wrong)?;
        let in_effect = self.in_effect.changed(change).map_err(wrong)?;
        let settings = Settings::from(&in_effect).map_err(wrong)?;
        if change.public.is_some() {
            self.outside = outside.unwrap_or_default();
        }
        self.adopt(written, in_effect, settings);
        Ok(())
    }

    /// Changes what is in effect and what the file says alike. What the command line said instead of the file stays in
    /// effect, and out of the file.
    fn change(&mut self, change: impl FnOnce(&mut Written) + Clone) -> Result<(), CommandError> {
        let (mut written, mut in_effect) = (self.written.clone(), self.in_effect.clone());
        change.clone()(&mut written);
        change(&mut in_effect);
        let settings = Settings::from(&in_effect).map_err(|wrong| bad_setting(wrong.message))?;
        self.adopt(written, in_effect, settings);
        Ok(())
    }

    fn adopt(&mut self, written: Written, in_effect: Written, settings: Settings) {
        let before = std::mem::replace(&mut self.settings, settings);
        self.in_effect = in_effect;
        let now = self.settings.clone();
        if now.camera != before.camera {
            self.pipeline.set_camera(now.camera.clone());
        }
        if now.microphone != before.microphone {
            self.pipeline.set_microphone(now.microphone.clone());
        }
        if now.video != before.video {
            self.pipeline.set_video(now.video);
        }
        for (viewer, rid) in self.upload.configure(now.max_upload_kbps, upload::rates(&now.video)) {
            self.forwarder.cap(viewer, rid);
        }
        if now.max_viewers != before.max_viewers {
            self.decide_quietly(Input::SetMaxViewers(now.max_viewers));
        }
        if now.title != before.title {
            self.decide_quietly(Input::SetTitle(now.title.clone()));
        }
        self.place_changed();
        if now.shown() != before.shown() {
            self.event(Event::Settings { settings: now.shown() });
        }
        self.keep_settings(written);
    }

    fn keep_settings(&mut self, written: Written) {
        if written == self.written {
            return;
        }
        self.written = written;
        if let Err(error) = write_settings(&self.settings_file, &self.written) {
            let path = self.settings_file.display();
            let message = format!(
                "{path} could not be written ({error}): the settings hold until Skylark ends. Free space, or make the folder writable."
            );
            self.complain(ErrorCode::Storage, message);
        }
    }
}

/// A reason of nothing but blanks is none.
fn said(reason: Option<String>) -> Option<String> {
    reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty())
}

fn bad_setting(message: String) -> CommandError {
    CommandError { code: ErrorCode::BadSetting, message }
}
