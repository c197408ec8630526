//! Outputs that come, go, stop reading and go on, with frames made by hand.

use super::*;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use stream::Way;

const CODEC: VideoCodec = VideoCodec::H264;

/// Counts what it is given.
#[derive(Default)]
struct Counter {
    pictures: AtomicU32,
    sounds: AtomicU32,
    ends: AtomicU32,
    needs_keyframe: AtomicBool,
}

impl Counter {
    fn counted(&self) -> (u32, u32) {
        (self.pictures.load(Ordering::Relaxed), self.sounds.load(Ordering::Relaxed))
    }
}

impl Output for Counter {
    fn video(&self, _: &VideoFrame) -> Taken {
        self.pictures.fetch_add(1, Ordering::Relaxed);
        if self.needs_keyframe.load(Ordering::Relaxed) { Taken::NeedsKeyframe } else { Taken::Yes }
    }

    fn audio(&self, _: &AudioFrame) {
        self.sounds.fetch_add(1, Ordering::Relaxed);
    }

    fn ended(&self) {
        self.ends.fetch_add(1, Ordering::Relaxed);
    }
}

fn picture(keyframe: bool) -> Frame {
    let now = Instant::now();
    Frame::Video(VideoFrame {
        profile: stream::Profile::Baseline,
        codec: CODEC,
        rid: Rid::F,
        temporal: 0,
        keyframe,
        captured: now,
        width: 16,
        height: 16,
        layer_sync: true,
        screen: false,
        way: Way::at(now),
        data: Default::default(),
    })
}

fn sound() -> Frame {
    Frame::Audio(AudioFrame { captured: Instant::now(), position: 0, samples: 960, data: Default::default() })
}

/// Outputs, and how often a keyframe was asked for.
fn outputs() -> (Outputs, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let outputs = Outputs::new(move |codec, rid| {
        assert_eq!((codec, rid), (CODEC, Rid::F));
        count.fetch_add(1, Ordering::Relaxed);
    });
    (outputs, asked)
}

#[test]
fn outputs_come_and_go_while_frames_come() {
    let (outputs, _) = outputs();
    let counters: [Arc<Counter>; 3] = Default::default();
    outputs.take(&picture(true));
    let first = outputs.add(counters[0].clone());
    let second = outputs.add(counters[1].clone());
    outputs.take(&picture(false));
    outputs.take(&sound());
    outputs.remove(first);
    outputs.remove(first);
    let third = outputs.add(counters[2].clone());
    outputs.take(&picture(false));
    assert_eq!(counters.each_ref().map(|counter| counter.counted()), [(1, 1), (2, 1), (1, 0)]);
    assert!(third != first && third != second, "an id is used once");
    assert_eq!(Arc::strong_count(&counters[0]), 1, "what was removed is held no longer");
    outputs.ended();
    outputs.close();
    outputs.take(&picture(false));
    outputs.ended();
    assert_eq!(counters[1].counted(), (2, 1));
    let ends = counters.map(|counter| counter.ends.load(Ordering::Relaxed));
    assert_eq!(ends, [0, 2, 2], "those who are there hear of the broadcast's end and of the program's");
}

#[test]
fn a_rehearsal_is_for_the_first_output_alone() {
    let (outputs, asked) = outputs();
    outputs.rehearse(&picture(true));
    outputs.rehearsed();
    let counters: [Arc<Counter>; 2] = Default::default();
    for counter in &counters {
        outputs.add(counter.clone());
    }
    counters[1].needs_keyframe.store(true, Ordering::Relaxed);
    outputs.rehearse(&picture(true));
    outputs.rehearse(&sound());
    outputs.rehearsed();
    assert_eq!(counters.each_ref().map(|counter| counter.counted()), [(1, 1), (0, 0)]);
    assert_eq!(counters.each_ref().map(|counter| counter.ends.load(Ordering::Relaxed)), [1, 0]);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    outputs.take(&picture(false));
    assert_eq!(asked.load(Ordering::Relaxed), 1, "who is given it from here on begins at a keyframe");
}

#[test]
fn the_wishes_of_all_outputs_are_one_request() {
    let (outputs, asked) = outputs();
    let counters: [Arc<Counter>; 2] = Default::default();
    for counter in &counters {
        counter.needs_keyframe.store(true, Ordering::Relaxed);
        outputs.add(counter.clone());
    }
    outputs.take(&picture(false));
    outputs.wish(CODEC, Rid::F, Instant::now());
    assert_eq!(asked.load(Ordering::Relaxed), 1, "two outputs and the forwarder wish, within a second");
    outputs.wish(CODEC, Rid::F, Instant::now() + std::time::Duration::from_secs(1));
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[test]
fn an_output_may_add_and_remove_others_while_it_is_given_a_frame() {
    struct Visitor(Arc<Outputs>);
    impl Output for Visitor {
        fn video(&self, _: &VideoFrame) -> Taken {
            let id = self.0.add(Arc::new(Counter::default()));
            self.0.remove(id);
            self.0.wish(CODEC, Rid::F, Instant::now());
            Taken::NeedsKeyframe
        }

        fn audio(&self, _: &AudioFrame) {}

        fn ended(&self) {}
    }
    let (outputs, asked) = outputs();
    let outputs = Arc::new(outputs);
    outputs.add(Arc::new(Visitor(outputs.clone())));
    // A lock that is held meanwhile would never let it return.
    outputs.take(&picture(false));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    outputs.close();
}
