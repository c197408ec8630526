//! What a viewer chooses of the picture, by its page.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use audience::{Input, Now};
use protocol::{PageHello, PageMessage, Rid};
use server::PageId;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// A page says what it wants of the picture, or has of it.
    pub(super) fn page_says_of_picture(&mut self, page: PageId, said: &PageHello, now: Now) {
        match *said {
            PageHello::Quality { layer } => self.page_chooses(page, layer, now),
            PageHello::Path { packets, lost, .. } => self.page_received(page, packets, lost, now),
            _ => {}
        }
    }

    /// A page wants a layer to be held, or none, for the viewer whose session it holds. One that holds none is told nothing: it says so
    /// again when it does.
    fn page_chooses(&mut self, page: PageId, layer: Option<Rid>, now: Now) {
        let Some(viewer) = self.door.viewer_of(page) else { return };
        let video = self.configuration.meant().video;
        let quality = self.admission.quality();
        let layer = quality.wants(viewer, layer, now.instant);
        let layers = quality.choices(viewer, |rid| video.layer_size(rid).1);
        self.door.tell_page(page, PageMessage::Quality { layer, layers });
        self.hold_what_is_due(now);
    }

    /// A page that watches at a relay says how much of the picture came, and how much did not.
    fn page_received(&mut self, page: PageId, packets: u32, lost: u32, now: Now) {
        if let Some(viewer) = self.door.viewer_of(page) {
            self.admission.elsewhere().path(viewer, packets, lost, now.instant);
        }
    }

    /// Has viewers hold what they want and the time has come for.
    pub(super) fn hold_what_is_due(&mut self, now: Now) {
        while let Some((viewer, layer)) = self.admission.quality().poll(now.instant) {
            self.forwarder.hold(viewer, layer);
            self.decide(Input::Held { viewer, layer }, now);
        }
    }
}
