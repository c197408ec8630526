//! The whole crate over real sockets on loopback.

use super::*;
use crate::client::{CHROMIUM, Client, FIREFOX};
use crate::event::Gone;
use bytes::Bytes;
use protocol::VideoCodec;
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use std::sync::mpsc;

const VIEWER: ViewerId = ViewerId(1);

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
        let socket = UdpSocket::bind(bind).expect("a free port");
        let port = socket.local_addr().expect("bound").port();
        let (tell, events) = mpsc::channel();
        let told = move |event| {
            // The test may be over.
            let _ = tell.send(event);
        };
        let forwarder = Forwarder::start(config, socket, told).expect("the forwarder starts");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
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
        self.forwarder.video(VideoFrame {
            codec: VideoCodec::H264,
            rid: Rid::F,
            temporal: 0,
            keyframe,
            captured: self.start + Duration::from_millis(33) * self.pictures,
            width: 1280,
            height: 720,
            data: Bytes::from(data),
            layer_sync: false,
        });
        self.pictures += 1;
    }

    /// A picture that refers to the one before, of so many bytes.
    fn picture_of(&mut self, bytes: usize) {
        let mut data = vec![0, 0, 0, 1, 0x41, 0x88];
        data.resize(bytes, 0x5a);
        self.forwarder.video(VideoFrame {
            codec: VideoCodec::H264,
            rid: Rid::F,
            temporal: 0,
            keyframe: false,
            captured: Instant::now(),
            width: 1280,
            height: 720,
            data: Bytes::from(data),
            layer_sync: false,
        });
    }

    fn sound(&mut self) {
        self.forwarder.audio(AudioFrame {
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
        let joined = stage.forwarder.join(id, &client.offer(template), Rid::F).expect("a browser's offer");
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
        assert_eq!(stage.event(), Event::Connected(id));
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

#[test]
fn a_viewer_gets_the_first_picture_from_the_history_then_live_picture_and_sound() {
    for client in [dimpl(), Client::offering(&[SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80])] {
        let mut stage = Stage::new("127.0.0.1:0", Config::default());
        stage.picture();
        let mut viewer = Viewer::connected(&stage, VIEWER, client);
        let marker = |v: &Viewer| v.client.rtp.iter().any(|packet| packet[1] == 0x80 | 108);
        viewer.until("the last packet of the first picture", marker);
        let first = viewer.count(108);
        assert!(first >= 11, "a keyframe of 12 kB is at least 11 packets, not {first}");
        for _ in 0..10 {
            stage.picture();
            stage.sound();
        }
        viewer.until("ten more pictures and sounds", |v| v.count(108) >= first + 30 && v.count(111) >= 10);
        let totals = stage.forwarder.totals();
        assert_eq!((totals.joins, totals.connected, totals.viewers, totals.dropped_unsent), (1, 1, 1, 0));
        assert!(totals.sends < totals.packets_sent, "packets go out in runs: {totals:?}");
        let stats = stage.forwarder.stats();
        assert!(matches!(&stats[..], [(VIEWER, stats)] if stats.layer.is_some()), "{stats:?}");
    }
}

#[test]
fn many_viewers_on_several_threads_get_the_same_pictures() {
    let mut stage = Stage::new("127.0.0.1:0", Config { shards: Some(3), ..Config::default() });
    stage.picture();
    let mut viewers: Vec<Viewer> = (0..12).map(|n| Viewer::connected(&stage, ViewerId(n), dimpl())).collect();
    for _ in 0..5 {
        stage.picture();
    }
    for viewer in &mut viewers {
        viewer.until("five more pictures", |v| v.count(108) >= 11 + 15);
    }
    assert_eq!(stage.forwarder.stats().len(), 12);
}

#[test]
fn a_viewer_without_h264_makes_vp8_wanted_until_it_leaves() {
    let stage = Stage::new("127.0.0.1:0", Config::default());
    let mut viewer = Viewer::join(&stage, VIEWER, dimpl(), FIREFOX);
    viewer.until("the join", |viewer| viewer.client.is_connected());
    let mut told: Vec<Event> = vec![stage.event(), stage.event()];
    told.retain(|event| !matches!(event, Event::Connected(_)));
    assert!(matches!(&told[..], [Event::Vp8Wanted { rids }] if !rids.is_empty()), "{told:?}");
    stage.forwarder.close(VIEWER);
    let wanted = std::iter::from_fn(|| Some(stage.event())).find(|event| matches!(event, Event::Vp8Wanted { .. }));
    assert_eq!(wanted, Some(Event::Vp8Wanted { rids: vec![] }));
}

#[test]
fn close_says_bye_and_close_notify_and_no_event_follows() {
    let stage = Stage::new("127.0.0.1:0", Config::default());
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    stage.forwarder.close(VIEWER);
    viewer.until("close_notify", |v| v.client.closed);
    let bye = |packet: &bytes::BytesMut| packet.windows(2).any(|w| w[1] == 203 && w[0] & 0xc0 == 0x80);
    assert!(viewer.client.rtcp.iter().any(bye), "BYE comes first: {:?}", viewer.client.rtcp);
    viewer.client.check(true);
    let check = viewer.client.outgoing.pop().expect("a check");
    viewer.send(&check);
    stage.wait_for("the viewer is unknown", |totals| totals.dropped_stun == 1 && totals.viewers == 0);
    assert!(stage.events.try_iter().next().is_none());
    assert!(stage.forwarder.stats().is_empty());
}

#[test]
fn a_viewer_that_says_close_notify_or_nothing_is_gone() {
    let stage = Stage::new("127.0.0.1:0", Config { consent_timeout: Duration::from_millis(300), ..Config::default() });
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    viewer.client.close();
    let datagrams = std::mem::take(&mut viewer.client.outgoing);
    datagrams.iter().for_each(|datagram| viewer.send(datagram));
    assert_eq!(stage.event(), Event::Gone(VIEWER, Gone::Closed));

    let _silent = Viewer::connected(&stage, ViewerId(2), dimpl());
    assert_eq!(stage.event(), Event::Gone(ViewerId(2), Gone::Timeout));
    let totals = stage.forwarder.totals();
    assert_eq!((totals.viewers, totals.timed_out), (0, 1));
}

#[test]
fn who_never_comes_has_failed() {
    let stage = Stage::new("127.0.0.1:0", Config { join_timeout: Duration::from_millis(50), ..Config::default() });
    stage.forwarder.join(VIEWER, CHROMIUM, Rid::F).expect("a browser's offer");
    assert_eq!(stage.forwarder.join(VIEWER, CHROMIUM, Rid::F), Err(OfferError::Duplicate));
    assert_eq!(stage.event(), Event::Gone(VIEWER, Gone::Failed));
    assert_eq!(stage.forwarder.patch(VIEWER, "a=mid:0\r\n"), Err(FragmentError::NoViewer));
    assert_eq!(stage.forwarder.totals().failed, 1);
}

#[test]
fn another_path_and_an_ice_restart_keep_the_session() {
    let mut stage = Stage::new("127.0.0.1:0", Config::default());
    stage.picture();
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    viewer.socket = Viewer::socket("127.0.0.1:0");
    viewer.client.check(true);
    let before = viewer.client.responses;
    viewer.until("an answer at the new address", |v| v.client.responses > before);
    viewer.client.rtp.clear();
    viewer.until_with("pictures at the new address", |v| v.count(108) >= 3, || stage.picture());
    assert_eq!(stage.forwarder.totals().paths_changed, 1);

    let patched = stage.forwarder.patch(
        VIEWER,
        "a=ice-ufrag:next\r\na=ice-pwd:next-password-of-it\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n",
    );
    let answer = patched.expect("a fragment").expect("a new ufrag is a restart");
    viewer.client.accept(&answer);
    viewer.socket = Viewer::socket("127.0.0.1:0");
    viewer.client.check(true);
    let before = viewer.client.responses;
    viewer.until("an answer in the new session", |v| v.client.responses > before);
    viewer.client.rtp.clear();
    viewer.until_with("pictures in the new session", |v| v.count(108) >= 3, || stage.picture());
    assert_eq!(
        stage.forwarder.patch(VIEWER, "a=ice-ufrag:next\r\na=ice-pwd:next-password-of-it\r\na=candidate:1\r\n"),
        Ok(None),
        "trickle after the restart"
    );
}

#[test]
fn what_is_forged_replayed_or_unknown_is_counted_and_harms_nobody() {
    let mut stage = Stage::new("127.0.0.1:0", Config::default());
    stage.picture();
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    let stranger = Viewer::socket("127.0.0.1:0");
    let report = viewer.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    let mut forged = report.clone();
    forged[10] ^= 1;
    for datagram in [&report, &report, &report] {
        viewer.send(datagram);
    }
    viewer.send(&[vec![0x80, 201, 0, 1, 0, 0, 0, 2], vec![0x80; 24]].concat());
    stranger.send_to(&report, stage.address).expect("loopback takes it");
    stranger.send_to(&[22, 0xfe, 0xfd, 0, 0], stage.address).expect("loopback takes it");
    let mut check = crate::ice::checker::check(&crate::ice::Credentials::random(), true);
    stranger.send_to(&check, stage.address).expect("loopback takes it");
    check[25] ^= 1;
    stranger.send_to(&check, stage.address).expect("loopback takes it");
    stage.wait_for("all is counted", |t| {
        (t.dropped_replayed, t.dropped_unauthenticated, t.dropped_unknown, t.dropped_stun) == (2, 1, 2, 2)
    });
    viewer.client.rtp.clear();
    stage.picture();
    viewer.until("the next picture", |v| v.count(108) >= 3);
}

#[test]
fn the_sequence_numbers_roll_over_and_the_client_opens_every_packet() {
    let mut stage = Stage::new("127.0.0.1:0", Config::default());
    stage.picture();
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    viewer.until("the first picture", |v| v.count(108) >= 11);
    let number = |packet: &bytes::BytesMut| u16::from_be_bytes([packet[2], packet[3]]);
    let mut last = viewer.client.rtp.iter().map(number).max().expect("it came");
    let (mut packets, mut rollovers) = (0, 0);
    while packets < 70_000 {
        viewer.client.rtp.clear();
        stage.picture_of(16 * 1_100);
        // A client that could not open one would panic; one that is missing is waited for in vain.
        viewer.until("the next picture", |v| v.client.rtp.iter().any(|packet| packet[1] == 0x80 | 108));
        for packet in viewer.client.rtp.iter().filter(|packet| packet[1] & 0x7f == 108) {
            assert_eq!(number(packet), last.wrapping_add(1), "nothing is left out");
            rollovers += u32::from(number(packet) == 0);
            last = number(packet);
            packets += 1;
        }
    }
    assert!(rollovers >= 1);
    let totals = stage.forwarder.totals();
    assert_eq!((totals.dropped_late, totals.dropped_unsent), (0, 0));
}

#[test]
fn what_viewers_send_makes_no_events_but_one_request_for_a_keyframe_a_second() {
    let mut stage = Stage::new("127.0.0.1:0", Config::default());
    // Not a keyframe, so there is nothing to start from.
    stage.pictures = 1;
    let mut client = dimpl();
    let joined = stage.forwarder.join(VIEWER, &client.offer(CHROMIUM), Rid::F).expect("a browser's offer");
    let pair = joined.answer.lines().find_map(|line| line.strip_prefix("a=ssrc-group:FID ")).expect("a source");
    let ssrc: u32 = pair.split(' ').next().and_then(|ssrc| ssrc.parse().ok()).expect("a number");
    client.accept(&joined.answer);
    client.check(true);
    client.begin(Instant::now());
    let mut viewer = Viewer { client, socket: Viewer::socket("127.0.0.1:0"), to: stage.address };
    viewer.until("the join", |viewer| viewer.client.is_connected());
    assert_eq!(stage.event(), Event::Connected(VIEWER));
    stage.picture();
    assert!(matches!(stage.event(), Event::KeyframeWanted { .. }), "there is none to begin with");
    let start = Instant::now();
    let before = stage.forwarder.totals().datagrams_received;
    let ssrc = ssrc.to_be_bytes();
    let pli = [&[0x81, 206, 0, 2, 0, 0, 0, 1][..], &ssrc].concat();
    let fir = [&[0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0][..], &ssrc, &[1, 0, 0, 0]].concat();
    for _ in 0..400 {
        let sealed = viewer.client.sealed(&[&[0x80, 201, 0, 1, 0, 0, 0, 1][..], &pli, &fir].concat());
        viewer.send(&sealed);
        stage.picture_of(100);
    }
    stage.wait_for("all came", |totals| totals.datagrams_received >= before + 400);
    stage.forwarder.stats();
    let told = stage.events.try_iter().count() as u64;
    assert!(told <= start.elapsed().as_secs() + 1, "{told} events for 400 requests");
}

#[test]
fn floods_of_requests_change_no_other_viewers_picture() {
    let mut stage = Stage::new("127.0.0.1:0", Config::default());
    stage.picture();
    let mut flooder = Viewer::connected(&stage, VIEWER, dimpl());
    let mut watcher = Viewer::connected(&stage, ViewerId(2), dimpl());
    let first = |v: &Viewer| v.client.rtp.iter().any(|packet| packet[1] == 0x80 | 108);
    flooder.until("the first picture", first);
    watcher.until("the first picture", first);
    let packet = flooder.client.rtp.iter().find(|packet| packet[1] & 0x7f == 108).expect("it came");
    let (ssrc, mut number) = (packet[8..12].to_vec(), u16::from_be_bytes([packet[2], packet[3]]));
    let mut last = watcher.client.rtp.iter().map(|packet| u16::from_be_bytes([packet[2], packet[3]])).max();
    for _ in 0..60 {
        stage.picture();
        number = number.wrapping_add(3);
        // 204 numbers, the picture anew, and once more.
        let lost: Vec<u8> =
            (0..12u16).flat_map(|n| [number.wrapping_sub(17 * n).to_be_bytes(), [0xff; 2]].concat()).collect();
        let nack = [&[0x81, 205, 0, 14, 0, 0, 0, 1][..], &ssrc, &lost].concat();
        let pli = [&[0x81, 206, 0, 2, 0, 0, 0, 1][..], &ssrc].concat();
        let fir = [&[0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0][..], &ssrc, &[number as u8, 0, 0, 0]].concat();
        for _ in 0..100 {
            let sealed = flooder.client.sealed(&[&[0x80, 201, 0, 1, 0, 0, 0, 1][..], &nack, &pli, &fir].concat());
            flooder.send(&sealed);
        }
        watcher.client.rtp.clear();
        watcher.until("the next picture", first);
        for packet in &watcher.client.rtp {
            assert_eq!(packet[1] & 0x7f, 108, "a picture, and no repair that nobody asked for");
            let number = u16::from_be_bytes([packet[2], packet[3]]);
            assert_eq!(
                last.map(|last| last.wrapping_add(1)),
                Some(number),
                "nothing is left out and nothing begun anew"
            );
            last = Some(number);
        }
    }
    stage.forwarder.close(VIEWER);
    // They are added up once a second, and when a viewer goes.
    stage.wait_for("repairs of what was asked for", |totals| totals.retransmitted > 20);
    let totals = stage.forwarder.totals();
    assert!(totals.dropped_flood > 0, "{totals:?}");
    assert_eq!(totals.dropped_unsent, 0);
    // What a start may be repaired with, and 15 % of what was sent.
    let budget = 80.0 + 0.15 * totals.packets_sent as f32;
    assert!(totals.retransmitted as f32 <= budget, "{totals:?}");
    assert!(stage.events.try_iter().next().is_none(), "the encoder is not asked: the history has a keyframe");
}

#[test]
fn a_dual_stack_socket_serves_ipv4_and_ipv6() {
    let mut stage = Stage::new("[::]:0", Config::default());
    stage.picture();
    // Packets must come from 127.0.0.9, which the viewer speaks to, not from the address routing prefers.
    stage.address.set_ip([127, 0, 0, 9].into());
    Viewer::connected(&stage, VIEWER, dimpl()).until("a picture", |v| v.count(108) >= 11);
    stage.address.set_ip(std::net::Ipv6Addr::LOCALHOST.into());
    let mut client = dimpl();
    let joined = stage.forwarder.join(ViewerId(2), &client.offer(CHROMIUM), Rid::F).expect("a browser's offer");
    client.accept(&joined.answer);
    client.check(true);
    client.begin(Instant::now());
    let mut viewer = Viewer { client, socket: Viewer::socket("[::1]:0"), to: stage.address };
    viewer.until("a picture over IPv6", |v| v.count(108) >= 11);
}

#[test]
fn dropping_the_last_handle_says_goodbye_and_frees_the_port() {
    let stage = Stage::new("127.0.0.1:0", Config::default());
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    let address = stage.address;
    drop(stage);
    viewer.until("close_notify", |v| v.client.closed);
    UdpSocket::bind(address).expect("the threads have ended and the port is free");
}

#[test]
fn the_end_of_a_stream_is_not_shown_to_who_joins_the_next() {
    let mut stage = Stage::new("127.0.0.1:0", Config::default());
    stage.picture();
    stage.forwarder.end_stream();
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    // One that refers to what the viewer never got.
    stage.picture();
    assert!(matches!(stage.event(), Event::KeyframeWanted { codec: VideoCodec::H264, rid: Rid::F }));
    assert_eq!(viewer.count(108), 0);
    stage.pictures = 30;
    stage.picture();
    viewer.until("the first picture of the next stream", |v| v.count(108) >= 11);
}
