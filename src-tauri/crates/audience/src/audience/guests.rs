//! Guests' own links: made, revoked, and over by themselves.

use super::{Audience, rehearsal};
use crate::guests::NoGuest;
use crate::{Guest, Now, Output, Token, Visitor};
use protocol::{ErrorCode, Event, KnockEnd, LeaveReason};
use std::borrow::Cow;

impl Audience {
    /// Every guest's link.
    pub fn guests(&self) -> impl Iterator<Item = &Guest> {
        self.guests.all()
    }

    pub(super) fn make_guest(&mut self, guest: Guest, now: Now) {
        match self.guests.make(guest, now) {
            Ok(()) => self.keep(),
            Err(no) => self.no_guest(no),
        }
    }

    pub(super) fn revoke_guest(&mut self, name: &str, now: Now) {
        match self.guests.revoke(name) {
            Ok(token) => self.guest_is_over(name.to_owned(), &token, now),
            Err(no) => self.no_guest(no),
        }
    }

    pub(super) fn expire_guests(&mut self, now: Now) {
        while let Some(guest) = self.guests.expire(now) {
            self.guest_is_over(guest.name, &guest.token, now);
        }
    }

    /// Who is here by that link goes with it.
    fn guest_is_over(&mut self, name: String, token: &Token, now: Now) {
        let before = self.watching();
        for viewer in self.viewers.of_guest(token) {
            self.drop_viewer(viewer, LeaveReason::Kicked, now);
        }
        self.end_knocks(|visitor, _| visitor.guest.as_ref() == Some(token), KnockEnd::Left);
        self.tries.forget_links(|link| link == Some(token));
        self.outputs.push_back(Output::LookAgain);
        self.event(Event::GuestLinkEnded { name });
        if self.watching() != before {
            self.count_changed();
        }
        self.keep();
    }

    /// The visitor, and whose link it came by: a guest's, or that of the rehearsal.
    pub(crate) fn by_link<'a>(&self, token: &str, visitor: &'a Visitor, now: Now) -> Cow<'a, Visitor> {
        let rehearsal = self.rehearsal.as_ref().filter(|own| own.matches(token));
        match rehearsal.or(self.guests.find(token, now).map(|guest| &guest.token)) {
            Some(own) => Cow::Owned(Visitor { guest: Some(own.clone()), ..visitor.clone() }),
            None => Cow::Borrowed(visitor),
        }
    }

    /// As many other devices watch by this guest's link, or that of the rehearsal, as may.
    pub(crate) fn in_use(&self, visitor: &Visitor) -> bool {
        let Some(token) = &visitor.guest else { return false };
        let of_guest = || Some(self.guests.by_token(token)?.devices? as usize);
        let devices = if self.by_rehearsal(visitor) { Some(rehearsal::DEVICES) } else { of_guest() };
        devices.is_some_and(|devices| self.viewers.other_devices(token, visitor) >= devices)
    }

    /// What the broadcaster calls who came by a guest's link.
    pub(crate) fn guest_name(&self, visitor: &Visitor) -> Option<String> {
        let guest = self.guests.by_token(visitor.guest.as_ref()?)?;
        Some(guest.name.clone())
    }

    fn no_guest(&mut self, no: NoGuest) {
        self.reject(ErrorCode::BadGuestLink, no.said());
    }
}
