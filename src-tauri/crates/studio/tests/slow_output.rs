//! A second output that stops reading, beside viewers over real sockets.
#![cfg(all(feature = "h264", unix))]

use crowd::{Crowd, ViewerReport};
use protocol::{Command, Event};
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use stream::{AudioFrame, Frame, Rid, VideoCodec, VideoFrame};
use studio::{Delivery, Dropped, Given, Options, Output, SlowOutput, Studio, Taken};

/// Nothing here takes longer; a test that waits for what never comes fails with a sentence.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the output stands still, and how long is looked at before.
const WINDOW: Duration = Duration::from_secs(5);
const VIEWERS: u32 = 4;

/// Closed, it holds up whoever passes.
#[derive(Default)]
struct Gate {
    closed: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn set(&self, closed: bool) {
        *self.closed.lock().expect("nobody panics holding it") = closed;
        self.opened.notify_all();
    }

    fn pass(&self) {
        let closed = self.closed.lock().expect("nobody panics holding it");
        drop(self.opened.wait_while(closed, |closed| *closed));
    }
}

/// Notes every picture of H.264 that there is, by layer.
#[derive(Default)]
struct Ledger {
    captured: Mutex<[Vec<Instant>; 3]>,
}

impl Ledger {
    fn pictures(&self) -> usize {
        self.captured.lock().expect("nobody panics holding it")[Rid::F.index()].len()
    }

    /// A picture's place among those of its layer.
    fn places(&self) -> HashMap<(Rid, Instant), usize> {
        let captured = self.captured.lock().expect("nobody panics holding it");
        let of = |rid: Rid| captured[rid.index()].iter().enumerate().map(move |(place, at)| ((rid, *at), place));
        Rid::ALL.into_iter().flat_map(of).collect()
    }
}

impl Output for Ledger {
    fn video(&self, frame: &VideoFrame) -> Taken {
        if frame.codec == VideoCodec::H264 {
            self.captured.lock().expect("nobody panics holding it")[frame.rid.index()].push(frame.captured);
        }
        Taken::Yes
    }

    fn audio(&self, _: &AudioFrame) {}

    fn ended(&self) {}
}

/// Takes until each layer and the sound gave something that was captured after `since`; all that came.
fn until_all_after(frames: &Receiver<Frame>, since: Instant) -> Vec<Frame> {
    let end = Instant::now() + PATIENCE;
    let (mut came, mut missing) = (Vec::new(), vec![Some(Rid::Q), Some(Rid::H), Some(Rid::F), None]);
    while !missing.is_empty() {
        let left = end.saturating_duration_since(Instant::now());
        let frame = frames.recv_timeout(left).unwrap_or_else(|_| panic!("{missing:?} did not go on in {PATIENCE:?}"));
        let (what, captured) = match &frame {
            Frame::Video(frame) => (Some(frame.rid), frame.captured),
            Frame::Audio(frame) => (None, frame.captured),
        };
        missing.retain(|wanted| captured <= since || *wanted != what);
        came.push(frame);
    }
    came
}

/// Watches for a while: how many pictures were made, and what each viewer saw of them.
async fn watch(crowd: &Crowd, ledger: &Ledger) -> (f64, Vec<ViewerReport>) {
    let (before, began) = (ledger.pictures(), Instant::now());
    crowd.begin_window();
    tokio::time::sleep(WINDOW).await;
    let report = crowd.report();
    let rate = (ledger.pictures() - before) as f64 / began.elapsed().as_secs_f64();
    (rate, report.viewers)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_that_stops_reading_changes_nothing_for_viewers_and_goes_on_at_a_keyframe() {
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let settings = [("listen", "127.0.0.1:0"), ("camera", "pattern"), ("microphone", "tone"), ("size", "640x360")];
    let studio = Studio::open(Options {
        data_dir: Some(folder.path().to_owned()),
        // Pictures are counted, whatever the machine does besides.
        no_relief: true,
        settings: Given::these(&settings).expect("each can be"),
        ..Options::default()
    })
    .await
    .expect("it opens on loopback");
    let mut events = studio.events();
    studio.command(Command::GoLive).await.expect("it goes live");
    let endpoint = loop {
        let event = tokio::time::timeout(PATIENCE, events.recv()).await.expect("it is live in time");
        if let Event::Live { whep, .. } = event.expect("few events") {
            break whep;
        }
    };

    let (ledger, gate) = (Arc::new(Ledger::default()), Arc::new(Gate::default()));
    studio.outputs().add(ledger.clone());
    let (taken, frames) = channel();
    let slow = {
        let gate = gate.clone();
        let layers = Rid::ALL.map(|rid| (VideoCodec::H264, rid));
        let taker = move |delivery: &Delivery| {
            gate.pass();
            if let Delivery::Frame(frame) = delivery {
                // The test may have failed already.
                let _ = taken.send(frame.clone());
            }
        };
        Arc::new(SlowOutput::start("slow", &layers, taker).expect("the system has room for a thread"))
    };
    let id = studio.outputs().add(slow.clone());
    let mut all = until_all_after(&frames, Instant::now());

    let options = crowd::Options { endpoint, viewers: VIEWERS, sound: true, ..crowd::Options::default() };
    let crowd = Crowd::join(&options).await.expect("the crowd comes together");
    let end = Instant::now() + PATIENCE;
    while crowd.report().viewers.iter().any(|viewer| viewer.first_keyframe_ms.is_none()) {
        assert!(Instant::now() < end, "everybody sees a picture: {}", crowd.report().summary());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let (made, before) = watch(&crowd, &ledger).await;
    assert_eq!(slow.dropped(), Dropped::default(), "it keeps up");
    gate.set(true);
    let (made_meanwhile, meanwhile) = watch(&crowd, &ledger).await;
    let dropped = slow.dropped();
    assert!(dropped.pictures > 0 && dropped.sounds > 0, "it was left behind: {dropped:?}");
    for (n, (before, meanwhile)) in before.iter().zip(&meanwhile).enumerate() {
        println!(
            "viewer {n}: {:.1} of {made:.1} pictures a second, p95 {:.1} ms late; meanwhile {:.1} of {made_meanwhile:.1}, {:.1} ms",
            before.pictures_per_second, before.late_p95_ms, meanwhile.pictures_per_second, meanwhile.late_p95_ms,
        );
        assert_eq!((meanwhile.lost, &meanwhile.error), (0, &None));
        assert!(meanwhile.sound_packets > 0 && meanwhile.sound_lost == 0);
        // Shares of what was made at the time, so that it does not matter how fast the machine is.
        let (share, share_before) = (meanwhile.pictures_per_second / made_meanwhile, before.pictures_per_second / made);
        assert!(share > share_before - 0.1, "it saw {share_before:.2} of the pictures, and {share:.2} meanwhile");
        // Whoever waited for the output waited for seconds.
        let waited = meanwhile.late_p95_ms - before.late_p95_ms;
        assert!(waited < WINDOW.as_secs_f64() * 1000.0 / 5.0, "pictures came {waited:.0} ms later");
    }

    // It reads again.
    let opened = Instant::now();
    gate.set(false);
    all.extend(until_all_after(&frames, opened));
    let places = ledger.places();
    let (mut last, mut gaps) = (HashMap::new(), HashMap::new());
    for frame in &all {
        let Frame::Video(frame) = frame else { continue };
        // The ledger is asked first, so it has noted all that came.
        let place = places[&(frame.rid, frame.captured)];
        match last.insert(frame.rid, place) {
            None => assert!(frame.keyframe, "{:?} begins with a keyframe", frame.rid),
            Some(before) if place == before + 1 => {}
            Some(before) => {
                assert!(place > before, "{:?} never goes back", frame.rid);
                assert!(frame.keyframe, "{:?} goes on at a keyframe after {} pictures", frame.rid, place - before - 1);
                *gaps.entry(frame.rid).or_insert(0) += 1;
            }
        }
    }
    assert!(Rid::ALL.iter().all(|rid| gaps.get(rid) == Some(&1)), "one gap in each layer: {gaps:?}");

    // Outputs go while live: the thread ends with what it was still to take, and the viewers watch on.
    studio.outputs().remove(id);
    drop(slow);
    let end = Instant::now() + PATIENCE;
    let next = || frames.recv_timeout(end.saturating_duration_since(Instant::now()));
    let ended = loop {
        if let Err(ended) = next() {
            break ended;
        }
    };
    assert_eq!(ended, RecvTimeoutError::Disconnected, "its thread ends");
    let report = crowd.leave().await.expect("no viewer panicked");
    assert!(report.viewers.iter().all(|viewer| viewer.error.is_none()), "{}", report.summary());

    // One that is there at the end hears of it, behind the last frame.
    let (taken, deliveries) = channel();
    let taker = move |delivery: &Delivery| drop(taken.send(delivery.clone()));
    let slow = SlowOutput::start("slow", &[(VideoCodec::H264, Rid::F)], taker).expect("as above");
    let id = studio.outputs().add(Arc::new(slow));
    let next = || deliveries.recv_timeout(PATIENCE).expect("it is given something in time");
    assert!(matches!(next(), Delivery::Frame(_)));
    studio.command(Command::End).await.expect("it is live");
    while matches!(next(), Delivery::Frame(_)) {}
    studio.outputs().remove(id);
    assert!(deliveries.recv().is_err(), "nothing comes behind the end");
    studio.command(Command::Quit).await.expect("it quits");
    studio.closed().await.expect("nothing failed");
}
