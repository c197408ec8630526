//! Where the broadcast can be reached, as the machine's networks and its public name change.

use super::Owner;
use super::guests::base;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::reachability::Surroundings;
use audience::{Input, Now};
use protocol::{ErrorCode, Event};
use std::net::SocketAddr;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// A laptop changes its network while the broadcast goes on.
    pub(super) fn looked_around(&mut self, surroundings: Surroundings, now: Now) {
        if self.reachability.found(surroundings) {
            self.admission.elsewhere().set_hosts(self.reachability.here());
            self.decide(Input::HostAddresses(self.reachability.here()), now);
            self.place_changed();
        }
    }

    /// The resolver answered for the public name.
    pub(super) fn resolved(&mut self, number: u64, answer: Result<Vec<SocketAddr>, String>, now: Now) {
        let learnt = self.reachability.name_answered(number, answer, now.instant);
        if learnt.changed {
            self.place_changed();
        }
        if let Some(complaint) = learnt.complaint {
            tracing::warn!("{complaint}");
            self.events.complain(ErrorCode::UnknownName, complaint, now.instant);
        }
        // The name may be another one since.
        self.ask_name(now);
    }

    /// Has the resolver asked, where it is time to.
    pub(super) fn ask_name(&mut self, now: Now) {
        if threads::hurried("public-name") {
            self.reachability.hurry_name(now.instant);
        }
        if let Some(question) = self.reachability.ask_name(now.instant) {
            self.background.resolve(question);
        }
    }

    /// The addresses, the public name or the token changed.
    pub(super) fn place_changed(&mut self) {
        let url = self.reachability.public_url(self.configuration.meant());
        self.public_url.send_if_modified(|known| std::mem::replace(known, url.clone()) != url);
        self.forwarder.set_candidates(self.reachability.candidates());
        let token = self.admission.audience().token().as_str();
        let before = base(self.reachability.links()).to_owned();
        if let Some(links) = self.reachability.renew_links(self.configuration.meant(), token) {
            let moved = base(&links) != before;
            self.events.tell(Event::Links { links });
            if moved {
                self.tell_guest_links(|_| true);
            }
        }
    }
}
