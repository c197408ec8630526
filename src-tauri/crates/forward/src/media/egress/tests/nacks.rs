//! NACKs, PLI and FIR: what is lost is sent again from the history, within a budget.

use super::world::{World, nack, negotiated, pli};
use rtp::rtcp::messages;
use std::time::Duration;
use stream::{Rid, VideoCodec};

#[test]
fn a_lost_packet_is_sent_again_from_the_history() {
    for codec in [VideoCodec::H264, VideoCodec::Vp9, VideoCodec::Vp8] {
        let mut world = World::new(codec);
        let viewer = world.join(Rid::F);
        world.run(Duration::from_millis(400));
        let lost = world.viewers[viewer].video[40].clone();
        world.feedback(viewer, &nack(&[lost.sequence]));
        let [again] = &world.viewers[viewer].rtx[..] else { panic!("one repair") };
        assert_eq!(again.payload[..2], lost.sequence.to_be_bytes(), "RFC 4588: the original number first");
        assert_eq!(again.payload[2..], lost.payload);
        assert_eq!((again.timestamp, again.marker), (lost.timestamp, lost.marker));
        assert_eq!(again.header[1] & 0x7f, 103);
        assert!(again.extension(3).is_some(), "retransmissions have transport-wide numbers too");

        world.feedback(viewer, &nack(&[lost.sequence]));
        assert_eq!(world.viewers[viewer].rtx.len(), 1, "it may still arrive, so it is not sent again yet");
        world.run(Duration::from_millis(50));
        world.feedback(viewer, &nack(&[lost.sequence]));
        assert_eq!(world.viewers[viewer].rtx.len(), 3, "its retransmission was lost, so it is sent twice");
        let numbers: Vec<_> = world.viewers[viewer].rtx.iter().map(|p| p.sequence).collect();
        assert_eq!(numbers, [numbers[0], numbers[0] + 1, numbers[0] + 2]);
    }
}

#[test]
fn what_is_too_old_or_was_never_sent_is_refused() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    world.run(Duration::from_millis(3500));
    let old = world.viewers[viewer].video[60].sequence;
    let future = world.viewers[viewer].video.last().expect("sent").sequence.wrapping_add(5);
    world.feedback(viewer, &nack(&[old, future]));
    assert!(world.viewers[viewer].rtx.is_empty());
    assert_eq!(world.viewers[viewer].egress.totals().repairs_refused, 2);
}

#[test]
fn the_first_picture_can_be_repaired_though_it_is_older_than_a_second() {
    let mut world = World::new(VideoCodec::H264);
    world.run(Duration::from_millis(1950));
    let viewer = world.join(Rid::F);
    world.run(Duration::from_millis(80));
    let first: Vec<_> = world.viewers[viewer].video[..10].iter().map(|p| p.sequence).collect();
    world.feedback(viewer, &nack(&first));
    assert_eq!(world.viewers[viewer].rtx.len(), 10, "the history keeps the start for a second after the next keyframe");
}

#[test]
fn a_flood_of_nacks_gets_fifteen_percent_at_most() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    let bytes = |packets: &[super::viewer::Rtp]| packets.iter().map(|p| p.payload.len()).sum::<usize>() as f32;
    let mut first = (0.0, 0.0);
    for i in 0..1000 {
        if i == 100 {
            first = (bytes(&world.viewers[viewer].rtx), bytes(&world.viewers[viewer].video));
        }
        world.run(Duration::from_millis(10));
        let all: Vec<_> = world.viewers[viewer].video.iter().rev().take(250).map(|p| p.sequence).collect();
        world.feedback(viewer, &nack(&all));
    }
    let share = (bytes(&world.viewers[viewer].rtx) - first.0) / (bytes(&world.viewers[viewer].video) - first.1);
    assert!(first.0 < 130_000.0, "the bucket at the start holds one keyframe: {}", first.0);
    assert!((0.10..=0.16).contains(&share), "{share}");
    let shown = &world.viewers[viewer].shown;
    assert!(shown.windows(2).all(|w| w[1].number == w[0].number + 1), "all pictures are sent all the same");
}

/// Answers to a viewer's requests come out of its own budget, so viewers that flood do not affect the pictures of the others.
#[test]
fn floods_of_everything_from_all_but_one_change_nothing_for_that_one() {
    const NOISY: usize = 200;
    let mut world = World::new(VideoCodec::H264);
    world.run(Duration::from_millis(700));
    let calm = world.join(Rid::F);
    for _ in 0..NOISY {
        world.join(Rid::F);
    }
    world.run(Duration::from_millis(500));
    let before: Vec<_> = world.viewers.iter().map(|v| v.egress.totals().restarts).collect();
    for _ in 0..200 {
        for noisy in 1..=NOISY {
            let all: Vec<_> = world.viewers[noisy].video.iter().rev().take(100).map(|p| p.sequence).collect();
            world.feedback(noisy, &[nack(&all), pli(), fir()].concat());
        }
        world.run(Duration::from_millis(50));
    }
    assert!(world.keyframe_asked.is_empty(), "the encoder is not asked, as the history has keyframes");
    for (viewer, before) in world.viewers.iter().zip(before).skip(1) {
        let restarts = viewer.egress.totals().restarts - before;
        assert!((4..=6).contains(&restarts), "four times once a second, then every four seconds, in ten: {restarts}");
        let bytes = |packets: &[super::viewer::Rtp]| packets.iter().map(|p| p.payload.len()).sum::<usize>() as f32;
        // The bucket at the start, and 15 % of everything sent since.
        let most = 64.0 * 1200.0 + 0.15 * bytes(&viewer.video);
        assert!(bytes(&viewer.rtx) <= 1.02 * most, "{} of {most}", bytes(&viewer.rtx));
    }
    let shown = &world.viewers[calm].shown;
    let live = shown.iter().skip_while(|s| s.temporal < 2).collect::<Vec<_>>();
    assert!(live.windows(2).all(|w| w[1].number == w[0].number + 1 && w[1].rid == Rid::F), "no picture is missing");
    assert!(world.viewers[calm].rtx.is_empty());
}

#[test]
fn without_rtx_a_repair_is_the_same_packet_to_the_last_bit() {
    let mut world = World::new(VideoCodec::H264);
    let mut n = negotiated(VideoCodec::H264);
    n.video.as_mut().expect("video").rtx_pt = None;
    let viewer = world.join_as(&n, Rid::F);
    world.run(Duration::from_millis(300));
    let lost = world.viewers[viewer].video[40].clone();
    let mut sink = Repeated(Vec::new());
    let now = world.now;
    world.viewers[viewer].egress.rtcp(messages(&nack(&[lost.sequence])), now, &world.history, now, &mut sink);
    assert_eq!(sink.0, [[lost.header, lost.payload].concat()]);
}

/// RFC 5104 section 4.3.1.
fn fir() -> Vec<u8> {
    [&[0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0][..], &super::world::VIDEO_SSRC.to_be_bytes(), &[1, 0, 0, 0]].concat()
}

struct Repeated(Vec<Vec<u8>>);

impl crate::media::sink::PacketSink for Repeated {
    fn rtp(&mut self, header: &[u8], payload: &[&[u8]]) {
        self.0.push([header, &payload.concat()].concat());
    }

    fn rtcp(&mut self, _compound: &[u8]) {}

    fn flush_picture(&mut self) {}
}
