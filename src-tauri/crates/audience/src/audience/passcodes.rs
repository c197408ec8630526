//! The passcode: set, taken away, and tried.

use super::Audience;
use crate::removal::Door;
use crate::{Now, Output, Passcode, PasscodeId, Refusal, Visitor};
use protocol::{Event, LeaveReason, RefusalCode};
use std::time::Duration;

impl Audience {
    /// Somebody says a word. What stands for the passcode, where it is that; none where there is none. How often a wrong one may be said
    /// is bounded; see `tries.rs`.
    pub fn try_passcode(
        &mut self,
        token: &str,
        visitor: &Visitor,
        word: &str,
        now: Now,
    ) -> Result<Option<PasscodeId>, Refusal> {
        self.link_opens(token, visitor, now)?;
        let visitor = self.by_link(token, visitor, now);
        let visitor = visitor.as_ref();
        if let Some((code, reason)) = self.removals.refuses(visitor, Door::Join) {
            return Err(Refusal { reason, ..Refusal::new(code) });
        }
        let Some(passcode) = &self.passcode else { return Ok(None) };
        let seconds = |wait: Duration| wait.as_secs_f64().ceil() as u32;
        let too_many = |wait| Refusal { retry_after_s: Some(seconds(wait)), ..Refusal::new(RefusalCode::TooMany) };
        self.tries.may(visitor.address, now.instant).map_err(too_many)?;
        if passcode.is(word) {
            return Ok(Some(passcode.id()));
        }
        self.tries.missed(visitor.address, visitor.guest.as_ref(), now.instant);
        Err(Refusal::new(RefusalCode::WrongPasscode))
    }

    pub(super) fn set_passcode(&mut self, passcode: Option<Passcode>, now: Now) {
        if self.passcode == passcode {
            return;
        }
        self.passcode = passcode;
        self.tries.forget_links(|_| true);
        self.viewers.keep_at_passcode(now);
        let strangers = self.viewers.joining_where(|visitor| !self.knows(visitor));
        self.turn_away(strangers, LeaveReason::Left, now);
        self.outputs.push_back(Output::LookAgain);
        self.event(Event::Passcode { on: self.passcode.is_some() });
        self.keep();
    }
}
