//! The thread `media-encoders`: starts and stops the encoding threads, so that whoever goes live, ends or changes codecs waits
//! for none of them.

use super::{
    Events, Sink, codecs, lock,
    orders::Orders,
    slot::Slot,
    sound_output::SoundOutput,
    video::{Kept, Worker},
    wanted::Wanted,
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use stream::{CODECS, VideoCodec};

/// What is to be encoded: a broadcast, or nothing.
pub(super) type Wish = Option<Broadcast>;

/// One broadcast, told from others by its number.
#[derive(Clone)]
pub(super) struct Broadcast {
    pub(super) number: u64,
    pub(super) sink: Sink,
}

pub(super) struct Encoders {
    pub(super) wanted: Arc<Wanted<Wish>>,
    pub(super) slot: Arc<Slot>,
    pub(super) orders: Arc<Orders>,
    pub(super) kept: Arc<Kept>,
    pub(super) sound: Arc<Mutex<Option<SoundOutput>>>,
    pub(super) events: Events,
}

/// The encoders of a broadcast.
struct Live {
    broadcast: Broadcast,
    /// Of each codec, by its number; none where nothing of it is encoded.
    workers: [Option<Worker>; CODECS.len()],
}

impl Encoders {
    pub(super) fn run(&self) {
        let mut live: Option<Live> = None;
        while let Some((number, wish)) = self.wanted.current() {
            threads::fault();
            if live.as_ref().map(|live| live.broadcast.number) != wish.as_ref().map(|wish| wish.number) {
                // Those of the broadcast before are done, and its sink is dropped, before the next ones start.
                self.stop(&mut live);
                live = wish.map(|broadcast| self.start(broadcast));
            }
            if let Some(live) = &mut live {
                self.suit(live);
            }
            self.wanted.wait(number, Duration::MAX);
        }
        self.stop(&mut live);
    }

    fn start(&self, broadcast: Broadcast) -> Live {
        let mut live = Live { workers: CODECS.map(|_| None), broadcast };
        self.suit(&mut live);
        *lock(&self.sound) = Some(SoundOutput::new(live.broadcast.sink.clone()));
        live
    }

    /// Waits for the encoders' last pictures.
    fn stop(&self, live: &mut Option<Live>) {
        *lock(&self.sound) = None;
        *live = None;
    }

    /// Starts and stops codecs as they are wanted.
    fn suit(&self, live: &mut Live) {
        for (worker, spec) in live.workers.iter_mut().zip(CODECS) {
            if self.orders.layers(spec.codec).is_empty() {
                *worker = None;
            } else if worker.is_none() {
                *worker = self.worker(spec.codec, &live.broadcast.sink);
            }
        }
    }

    /// A codec's thread, where the program can encode it.
    fn worker(&self, codec: VideoCodec, sink: &Sink) -> Option<Worker> {
        let encoder = codecs::codec(codec)?;
        // Others are encoded for some only, and come and go.
        let kept = if codec == codecs::CODECS[0] { self.kept.clone() } else { Arc::default() };
        Some(Worker::start(encoder, self.slot.clone(), self.orders.clone(), kept, sink.clone(), self.events.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CameraChoice, MicrophoneChoice, Pipeline, VideoConfig};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use stream::{Frame, Rid};

    /// Far above what a thread needs to begin.
    const SOON: Duration = Duration::from_secs(10);

    /// Takes pictures one at a time, when the test lets it, and tells when it is dropped.
    struct Hanging {
        pictures: Sender<&'static str>,
        go_on: Mutex<Receiver<()>>,
        name: &'static str,
    }

    impl Hanging {
        fn take(&self, frame: &Frame) {
            if matches!(frame, Frame::Video(_)) {
                self.pictures.send(self.name).expect("the test listens");
                // An error: the test is over.
                let _ = lock(&self.go_on).recv();
            }
        }
    }

    impl Drop for Hanging {
        fn drop(&mut self) {
            self.pictures.send("dropped").expect("the test listens");
        }
    }

    #[test]
    fn nobody_waits_for_an_encoder_that_hangs_and_the_next_broadcast_does() {
        let video = VideoConfig::new(320, 180, 30, 250).expect("a small size");
        let pipeline = Pipeline::open(CameraChoice::Pattern, MicrophoneChoice::Off, video, "test".into(), |_| ());
        let (pictures, seen) = channel();
        let (let_go, go_on) = channel();
        let first = Hanging { pictures: pictures.clone(), go_on: Mutex::new(go_on), name: "first" };
        pipeline.go_live(move |frame| first.take(&frame));
        assert_eq!(seen.recv_timeout(SOON), Ok("first"));
        // Its thread is in the sink, and stays there. All of this returns.
        pipeline.set_layers(VideoCodec::Vp8, &[Rid::F]);
        pipeline.set_layers(VideoCodec::Vp8, &[]);
        pipeline.end();
        let (second_let_go, go_on) = channel();
        let second = Hanging { pictures, go_on: Mutex::new(go_on), name: "second" };
        pipeline.go_live(move |frame| second.take(&frame));
        assert!(seen.try_iter().all(|event| event == "first"), "the first broadcast's encoders are not done");
        drop(let_go);
        let events: Vec<_> = seen.iter().skip_while(|event| *event == "first").take(2).collect();
        assert_eq!(events, ["dropped", "second"], "its sink is dropped before the next broadcast's first picture");
        drop(second_let_go);
        pipeline.end();
        assert!(seen.iter().any(|event| event == "dropped"), "and so is the second's");
    }
}
