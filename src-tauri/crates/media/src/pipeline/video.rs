//! An encoding thread, one a codec: takes the newest picture, encodes it, hands it on.

use super::{
    Events, Sink,
    codecs::Codec,
    orders::Orders,
    slot::{Next, Slot},
};
use crate::{
    Event, TopLayer,
    frame::{Content, Picture},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use stream::{Frame, Rid, VideoFrame, Way};
use words::said;

/// An encoding thread. Dropping it stops it and waits until its sink is not called any more.
pub(super) struct Worker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Pictures of a top layer since a time before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopPictures {
    /// So many it was to have: of those that the source gave, as many as were agreed.
    pub due: u64,
    /// So many it has.
    pub made: u64,
}

/// Counts [`TopPictures`].
#[derive(Debug, Default)]
pub(super) struct Kept {
    due: AtomicU64,
    made: AtomicU64,
}

impl Kept {
    fn count(&self, due: u64, made: u64) {
        self.due.fetch_add(due, Ordering::Relaxed);
        self.made.fetch_add(made, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> TopPictures {
        TopPictures { due: self.due.load(Ordering::Relaxed), made: self.made.load(Ordering::Relaxed) }
    }
}

/// A source that gives nothing for so long (a slate, a slow camera) has its last picture encoded again, so that whoever
/// joins sees it, and keyframes come in time.
const REPEAT: Duration = Duration::from_millis(150);
/// After a failure it is tried again.
const AGAIN: Duration = Duration::from_secs(1);

impl Worker {
    pub(super) fn start(
        mut codec: Box<dyn Codec>,
        slot: Arc<Slot>,
        orders: Arc<Orders>,
        kept: Arc<Kept>,
        sink: Sink,
        events: Events,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let name = codec.thread();
        // After a panic its encoders are made anew: in the middle of a picture they are of no use.
        let run = move || {
            codec.reset();
            run(&mut *codec, &slot, &orders, &kept, &sink, &events, &stopped);
        };
        let thread = threads::restarted(name, run);
        Self { stop, thread: Some(thread.expect("the system has room for a thread")) }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic there was told where it happened.
            drop(thread.join());
        }
    }
}

fn run(
    codec: &mut dyn Codec,
    slot: &Slot,
    orders: &Orders,
    kept: &Kept,
    sink: &Sink,
    events: &Events,
    stopped: &AtomicBool,
) {
    threads::ask_for(threads::Priority::Pictures);
    let (mut pace, mut turns) = (Pace::default(), Turns::default());
    // No later than any picture that is new.
    let started = Instant::now() - REPEAT;
    let mut seen = 0;
    let mut picture: Option<Arc<Picture>> = None;
    let mut failed_until: Option<Instant> = None;
    while !stopped.load(Ordering::Relaxed) {
        threads::fault();
        let (captured, ready, is_new) = match slot.wait(seen, REPEAT) {
            Next::New(number, new) => {
                // The first picture may be a slate that has stood there for an hour.
                let captured = if seen == 0 { new.captured.max(started) } else { new.captured };
                let ready = [new.delivered, new.converted].map(|at| at.max(captured));
                seen = number;
                picture = Some(new);
                (captured, ready, true)
            }
            Next::Late => {
                let now = Instant::now();
                (now, [now, now], false)
            }
        };
        let Some(picture) = &picture else { continue };
        let Some(passed) = pace.admit(captured, seen, orders.video().fps) else { continue };
        if failed_until.is_some_and(|until| captured < until) {
            continue;
        }
        // What stands still has few pictures, and each is wanted.
        let due = turns.due(passed, is_new && orders.halves_top());
        let mut made_top = 0;
        let [delivered, converted] = ready;
        let way = Way { delivered, converted, taken: Instant::now() };
        // AV1 is made of a screen, and not where there is too little time for all of the picture.
        let screen = picture.content == Content::Screen && orders.top() == TopLayer::Whole;
        let mut hand_on = |made: VideoFrame| {
            made_top += u64::from(made.rid == Rid::F);
            sink(Frame::Video(VideoFrame { way, screen, ..made }));
        };
        match codec.encode(picture, captured, due > 0, orders, &mut hand_on) {
            Ok(()) => {
                failed_until = None;
                kept.count(due, made_top);
            }
            Err(error) => {
                tracing::error!("{}", error.said());
                if failed_until.is_none() {
                    events(Event::EncoderFailed(said!("encoder.picture", what = error.said())));
                }
                failed_until = Some(captured + AGAIN);
                codec.reset();
            }
        }
    }
}

/// Leaves pictures out of a source that is faster than what was agreed.
#[derive(Debug, Default)]
struct Pace {
    /// When the last one was captured, and its number.
    last: Option<(Instant, u64)>,
}

impl Pace {
    /// Is this one to be encoded? Then so many were to be since the last one, with this: those that were not taken in time are gone, and what
    /// the source did not give, or gave beyond what was agreed, was not to be. Times only ever grow: a picture from before the last one is left
    /// out too.
    fn admit(&mut self, captured: Instant, number: u64, fps: u32) -> Option<u64> {
        let Some((last, seen)) = self.last else {
            self.last = Some((captured, number));
            return Some(1);
        };
        // Three quarters: a camera's pictures come a little early and a little late.
        let shortest = Duration::from_millis(750) / fps;
        let passed = captured.checked_duration_since(last).filter(|passed| !passed.is_zero() && *passed >= shortest)?;
        self.last = Some((captured, number));
        let agreed = (passed.as_secs_f64() * f64::from(fps)).round() as u64;
        Some(agreed.min(number.saturating_sub(seen)).max(1))
    }
}

/// Which pictures the top layer has, where it has every second one.
#[derive(Debug, Default)]
struct Turns {
    /// Pictures that passed since its last turn.
    left: u64,
}

impl Turns {
    /// So many pictures passed since the last time, with this one: how many of them the top layer was to have. It has this one where it was to
    /// have any: one that was not taken in time gives its turn to the next.
    fn due(&mut self, passed: u64, halved: bool) -> u64 {
        if !halved {
            self.left = 0;
            return passed;
        }
        let all = self.left + passed;
        self.left = all % 2;
        all / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{VideoConfig, encode::EncodeError, pipeline::codecs::least};
    use std::sync::mpsc::{Receiver, Sender, channel};

    #[test]
    fn a_source_that_is_too_fast_is_thinned_out_and_a_jittery_one_is_not() {
        let start = Instant::now();
        let admitted = |times: &mut dyn Iterator<Item = u64>| {
            let mut pace = Pace::default();
            times.zip(1..).filter(|(us, n)| pace.admit(start + Duration::from_micros(*us), *n, 30).is_some()).count()
        };
        assert_eq!(admitted(&mut (0..60).map(|at| at * 16_667)), 30, "60 a second where 30 are wanted");
        assert_eq!(admitted(&mut (0..30).map(|at| at * 33_333 + at % 3 * 3_000)), 30, "30 a second, up to 6 ms late");
    }

    #[test]
    fn time_does_not_go_back() {
        let start = Instant::now();
        let mut pace = Pace::default();
        assert_eq!(pace.admit(start + Duration::from_secs(1), 1, 30), Some(1));
        assert_eq!([0, 1].map(|second| pace.admit(start + Duration::from_secs(second), 2, 30)), [None; 2]);
    }

    /// Of a source with so many pictures a second, of which one in so many is taken: how many pass in ten seconds where 30 are wanted.
    fn passed(a_second: u64, taken: u64) -> u64 {
        let (start, mut pace) = (Instant::now(), Pace::default());
        let numbers = (1..=10 * a_second).filter(|number| number.is_multiple_of(taken));
        numbers.filter_map(|n| pace.admit(start + Duration::from_secs(n) / a_second as u32, n, 30)).sum()
    }

    #[test]
    fn pictures_that_were_not_taken_in_time_passed_too_and_those_that_nobody_wanted_did_not() {
        for (a_second, taken, expected) in [
            (30, 1, 300),
            (30, 2, 300),
            (30, 3, 300),
            (15, 1, 150),
            (15, 3, 150),
            (60, 1, 300),
            (60, 4, 300),
            (45, 1, 225),
        ] {
            let passed = passed(a_second, taken);
            assert!(passed.abs_diff(expected) <= 2, "{passed} of {a_second} a second, one in {taken}");
        }
    }

    /// Far above what a thread needs to begin.
    const SOON: Duration = Duration::from_secs(10);

    /// Tells whether a picture is the top layer's too, and is not done with it before the test lets it go on.
    struct Held(Sender<bool>, Receiver<()>);

    impl Codec for Held {
        fn thread(&self) -> &'static str {
            "media-h264"
        }

        fn encode(
            &mut self,
            picture: &Picture,
            captured: Instant,
            top: bool,
            _: &Orders,
            hand_on: &mut dyn FnMut(VideoFrame),
        ) -> Result<(), EncodeError> {
            // An error: the test is over.
            let _ = self.0.send(top);
            let _ = self.1.recv_timeout(SOON);
            let layers = if top { &[Rid::F, Rid::H][..] } else { &[Rid::H] };
            layers.iter().for_each(|rid| hand_on(layer(picture, *rid, captured)));
            Ok(())
        }

        fn reset(&mut self) {}
    }

    fn layer(picture: &Picture, rid: Rid, captured: Instant) -> VideoFrame {
        VideoFrame {
            codec: stream::VideoCodec::H264,
            rid,
            temporal: 0,
            profile: stream::Profile::Baseline,
            keyframe: false,
            captured,
            width: picture.width,
            height: picture.height,
            layer_sync: true,
            screen: false,
            way: Way::at(captured),
            data: Default::default(),
        }
    }

    #[test]
    fn what_an_encoder_is_too_late_for_is_counted_and_so_is_what_the_top_layer_has() {
        let (slot, kept) = (Arc::<Slot>::default(), Arc::<Kept>::default());
        let orders = Arc::new(Orders::new(VideoConfig::default(), least));
        let ((tell, told), (let_go, go_on)) = (channel(), channel());
        let sink: Sink = Arc::new(|_: Frame| ());
        let events: Events = Arc::new(|_: Event| ());
        let codec = Box::new(Held(tell, go_on));
        let worker = Worker::start(codec, slot.clone(), orders.clone(), kept.clone(), sink, events);
        // In a time to come: no picture is encoded once more between two of them, however slow the machine is.
        let start = Instant::now() + Duration::from_secs(3600);
        let mut number = 0;
        let mut give = |count: u32| {
            for _ in 0..count {
                number += 1;
                slot.put(Arc::new(Picture::black(2, 2, start + Duration::from_secs(1) * number / 30)));
            }
        };
        let taken = || told.recv_timeout(SOON).expect("the encoder takes one");
        give(1);
        assert!(taken(), "the first");
        let mut next = |count| {
            give(count);
            let_go.send(()).expect("it is held");
            taken()
        };
        assert!(next(3));
        assert_eq!(kept.read(), TopPictures { due: 1, made: 1 });
        assert!(next(1));
        assert_eq!(kept.read(), TopPictures { due: 4, made: 2 }, "of three it had the last");
        orders.set_top(TopLayer::HalfRate);
        assert_eq!([1, 1, 2, 1, 1, 1].map(&mut next), [false, true, true, false, true, false]);
        assert_eq!(kept.read(), TopPictures { due: 8, made: 6 }, "all that were due, where half of them are");
        drop(let_go);
        drop(worker);
    }

    #[test]
    fn every_second_picture_is_the_top_layers_and_one_that_was_missed_gives_its_turn_to_the_next() {
        let mut turns = Turns::default();
        assert_eq!([1, 1, 3].map(|passed| turns.due(passed, false)), [1, 1, 3], "all of them");
        assert_eq!([1, 1, 1, 1, 2, 3, 1, 1].map(|passed| turns.due(passed, true)), [0, 1, 0, 1, 1, 1, 1, 0]);
        assert_eq!(turns.due(1, false), 1);
        assert_eq!(turns.due(1, true), 0, "it begins anew");
    }
}
