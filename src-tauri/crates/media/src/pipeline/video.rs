//! An encoding thread, one a codec: takes the newest picture, encodes it, hands it on.

use super::{
    Events, Sink,
    codecs::Codec,
    orders::Orders,
    slot::{Next, Slot},
};
use crate::{Event, frame::Picture};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use stream::{Frame, VideoFrame, Way};

/// An encoding thread. Dropping it stops it and waits until its sink is not called any more.
pub(super) struct Worker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
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
        sink: Sink,
        events: Events,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let name = codec.thread();
        // After a panic its encoders are made anew: in the middle of a picture they are of no use.
        let run = move || {
            codec.reset();
            run(&mut *codec, &slot, &orders, &sink, &events, &stopped);
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

fn run(codec: &mut dyn Codec, slot: &Slot, orders: &Orders, sink: &Sink, events: &Events, stopped: &AtomicBool) {
    threads::ask_for(threads::Priority::Pictures);
    let mut pace = Pace::default();
    // No later than any picture that is new.
    let started = Instant::now() - REPEAT;
    let mut seen = 0;
    let mut picture: Option<Arc<Picture>> = None;
    let mut failed_until: Option<Instant> = None;
    while !stopped.load(Ordering::Relaxed) {
        threads::fault();
        let (captured, ready) = match slot.wait(seen, REPEAT) {
            Next::New(number, new) => {
                // The first picture may be a slate that has stood there for an hour.
                let captured = if seen == 0 { new.captured.max(started) } else { new.captured };
                let ready = [new.delivered, new.converted].map(|at| at.max(captured));
                seen = number;
                picture = Some(new);
                (captured, ready)
            }
            Next::Late => {
                let now = Instant::now();
                (now, [now, now])
            }
        };
        let Some(picture) = &picture else { continue };
        if failed_until.is_some_and(|until| captured < until) || !pace.admit(captured, orders.video().fps) {
            continue;
        }
        let [delivered, converted] = ready;
        let way = Way { delivered, converted, taken: Instant::now() };
        let mut hand_on = |made: VideoFrame| sink(Frame::Video(VideoFrame { way, ..made }));
        match codec.encode(picture, captured, orders, &mut hand_on) {
            Ok(()) => failed_until = None,
            Err(error) => {
                tracing::error!("{error}");
                if failed_until.is_none() {
                    let remedy = "It is started again by itself; if this stays, choose another size.";
                    events(Event::EncoderFailed(format!("{error}. {remedy}")));
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
    last: Option<Instant>,
}

impl Pace {
    /// Is this one to be encoded? Times only ever grow: a picture from before the last one is left out too.
    fn admit(&mut self, captured: Instant, fps: u32) -> bool {
        // Three quarters: a camera's pictures come a little early and a little late.
        let shortest = Duration::from_millis(750) / fps;
        let admitted = self.last.is_none_or(|last| captured > last && captured - last >= shortest);
        if admitted {
            self.last = Some(captured);
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_is_too_fast_is_thinned_out_and_a_jittery_one_is_not() {
        let start = Instant::now();
        let admitted = |times: &mut dyn Iterator<Item = u64>| {
            let mut pace = Pace::default();
            times.filter(|us| pace.admit(start + Duration::from_micros(*us), 30)).count()
        };
        assert_eq!(admitted(&mut (0..60).map(|at| at * 16_667)), 30, "60 a second where 30 are wanted");
        assert_eq!(admitted(&mut (0..30).map(|at| at * 33_333 + at % 3 * 3_000)), 30, "30 a second, up to 6 ms late");
    }

    #[test]
    fn time_does_not_go_back() {
        let start = Instant::now();
        let mut pace = Pace::default();
        assert!(pace.admit(start + Duration::from_secs(1), 30));
        assert!(!pace.admit(start, 30) && !pace.admit(start + Duration::from_secs(1), 30));
    }
}
