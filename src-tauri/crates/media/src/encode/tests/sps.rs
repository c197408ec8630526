//! Reads a sequence parameter set as the standard writes it (H.264 7.3.2.1.1), for what a decoder takes from it; and of a picture
//! parameter set (7.3.2.2) the way in which it codes.

/// What a baseline stream says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sps {
    pub(super) profile: u8,
    /// `constraint_set0_flag` in the highest bit.
    pub(super) constraints: u8,
    pub(super) level: u8,
    /// After cropping.
    pub(super) size: (u16, u16),
}

/// The first parameter set of an Annex B stream.
pub(super) fn read(data: &[u8]) -> Sps {
    let nal = stream::annex_b::nal_units(data).find(|nal| nal.first().is_some_and(|kind| kind & 0x1f == 7));
    // Three bytes 0 0 3 stand for 0 0.
    let (mut zeros, mut bytes) = (0, Vec::new());
    for &byte in &nal.expect("a keyframe has it")[1..] {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        bytes.push(byte);
    }
    let mut bits = Bits { bytes: &bytes[3..], at: 0 };
    bits.number(); // seq_parameter_set_id: the layers of a call are numbered
    bits.number(); // log2_max_frame_num_minus4
    assert_eq!(bits.number(), 2, "pic_order_cnt_type: pictures are shown in the order in which they come");
    bits.number(); // max_num_ref_frames
    bits.take(1); // gaps_in_frame_num_value_allowed_flag
    let (width, height) = (16 * (bits.number() + 1), 16 * (bits.number() + 1));
    assert_eq!(bits.take(1), 1, "frame_mbs_only_flag");
    bits.take(1); // direct_8x8_inference_flag
    let [left, right, top, bottom] = if bits.take(1) == 1 { [(); 4].map(|()| 2 * bits.number()) } else { [0; 4] };
    Sps {
        profile: bytes[0],
        constraints: bytes[1],
        level: bytes[2],
        size: ((width - left - right) as u16, (height - top - bottom) as u16),
    }
}

/// Whether the first picture parameter set of an Annex B stream asks for arithmetic coding (CABAC).
pub(super) fn arithmetic(data: &[u8]) -> bool {
    let nal = stream::annex_b::nal_units(data).find(|nal| nal.first().is_some_and(|kind| kind & 0x1f == 8));
    let mut bits = Bits { bytes: &nal.expect("a keyframe has it")[1..], at: 0 };
    bits.number(); // pic_parameter_set_id
    bits.number(); // seq_parameter_set_id
    bits.take(1) == 1
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> u32 {
        (0..count).fold(0, |value, _| {
            let bit = self.bytes[self.at / 8] >> (7 - self.at % 8) & 1;
            self.at += 1;
            value << 1 | u32::from(bit)
        })
    }

    /// `ue(v)`: as many zeros as bits follow the one.
    fn number(&mut self) -> u32 {
        let mut zeros = 0;
        while self.take(1) == 0 {
            zeros += 1;
        }
        (1 << zeros) - 1 + self.take(zeros)
    }
}
