//! VP8 (RFC 7741): what every browser takes, encoded only while a viewer is watching who takes, or is given, nothing better.

use super::{CodecSpec, Descriptor, Fit, PayloadDescriptor, PictureIds, Profile, TemporalSync};
use protocol::{Rid, VideoCodec};

pub(super) const SPEC: CodecSpec = CodecSpec {
    codec: VideoCodec::Vp8,
    rtpmap: "VP8/90000",
    fit: |_| Some(Fit::Exact),
    profile: |_| Profile::Baseline,
    answer: |offered, _, _| offered.into(),
    // Each layer is an encoder of its own, and a quarter of the size is too little to be worth a third.
    layers: &[Rid::H, Rid::F],
    on_demand: true,
    of_screens: false,
    weight: 1.0,
    temporal_sync: TemporalSync::ByEncoder,
    descriptor: Some(PayloadDescriptor { write, len: 6, first_only: S, last_only: 0 }),
};

/// The packet is the start of a partition.
const S: u8 = 0x10;

/// RFC 7741 section 4.2 with picture id (15 bits), TL0PICIDX, TID, Y and KEYIDX.
fn write(ids: &PictureIds) -> Descriptor {
    let [high, low] = (0x8000 | ids.picture_id).to_be_bytes();
    let layer = ids.temporal.min(3) << 6 | u8::from(ids.step_up) << 5 | ids.key_index;
    [0x80 | S, 0xf0, high, low, ids.base_index, layer]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_descriptor_says_where_the_picture_stands() {
        let ids =
            PictureIds { picture_id: 0x1234, base_index: 7, key_index: 3, keyframe: false, temporal: 1, step_up: true };
        assert_eq!(write(&ids), [0x90, 0xf0, 0x92, 0x34, 7, 0b0110_0011]);
        let descriptor = SPEC.descriptor.expect("VP8 has one");
        let first = descriptor.of_picture(&ids);
        assert_eq!(*descriptor.of_packet(first, 0, 2), first);
        assert_eq!(
            *descriptor.of_packet(first, 1, 2),
            [0x80, 0xf0, 0x92, 0x34, 7, 0b0110_0011],
            "no start of a partition"
        );
    }
}
