//! May this visitor come in?

use crate::asks::Asks;
use crate::link::Found;
use crate::removal::Door;
use crate::{Audience, Greeting, Now, Passcode, Refusal, Visitor};
use protocol::{Network, PageMessage, RefusalCode};

impl Audience {
    /// In the order in which the answers matter to who asks: the link, the person, the passcode, the lock, the waiting room, the
    /// broadcast, the places. Before the passcode nobody learns whether there is a broadcast; the page comes all the same, for it is what asks.
    pub(crate) fn may(&self, asks: Asks, token: &str, visitor: &Visitor, now: Now) -> Result<(), Refusal> {
        self.link_opens(token, visitor, now)?;
        let visitor = self.by_link(token, visitor, now);
        let visitor = visitor.as_ref();
        if self.by_rehearsal(visitor) {
            return self.may_rehearse(asks, visitor, now);
        }
        let door = if asks == Asks::Page { Door::Page } else { Door::Join };
        if let Some((code, reason)) = self.removals.refuses(visitor, door) {
            return Err(Refusal { reason, ..Refusal::new(code) });
        }
        if !self.knows(visitor) {
            return if asks == Asks::Page { Ok(()) } else { Err(Refusal::new(RefusalCode::PasscodeNeeded)) };
        }
        if self.locked_out(visitor, now) {
            return Err(Refusal::new(RefusalCode::Locked));
        }
        if self.must_wait(visitor, now) {
            return if asks == Asks::Page { Ok(()) } else { Err(Refusal::new(RefusalCode::WaitingRoom)) };
        }
        if !self.live {
            // A page is welcome to wait.
            return if asks == Asks::Page { Ok(()) } else { Err(Refusal::new(RefusalCode::NotLive)) };
        }
        let returns = || asks != Asks::Place && self.viewers.holds_a_place(visitor);
        if self.full() && self.viewers.joining.stale(now.instant).is_none() && !returns() {
            return Err(Refusal::new(RefusalCode::Full));
        }
        if asks != Asks::Page && self.in_use(visitor) {
            return Err(Refusal::new(RefusalCode::LinkInUse));
        }
        if asks != Asks::Page && self.crowded(visitor, now) {
            return Err(Refusal::new(RefusalCode::TooMany));
        }
        Ok(())
    }

    /// Who has the private link of a rehearsal is kept out by nothing that is set for others.
    fn may_rehearse(&self, asks: Asks, visitor: &Visitor, now: Now) -> Result<(), Refusal> {
        match asks {
            Asks::Page => Ok(()),
            _ if self.in_use(visitor) => Err(Refusal::new(RefusalCode::LinkInUse)),
            _ if self.crowded(visitor, now) => Err(Refusal::new(RefusalCode::TooMany)),
            _ => Ok(()),
        }
    }

    /// What a page that opens its socket is told first, or why it gets none. A removed visitor's socket opens, so that it
    /// hears of being forgiven; one that is locked out waits for room with the others. Asked again of all pages when who may
    /// hear changed ([`crate::Output::LookAgain`]).
    pub fn greet(&self, token: &str, visitor: &Visitor, now: Now) -> Result<Greeting, Refusal> {
        self.link_opens(token, visitor, now)?;
        let visitor = self.by_link(token, visitor, now);
        let visitor = visitor.as_ref();
        if self.by_rehearsal(visitor) {
            return Ok(Greeting { outside: true, messages: self.rehearsal_greeting() });
        }
        let (knows, waits) = (self.knows(visitor), self.must_wait(visitor, now));
        if let Some((code, reason)) = self.removals.refuses(visitor, Door::Join) {
            return Ok(Greeting { outside: !knows || waits, messages: vec![PageMessage::Removed { code, reason }] });
        }
        if !knows {
            return Err(Refusal::new(RefusalCode::PasscodeNeeded));
        }
        if waits {
            return Ok(Greeting { outside: true, messages: vec![PageMessage::Knocking] });
        }
        let count = PageMessage::Count { watching: self.watching() };
        let messages = vec![self.page_state(), PageMessage::Controls(self.controls()), count];
        Ok(Greeting { outside: false, messages })
    }

    /// The broadcaster's words for the stream, as a page shows them to this visitor, who was let [see](Audience::visit) it: none while
    /// something is asked first.
    pub fn title_for(&self, visitor: &Visitor, now: Now) -> Option<&str> {
        (self.knows(visitor) && !self.must_wait(visitor, now)).then(|| self.title())
    }

    /// There is no passcode, or the visitor knows it; or is a browser that watched when it was set.
    pub(crate) fn knows(&self, visitor: &Visitor) -> bool {
        let is_known = |passcode: &Passcode| visitor.knows == Some(passcode.id());
        self.passcode.as_ref().is_none_or(is_known)
            || self.by_rehearsal(visitor)
            || self.viewers.may_pass_the_passcode(visitor)
    }

    /// Whether who came by a link since retired goes on hearing of the broadcast.
    pub(crate) fn may_stay(&self, visitor: &Visitor, now: Now) -> bool {
        self.viewers.may_come_by_a_retired_link(visitor, now)
    }

    /// A retired link still opens for who was watching when it retired.
    pub(crate) fn link_opens(&self, token: &str, visitor: &Visitor, now: Now) -> Result<(), Refusal> {
        let own = self.guests.find(token, now).is_some() | self.is_rehearsal(token);
        let over = self.guests.was(token) | self.was_rehearsal(token);
        match self.link.find(token) {
            _ if own => Ok(()),
            Found::Current => Ok(()),
            Found::Retired if self.may_stay(visitor, now) => Ok(()),
            Found::Retired => Err(Refusal::new(RefusalCode::RetiredLink)),
            Found::Unknown if over => Err(Refusal::new(RefusalCode::RetiredLink)),
            Found::Unknown => Err(Refusal::new(RefusalCode::UnknownLink)),
        }
    }

    /// The lock keeps this visitor out.
    pub(crate) fn locked_out(&self, visitor: &Visitor, now: Now) -> bool {
        self.live && self.locked && !self.viewers.may_pass_the_lock(visitor, now)
    }

    /// Nobody new comes in.
    pub(crate) fn shut(&self) -> bool {
        self.live && (self.locked || self.full())
    }

    pub(crate) fn full(&self) -> bool {
        self.max_viewers != 0 && self.viewers.places() >= self.max_viewers
    }

    /// As many of this address are in their handshake as may be, and each for a short time only.
    fn crowded(&self, visitor: &Visitor, now: Now) -> bool {
        let network = Network::of(visitor.address);
        let joining = &self.viewers.joining;
        joining.crowded(network) && joining.stale_of(network, now.instant).is_none()
    }
}
