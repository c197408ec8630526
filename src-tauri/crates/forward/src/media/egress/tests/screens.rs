//! A screen comes and goes: who decodes AV1 is sent it as that, in the same stream of packets, and never waits for a picture.

use super::viewer::{AV1, AV1_RTX, Shown};
use super::world::{FRAME, GOP, World, nack, negotiated, pli};
use crate::connection::negotiated::{Negotiated, OfScreens};
use std::time::Duration;
use stream::{Rid, VideoCodec};

/// A viewer that takes AV1 beside a codec.
fn takes_av1(codec: VideoCodec) -> Negotiated {
    let mut negotiated = negotiated(codec);
    if let Some(video) = &mut negotiated.video {
        video.screens = Some(OfScreens { codec: VideoCodec::Av1, pt: AV1, rtx_pt: Some(AV1_RTX) });
    }
    negotiated
}

/// Half a second of each: a camera, a screen, whose encoder begins two pictures later, and a camera again.
fn shown(codec: VideoCodec) -> (World, usize, usize) {
    let mut world = World::new(codec);
    let (takes, other) = (world.join_as(&takes_av1(codec), Rid::F), world.join(Rid::F));
    world.run(Duration::from_millis(700));
    world.screen = true;
    world.run(2 * FRAME);
    world.of_screen = Some(0);
    world.run(Duration::from_millis(700));
    world.screen = false;
    world.run(Duration::from_millis(700));
    (world, takes, other)
}

fn longest_gap(shown: &[Shown]) -> Duration {
    shown.windows(2).map(|pair| pair[1].at - pair[0].at).max().expect("pictures")
}

#[test]
fn who_takes_av1_is_sent_a_screen_as_that_and_sees_no_gap_and_others_notice_nothing() {
    for codec in [VideoCodec::H264, VideoCodec::Vp9] {
        let (world, takes, other) = shown(codec);
        let seen = &world.viewers[takes].shown;
        let mut codecs: Vec<VideoCodec> = seen.iter().map(|shown| shown.codec).collect();
        codecs.dedup();
        assert_eq!(codecs, [codec, VideoCodec::Av1, codec], "it changes once each time");
        assert!(longest_gap(seen) <= 2 * FRAME, "{codec:?}: {:?}", longest_gap(seen));
        let changes = seen.windows(2).filter(|pair| pair[0].codec != pair[1].codec);
        assert!(changes.into_iter().all(|pair| pair[1].keyframe), "at a keyframe");
        let alone = &world.viewers[other].shown;
        assert!(alone.iter().all(|shown| shown.codec == codec));
        assert!(longest_gap(alone) <= 2 * FRAME);
        let interest = world.viewers[takes].egress.interest() & !world.viewers[other].egress.interest();
        assert_eq!(
            interest,
            1 << stream::layer_index(VideoCodec::Av1, Rid::F),
            "it is given that, and nothing else more"
        );
        let watching = &world.viewers[takes].egress;
        assert_eq!(watching.watching(), Some((codec, Rid::F)));
        assert_eq!(watching.watching_screens(), Some((VideoCodec::Av1, Rid::F)));
    }
}

#[test]
fn what_is_lost_of_it_is_sent_again_under_its_own_payload_type() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join_as(&takes_av1(VideoCodec::H264), Rid::F);
    (world.screen, world.of_screen) = (true, Some(0));
    world.run(Duration::from_millis(300));
    let sent = &world.viewers[viewer].video;
    let of = |payload_type: u8| move |packet: &&super::viewer::Rtp| packet.header[1] & 0x7f == payload_type;
    let (first, last) = (sent[0].clone(), sent.iter().rev().find(of(AV1)).expect("AV1 is sent").clone());
    assert_eq!(first.header[1] & 0x7f, 102, "what came before it is the other codec");
    world.feedback(viewer, &nack(&[first.sequence, last.sequence]));
    let rtx = &world.viewers[viewer].rtx;
    assert_eq!(rtx.iter().map(|packet| packet.header[1] & 0x7f).collect::<Vec<_>>(), [103, AV1_RTX]);
    assert_eq!(rtx[1].payload[2..], last.payload);
}

#[test]
fn who_comes_while_a_screen_is_shown_begins_with_it_and_a_small_layer_is_never_av1() {
    let mut world = World::new(VideoCodec::H264);
    (world.screen, world.of_screen) = (true, Some(0));
    world.run(Duration::from_millis(500));
    let (whole, small) =
        (world.join_as(&takes_av1(VideoCodec::H264), Rid::F), world.join_as(&takes_av1(VideoCodec::H264), Rid::H));
    world.run(Duration::from_millis(300));
    assert!(world.viewers[whole].shown.iter().all(|shown| shown.codec == VideoCodec::Av1));
    assert_eq!(world.viewers[whole].egress.stats(world.now).layer.map(|layer| layer.codec), Some(VideoCodec::Av1));
    assert!(world.viewers[small].shown.iter().all(|shown| shown.codec == VideoCodec::H264 && shown.rid == Rid::H));
}

#[test]
fn who_asks_for_a_picture_long_after_a_keyframe_gets_another_keyframe_and_not_all_since() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join_as(&takes_av1(VideoCodec::H264), Rid::F);
    (world.screen, world.of_screen) = (true, Some(0));
    let restarts = |world: &World| world.viewers[viewer].egress.totals().restarts;
    world.run(Duration::from_millis(900));
    let before = restarts(&world);
    world.feedback(viewer, &pli());
    assert_eq!((restarts(&world), world.keyframe_asked.len()), (before + 1, 0), "little came since");
    world.run(Duration::from_millis(3000));
    world.feedback(viewer, &pli());
    assert_eq!(
        (restarts(&world), world.keyframe_asked.len()),
        (before + 1, 1),
        "90 kB came since, and a keyframe has 60"
    );
}

#[test]
fn who_comes_long_after_a_keyframe_begins_with_its_other_codec_and_goes_on_with_the_keyframe_that_is_made_for_it() {
    let mut world = World::new(VideoCodec::H264);
    (world.screen, world.of_screen) = (true, Some(0));
    world.run(Duration::from_millis(4000));
    let viewer = world.join_as(&takes_av1(VideoCodec::H264), Rid::F);
    world.run(Duration::from_millis(300));
    assert_eq!(world.keyframe_asked.len(), 1);
    world.of_screen = Some(0);
    world.run(Duration::from_millis(300));
    let seen = &world.viewers[viewer].shown;
    let mut codecs: Vec<VideoCodec> = seen.iter().map(|shown| shown.codec).collect();
    codecs.dedup();
    assert_eq!(codecs, [VideoCodec::H264, VideoCodec::Av1]);
    assert!(longest_gap(seen) <= 2 * FRAME, "{:?}", longest_gap(seen));
}

#[test]
fn who_climbs_need_not_wait_for_a_keyframe_of_what_is_for_screens() {
    let mut world = World::new(VideoCodec::H264);
    (world.screen, world.of_screen) = (true, Some(0));
    let viewer = world.join_as(&takes_av1(VideoCodec::H264), Rid::F);
    world.viewers[viewer].egress.cap(Rid::H);
    world.run(Duration::from_millis(4000));
    world.viewers[viewer].egress.cap(Rid::F);
    let layers = |world: &World| {
        let mut layers: Vec<_> = world.viewers[viewer].shown.iter().map(|shown| (shown.codec, shown.rid)).collect();
        layers.dedup();
        layers
    };
    assert_eq!(layers(&world).last(), Some(&(VideoCodec::H264, Rid::H)));
    world.run(FRAME * GOP as u32);
    assert_eq!(layers(&world).last(), Some(&(VideoCodec::H264, Rid::F)), "its own codec has one sooner");
    world.of_screen = Some(0);
    world.run(Duration::from_millis(300));
    assert_eq!(layers(&world).last(), Some(&(VideoCodec::Av1, Rid::F)), "and then it is sent what is for screens");
}

#[test]
fn who_keeps_asking_is_sent_no_more_than_twice_the_rate_and_has_a_keyframe_a_second_at_most() {
    let sent = |asks: bool, is_made: bool| {
        let mut world = World::new(VideoCodec::H264);
        let viewer = world.join_as(&takes_av1(VideoCodec::H264), Rid::F);
        // A film in a window, 4 Mbit/s.
        (world.screen, world.of_screen, world.screen_sizes) = (true, Some(0), (200_000, 16_000));
        world.run(Duration::from_millis(500));
        let bytes =
            |world: &World| world.viewers[viewer].video.iter().map(|packet| packet.payload.len()).sum::<usize>();
        let before = bytes(&world);
        for _ in 0..100 {
            if asks {
                let had = world.keyframe_asked.len();
                world.feedback(viewer, &pli());
                if is_made && world.keyframe_asked.len() > had {
                    world.of_screen = Some(0);
                }
            }
            world.run(Duration::from_millis(100));
        }
        (bytes(&world) - before, world.keyframe_asked.len())
    };
    let (plain, none) = sent(false, false);
    assert_eq!(none, 0);
    for is_made in [false, true] {
        let (bytes, keyframes) = sent(true, is_made);
        assert!(bytes <= 2 * plain, "{bytes} where {plain} are sent unasked");
        assert!((1..=10).contains(&keyframes), "{keyframes} keyframes in 10 s");
    }
}
