//! Files of frames that only look like an encoder's, in virtual time, and a disk that may lose what was not synced.

use super::*;
use crate::mp4::{Kept, scan};
use crate::testing::broadcast;
use proptest::prelude::*;
use std::io::Cursor;
use std::sync::LazyLock;

/// What is on a disk, and what only its cache has.
#[derive(Clone, Debug, Default)]
struct Disk {
    files: Vec<Vec<u8>>,
    ended: usize,
}

impl Disk {
    fn carry_out(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Begin => self.files.push(Vec::new()),
                Step::Write(write) => apply(self.files.last_mut().expect("it was begun"), write, usize::MAX),
                Step::End(_) => self.ended += 1,
            }
        }
    }
}

/// Does it, with so many bytes of it at most.
fn apply(file: &mut Vec<u8>, write: &Write, most: usize) {
    match write {
        Write::Append(bytes) => file.extend_from_slice(&bytes[..bytes.len().min(most)]),
        Write::Replace { at, bytes } => {
            let bytes = &bytes[..bytes.len().min(most)];
            file[*at as usize..*at as usize + bytes.len()].copy_from_slice(bytes);
        }
        Write::Sync => {}
    }
}

fn sequence(split: Split) -> Sequence {
    Sequence::new(Clock::start(), split)
}

fn record(split: Split, frames: &[Frame]) -> (Disk, Vec<Step>) {
    let (mut sequence, mut steps) = (sequence(split), Vec::new());
    frames.iter().for_each(|frame| steps.extend(sequence.take(frame)));
    steps.extend(sequence.end());
    let mut disk = Disk::default();
    disk.carry_out(&steps);
    (disk, steps)
}

fn kept(file: &[u8]) -> Kept {
    scan(&mut Cursor::new(file)).expect("memory can be read")
}

/// A recording that was cut off.
static CUT_OFF: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (mut sequence, mut disk) = (sequence(Split::default()), Disk::default());
    broadcast(Instant::now(), 4).iter().for_each(|frame| disk.carry_out(&sequence.take(frame)));
    disk.files.remove(0)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_damage_makes_mending_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        length in any::<prop::sample::Index>(),
    ) {
        let mut file = CUT_OFF.clone();
        for (at, byte) in damage {
            // Past the room at the front, which is most of it and all zeros.
            let at = [at.index(2_000), 96 * 1024 + at.index(file.len() - 96 * 1024)][usize::from(byte) % 2];
            file[at] = byte;
        }
        file.truncate(1 + length.index(file.len()));
        if let Ok(Kept::Unfinished(kept)) = scan(&mut Cursor::new(&file)) {
            prop_assert!(kept.bytes <= file.len() as u64 && !kept.seal().is_empty());
        }
    }
}

/// How often a sample's bytes stand in the files.
fn count(disk: &Disk, sample: &[u8]) -> usize {
    disk.files.iter().map(|file| file.windows(sample.len()).filter(|bytes| *bytes == sample).count()).sum()
}

const PICTURE: &[u8] = &[0, 0, 0, 3, 0x41, 4, 5];
const KEYFRAME: &[u8] = &[0, 0, 0, 4, 0x65, 1, 2, 3];
const SOUND: &[u8] = &[0xfc, 1, 2, 3];

#[test]
fn whatever_was_synced_when_the_power_went_is_kept() {
    let (_, steps) = record(Split::default(), &broadcast(Instant::now(), 6));
    let writes: Vec<&Write> =
        steps.iter().filter_map(|step| if let Step::Write(write) = step { Some(write) } else { None }).collect();
    let (mut synced, mut safe, mut whole) = (Vec::new(), 0, 0);
    for (n, write) in writes.iter().enumerate() {
        // The write was begun when the power went: the disk has none, some or all of it, or its room and not its bytes.
        for part in [0, 1, 4, 7, 8, 100, usize::MAX] {
            let mut file: Vec<u8> = synced.clone();
            apply(&mut file, write, part);
            let torn = matches!(write, Write::Replace { bytes, .. } if bytes.len() == 8 && part < 8);
            match kept(&file) {
                Kept::Unfinished(kept) => {
                    assert!(kept.fragments >= safe, "write {n}: {} of {safe} fragments", kept.fragments);
                    let mut mended = file[..kept.bytes as usize].to_vec();
                    kept.seal().iter().for_each(|write| apply(&mut mended, write, usize::MAX));
                    assert!(matches!(self::kept(&mended), Kept::Whole), "write {n}");
                }
                Kept::Whole => whole += 1,
                Kept::Foreign => assert!(safe == 0 || torn, "write {n}, {part} bytes of it: nothing is found any more"),
            }
        }
        if let Write::Append(bytes) = write {
            let mut file: Vec<u8> = synced.clone();
            file.resize(file.len() + bytes.len(), 0);
            let zeroed = matches!(kept(&file), Kept::Unfinished(kept) if kept.fragments == safe);
            assert!(zeroed || synced.is_empty(), "a fragment of zeros is none");
        }
        if matches!(writes.get(n + 1), Some(Write::Sync)) {
            apply(&mut synced, write, usize::MAX);
            safe += u32::from(matches!(write, Write::Append(_)) && n > 0);
        }
    }
    assert!(safe >= 6 && whole > 0, "{safe} fragments");
    // A sector is written as one, and the eight bytes that make a file whole are in one.
    assert!(writes.iter().any(|write| matches!(write, Write::Replace { at: 32, bytes } if bytes.len() == 8)));
}

#[test]
fn a_fragment_is_a_second_at_most_and_begins_with_a_keyframe_where_there_is_one() {
    let (disk, steps) = record(Split::default(), &broadcast(Instant::now(), 10));
    assert_eq!((disk.files.len(), disk.ended), (1, 1));
    let appended = steps.iter().filter(|step| matches!(step, Step::Write(Write::Append(_)))).count();
    assert!((10..=12).contains(&(appended - 1)), "{appended}");
    assert_eq!((count(&disk, PICTURE), count(&disk, KEYFRAME), count(&disk, SOUND)), (295, 5, 500));
    let (Some(Step::End(duration)), true) = (steps.last(), disk.ended == 1) else { panic!("it ended") };
    assert!(duration.as_secs_f64() > 9.9 && duration.as_secs_f64() < 10.1, "{duration:?}");
}

#[test]
fn another_size_begins_another_file_and_no_frame_is_lost() {
    let start = Instant::now();
    let mut frames = broadcast(start, 4);
    for frame in &mut frames {
        if let Frame::Video(frame) = frame
            && frame.captured >= start + Duration::from_secs(2)
        {
            (frame.width, frame.height) = (320, 180);
        }
    }
    let (disk, _) = record(Split::default(), &frames);
    assert_eq!((disk.files.len(), disk.ended), (2, 2));
    assert_eq!((count(&disk, PICTURE), count(&disk, KEYFRAME), count(&disk, SOUND)), (118, 2, 200));
    for file in &disk.files {
        assert!(matches!(kept(file), Kept::Whole));
        let sounds = file.windows(4).filter(|bytes| *bytes == SOUND).count();
        assert_eq!(sounds, 100, "the sound of each time is with its picture");
    }
}

#[test]
fn a_recording_is_split_at_a_keyframe_by_time_or_by_size() {
    let frames = broadcast(Instant::now(), 10);
    let (by_time, _) = record(Split { after: Some(Duration::from_secs(3)), bytes: None }, &frames);
    assert_eq!(by_time.files.len(), 3, "at 4 s and 8 s");
    let (by_size, _) = record(Split { after: None, bytes: Some(100_000) }, &frames);
    assert!(by_size.files.len() >= 2, "{}", by_size.files.len());
    for disk in [by_time, by_size] {
        assert_eq!((count(&disk, PICTURE) + count(&disk, KEYFRAME), count(&disk, SOUND)), (300, 500));
    }
}

#[test]
fn sound_alone_and_picture_alone_are_recorded_too() {
    let frames = broadcast(Instant::now(), 5);
    let (sounds, pictures): (Vec<_>, Vec<_>) = frames.into_iter().partition(|frame| matches!(frame, Frame::Audio(_)));
    let (disk, _) = record(Split::default(), &sounds);
    assert_eq!((disk.files.len(), count(&disk, SOUND)), (1, 250));
    assert!(matches!(kept(&disk.files[0]), Kept::Whole));
    let (disk, _) = record(Split::default(), &pictures);
    assert_eq!((disk.files.len(), count(&disk, PICTURE), count(&disk, KEYFRAME)), (1, 147, 3));
}

#[test]
fn what_comes_before_the_first_keyframe_is_no_part_of_it_and_a_second_broadcast_is_a_file_of_its_own() {
    let start = Instant::now();
    let mut sequence = sequence(Split::default());
    let mut disk = Disk::default();
    // Recording begins in the middle of a stream.
    for frame in &broadcast(start, 4)[60..] {
        disk.carry_out(&sequence.take(frame));
    }
    disk.carry_out(&sequence.end());
    disk.carry_out(&sequence.end());
    assert_eq!((disk.files.len(), disk.ended), (1, 1), "an end without anything before it makes nothing");
    assert_eq!(count(&disk, KEYFRAME), 1);
    for frame in broadcast(start + Duration::from_secs(60), 3) {
        disk.carry_out(&sequence.take(&frame));
    }
    disk.carry_out(&sequence.end());
    assert_eq!((disk.files.len(), disk.ended), (2, 2));
}

#[test]
fn marks_are_in_the_file_at_once_and_are_chapters_when_it_is_mended() {
    let start = Instant::now();
    let mut sequence = sequence(Split::default());
    let mut disk = Disk::default();
    for frame in broadcast(start, 4) {
        disk.carry_out(&sequence.take(&frame));
    }
    disk.carry_out(&sequence.mark(start + Duration::from_millis(1500), "The choir"));
    let file = &disk.files[0];
    let Kept::Unfinished(kept) = kept(file) else { panic!("it goes on") };
    let mut mended = file[..kept.bytes as usize].to_vec();
    kept.seal().iter().for_each(|write| apply(&mut mended, write, usize::MAX));
    let at = mended.windows(4).position(|bytes| bytes == b"chpl").expect("there are chapters");
    let chapters = &mended[at + 4..at + 80];
    // Version, flags, and a word that is not used; then so many, each a time in 100 ns and a title.
    assert_eq!(chapters[8..9], [2]);
    assert!(chapters[9..].starts_with(&[0, 0, 0, 0, 0, 0, 0, 0, 5, b'S', b't', b'a', b'r', b't']));
    assert_eq!(chapters[23..31], 15_000_000u64.to_be_bytes());
    assert!(chapters[31..].starts_with(b"\x09The choir"));
}

#[test]
fn sound_that_begins_late_is_recorded_from_the_next_keyframe_on() {
    let start = Instant::now();
    // A headset that takes three seconds to be opened.
    let mut frames = broadcast(start, 8);
    frames.retain(|frame| !matches!(frame, Frame::Audio(sound) if sound.captured < start + Duration::from_secs(3)));
    let (disk, _) = record(Split::default(), &frames);
    assert_eq!((disk.files.len(), disk.ended), (2, 2));
    assert_eq!((count(&disk, PICTURE) + count(&disk, KEYFRAME), count(&disk, SOUND)), (240, 200), "from 4 s on");
    let Kept::Whole = kept(&disk.files[1]) else { panic!("it ended") };
    assert_eq!(disk.files[1].windows(4).filter(|bytes| *bytes == SOUND).count(), 200);
    // And where nothing splits it, a file that has sound goes on as one.
    let mut longer = broadcast(start, 12);
    longer.retain(|frame| !matches!(frame, Frame::Audio(sound) if sound.captured < start + Duration::from_secs(3)));
    assert_eq!(record(Split::default(), &longer).0.files.len(), 2);
}
