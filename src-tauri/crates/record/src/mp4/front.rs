//! What stands at the front of a file (ISO/IEC 14496-12 section 8): its type, its tracks, and room for the index.
//!
//! While a file is written the front is `ftyp`, `moov` and a large `free`. What a whole file has there, a `moov` with duration
//! and chapters and the index behind it, is written inside that `free` first, where no player looks; then the eight bytes at
//! [`MOOV_AT`] are changed, and the new one is what players find. Those eight are in one sector of any disk, so that a
//! power cut leaves the one or the other.

use super::avc::ParameterSets;
use super::boxes::{Boxes, HEADER, children};
use super::chapters::{self, Chapter};
use super::index::Index;
use super::track::{NEEDS_NONE, NEEDS_OTHERS, PICTURE_SCALE, SOUND_SCALE};
use std::time::Duration;

/// Where `moov` begins: behind `ftyp`, which has this size.
pub(super) const MOOV_AT: usize = 32;

/// How large the front is: room for an index of [`super::index::MOST`] places, as many chapters as a file can have, and the tracks
/// twice.
pub(super) const FRONT: usize = 96 * 1024;

/// The ids of the tracks.
pub(super) const PICTURE_ID: u32 = 1;
pub(super) const SOUND_ID: u32 = 2;

/// `mvhd`'s units of time, a second.
const MOVIE_SCALE: u32 = 1000;

/// The picture of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PictureFormat {
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) sets: ParameterSets,
}

/// `ftyp`.
pub(super) fn file_type() -> Vec<u8> {
    let mut boxes = Boxes::default();
    boxes.put(b"ftyp", |boxes| {
        boxes.bytes(b"iso6");
        boxes.u32(0);
        boxes.bytes(b"iso6isomavc1mp41");
    });
    debug_assert_eq!(boxes.0.len(), MOOV_AT);
    boxes.0
}

/// `moov` of a file that is being written: the tracks, and no sample in them.
pub(super) fn tracks(picture: Option<&PictureFormat>, sound: bool, created: u64) -> Vec<u8> {
    let mut boxes = Boxes::default();
    boxes.put(b"moov", |boxes| {
        boxes.full(b"mvhd", 1, 0, |boxes| {
            boxes.u64(created);
            boxes.u64(created);
            boxes.u32(MOVIE_SCALE);
            boxes.u64(0);
            // Rate 1, volume 1.
            boxes.u32(0x0001_0000);
            boxes.u16(0x0100);
            boxes.zeros(10);
            matrix(boxes);
            boxes.zeros(24);
            boxes.u32(SOUND_ID + 1);
        });
        if let Some(picture) = picture {
            let size = (picture.width, picture.height);
            track(boxes, PICTURE_ID, created, size, PICTURE_SCALE, |boxes| picture_entry(boxes, picture));
        }
        if sound {
            track(boxes, SOUND_ID, created, (0, 0), SOUND_SCALE, sound_entry);
        }
        boxes.put(b"mvex", |boxes| {
            let picture = picture.map(|_| (PICTURE_ID, NEEDS_OTHERS));
            for (id, flags) in picture.into_iter().chain(sound.then_some((SOUND_ID, NEEDS_NONE))) {
                boxes.full(b"trex", 0, 0, |boxes| {
                    [id, 1, 0, 0, flags].into_iter().for_each(|word| boxes.u32(word));
                });
            }
        });
    });
    boxes.0
}

/// The whole front of a file that is being written.
pub(super) fn open(moov: &[u8]) -> Vec<u8> {
    let mut boxes = Boxes(file_type());
    boxes.bytes(moov);
    boxes.put(b"free", |boxes| boxes.zeros(FRONT - MOOV_AT - moov.len() - HEADER));
    boxes.0
}

/// What is written to make the front that of a whole file, in this order, each synced before the next: where, and what.
pub(super) fn whole(moov: &[u8], duration: Duration, chapters: &[Chapter], index: &Index) -> [(usize, Vec<u8>); 2] {
    let inside = MOOV_AT + moov.len() + HEADER;
    let mut boxes = Boxes(with_duration(moov, duration, chapters));
    let left = FRONT - inside - boxes.0.len();
    let index = index.write(left);
    boxes.bytes(&index);
    // A `free` of eight bytes at least; the index leaves them.
    let left = left - index.len();
    boxes.u32(left as u32);
    boxes.bytes(b"free");
    let mut skipped = Boxes::default();
    skipped.u32((moov.len() + HEADER) as u32);
    skipped.bytes(b"free");
    [(inside, boxes.0), (MOOV_AT, skipped.0)]
}

/// `moov` with the duration of all fragments (section 8.8.2) and the chapters.
fn with_duration(moov: &[u8], duration: Duration, chapters: &[Chapter]) -> Vec<u8> {
    let content = &moov[HEADER..];
    let mut boxes = Boxes::default();
    boxes.put(b"moov", |boxes| {
        for (kind, at, inner) in children(content) {
            match &kind {
                b"mvex" => boxes.put(b"mvex", |boxes| {
                    boxes.full(b"mehd", 1, 0, |boxes| boxes.u64(duration.as_millis() as u64));
                    boxes.bytes(inner);
                }),
                _ => boxes.bytes(&content[at..at + HEADER + inner.len()]),
            }
        }
        chapters::write(boxes, chapters);
    });
    boxes.0
}

/// Where a `moov` of ours says that its parameter sets are all in the sample entry, which is a word to be changed when they are not.
pub(super) fn sample_entry_at(moov: &[u8]) -> Option<usize> {
    let of = |name: &[u8; 4]| moov.windows(4).position(|word| word == name);
    of(b"avc1").or_else(|| of(b"avc3"))
}

fn track(boxes: &mut Boxes, id: u32, created: u64, size: (u16, u16), scale: u32, entry: impl FnOnce(&mut Boxes)) {
    let picture = id == PICTURE_ID;
    boxes.put(b"trak", |boxes| {
        // Enabled, and part of the movie.
        boxes.full(b"tkhd", 1, 3, |boxes| {
            boxes.u64(created);
            boxes.u64(created);
            boxes.u32(id);
            boxes.zeros(4 + 8 + 8 + 2 + 2);
            boxes.u16(if picture { 0 } else { 0x0100 });
            boxes.zeros(2);
            matrix(boxes);
            boxes.u32(u32::from(size.0) << 16);
            boxes.u32(u32::from(size.1) << 16);
        });
        boxes.put(b"mdia", |boxes| {
            boxes.full(b"mdhd", 1, 0, |boxes| {
                boxes.u64(created);
                boxes.u64(created);
                boxes.u32(scale);
                boxes.u64(0);
                // "und": no language is known.
                boxes.u16(0x55c4);
                boxes.u16(0);
            });
            boxes.full(b"hdlr", 0, 0, |boxes| {
                boxes.u32(0);
                boxes.bytes(if picture { b"vide" } else { b"soun" });
                boxes.zeros(12);
                boxes.bytes(if picture { b"Picture\0" } else { b"Sound\0" });
            });
            boxes.put(b"minf", |boxes| {
                if picture {
                    boxes.full(b"vmhd", 0, 1, |boxes| boxes.zeros(8));
                } else {
                    boxes.full(b"smhd", 0, 0, |boxes| boxes.zeros(4));
                }
                boxes.put(b"dinf", |boxes| {
                    boxes.full(b"dref", 0, 0, |boxes| {
                        boxes.u32(1);
                        // The media is in this file.
                        boxes.full(b"url ", 0, 1, |_| ());
                    });
                });
                boxes.put(b"stbl", |boxes| {
                    boxes.full(b"stsd", 0, 0, |boxes| {
                        boxes.u32(1);
                        entry(boxes);
                    });
                    // The samples are in the fragments.
                    boxes.full(b"stts", 0, 0, |boxes| boxes.u32(0));
                    boxes.full(b"stsc", 0, 0, |boxes| boxes.u32(0));
                    boxes.full(b"stsz", 0, 0, |boxes| boxes.zeros(8));
                    boxes.full(b"stco", 0, 0, |boxes| boxes.u32(0));
                });
            });
        });
    });
}

/// The identity (section 6.2.2).
fn matrix(boxes: &mut Boxes) {
    for word in [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000] {
        boxes.u32(word);
    }
}

fn picture_entry(boxes: &mut Boxes, picture: &PictureFormat) {
    boxes.put(b"avc1", |boxes| {
        boxes.zeros(6);
        boxes.u16(1);
        boxes.zeros(16);
        boxes.u16(picture.width);
        boxes.u16(picture.height);
        // 72 dots an inch, both ways.
        boxes.u32(0x0048_0000);
        boxes.u32(0x0048_0000);
        boxes.u32(0);
        boxes.u16(1);
        boxes.zeros(32);
        boxes.u16(24);
        boxes.u16(0xffff);
        picture.sets.write_configuration(boxes);
    });
}

/// Encapsulation of Opus in ISO Base Media File Format, section 4.3.
fn sound_entry(boxes: &mut Boxes) {
    boxes.put(b"Opus", |boxes| {
        boxes.zeros(6);
        boxes.u16(1);
        boxes.zeros(8);
        boxes.u16(2);
        boxes.u16(16);
        boxes.zeros(4);
        boxes.u32(SOUND_SCALE << 16);
        boxes.put(b"dOps", |boxes| {
            boxes.u8(0);
            boxes.u8(2);
            // Nothing to skip: a recording begins in the middle of a stream, and the encoder's delay is in the times.
            boxes.u16(0);
            boxes.u32(SOUND_SCALE);
            boxes.u16(0);
            boxes.u8(0);
        });
    });
}
