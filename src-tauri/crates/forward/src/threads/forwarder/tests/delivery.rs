//! What viewers get: the first picture, each picture in order, to either family of addresses.

use super::*;
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;

#[test]
fn a_viewer_gets_the_first_picture_from_the_history_then_live_picture_and_sound() {
    for client in [dimpl(), Client::offering(&[SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80])] {
        let mut stage = Stage::new("127.0.0.1:0", Config::default());
        stage.picture();
        let mut viewer = Viewer::connected(&stage, VIEWER, client);
        let marker = |v: &Viewer| v.client.rtp.iter().any(|packet| packet[1] == 0x80 | 116);
        viewer.until("the last packet of the first picture", marker);
        let first = viewer.count(116);
        assert!(first >= 11, "a keyframe of 12 kB is at least 11 packets, not {first}");
        for _ in 0..10 {
            stage.picture();
            stage.sound();
        }
        viewer.until("ten more pictures and sounds", |v| v.count(116) >= first + 30 && v.count(111) >= 10);
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
        viewer.until("five more pictures", |v| v.count(116) >= 11 + 15);
    }
    assert_eq!(stage.forwarder.stats().len(), 12);
}

#[test]
fn a_viewer_without_h264_makes_vp9_wanted_until_it_leaves() {
    let stage = Stage::new("127.0.0.1:0", Config::default());
    let mut viewer = Viewer::join(&stage, VIEWER, dimpl(), FIREFOX);
    viewer.until("the join", |viewer| viewer.client.is_connected());
    let mut told: Vec<Event> = vec![stage.event(), stage.event(), stage.event()];
    told.retain(|event| !matches!(event, Event::Checked(_) | Event::Connected(_)));
    assert!(
        matches!(&told[..], [Event::LayersWanted { codec: VideoCodec::Vp9, rids }] if !rids.is_empty()),
        "{told:?}"
    );
    stage.forwarder.close(VIEWER);
    let wanted = std::iter::from_fn(|| Some(stage.event())).find(|event| matches!(event, Event::LayersWanted { .. }));
    assert_eq!(wanted, Some(Event::LayersWanted { codec: VideoCodec::Vp9, rids: vec![] }));
}

/// It is of real time, and encoders are not.
#[test]
fn sound_does_not_wait_for_an_encoder_that_is_held_up_while_it_hands_a_picture_on() {
    let stage = Stage::new("127.0.0.1:0", Config::default());
    let (forwarder, (tell, told)) = (stage.forwarder.clone(), mpsc::channel());
    let picture = lock(&stage.forwarder.inner.pictures);
    let sound = thread::spawn(move || {
        let data = Bytes::from_static(&[0xfc, 1, 2, 3]);
        forwarder.audio(&AudioFrame { captured: Instant::now(), position: 0, samples: 960, data });
        // The test may have failed.
        let _ = tell.send(());
    });
    assert_eq!(told.recv_timeout(Duration::from_secs(10)), Ok(()));
    drop(picture);
    sound.join().expect("it is handed on");
}

#[test]
fn the_sequence_numbers_roll_over_and_the_client_opens_every_packet() {
    let mut stage = Stage::new("127.0.0.1:0", Config::default());
    stage.picture();
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    viewer.until("the first picture", |v| v.count(116) >= 11);
    let number = |packet: &bytes::BytesMut| u16::from_be_bytes([packet[2], packet[3]]);
    let mut last = viewer.client.rtp.iter().map(number).max().expect("it came");
    let (mut packets, mut rollovers) = (0, 0);
    while packets < 70_000 {
        viewer.client.rtp.clear();
        stage.picture_of(16 * 1_100);
        // A client that could not open one would panic; one that is missing is waited for in vain.
        viewer.until("the next picture", |v| v.client.rtp.iter().any(|packet| packet[1] == 0x80 | 116));
        for packet in viewer.client.rtp.iter().filter(|packet| packet[1] & 0x7f == 116) {
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
fn a_dual_stack_socket_serves_ipv4_and_ipv6() {
    let mut stage = Stage::new("[::]:0", Config::default());
    stage.picture();
    // Packets must come from 127.0.0.9, which the viewer speaks to, not from the address routing prefers.
    stage.address.set_ip([127, 0, 0, 9].into());
    Viewer::connected(&stage, VIEWER, dimpl()).until("a picture", |v| v.count(116) >= 11);
    stage.address.set_ip(std::net::Ipv6Addr::LOCALHOST.into());
    let mut client = dimpl();
    let joined = stage
        .forwarder
        .join(ViewerId(2), &offer(&client.offer(CHROMIUM)), Rid::F, |_| true)
        .expect("a browser's offer");
    client.accept(&joined.answer);
    client.check(true);
    client.begin(Instant::now());
    let mut viewer = Viewer { client, socket: Viewer::socket("[::1]:0"), to: stage.address };
    viewer.until("a picture over IPv6", |v| v.count(116) >= 11);
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
    assert_eq!(viewer.count(116), 0);
    stage.pictures = 30;
    stage.picture();
    viewer.until("the first picture of the next stream", |v| v.count(116) >= 11);
}
