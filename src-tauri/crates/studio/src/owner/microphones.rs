//! Which microphones are heard: the first, and those beside it, each with a strip of its own; and which program.

use super::Owner;
use crate::background::Background;
use crate::controls::Control;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::settings::Settings;
use crate::studio::{CommandError, bad_setting};
use audience::Now;
use protocol::{Event, StripId};
use words::said;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Takes another one for the first.
    pub(super) fn set_microphone(&mut self, microphone: &str, now: Now) -> Result<(), CommandError> {
        let meant = self.configuration.meant();
        if StripId::MORE_MICROPHONES.into_iter().any(|strip| meant.more_microphone(strip) == Some(microphone.trim())) {
            return Err(has_a_strip(microphone));
        }
        let changed = self.configuration.set_microphone(microphone);
        self.adopt(changed.map_err(|wrong| bad_setting(wrong.message))?, now);
        Ok(())
    }

    /// Listens to one more.
    pub(super) fn add_microphone(&mut self, microphone: &str, now: Now) -> Result<(), CommandError> {
        let free = StripId::MORE_MICROPHONES.into_iter().find(|strip| !self.has_strip(*strip));
        let most = StripId::MORE_MICROPHONES.len() + 1;
        let full = || bad_setting(said!("setting.microphones", most));
        self.set_more_microphone(free.ok_or_else(full)?, microphone, now)
    }

    /// Has one of those beside the first be this one.
    pub(super) fn set_more_microphone(
        &mut self,
        strip: StripId,
        microphone: &str,
        now: Now,
    ) -> Result<(), CommandError> {
        let microphone = microphone.trim();
        if matches!(microphone, "" | "off" | "tone") {
            return Err(bad_setting(said!("setting.no_microphone")));
        }
        let meant = self.configuration.meant();
        let others = StripId::MORE_MICROPHONES.into_iter().filter(|other| *other != strip);
        let mut heard = others.filter_map(|other| meant.more_microphone(other));
        if heard.any(|other| other == microphone) || meant.microphone.to_string() == microphone {
            return Err(has_a_strip(microphone));
        }
        let changed = self.configuration.set_more_microphone(strip, Some(microphone));
        self.adopt(changed.map_err(|wrong| bad_setting(wrong.message))?, now);
        Ok(())
    }

    /// Hears this program alone of what this computer plays, or `everything`.
    pub(super) fn set_program(&mut self, program: &str, now: Now) -> Result<(), CommandError> {
        let program = program.trim();
        if program.is_empty() {
            return Err(bad_setting(said!("setting.program")));
        }
        let changed = self.configuration.set_program(Some(program).filter(|program| *program != "everything"));
        self.adopt(changed.map_err(|wrong| bad_setting(wrong.message))?, now);
        Ok(())
    }

    /// Listens to one of those beside the first no more.
    pub(super) fn remove_microphone(&mut self, strip: StripId, now: Now) -> Result<(), CommandError> {
        if !StripId::MORE_MICROPHONES.contains(&strip) {
            return Err(bad_setting(said!("setting.strip_stays", strip = strip.name())));
        }
        self.there(strip)?;
        let changed = self.configuration.set_more_microphone(strip, None);
        self.solo[strip as usize] = false;
        self.adopt(changed.map_err(|wrong| bad_setting(wrong.message))?, now);
        if self.has_one_microphone() && self.withheld.mute_first(false) {
            // What was muted stays so.
            self.control(Control::Microphone, true, now)?;
        }
        Ok(())
    }

    pub(super) fn has_strip(&self, strip: StripId) -> bool {
        self.configuration.meant().has(strip)
    }

    /// Refuses a strip that is not there.
    pub(super) fn there(&self, strip: StripId) -> Result<(), CommandError> {
        let missing = || bad_setting(said!("setting.no_strip", strip = strip.name()));
        self.has_strip(strip).then_some(()).ok_or_else(missing)
    }

    /// Its strip's mute is that of all microphones then.
    pub(super) fn has_one_microphone(&self) -> bool {
        !StripId::MORE_MICROPHONES.into_iter().any(|strip| self.has_strip(strip))
    }

    /// Tells of the strips that came, went, or are other than before.
    pub(super) fn tell_strips(&mut self, before: &Settings) {
        let after = self.configuration.meant().clone();
        // The first one's mute means something else where it is no longer the only one.
        let alone = |settings: &Settings| !StripId::MORE_MICROPHONES.into_iter().any(|strip| settings.has(strip));
        let other_mute = alone(before) != alone(&after) && self.withheld.asked().microphone_muted;
        for strip in StripId::ALL {
            let is_other = after.mixer().of(strip) != before.mixer().of(strip)
                || after.device(strip) != before.device(strip)
                || strip == StripId::Microphone && other_mute;
            match (before.has(strip), after.has(strip)) {
                (true, false) => self.events.tell(Event::StripRemoved { strip }),
                (_, true) if is_other => self.tell_strip(strip),
                _ => {}
            }
        }
    }
}

fn has_a_strip(microphone: &str) -> CommandError {
    bad_setting(said!("setting.microphone_twice", name = microphone))
}
