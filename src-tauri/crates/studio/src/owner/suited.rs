//! The encoders are told what those need who watch, and what the machine has the time for.

use super::Owner;
use crate::background::Background;
use crate::broadcast::Running;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::steps::TOP_CODEC;
use audience::Now;
use media::TopLayer;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Has the encoder make what all who watch can decode, and what so many need.
    pub(super) fn suit_encoder(&mut self, now: Now) {
        if let Some(thinned) = self.thinning.poll(self.admission.audience().watching(), now.instant) {
            self.encoders.set_thinned(thinned);
        }
        if let Some(profile) = self.admission.profile(now) {
            self.encoders.set_profile(TOP_CODEC, profile);
        }
    }

    /// A second went by: has the encoder give something up where it comes too late for its pictures, and takes that back.
    pub(super) fn relieve_encoder(&mut self, now: Now) {
        if !matches!(self.broadcast.running(), Running::Live | Running::Rehearsing) {
            return self.encode_whole();
        }
        let Some(top) = self.relief.second(self.encoders.top_pictures(), now.instant) else { return };
        let what = match top {
            TopLayer::Whole => "all of the top layer is encoded again",
            TopLayer::HalfRate => "this computer is busy: the top layer has every second picture",
            TopLayer::Smaller => "this computer is busy: the top layer has every second picture, and is smaller",
        };
        tracing::info!("{what}");
        self.encoders.set_top_layer(top);
    }

    /// Other pictures are encoded from now on: what was given up for those before is had again.
    pub(super) fn encode_whole(&mut self) {
        if self.relief.forget() {
            self.encoders.set_top_layer(TopLayer::Whole);
        }
    }
}
