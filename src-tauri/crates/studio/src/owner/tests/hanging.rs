//! The control plane never blocks on the data plane: a real forwarder and a real pipeline, of which an output hangs, and with it
//! the encoder that calls it.

use super::asks::Asks;
use super::world::{browser, parts};
use crate::encoding::Encoders;
use crate::happened::Happened;
use crate::outputs::{Output, Outputs, Taken, ToViewers};
use crate::owner::Owner;
use crate::reachability::Surroundings;
use crate::recorders::Recorders;
use crate::settings::Written;
use audience::Now;
use forward::Forwarder;
use media::{CameraChoice, MicrophoneChoice, Pipeline, VideoConfig};
use port::Port;
use protocol::{Command, Event, LeaveReason, ViewerId};
use sdp::Offer;
use server::Request;
use std::net::UdpSocket;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};
use stream::{AudioFrame, Rid, VideoCodec, VideoFrame};
use tokio::sync::oneshot;

/// What a browser sends.
const OFFER: &str = include_str!("../../../../forward/tests/offers/chromium-156.sdp");

/// Far above what any of this needs. The output goes on by itself then, so that a failure is told in words.
const SOON: Duration = Duration::from_secs(20);

/// An output that takes a first picture, and hangs with the second. When it began and when it went on is written down by the
/// encoder's thread itself.
struct Stuck {
    pictures: AtomicU32,
    stamps: mpsc::Sender<(&'static str, Instant)>,
    go_on: Mutex<mpsc::Receiver<()>>,
}

impl Output for Stuck {
    fn video(&self, _: &VideoFrame) -> Taken {
        if self.pictures.fetch_add(1, Ordering::Relaxed) == 1 {
            let _ = self.stamps.send(("hangs", Instant::now()));
            let _ = self.go_on.lock().expect("nobody panics holding it").recv_timeout(SOON);
            let _ = self.stamps.send(("goes on", Instant::now()));
        }
        Taken::Yes
    }

    fn audio(&self, _: &AudioFrame) {}

    fn ended(&self) {}
}

fn now() -> Now {
    Now { instant: Instant::now(), unix_ms: 0 }
}

#[test]
fn a_kick_waits_for_no_output_and_no_encoder() {
    let port = Port::new(UdpSocket::bind("127.0.0.1:0").expect("a free port")).expect("a socket");
    let (forwarder, viewers) =
        Forwarder::start(forward::Config::default(), &port, |_| ()).expect("the forwarder starts");
    port.start((viewers,)).expect("the port starts");
    let video = VideoConfig::new(320, 180, 30, 250).expect("a small size");
    let pipeline = Pipeline::open(CameraChoice::Pattern, MicrophoneChoice::Tone, video, "test".into(), |_| ());
    let (stamps, stamped) = mpsc::channel();
    let (let_go, go_on) = mpsc::channel();
    let (tell, mut happened) = tokio::sync::mpsc::unbounded_channel();
    let outputs = Arc::new(Outputs::new(|_, _| ()));
    outputs.add(Arc::new(ToViewers::new(forwarder.clone(), Arc::default())));
    outputs.add(Arc::new(Stuck { pictures: AtomicU32::new(0), stamps, go_on: Mutex::new(go_on) }));
    let journal = record::Journal::of(std::path::Path::new("/nowhere"));
    let recorders = Recorders::new(outputs.clone(), stream::Clock::start(), journal, tell.clone());
    let encoders = Encoders::new(Arc::new(pipeline), outputs, recorders, tell);
    let (parts, mut events) = parts(Written::default(), forwarder.clone(), encoders, Asks::default(), now());
    let mut owner = Owner::new(parts, Surroundings::default(), Vec::new(), now());
    owner.events.somebody_listens();

    owner.command(Command::GoLive, now()).expect("nothing runs");
    let first = happened.blocking_recv().expect("the pipeline lives");
    owner.happened(first, now());
    let (reply, mut answer) = oneshot::channel();
    let (token, visitor) = (super::world::LINK.to_owned(), browser(1));
    let offer = Offer::parse(OFFER).expect("a browser's");
    let join = Request::Join { token, visitor, offer, counter_offers: false, codec_changes: false, reply };
    owner.requested(join, now());
    answer.try_recv().expect("answered at once").expect("a browser's offer");
    let viewer = ViewerId(1);
    owner.happened(Happened::Forward(forward::Event::Connected(viewer)), now());
    assert_eq!(forwarder.totals().viewers, 1);

    let (hangs, began) = stamped.recv_timeout(SOON).expect("the second picture comes");
    assert_eq!(hangs, "hangs");
    while events.try_recv().is_ok() {}
    // Before the kick, whatever asks something of the encoders.
    for rids in [vec![Rid::F], vec![]] {
        owner.happened(Happened::Forward(forward::Event::LayersWanted { codec: VideoCodec::Vp8, rids }), now());
    }
    owner.happened(Happened::Forward(forward::Event::KeyframeWanted { codec: VideoCodec::H264, rid: Rid::F }), now());
    owner.command(Command::SetMicrophone { microphone: "off".into() }, now()).expect("there may be none");
    owner.command(Command::Kick { viewer, reason: None }, now()).expect("it watches");
    let kicked = Instant::now();
    let told: Vec<Event> = std::iter::from_fn(|| events.try_recv().ok()).collect();
    assert!(told.contains(&Event::ViewerLeft { viewer, reason: LeaveReason::Kicked }), "{told:?}");
    assert_eq!(forwarder.totals().viewers, 0, "its transport is closed");
    // And an end, and another broadcast, which begins when the first one's encoders are done.
    owner.command(Command::End, now()).expect("it is live");
    owner.command(Command::GoLive, now()).expect("it ended");
    owner.command(Command::End, now()).expect("it is starting");
    let ended = Instant::now();

    drop(let_go);
    let (goes_on, at) = stamped.recv_timeout(2 * SOON).expect("it is let go");
    assert_eq!(goes_on, "goes on");
    assert!(began <= kicked && kicked <= ended && ended <= at, "the kick is over before the output goes on");
}
