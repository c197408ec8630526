//! The recorder with a real disk, of which it is told what the test likes.

use super::*;
use crate::target::Target;
use crate::testing::broadcast;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc;

/// Records eight seconds that are split after three, on a disk that is full from this moment on. What was told.
fn recorded(folder: &Path, frames: &[Frame], clock: Clock, full_from: Option<Instant>) -> Vec<Told> {
    let plan = Plan {
        target: Target::new(folder.join("evening.mp4")).check(1).expect("it can be written"),
        split: Split { after: Some(Duration::from_secs(3)), bytes: None },
        clock,
        journal: Journal::of(folder),
    };
    let (tell, told) = mpsc::channel();
    let mut recorder = Recorder::new(plan, Progress::default(), Marks::default(), move |it| drop(tell.send(it)));
    let full = Arc::new(AtomicBool::new(false));
    let is_full = full.clone();
    recorder.free = Box::new(move |_| Some(if is_full.load(Relaxed) { 1 } else { u64::MAX }));
    for frame in frames {
        let captured = match frame {
            Frame::Video(frame) => frame.captured,
            Frame::Audio(frame) => frame.captured,
        };
        full.store(full_from.is_some_and(|from| captured >= from), Relaxed);
        recorder.take(frame);
    }
    recorder.end();
    told.try_iter().collect()
}

#[test]
fn a_disk_that_is_full_where_a_file_ends_and_the_next_begins_harms_neither() {
    let (clock, start) = (Clock::start(), Instant::now());
    let frames = broadcast(start, 8);
    let folder = |name: &str| {
        let folder = tempfile::tempdir().expect("the system has room for a folder");
        let file = folder.path().join(name);
        (folder, file)
    };
    let (whole, first) = folder("evening.mp4");
    recorded(whole.path(), &frames, clock, None);
    let expected = fs::read(first).expect("it was recorded");
    // It is split at the keyframe of 4 s.
    let (cut_off, first) = folder("evening.mp4");
    let told = recorded(cut_off.path(), &frames, clock, Some(start + Duration::from_secs(4)));
    assert!(
        matches!(told.last(), Some(Told::Stopped(message, ..)) if message.contains("All of it is kept")),
        "{told:?}"
    );
    assert!(fs::read(first).expect("it was recorded") == expected, "the first file is as if nothing had happened");
    let second = cut_off.path().join("evening (2).mp4");
    assert!(matches!(mend(&second), Err(MendError::Whole(_))), "the second is whole, too");
    assert_eq!(fs::read_dir(cut_off.path()).expect("it is there").count(), 2, "and nothing is noted as unfinished");
}
