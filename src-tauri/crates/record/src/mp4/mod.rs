//! One file of fragmented MP4 (ISO/IEC 14496-12): frames in, bytes to write out. No I/O, and no clock.
//!
//! The boxes are written by hand, as there are few of them and the order in which they reach the disk is what a file's surviving
//! rests on: [`front`] says how.

mod avc;
mod boxes;
mod chapters;
mod fragment;
mod front;
mod index;
mod scan;
mod track;

pub use avc::CODEC;
pub(crate) use chapters::{MOST as MOST_CHAPTERS, shortened};
pub(crate) use scan::{Kept, scan};

use avc::ParameterSets;
use chapters::Chapter;
use front::{FRONT, MOOV_AT, PICTURE_ID, PictureFormat, SOUND_ID};
use index::Index;
use std::time::{Duration, Instant};
use stream::{AudioFrame, VideoFrame};
use track::{PICTURE_SCALE, Picture, SOUND_SCALE, Sound};

/// How long a fragment is: what a crash may cost.
const FRAGMENT: Duration = Duration::from_secs(1);

/// What is to be done with the file, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    /// These bytes go to the end.
    Append(Vec<u8>),
    /// These go into the place of what is at `at`.
    Replace { at: u64, bytes: Vec<u8> },
    /// What was written before is on the disk before anything is written after.
    Sync,
}

/// A file that is being written.
#[derive(Debug)]
pub(crate) struct Muxer {
    base: Instant,
    moov: Vec<u8>,
    size: Option<(u16, u16)>,
    picture: Option<Picture>,
    sound: Option<Sound>,
    sequence: u32,
    index: Index,
    /// When the fragment that is collected began.
    began: Instant,
    /// Until when there is something: of the file, and that was handed out.
    reached: Instant,
    duration: Duration,
    bytes: u64,
    marks: Vec<Chapter>,
}

impl Muxer {
    /// A file that begins at `base` with that keyframe, or without a picture, and that has sound or not. `created`: seconds since 1904.
    /// None where the keyframe has no parameter sets.
    pub(crate) fn new(
        base: Instant,
        keyframe: Option<&VideoFrame>,
        sound: bool,
        created: u64,
    ) -> Option<(Muxer, Vec<Write>)> {
        let format = match keyframe {
            Some(frame) => {
                let sets = ParameterSets::of(frame)?;
                Some(PictureFormat { width: frame.width, height: frame.height, sets })
            }
            None => None,
        };
        let moov = front::tracks(format.as_ref(), sound, created);
        let open = front::open(&moov);
        let index = match &format {
            Some(_) => Index::new(PICTURE_ID, PICTURE_SCALE),
            None => Index::new(SOUND_ID, SOUND_SCALE),
        };
        let muxer = Muxer {
            base,
            moov,
            size: format.as_ref().map(|format| (format.width, format.height)),
            picture: format.map(|format| Picture::new(base, format.sets)),
            sound: sound.then(|| Sound::new(base)),
            sequence: 0,
            index,
            began: base,
            reached: base,
            duration: Duration::ZERO,
            bytes: open.len() as u64,
            marks: Vec::new(),
        };
        Some((muxer, vec![Write::Append(open), Write::Sync]))
    }

    /// Of the picture, pixels.
    pub(crate) fn size(&self) -> Option<(u16, u16)> {
        self.size
    }

    /// Whether there is a track of sound.
    pub(crate) fn has_sound(&self) -> bool {
        self.sound.is_some()
    }

    /// How long it is, with what was not handed out yet.
    pub(crate) fn duration(&self) -> Duration {
        self.reached.saturating_duration_since(self.base)
    }

    /// How large it is, of what was handed out.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes in a picture, of the size that the file has.
    pub(crate) fn video(&mut self, frame: &VideoFrame) -> Vec<Write> {
        // A keyframe is the first of its fragment, so that one can begin to read there.
        let mut writes = Vec::new();
        let full = frame.captured.saturating_duration_since(self.began) >= FRAGMENT;
        let Some(picture) = &mut self.picture else { return writes };
        let other_sets = picture.add(frame);
        self.reached = self.reached.max(frame.captured);
        if frame.keyframe || full {
            writes.extend(self.fragment(frame.captured));
        }
        if other_sets && let Some(at) = front::sample_entry_at(&self.moov) {
            // From here on the sets are with the pictures, not in the front alone, which is what "avc3" says.
            self.moov[at..at + 4].copy_from_slice(b"avc3");
            writes.push(Write::Replace { at: (MOOV_AT + at) as u64, bytes: b"avc3".to_vec() });
        }
        writes
    }

    /// Takes in a packet of sound.
    pub(crate) fn audio(&mut self, frame: &AudioFrame) -> Vec<Write> {
        let Some(sound) = &mut self.sound else { return Vec::new() };
        sound.add(frame);
        self.reached = self.reached.max(frame.captured);
        // Where there is a picture each of them may end a fragment; but none may come for a while.
        let patience = if self.picture.is_some() { FRAGMENT + FRAGMENT / 4 } else { FRAGMENT };
        match frame.captured.saturating_duration_since(self.began) >= patience {
            true => self.fragment(frame.captured),
            false => Vec::new(),
        }
    }

    /// Notes what happened at that moment.
    pub(crate) fn mark(&mut self, at: Instant, title: &str) -> Vec<Write> {
        if self.marks.len() >= MOST_CHAPTERS - 1 {
            return Vec::new();
        }
        let at = at.saturating_duration_since(self.base);
        let mark = Chapter { at: Duration::from_millis(at.as_millis() as u64), title: shortened(title).to_owned() };
        let bytes = fragment::write_mark(&mark);
        self.marks.push(mark);
        self.bytes += bytes.len() as u64;
        self.index.add(bytes.len() as u64, None, false);
        vec![Write::Append(bytes)]
    }

    /// All that is left, and what makes the file a whole one. Nothing comes after.
    pub(crate) fn finish(mut self) -> Vec<Write> {
        let rest = self.picture.as_mut().map(Picture::take_all);
        let mut writes = self.append(rest);
        writes.extend(seal(&self.moov, self.duration, &self.marks, &self.index));
        writes
    }

    /// Hands out what is collected; what follows was taken at `from` or later.
    fn fragment(&mut self, from: Instant) -> Vec<Write> {
        self.began = from;
        let picture = self.picture.as_mut().map(Picture::take);
        self.append(picture)
    }

    fn append(&mut self, picture: Option<track::Run>) -> Vec<Write> {
        let picture = picture.unwrap_or_default();
        let sound = self.sound.as_mut().map(Sound::take).unwrap_or_default();
        if picture.is_empty() && sound.is_empty() {
            return Vec::new();
        }
        self.sequence += 1;
        let bytes = fragment::write(self.sequence, &[(PICTURE_ID, &picture), (SOUND_ID, &sound)]);
        let told = fragment::Told {
            picture: (!picture.is_empty()).then(|| (picture.start, picture.end())),
            sound: (!sound.is_empty()).then(|| (sound.start, sound.end())),
            keyframe: picture.samples.first().is_none_or(|first| first.flags == track::NEEDS_NONE),
        };
        count(&mut self.index, &mut self.duration, bytes.len() as u64, &told, self.picture.is_some());
        self.bytes += bytes.len() as u64;
        vec![Write::Append(bytes), Write::Sync]
    }
}

/// Counts a fragment into the index and the duration.
fn count(index: &mut Index, duration: &mut Duration, bytes: u64, told: &fragment::Told, with_picture: bool) {
    let seconds = |end: Option<(u64, u64)>, scale: u32| {
        end.map_or(Duration::ZERO, |(_, end)| Duration::from_secs_f64(end as f64 / f64::from(scale)))
    };
    *duration = (*duration).max(seconds(told.picture, PICTURE_SCALE)).max(seconds(told.sound, SOUND_SCALE));
    index.add(bytes, if with_picture { told.picture } else { told.sound }, told.keyframe);
}

/// Makes a file whole whose fragments are all written.
fn seal(moov: &[u8], duration: Duration, marks: &[Chapter], index: &Index) -> Vec<Write> {
    let mut writes = vec![Write::Sync];
    for (at, bytes) in front::whole(moov, duration, marks, index) {
        writes.extend([Write::Replace { at: at as u64, bytes }, Write::Sync]);
    }
    writes
}

/// As long as a file's front: what is shorter has nothing in it.
pub(crate) const EMPTY: u64 = FRONT as u64;
