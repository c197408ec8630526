//! Guests' own links, as the broadcaster makes and revokes them.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::random::fresh_token;
use crate::studio::CommandError;
use ::chat::name_to_show;
use audience::{Guest, Input, Now};
use protocol::{ErrorCode, Event, GuestLink, Links};
use words::said;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    pub(super) fn make_guest_link(
        &mut self,
        name: &str,
        expires_s: Option<u32>,
        devices: Option<u32>,
        now: Now,
    ) -> Result<(), CommandError> {
        let bad = |message| CommandError { code: ErrorCode::BadGuestLink, message };
        let name = name_to_show(name).ok_or_else(|| bad(said!("door.guest_name")))?;
        if expires_s == Some(0) || devices == Some(0) {
            return Err(bad(said!("door.guest_link")));
        }
        let expires_at = expires_s.map(|seconds| now.unix_ms + u64::from(seconds) * 1000);
        let guest = Guest { name: name.clone(), token: fresh_token(), expires_at, devices };
        self.ask_audience(Input::MakeGuest(guest), now)?;
        self.tell_guest_links(|guest| guest.name == name);
        Ok(())
    }

    pub(super) fn revoke_guest_link(&mut self, name: &str, now: Now) -> Result<(), CommandError> {
        // As it was made, whatever was left out of it then.
        let name = name_to_show(name).unwrap_or_default();
        self.ask_audience(Input::RevokeGuest { name }, now)
    }

    /// The links, as they are to be shared now.
    pub(super) fn guest_links(&self) -> Vec<GuestLink> {
        let base = base(self.reachability.links());
        self.admission.audience().guests().map(|guest| link(base, guest)).collect()
    }

    /// Tells of those whom this concerns.
    pub(super) fn tell_guest_links(&mut self, concerns: impl Fn(&GuestLink) -> bool) {
        for link in self.guest_links().into_iter().filter(concerns) {
            self.events.tell(Event::GuestLink(link));
        }
    }
}

/// What stands before the paths in the link to share.
pub(super) fn base(links: &Links) -> &str {
    links.watch.rsplit_once("/w/").map_or("", |(base, _)| base)
}

fn link(base: &str, guest: &Guest) -> GuestLink {
    let (name, token) = (guest.name.clone(), guest.token.as_str());
    let (watch, whep) = (format!("{base}/w/{token}"), format!("{base}/whep/{token}"));
    GuestLink { name, watch, whep, expires_at: guest.expires_at, devices: guest.devices }
}
