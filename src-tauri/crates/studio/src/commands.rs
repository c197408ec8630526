//! What the broadcaster asks.

use crate::configuration::Changed;
use crate::open::fresh_token;
use crate::owner::Owner;
use crate::settings::{Written, Wrong};
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
            Command::SetAddress { host } => self.set_address(&host),
            Command::SetCamera { camera } => {
                let changed = self.configuration.set_camera(&camera).map_err(|wrong| bad_setting(wrong.message))?;
                self.adopt(changed);
                Ok(())
            }
            Command::SetMicrophone { microphone } => {
                let changed =
                    self.configuration.set_microphone(&microphone).map_err(|wrong| bad_setting(wrong.message))?;
                self.adopt(changed);
                Ok(())
            }
            Command::ListDevices | Command::Configure { .. } => {
                unreachable!("the handle turns these into what was found out outside this task")
            }
        }
    }

    fn found(&mut self, devices: Devices) {
        self.devices = devices.clone();
        self.event(Event::Devices { devices });
    }

    fn set_address(&mut self, host: &str) -> Result<(), CommandError> {
        let addresses = links::addresses(&self.place());
        if !addresses.iter().any(|address| address.host == host) {
            let known = addresses.into_iter().map(|address| address.host).collect::<Vec<_>>().join(", ");
            return Err(bad_setting(format!("{host} is no address of this computer; there are: {known}")));
        }
        let changed = self.configuration.set_address(host).map_err(|wrong| bad_setting(wrong.message))?;
        self.adopt(changed);
        Ok(())
    }

    fn configure(&mut self, change: &SettingsChange, outside: Option<Vec<SocketAddr>>) -> Result<(), CommandError> {
        let wrong = |wrong: Wrong| bad_setting(format!("{}: {}", wrong.key, wrong.message));
        let changed = self.configuration.configure(change).map_err(wrong)?;
        if change.public.is_some() {
            self.outside = outside.unwrap_or_default();
        }
        self.adopt(changed);
        Ok(())
    }

    fn adopt(&mut self, changed: Changed) {
        let Changed { before, to_write } = changed;
        let now = self.configuration.meant().clone();
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
            self.decide_quietly(Input::SetTitle(now.title.to_string()));
        }
        self.place_changed();
        if now.shown() != before.shown() {
            self.event(Event::Settings { settings: now.shown() });
        }
        if let Some(written) = to_write {
            self.keep_settings(&written);
        }
    }

    fn keep_settings(&mut self, written: &Written) {
        if let Err(error) = self.settings_file.write(written) {
            let path = self.settings_file.path().display();
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
