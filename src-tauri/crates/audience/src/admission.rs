//! May this visitor come in?

use crate::asks::Asks;
use crate::link::Found;
use crate::removal::Door;
use crate::{Audience, Refusal, Visitor};
use protocol::{PageMessage, RefusalCode};

impl Audience {
    /// In the order in which the answers matter to who asks: the link, the person, the broadcast, the lock, the room.
    pub(crate) fn may(&self, asks: Asks, token: &str, visitor: &Visitor) -> Result<(), Refusal> {
        self.link_opens(token, visitor)?;
        let door = if asks == Asks::Page { Door::Page } else { Door::Join };
        if let Some((code, reason)) = self.removals.refuses(visitor, door) {
            return Err(Refusal { reason, ..Refusal::new(code) });
        }
        if !self.live {
            // A page is welcome to wait.
            return if asks == Asks::Page { Ok(()) } else { Err(Refusal::new(RefusalCode::NotLive)) };
        }
        if self.locked && !self.viewers.known(visitor) {
            return Err(Refusal::new(RefusalCode::Locked));
        }
        if self.full() && !(asks != Asks::Place && self.holds_a_place(visitor)) {
            return Err(Refusal::new(RefusalCode::Full));
        }
        Ok(())
    }

    /// What a page that opens its socket is told first, or why it gets none. A removed visitor's socket opens, so that it
    /// hears of being forgiven; one that is locked out waits for room with the others.
    pub fn greet(&self, token: &str, visitor: &Visitor) -> Result<Vec<PageMessage>, Refusal> {
        self.link_opens(token, visitor)?;
        if let Some((code, reason)) = self.removals.refuses(visitor, Door::Join) {
            return Ok(vec![PageMessage::Removed { code, reason }]);
        }
        Ok(vec![self.page_state(), PageMessage::Count { watching: self.watching() }])
    }

    /// A retired link still opens for who was admitted to this broadcast.
    fn link_opens(&self, token: &str, visitor: &Visitor) -> Result<(), Refusal> {
        match self.link.find(token) {
            Found::Current => Ok(()),
            Found::Retired if self.viewers.known(visitor) => Ok(()),
            Found::Retired => Err(Refusal::new(RefusalCode::RetiredLink)),
            Found::Unknown => Err(Refusal::new(RefusalCode::UnknownLink)),
        }
    }

    fn full(&self) -> bool {
        self.max_viewers != 0 && self.viewers.places() >= self.max_viewers
    }

    /// A page that is loaded again asks before its old session is known to be gone. It is let through to try; whether there
    /// is a place is decided when it asks for one.
    fn holds_a_place(&self, visitor: &Visitor) -> bool {
        self.viewers.visitors().any(|other| other.identity() == visitor.identity())
    }
}
