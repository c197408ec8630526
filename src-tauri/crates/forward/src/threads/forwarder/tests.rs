//! The whole crate over real sockets on loopback: the stage and the viewer that these tests share.

mod delivery;
mod floods;
mod second_owner;
mod sessions;

use super::*;
use crate::client::{CHROMIUM, Client, FIREFOX};
use crate::event::Gone;
use bytes::Bytes;
use port::Owners;
use std::net::UdpSocket;
use std::sync::mpsc;
use stream::VideoCodec;

const VIEWER: ViewerId = ViewerId(1);

/// An offer of a test, which can be read.
fn offer(text: &str) -> Offer {
    Offer::parse(text).expect("a browser's offer")
}

/// A fragment of a test, which can be read.
fn fragment(text: &str) -> Fragment {
    Fragment::parse(text).expect("a fragment")
}

struct Stage {
    forwarder: Forwarder,
    events: mpsc::Receiver<Event>,
    address: SocketAddr,
    start: Instant,
    pictures: u32,
    sounds: u32,
}

impl Stage {
    fn new(bind: &str, config: Config) -> Stage {
        Stage::with(bind, config, |viewers, _| (viewers,))
    }

    /// With whom else the port has.
    fn with<O: Owners>(bind: &str, config: Config, owners: impl FnOnce(Viewers, &Port) -> O) -> Stage {
        let socket = UdpSocket::bind(bind).expect("a free port");
        let number = socket.local_addr().expect("bound").port();
        let port = Port::new(socket).expect("a socket");
        let (tell, events) = mpsc::channel();
        let told = move |event| {
            // The test may be over.
            let _ = tell.send(event);
        };
        let (forwarder, viewers) = Forwarder::start(config, &port, told).expect("the forwarder starts");
        port.start(owners(viewers, &port)).expect("the port starts");
        let address = SocketAddr::from(([127, 0, 0, 1], number));
        forwarder.set_candidates(vec![address]);
        Stage { forwarder, events, address, start: Instant::now(), pictures: 0, sounds: 0 }
    }

    /// A picture of the top layer, a keyframe every 30.
    fn picture(&mut self) {
        let keyframe = self.pictures.is_multiple_of(30);
        let mut data = Vec::new();
        if keyframe {
            data.extend([0, 0, 0, 1, 0x67, 0x42, 0xe0, 0x1f, 0xaa, 0, 0, 0, 1, 0x68, 0xce, 0x38, 0x80]);
        }
        data.extend([0, 0, 0, 1, if keyframe { 0x65 } else { 0x41 }, 0x88]);
        data.extend(std::iter::repeat_n(0x5a, if keyframe { 12_000 } else { 3_000 }));
        self.forwarder.video(&VideoFrame {
            profile: stream::Profile::Baseline,
            codec: VideoCodec::H264,
            rid: Rid::F,
            temporal: 0,
            keyframe,
            captured: self.start + Duration::from_millis(33) * self.pictures,
            way: stream::Way::at(self.start + Duration::from_millis(33) * self.pictures),
            width: 1280,
            height: 720,
            data: Bytes::from(data),
            layer_sync: false,
            screen: false,
        });
        self.pictures += 1;
    }

    /// A picture that refers to the one before, of so many bytes.
    fn picture_of(&mut self, bytes: usize) {
        let mut data = vec![0, 0, 0, 1, 0x41, 0x88];
        data.resize(bytes, 0x5a);
        self.forwarder.video(&VideoFrame {
            profile: stream::Profile::Baseline,
            codec: VideoCodec::H264,
            rid: Rid::F,
            temporal: 0,
            keyframe: false,
            captured: Instant::now(),
            way: stream::Way::at(Instant::now()),
            width: 1280,
            height: 720,
            data: Bytes::from(data),
            layer_sync: false,
            screen: false,
        });
    }

    fn sound(&mut self) {
        self.forwarder.audio(&AudioFrame {
            captured: self.start + Duration::from_millis(20) * self.sounds,
            position: u64::from(self.sounds) * 960,
            samples: 960,
            data: Bytes::from_static(&[0xfc, 1, 2, 3, 4, 5, 6, 7]),
        });
        self.sounds += 1;
    }

    fn event(&self) -> Event {
        self.events.recv_timeout(Duration::from_secs(10)).expect("an event follows")
    }

    fn wait_for(&self, what: &str, holds: impl Fn(&Totals) -> bool) {
        let until = Instant::now() + Duration::from_secs(10);
        while !holds(&self.forwarder.totals()) {
            assert!(Instant::now() < until, "{what}: {:?}", self.forwarder.totals());
            thread::yield_now();
        }
    }
}

/// A client on a socket of its own.
struct Viewer {
    client: Client,
    socket: UdpSocket,
    to: SocketAddr,
}

impl Viewer {
    fn join(stage: &Stage, id: ViewerId, mut client: Client, template: &str) -> Viewer {
        let joined =
            stage.forwarder.join(id, &offer(&client.offer(template)), Rid::F, |_| true).expect("a browser's offer");
        client.accept(&joined.answer);
        let mut viewer = Viewer { client, socket: Viewer::socket("127.0.0.1:0"), to: stage.address };
        viewer.client.check(true);
        viewer.client.begin(Instant::now());
        viewer
    }

    fn socket(bind: &str) -> UdpSocket {
        let socket = UdpSocket::bind(bind).expect("a free port");
        socket.set_read_timeout(Some(Duration::from_millis(5))).expect("a timeout");
        socket
    }

    fn connected(stage: &Stage, id: ViewerId, client: Client) -> Viewer {
        let mut viewer = Viewer::join(stage, id, client, CHROMIUM);
        viewer.until("the join", |viewer| viewer.client.is_connected());
        assert_eq!([stage.event(), stage.event()], [Event::Checked(id), Event::Connected(id)]);
        viewer
    }

    fn until(&mut self, what: &str, done: impl Fn(&Viewer) -> bool) {
        self.until_with(what, done, || {});
    }

    fn until_with(&mut self, what: &str, done: impl Fn(&Viewer) -> bool, mut between: impl FnMut()) {
        let end = Instant::now() + Duration::from_secs(10);
        let mut buffer = [0; 2000];
        while !done(self) {
            assert!(Instant::now() < end, "{what} did not happen");
            for datagram in std::mem::take(&mut self.client.outgoing) {
                self.socket.send_to(&datagram, self.to).expect("loopback takes it");
            }
            if let Ok((len, from)) = self.socket.recv_from(&mut buffer) {
                assert_eq!(from, self.to, "packets come from the address the viewer speaks to");
                self.client.handle(&buffer[..len], Instant::now());
            }
            if self.client.poll_timeout().is_some_and(|at| at <= Instant::now()) {
                self.client.handle_timeout(Instant::now());
            }
            between();
        }
    }

    /// Sends what it wants to send, and takes all that came.
    fn take_all(&mut self) {
        let mut buffer = [0; 2000];
        for datagram in std::mem::take(&mut self.client.outgoing) {
            self.send(&datagram);
        }
        while let Ok(len) = self.socket.recv(&mut buffer) {
            self.client.handle(&buffer[..len], Instant::now());
        }
    }

    fn send(&self, datagram: &[u8]) {
        self.socket.send_to(datagram, self.to).expect("loopback takes it");
    }

    /// Payload types of what came.
    fn count(&self, pt: u8) -> usize {
        self.client.rtp.iter().filter(|packet| packet[1] & 0x7f == pt).count()
    }
}

fn dimpl() -> Client {
    Client::new(rand::random(), 1200, Instant::now())
}
