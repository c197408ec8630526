//! What the settings say of the mixer: its strips, and which microphones have one.

use super::Settings;
use media::MoreMicrophones;
use protocol::{MixerSettings, StripId};

impl Settings {
    /// What the mixer's strips do, the microphone's mute aside.
    pub(crate) fn mixer(&self) -> MixerSettings {
        let mut mixer = MixerSettings::default();
        mixer.preset = self.sound;
        for strip in StripId::ALL {
            let text = match strip {
                StripId::Microphone => self.microphone_strip,
                StripId::Microphone2 => self.microphone2_strip,
                StripId::Microphone3 => self.microphone3_strip,
                StripId::Microphone4 => self.microphone4_strip,
                StripId::Desktop => self.desktop_strip,
                StripId::Tone => self.tone_strip,
            };
            *mixer.of_mut(strip) = text.meant(strip);
        }
        mixer
    }

    /// Which microphones are heard beside the first, each with its strip.
    pub(crate) fn more_microphones(&self) -> MoreMicrophones {
        [&self.microphone2, &self.microphone3, &self.microphone4].map(Clone::clone)
    }

    /// Which microphone a strip beside the first listens to, where there is one.
    pub(crate) fn more_microphone(&self, strip: StripId) -> Option<&str> {
        match strip {
            StripId::Microphone2 => self.microphone2.as_deref(),
            StripId::Microphone3 => self.microphone3.as_deref(),
            StripId::Microphone4 => self.microphone4.as_deref(),
            StripId::Microphone | StripId::Desktop | StripId::Tone => None,
        }
    }

    /// What a strip listens to, where that is chosen by its name: a microphone beside the first, or a program that is heard alone.
    pub(crate) fn device(&self, strip: StripId) -> Option<&str> {
        if strip == StripId::Desktop { self.desktop_program.as_deref() } else { self.more_microphone(strip) }
    }

    /// There is such a strip.
    pub(crate) fn has(&self, strip: StripId) -> bool {
        !StripId::MORE_MICROPHONES.contains(&strip) || self.more_microphone(strip).is_some()
    }
}
