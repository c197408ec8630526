//! VP9 (RFC 9628), profile 0: far fewer bits than VP8's, for more time. Encoded only while a viewer without a codec that is always
//! encoded is watching.

use super::{CodecSpec, Descriptor, Fit, Fmtp, PayloadDescriptor, PictureIds, Profile, TemporalSync};
use protocol::{Rid, VideoCodec};

pub(super) const SPEC: CodecSpec = CodecSpec {
    codec: VideoCodec::Vp9,
    rtpmap: "VP9/90000",
    fit,
    profile: |_| Profile::Baseline,
    answer: |offered, _, _| offered.into(),
    // As with VP8.
    layers: &[Rid::H, Rid::F],
    on_demand: true,
    of_screens: false,
    weight: 2.0,
    temporal_sync: TemporalSync::ByEncoder,
    descriptor: Some(PayloadDescriptor { write, len: 3, first_only: B | V, last_only: E }),
};

/// What is sent has eight bits and 4:2:0, which is profile 0, and profile 0 is also what is meant where none is named (section 6).
fn fit(fmtp: Fmtp<'_, '_>) -> Option<Fit> {
    matches!(fmtp("profile-id"), None | Some("0")).then_some(Fit::Exact)
}

/// A picture id is there.
const I: u8 = 0x80;
/// The picture refers to others.
const P: u8 = 0x40;
/// The packet is the start of a frame.
const B: u8 = 0x08;
/// The packet is the end of a frame.
const E: u8 = 0x04;
/// A scalability structure follows: the packetiser writes it, as it is the same for all viewers.
const V: u8 = 0x02;

/// Section 4.2 with a picture id of 15 bits. There is one layer, so that nothing is said of layers (L), and each picture refers to
/// the one before it, so that references are not listed (F).
fn write(ids: &PictureIds) -> Descriptor {
    let [high, low] = (0x8000 | ids.picture_id).to_be_bytes();
    let kind = if ids.keyframe { V } else { P };
    [I | B | E | kind, high, low, 0, 0, 0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_descriptor_says_where_a_frame_begins_and_ends() {
        let delta = PictureIds {
            picture_id: 0x1234,
            base_index: 7,
            key_index: 3,
            keyframe: false,
            temporal: 0,
            step_up: false,
        };
        let descriptor = SPEC.descriptor.expect("VP9 has one");
        let of = |ids: &PictureIds, index, packets| {
            let packet = descriptor.of_packet(descriptor.of_picture(ids), index, packets);
            assert_eq!(packet[1..], [0x92, 0x34], "the picture id stands in each packet");
            packet[0]
        };
        assert_eq!([of(&delta, 0, 3), of(&delta, 1, 3), of(&delta, 2, 3)], [0xc8, 0xc0, 0xc4]);
        assert_eq!(of(&delta, 0, 1), 0xcc, "one packet is both");
        let key = PictureIds { keyframe: true, ..delta };
        assert_eq!([of(&key, 0, 3), of(&key, 1, 3), of(&key, 2, 3)], [0x8a, 0x80, 0x84], "the structure comes once");
    }

    #[test]
    fn only_profile_0_can_be_sent() {
        let of = |said: Option<&'static str>| fit(&|name| said.filter(|_| name == "profile-id"));
        assert_eq!([of(None), of(Some("0"))], [Some(Fit::Exact); 2]);
        assert_eq!([of(Some("1")), of(Some("2")), of(Some("3")), of(Some(""))], [None; 4]);
    }
}
