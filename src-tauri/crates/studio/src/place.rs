//! Where the broadcast can be reached, as the machine's networks come and go.

use crate::links::{self, Place};
use crate::owner::Owner;
use audience::Input;
use protocol::Event;

impl Owner {
    /// Looks which addresses the machine has now: a laptop changes its network while the broadcast goes on.
    pub(crate) fn look_around(&mut self) {
        let (here, default_route) = (reach::addresses(), reach::default_route_address());
        if here == self.here && default_route == self.default_route {
            return;
        }
        (self.here, self.default_route) = (here, default_route);
        self.decide_quietly(Input::HostAddresses(self.here.iter().map(|here| here.ip).collect()));
        self.place_changed();
    }

    /// The addresses, the public name or the token changed.
    pub(crate) fn place_changed(&mut self) {
        let inside: Vec<_> = self.here.iter().map(|here| here.ip).collect();
        self.forwarder.set_candidates(reach::listed(self.local, &inside, &self.outside));
        let links = links::links(&self.place(), self.audience.token().as_str());
        if links != self.links {
            self.links = links.clone();
            self.event(Event::Links { links });
        }
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place {
            local: self.local,
            public: self.configuration.meant().public.as_ref(),
            here: &self.here,
            default_route: self.default_route,
            chosen: self.configuration.meant().address.as_deref(),
        }
    }
}
