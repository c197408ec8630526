//! What is forged, repeated or asked for without end is counted, and changes no other viewer's picture.

use super::*;
use crate::worst_reports::{About, worst_reports};

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
    let mut check = port::checker::check(&Credentials::random(), true);
    stranger.send_to(&check, stage.address).expect("loopback takes it");
    check[25] ^= 1;
    stranger.send_to(&check, stage.address).expect("loopback takes it");
    stage.wait_for("all is counted", |t| {
        (t.dropped_replayed, t.dropped_unauthenticated, t.dropped_unknown, t.dropped_stun) == (2, 1, 2, 2)
    });
    viewer.client.rtp.clear();
    stage.picture();
    viewer.until("the next picture", |v| v.count(116) >= 3);
}

#[test]
fn what_viewers_send_makes_no_events_but_one_request_for_a_keyframe_a_second() {
    let mut stage = Stage::new("127.0.0.1:0", Config::default());
    // Not a keyframe, so there is nothing to start from.
    stage.pictures = 1;
    let mut client = dimpl();
    let joined =
        stage.forwarder.join(VIEWER, &offer(&client.offer(CHROMIUM)), Rid::F, |_| true).expect("a browser's offer");
    let pair = joined.answer.lines().find_map(|line| line.strip_prefix("a=ssrc-group:FID ")).expect("a source");
    let ssrc: u32 = pair.split(' ').next().and_then(|ssrc| ssrc.parse().ok()).expect("a number");
    client.accept(&joined.answer);
    client.check(true);
    client.begin(Instant::now());
    let mut viewer = Viewer { client, socket: Viewer::socket("127.0.0.1:0"), to: stage.address };
    viewer.until("the join", |viewer| viewer.client.is_connected());
    assert_eq!([stage.event(), stage.event()], [Event::Checked(VIEWER), Event::Connected(VIEWER)]);
    stage.picture();
    let event = stage.event();
    assert!(matches!(event, Event::KeyframeWanted { .. }), "there is none to begin with: {event:?}");
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
    let first = |v: &Viewer| v.client.rtp.iter().any(|packet| packet[1] == 0x80 | 116);
    flooder.until("the first picture", first);
    watcher.until("the first picture", first);
    let packet = flooder.client.rtp.iter().find(|packet| packet[1] & 0x7f == 116).expect("it came");
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
            assert_eq!(packet[1] & 0x7f, 116, "a picture, and no repair that nobody asked for");
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

/// What fits into a second of 4 Mbit/s.
const A_SECOND: usize = 500_000;

/// Sends a second's worth of one kind of the worst reports, all at once.
fn flood(attacker: &mut Viewer, kind: usize, turn: u16) {
    attacker.take_all();
    let packet = attacker.client.rtp.iter().rfind(|packet| packet[1] & 0x7f == 116).expect("it is sent pictures");
    let about = About {
        ssrc: u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]),
        sequence: u16::from_be_bytes([packet[2], packet[3]]),
        transport: attacker.client.rtp.len() as u16 - 1,
        turn,
    };
    let (_, compound) = worst_reports(about).swap_remove(kind);
    for _ in 0..A_SECOND / (compound.len() + 20 + 28) {
        let sealed = attacker.client.sealed(&compound);
        attacker.send(&sealed);
    }
}

#[test]
fn the_worst_reports_of_a_viewer_on_each_shard_cost_the_others_nothing_and_its_removal_holds() {
    let mut stage = Stage::new("127.0.0.1:0", Config { shards: Some(2), ..Config::default() });
    stage.picture();
    // Viewers go to the shard that has the fewest, so each has one of either.
    let mut attackers = [1, 2].map(|id| Viewer::connected(&stage, ViewerId(id), dimpl()));
    let mut watchers = [3, 4].map(|id| Viewer::connected(&stage, ViewerId(id), dimpl()));
    let whole = |v: &Viewer| v.client.rtp.iter().any(|packet| packet[1] == 0x80 | 116);
    attackers.iter_mut().chain(&mut watchers).for_each(|viewer| viewer.until("the first picture", whole));
    let number = |packet: &[u8]| u16::from_be_bytes([packet[2], packet[3]]);
    let mut last =
        watchers.each_ref().map(|v| v.client.rtp.iter().map(|packet| number(packet)).max().expect("it came"));
    let mut next_picture = |stage: &mut Stage, watchers: &mut [Viewer; 2]| {
        watchers.iter_mut().for_each(|watcher| watcher.client.rtp.clear());
        stage.picture();
        for (watcher, last) in watchers.iter_mut().zip(&mut last) {
            watcher.until("the next picture", whole);
            for packet in &watcher.client.rtp {
                assert_eq!(number(packet), last.wrapping_add(1), "nothing is left out and nothing begun anew");
                *last = number(packet);
            }
        }
    };
    let kinds = worst_reports(About { ssrc: 0, sequence: 0, transport: 0, turn: 0 }).len();
    for kind in 0..kinds {
        for turn in 0..2 {
            for attacker in &mut attackers {
                attacker.client.check(true);
                flood(attacker, kind, turn);
            }
            watchers.iter_mut().for_each(|watcher| watcher.client.check(true));
            next_picture(&mut stage, &mut watchers);
        }
    }
    let totals = stage.forwarder.totals();
    assert_eq!((totals.dropped_late, totals.left_out, totals.dropped_unsent), (0, 0, 0), "{totals:?}");
    assert!(totals.dropped_flood > 1000 && totals.dropped_excessive > 0, "{totals:?}");

    // Both are removed in the middle of a flood of everything.
    attackers.iter_mut().for_each(|attacker| flood(attacker, kinds - 1, 2));
    (1..=2).for_each(|id| stage.forwarder.close(ViewerId(id)));
    for attacker in &mut attackers {
        attacker.until("the goodbye", |v| v.client.closed);
        attacker.client.rtp.clear();
    }
    for _ in 0..3 {
        next_picture(&mut stage, &mut watchers);
    }
    for attacker in &mut attackers {
        attacker.take_all();
        assert!(attacker.client.rtp.is_empty(), "{} packets after the goodbye", attacker.client.rtp.len());
    }
}
