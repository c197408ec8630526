//! A rehearsal: what is seen of it, what its pages say, and what the broadcaster is told.

use super::Owner;
use super::guests::base;
use crate::background::Background;
use crate::broadcast::Running;
use crate::elsewhere::is_inside;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::rehearsal::{Arrived, Scenery};
use audience::Now;
use protocol::{ChatRefusal, Event, PageHello, PageMessage, ViewerId, ViewerStats};
use server::PageId;
use stream::Rid;

/// A page that asks for the chat of a rehearsal, which has none, asks no sooner again.
const NO_CHAT_S: u32 = 60;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// A page says something that means another thing in a rehearsal. False: this page watches none, or that is the same there.
    pub(super) fn said_in_rehearsal(&mut self, page: PageId, hello: &PageHello, now: Now) -> bool {
        let Some(rehearsal) = &mut self.rehearsal else { return false };
        let viewer = self.door.viewer_of(page).filter(|viewer| self.admission.audience().rehearses(*viewer));
        let Some(viewer) = viewer else { return false };
        match *hello {
            PageHello::Path { packets, pictures, sound_late_ms, .. } => {
                rehearsal.arrived(viewer, &Arrived { packets, pictures, sound_late_ms }, now.instant);
            }
            PageHello::Latency { latency_ms } => rehearsal.latency(viewer, latency_ms),
            _ => {
                let Some(of) = hello.act() else { return false };
                let (code, retry_after_s) = (ChatRefusal::ChatOff, Some(NO_CHAT_S));
                self.door.tell_page(page, PageMessage::Refused { code, of, retry_after_s });
            }
        }
        true
    }

    /// How those do who watch it, among all that the forwarder tells of.
    pub(super) fn rehearsal_stats(&mut self, stats: &[(ViewerId, ViewerStats)]) {
        let Some(rehearsal) = &mut self.rehearsal else { return };
        let (audience, here) = (self.admission.audience(), self.reachability.here());
        for (viewer, stats) in stats.iter().filter(|(viewer, _)| audience.rehearses(*viewer)) {
            let inside = audience.visitor(*viewer).is_none_or(|visitor| is_inside(visitor.address, &here));
            rehearsal.stats(*viewer, *stats, inside);
        }
    }

    /// A second went by.
    pub(super) fn second_of_rehearsal(&mut self, now: Now) {
        if self.broadcast.running() != Running::Rehearsing {
            return;
        }
        let scenery = Scenery::of(&self.configuration.meant().picture(), self.withheld.asked().camera_off);
        let full_kbps = self.configuration.meant().video.layer_kbps(Rid::F);
        let glance = self.encoders.glance();
        if let Some(rehearsal) = &mut self.rehearsal {
            rehearsal.second(glance, scenery, full_kbps, now.instant);
        }
        self.tell_rehearsal();
    }

    /// As it is now; None where none runs.
    pub(super) fn shown_rehearsal(&self) -> Option<protocol::Rehearsal> {
        let rehearsal = self.rehearsal.as_ref().filter(|_| self.broadcast.running() == Running::Rehearsing)?;
        let (base, token) = (base(self.reachability.links()), rehearsal.token().as_str());
        Some(protocol::Rehearsal {
            watch: format!("{base}/w/{token}"),
            whep: format!("{base}/whep/{token}"),
            findings: rehearsal.findings().to_vec(),
        })
    }

    pub(super) fn tell_rehearsal(&mut self) {
        let rehearsal = self.shown_rehearsal();
        self.events.tell(Event::Rehearsal { rehearsal });
    }
}
