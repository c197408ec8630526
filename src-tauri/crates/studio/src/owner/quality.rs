//! What a viewer chooses of the picture, by its page.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use audience::{Input, Now};
use protocol::{PageMessage, Rid};
use server::PageId;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// A page wants a layer to be held, or none, for the viewer whose session it holds. One that holds none is told nothing: it says so
    /// again when it does.
    pub(super) fn page_chooses(&mut self, page: PageId, layer: Option<Rid>, now: Now) {
        let Some(viewer) = self.door.viewer_of(page) else { return };
        let video = self.configuration.meant().video;
        let quality = self.admission.quality();
        let layer = quality.wants(viewer, layer, now.instant);
        let layers = quality.choices(viewer, |rid| video.layer_size(rid).1);
        self.door.tell_page(page, PageMessage::Quality { layer, layers });
        self.hold_what_is_due(now);
    }

    /// Has viewers hold what they want and the time has come for.
    pub(super) fn hold_what_is_due(&mut self, now: Now) {
        while let Some((viewer, layer)) = self.admission.quality().poll(now.instant) {
            self.forwarder.hold(viewer, layer);
            self.decide(Input::Held { viewer, layer }, now);
        }
    }
}
