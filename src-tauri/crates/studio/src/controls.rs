//! What the broadcaster withholds: what was asked for, and what is to be sent because of it. A decision without I/O.

use media::Cover;
use protocol::{Controls, Event};

/// What can be withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    Microphone,
    Camera,
    /// All of it, for a moment.
    Everything,
}

/// What is withheld, and by which wish.
#[derive(Debug, Default)]
pub(crate) struct Withheld {
    asked: Controls,
    /// The first of several microphones is muted, and none else.
    first_alone: bool,
}

/// What is to be done, as something was withheld or given again: only what is other than before.
#[derive(Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) muted: Option<bool>,
    pub(crate) silent: Option<bool>,
    pub(crate) cover: Option<Option<Cover>>,
    pub(crate) event: Event,
}

impl Withheld {
    /// By which wish.
    pub(crate) fn asked(&self) -> Controls {
        self.asked
    }

    /// Whether the first of several microphones is muted, whatever the others are.
    pub(crate) fn mutes_first(&self) -> bool {
        self.first_alone
    }

    /// The first of several microphones is to be muted, or heard: what it was before.
    pub(crate) fn mute_first(&mut self, on: bool) -> bool {
        std::mem::replace(&mut self.first_alone, on)
    }

    /// The broadcaster wishes so; None where it is so already.
    pub(crate) fn wish(&mut self, control: Control, on: bool) -> Option<Change> {
        let (muted, silent, cover) = (self.asked.microphone_muted, self.asked.be_right_back, self.cover());
        let (asked, event) = match control {
            Control::Microphone => (&mut self.asked.microphone_muted, Event::MuteMicrophone { on }),
            Control::Camera => (&mut self.asked.camera_off, Event::CameraOff { on }),
            Control::Everything => (&mut self.asked.be_right_back, Event::BeRightBack { on }),
        };
        if std::mem::replace(asked, on) == on {
            return None;
        }
        Some(Change {
            muted: Some(self.asked.microphone_muted).filter(|now| *now != muted),
            silent: Some(self.asked.be_right_back).filter(|now| *now != silent),
            cover: Some(self.cover()).filter(|now| *now != cover),
            event,
        })
    }

    fn cover(&self) -> Option<Cover> {
        match self.asked {
            Controls { be_right_back: true, .. } => Some(Cover::BeRightBack),
            Controls { camera_off: true, .. } => Some(Cover::CameraOff),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_back_is_as_it_was() {
        let mut withheld = Withheld::default();
        let mut wish = |control, on| {
            let change = withheld.wish(control, on)?;
            Some((change.muted, change.silent, change.cover))
        };
        let away = Some(Some(Cover::BeRightBack));
        assert_eq!(wish(Control::Microphone, true), Some((Some(true), None, None)), "all else goes on");
        assert_eq!(wish(Control::Microphone, true), None, "it is so already");
        assert_eq!(wish(Control::Everything, true), Some((None, Some(true), away)), "what else is heard is silent too");
        // Meanwhile nothing of any is sent, whatever is wished.
        assert_eq!(wish(Control::Camera, true), Some((None, None, None)));
        assert_eq!(wish(Control::Microphone, false), Some((Some(false), None, None)), "which is heard later");
        let off = Some(Some(Cover::CameraOff));
        assert_eq!(wish(Control::Everything, false), Some((None, Some(false), off)));
        assert_eq!(wish(Control::Camera, false), Some((None, None, Some(None))), "the sound went on");
        assert_eq!(withheld.asked(), Controls::default());
    }
}
