//! What each sound is in what viewers hear.

use super::Owner;
use crate::background::Background;
use crate::controls::Control;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::settings::{possible_gain, possible_gate};
use crate::studio::{CommandError, bad_setting};
use audience::Now;
use protocol::{Channels, Event, MixerSettings, SourceState, Strip, StripId, StripSettings};
use words::said;

/// What a strip is to do from now on; what is not said stays.
#[derive(Default)]
pub(super) struct StripChange {
    pub(super) gain_db: Option<f32>,
    pub(super) mute: Option<bool>,
    pub(super) channels: Option<Channels>,
    pub(super) noise_suppression: Option<bool>,
    pub(super) gate: Option<bool>,
    pub(super) gate_db: Option<f32>,
    pub(super) device: Option<String>,
    pub(super) solo: Option<bool>,
}

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Changes a strip; nothing changes where some of it cannot be.
    pub(super) fn set_strip(&mut self, strip: StripId, change: &StripChange, now: Now) -> Result<(), CommandError> {
        self.there(strip)?;
        if change.device.is_some() && strip == StripId::Tone {
            return Err(bad_setting(said!("setting.no_device")));
        }
        let before = *self.configuration.meant().mixer().of(strip);
        let mut settings = before;
        if let Some(gain_db) = change.gain_db {
            settings.gain_db = possible_gain(gain_db).ok_or_else(|| {
                let (least, most) = (StripSettings::LEAST_GAIN, StripSettings::MOST_GAIN);
                bad_setting(said!("setting.gain", least = least.to_string(), most = most.to_string()))
            })?;
        }
        if let Some(gate_db) = change.gate_db {
            settings.gate_db = possible_gate(gate_db).ok_or_else(|| {
                let (least, most) = (StripSettings::LEAST_GATE, StripSettings::MOST_GATE);
                bad_setting(said!("setting.gate", least = least.to_string(), most = most.to_string()))
            })?;
        }
        if !strip.is_microphone() && change.noise_suppression == Some(true) {
            return Err(bad_setting(said!("setting.noise")));
        }
        if !strip.is_microphone() && change.gate == Some(true) {
            return Err(bad_setting(said!("setting.no_gate")));
        }
        settings.gate = change.gate.unwrap_or(settings.gate);
        settings.noise_suppression = change.noise_suppression.unwrap_or(settings.noise_suppression);
        settings.channels = change.channels.unwrap_or(settings.channels);
        if strip != StripId::Microphone {
            settings.mute = change.mute.unwrap_or(settings.mute);
        }
        match &change.device {
            Some(device) if strip == StripId::Microphone => self.set_microphone(device, now)?,
            Some(device) if strip == StripId::Desktop => self.set_program(device, now)?,
            Some(device) => self.set_more_microphone(strip, device, now)?,
            None => {}
        }
        // What is as usual is not written into the file for the microphone's mute, which is not kept.
        if settings != before {
            let changed = self.configuration.set_strip(strip, &settings);
            self.adopt(changed.map_err(|wrong| bad_setting(wrong.message))?, now);
        }
        if let Some(on) = change.solo {
            self.listen_to(strip, on);
        }
        match change.mute {
            Some(on) if strip == StripId::Microphone && self.has_one_microphone() => {
                self.control(Control::Microphone, on, now)
            }
            Some(on) if strip == StripId::Microphone => {
                if self.withheld.mute_first(on) != on {
                    self.mix();
                    self.tell_strip(strip);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// What a strip listens to does otherwise now.
    pub(super) fn strip_is(&mut self, strip: StripId, state: SourceState) {
        if let Some(complaint) = self.devices.strip_is(strip, state) {
            self.events.tell(complaint);
        }
        // The device of one that is gone is still being closed.
        if self.has_strip(strip) {
            self.tell_strip(strip);
        }
    }

    /// Has the mixer do what is meant.
    pub(super) fn mix(&self) {
        self.encoders.set_mixer(self.mixer());
    }

    /// All strips as they are now.
    pub(super) fn strips(&self) -> Vec<Strip> {
        let there = StripId::ALL.into_iter().filter(|strip| self.has_strip(*strip));
        there.map(|strip| self.strip(strip)).collect()
    }

    pub(super) fn tell_strip(&mut self, strip: StripId) {
        let strip = self.strip(strip);
        self.events.tell(Event::Strip(strip));
    }

    fn strip(&self, strip: StripId) -> Strip {
        let meant = self.configuration.meant();
        let mut settings = *self.mixer().of(strip);
        if strip == StripId::Microphone && self.has_one_microphone() {
            settings.mute = self.withheld.asked().microphone_muted;
        }
        let device = meant.device(strip).map(str::to_owned);
        Strip { strip, settings, device, solo: self.solo[strip as usize], state: self.devices.strip(strip).cloned() }
    }

    /// What is set, and the first microphone's mute and that of all of them, which are not kept.
    fn mixer(&self) -> MixerSettings {
        let mut mixer = self.configuration.meant().mixer();
        mixer.of_mut(StripId::Microphone).mute = self.withheld.mutes_first();
        for strip in StripId::ALL {
            mixer.set_solo(strip, self.solo[strip as usize]);
        }
        mixer.microphones_muted = self.withheld.asked().microphone_muted;
        mixer
    }
}
