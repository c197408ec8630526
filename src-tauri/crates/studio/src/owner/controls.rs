//! The broadcaster mutes the microphone, switches the camera off, or is away for a moment; viewers stay.

use super::Owner;
use crate::background::Background;
use crate::broadcast::{Running, wrong_state};
use crate::controls::Control;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::studio::CommandError;
use audience::{Input, Now};
use protocol::StripId;
use words::said;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Withholds something, or gives it again. It is told when it is done, so that nobody says what a microphone still sends.
    pub(super) fn control(&mut self, control: Control, on: bool, now: Now) -> Result<(), CommandError> {
        if control == Control::Everything && on && self.broadcast.running() != Running::Live {
            return Err(wrong_state(said!("now.nobody_waits")));
        }
        let Some(change) = self.withheld.wish(control, on) else { return Ok(()) };
        if change.muted.is_some() {
            self.mix();
        }
        if let Some(silent) = change.silent {
            self.encoders.set_silent(silent);
        }
        if let Some(cover) = change.cover {
            self.encoders.set_cover(cover);
            if cover.is_some() {
                self.have_card();
            }
        }
        self.decide(Input::SetControls(self.withheld.asked()), now);
        self.events.tell(change.event);
        if change.muted.is_some() && self.has_one_microphone() {
            self.tell_strip(StripId::Microphone);
        }
        Ok(())
    }

    /// A broadcast is over, and its encoders have stopped: nobody waits for who is away any more, and nothing of what comes back is sent or
    /// recorded. The microphone and the camera stay as they are.
    pub(super) fn nobody_waits(&mut self, now: Now) {
        self.control(Control::Everything, false, now).expect("who is away may always come back");
    }
}
