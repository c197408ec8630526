//! A fragment: `moof`, which says what is in it, and `mdat` (ISO/IEC 14496-12 section 8.8), and a mark behind it. Written, and
//! read again from a file that was not finished.

use super::avc;
use super::boxes::{Boxes, HEADER, children, find};
use super::chapters::Chapter;
use super::front::PICTURE_ID;
use super::track::{NEEDS_NONE, Run};
use std::time::Duration;

/// `tfhd`: offsets count from the fragment's own `moof` (section 8.8.7).
const FROM_MOOF: u32 = 0x02_0000;
/// `trun`: the data's offset, and each sample's duration, size and flags (section 8.8.8).
const OFFSET: u32 = 0x01;
const DURATIONS: u32 = 0x100;
const SIZES: u32 = 0x200;
const FLAGS: u32 = 0x400;
/// What those take of each sample, bytes.
const SAMPLE: usize = 12;

/// A mark is in a box that all players pass over: `uuid` (section 11.1) with this.
const MARK: [u8; 16] = *b"skylark-mark-001";

/// A whole fragment: number `sequence`, of the tracks that have samples in it.
pub(super) fn write(sequence: u32, runs: &[(u32, &Run)]) -> Vec<u8> {
    let moof = |data: usize| {
        let mut boxes = Boxes::default();
        boxes.put(b"moof", |boxes| {
            boxes.full(b"mfhd", 0, 0, |boxes| boxes.u32(sequence));
            let mut offset = data;
            for (track, run) in runs.iter().filter(|(_, run)| !run.is_empty()) {
                boxes.put(b"traf", |boxes| {
                    boxes.full(b"tfhd", 0, FROM_MOOF, |boxes| boxes.u32(*track));
                    boxes.full(b"tfdt", 1, 0, |boxes| boxes.u64(run.start));
                    boxes.full(b"trun", 0, OFFSET | DURATIONS | SIZES | FLAGS, |boxes| {
                        boxes.u32(run.samples.len() as u32);
                        boxes.u32(offset as u32);
                        for sample in &run.samples {
                            boxes.u32(sample.duration);
                            boxes.u32(sample.size);
                            boxes.u32(sample.flags);
                        }
                    });
                });
                offset += run.bytes.len();
            }
        });
        boxes
    };
    // Its own size does not depend on the offset that it tells.
    let data = moof(0).0.len() + HEADER;
    let mut boxes = moof(data);
    boxes.0.reserve(HEADER + runs.iter().map(|(_, run)| run.bytes.len()).sum::<usize>());
    boxes.put(b"mdat", |boxes| runs.iter().for_each(|(_, run)| boxes.bytes(&run.bytes)));
    boxes.0
}

/// A mark, behind the fragment at whose time it was made.
pub(super) fn write_mark(mark: &Chapter) -> Vec<u8> {
    let mut boxes = Boxes::default();
    boxes.put(b"uuid", |boxes| {
        boxes.bytes(&MARK);
        boxes.u64(mark.at.as_millis() as u64);
        boxes.bytes(mark.title.as_bytes());
    });
    boxes.0
}

/// The mark that is in the content of a `uuid`, if it is one of ours.
pub(super) fn read_mark(content: &[u8]) -> Option<Chapter> {
    let (at, title) = content.strip_prefix(&MARK)?.split_first_chunk()?;
    let title = String::from_utf8_lossy(title).into_owned();
    Some(Chapter { at: Duration::from_millis(u64::from_be_bytes(*at)), title })
}

/// What a `moof` of ours says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Where each track is in it, picture and sound: its beginning and end, in the track's time.
    pub(super) picture: Option<(u64, u64)>,
    pub(super) sound: Option<(u64, u64)>,
    /// It begins with a keyframe, or has no picture.
    pub(super) keyframe: bool,
}

/// Reads a `moof`'s content and, where `data` is the content of its `mdat`, whether all that it tells is there; none where it is not.
pub(super) fn read(moof: &[u8], data: Option<&[u8]>) -> Option<Told> {
    let mut told = Told { keyframe: true, ..Told::default() };
    let mut at = 0;
    for (_, _, traf) in children(moof).filter(|(kind, ..)| kind == b"traf") {
        let track = u32::from_be_bytes(*find(traf, b"tfhd")?.get(4..)?.first_chunk()?);
        let start = u64::from_be_bytes(*find(traf, b"tfdt")?.get(4..)?.first_chunk()?);
        let samples = find(traf, b"trun")?.get(12..)?;
        let word = |sample: &[u8], n: usize| {
            u32::from_be_bytes([sample[4 * n], sample[4 * n + 1], sample[4 * n + 2], sample[4 * n + 3]])
        };
        let mut end = start;
        for (n, sample) in samples.chunks_exact(SAMPLE).enumerate() {
            end = u64::saturating_add(end, word(sample, 0).into());
            let size = word(sample, 1) as usize;
            if let Some(data) = data {
                let bytes = data.get(at..at + size)?;
                let kept = if track == PICTURE_ID { avc::is_whole(bytes) } else { bytes.iter().any(|byte| *byte != 0) };
                if !kept {
                    return None;
                }
            }
            at += size;
            if track == PICTURE_ID && n == 0 {
                told.keyframe = word(sample, 2) == NEEDS_NONE;
            }
        }
        *(if track == PICTURE_ID { &mut told.picture } else { &mut told.sound }) = Some((start, end));
    }
    Some(told)
}
