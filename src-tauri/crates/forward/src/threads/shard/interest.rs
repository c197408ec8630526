//! Which layers the viewers of a shard wait for.

use crate::media::egress::LayerBits;
use stream::{LAYERS, Rid, VideoCodec, layer_index};

/// How many viewers wait for each layer, and for sound.
#[derive(Default)]
pub(super) struct Interest {
    counts: [u32; LAYERS + 1],
}

impl Interest {
    /// A viewer waited for the layers `before`, and waits for those of `now`.
    pub(super) fn moved(&mut self, before: LayerBits, now: LayerBits) {
        if before == now {
            return;
        }
        for (bit, count) in self.counts.iter_mut().enumerate() {
            *count -= u32::from(before >> bit & 1);
            *count += u32::from(now >> bit & 1);
        }
    }

    pub(super) fn waits_for(&self, codec: VideoCodec, rid: Rid) -> bool {
        self.counts[layer_index(codec, rid)] > 0
    }

    /// All layers that somebody waits for, and sound, as bits.
    pub(super) fn layers(&self) -> LayerBits {
        self.counts.iter().enumerate().fold(0, |layers, (bit, count)| layers | LayerBits::from(*count > 0) << bit)
    }
}
