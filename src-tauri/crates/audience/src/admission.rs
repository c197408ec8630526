//! May this visitor come in?

use crate::asks::Asks;
use crate::link::Found;
use crate::removal::Door;
use crate::{Audience, Now, Refusal, Visitor};
use protocol::{Network, PageMessage, RefusalCode};

impl Audience {
    /// In the order in which the answers matter to who asks: the link, the person, the broadcast, the lock, the room.
    pub(crate) fn may(&self, asks: Asks, token: &str, visitor: &Visitor, now: Now) -> Result<(), Refusal> {
        self.link_opens(token, visitor, now)?;
        let door = if asks == Asks::Page { Door::Page } else { Door::Join };
        if let Some((code, reason)) = self.removals.refuses(visitor, door) {
            return Err(Refusal { reason, ..Refusal::new(code) });
        }
        if !self.live {
            // A page is welcome to wait.
            return if asks == Asks::Page { Ok(()) } else { Err(Refusal::new(RefusalCode::NotLive)) };
        }
        if self.locked && !self.viewers.may_pass_the_lock(visitor, now) {
            return Err(Refusal::new(RefusalCode::Locked));
        }
        let returns = || asks != Asks::Place && self.viewers.holds_a_place(visitor);
        if self.full() && self.viewers.joining.stale(now.instant).is_none() && !returns() {
            return Err(Refusal::new(RefusalCode::Full));
        }
        if asks != Asks::Page && self.crowded(visitor, now) {
            return Err(Refusal::new(RefusalCode::TooMany));
        }
        Ok(())
    }

    /// What a page that opens its socket is told first, or why it gets none. A removed visitor's socket opens, so that it
    /// hears of being forgiven; one that is locked out waits for room with the others.
    pub fn greet(&self, token: &str, visitor: &Visitor, now: Now) -> Result<Vec<PageMessage>, Refusal> {
        self.link_opens(token, visitor, now)?;
        if let Some((code, reason)) = self.removals.refuses(visitor, Door::Join) {
            return Ok(vec![PageMessage::Removed { code, reason }]);
        }
        let count = PageMessage::Count { watching: self.watching() };
        Ok(vec![self.page_state(), PageMessage::Controls(self.controls()), count])
    }

    /// Whether a page that was opened by a link since retired goes on hearing of the broadcast.
    pub fn may_stay(&self, visitor: &Visitor, now: Now) -> bool {
        self.viewers.may_come_by_a_retired_link(visitor, now)
    }

    /// A retired link still opens for who was watching when it retired.
    fn link_opens(&self, token: &str, visitor: &Visitor, now: Now) -> Result<(), Refusal> {
        match self.link.find(token) {
            Found::Current => Ok(()),
            Found::Retired if self.may_stay(visitor, now) => Ok(()),
            Found::Retired => Err(Refusal::new(RefusalCode::RetiredLink)),
            Found::Unknown => Err(Refusal::new(RefusalCode::UnknownLink)),
        }
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
