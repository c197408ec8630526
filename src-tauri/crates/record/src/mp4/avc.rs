//! H.264 in a file (ISO/IEC 14496-15 section 5): units behind their length instead of start codes, and the parameter sets apart.

use super::boxes::Boxes;
use stream::{VideoCodec, VideoFrame, annex_b};

/// What is recorded: the codec that is always encoded.
pub const CODEC: VideoCodec = VideoCodec::H264;

/// NAL unit types (ITU-T H.264 table 7-1).
const SEQUENCE: u8 = 7;
const PICTURE: u8 = 8;

/// The parameter sets of a keyframe, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ParameterSets {
    sequence: Vec<Vec<u8>>,
    picture: Vec<Vec<u8>>,
}

impl ParameterSets {
    /// Those that stand before a keyframe; none where it has not both kinds.
    pub(super) fn of(frame: &VideoFrame) -> Option<ParameterSets> {
        let mut sets = ParameterSets::default();
        for unit in annex_b::nal_units(&frame.data) {
            match kind(unit) {
                // A set has a profile, constraints and a level at least.
                SEQUENCE if unit.len() >= 4 && !sets.sequence.iter().any(|set| set == unit) => {
                    sets.sequence.push(unit.to_vec());
                }
                PICTURE if !sets.picture.iter().any(|set| set == unit) => sets.picture.push(unit.to_vec()),
                _ => {}
            }
        }
        (!sets.sequence.is_empty() && !sets.picture.is_empty()).then_some(sets)
    }

    /// The decoder's configuration record (section 5.3.3.1).
    pub(super) fn write_configuration(&self, boxes: &mut Boxes) {
        boxes.put(b"avcC", |boxes| {
            boxes.u8(1);
            boxes.bytes(&self.sequence[0][1..4]);
            // Lengths of four bytes.
            boxes.u8(0b1111_1100 | 3);
            boxes.u8(0b1110_0000 | self.sequence.len() as u8);
            for set in &self.sequence {
                boxes.u16(set.len() as u16);
                boxes.bytes(set);
            }
            boxes.u8(self.picture.len() as u8);
            for set in &self.picture {
                boxes.u16(set.len() as u16);
                boxes.bytes(set);
            }
        });
    }
}

/// Writes a picture as a sample and tells its size: each unit behind its length. The parameter sets are left out where they are
/// those of the file.
pub(super) fn write_sample(frame: &VideoFrame, with_sets: bool, into: &mut Vec<u8>) -> u32 {
    let before = into.len();
    for unit in annex_b::nal_units(&frame.data) {
        let is_set = matches!(kind(unit), SEQUENCE | PICTURE);
        if unit.is_empty() || is_set && !with_sets {
            continue;
        }
        into.extend_from_slice(&(unit.len() as u32).to_be_bytes());
        into.extend_from_slice(unit);
    }
    (into.len() - before) as u32
}

/// Whether these bytes are whole units behind their lengths, as a disk that lost power may not have kept them.
pub(super) fn is_whole(mut sample: &[u8]) -> bool {
    while let Some((length, rest)) = sample.split_first_chunk() {
        let length = u32::from_be_bytes(*length) as usize;
        if length == 0 || length > rest.len() {
            return false;
        }
        sample = &rest[length..];
    }
    sample.is_empty()
}

fn kind(unit: &[u8]) -> u8 {
    unit.first().map_or(0, |first| first & 0x1f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::picture;

    #[test]
    fn a_keyframe_s_sets_go_into_the_configuration_and_its_slices_into_the_sample() {
        let frame = picture(0, true, &[&[0x67, 77, 0x40, 31, 9], &[0x68, 5], &[0x65, 1, 2, 3]]);
        let sets = ParameterSets::of(&frame).expect("both are there");
        let mut boxes = Boxes::default();
        sets.write_configuration(&mut boxes);
        assert_eq!(
            boxes.0[8..],
            [1, 77, 0x40, 31, 0xff, 0xe1, 0, 5, 0x67, 77, 0x40, 31, 9, 1, 0, 2, 0x68, 5],
            "as section 5.3.3.1 has it"
        );
        let mut sample = Vec::new();
        assert_eq!(write_sample(&frame, false, &mut sample), 8);
        assert_eq!(sample, [0, 0, 0, 4, 0x65, 1, 2, 3]);
        sample.clear();
        write_sample(&frame, true, &mut sample);
        assert!(sample.starts_with(&[0, 0, 0, 5, 0x67, 77]) && is_whole(&sample));
        assert!(!is_whole(&sample[..sample.len() - 1]) && !is_whole(&[0; 64]));
    }

    #[test]
    fn a_keyframe_without_sets_begins_nothing() {
        assert_eq!(ParameterSets::of(&picture(0, true, &[&[0x65, 1, 2, 3]])), None);
        assert_eq!(ParameterSets::of(&picture(0, true, &[&[0x67, 77], &[0x68, 5], &[0x65]])), None, "cut short");
    }
}
