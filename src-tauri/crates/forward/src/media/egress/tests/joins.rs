//! Joining: the first picture comes from the history, and keyframes are asked for only if it has none.

use super::viewer::Shown;
use super::world::{GOP, VIDEO_SSRC, World, pli};
use std::time::Duration;
use stream::{Rid, VideoCodec};

const CODECS: [VideoCodec; 3] = [VideoCodec::H264, VideoCodec::Vp9, VideoCodec::Vp8];

/// The test's viewer asserts that sequence numbers have no gap, and that no picture refers to a missing one.
#[test]
fn a_joiner_has_the_picture_at_once_wherever_in_the_interval_it_joins() {
    for codec in CODECS {
        for into_ms in [0, 500, 1000, 1900] {
            let mut world = World::new(codec);
            let old = world.join(Rid::F);
            world.run(Duration::from_millis(33 * GOP + into_ms + 5));
            let joined = world.now;
            let new = world.join(Rid::F);
            world.run(Duration::from_millis(100));
            let first = world.viewers[new].shown.first().expect("a picture within 100 ms");
            assert!(first.keyframe);
            let whole = first.at - joined;
            assert!(
                whole <= Duration::from_millis(12),
                "first picture after {whole:?}, {into_ms} ms into the interval"
            );
            assert!(world.keyframe_asked.is_empty(), "the encoder is not asked, as the history has a keyframe");

            world.run(Duration::from_millis(900));
            let [old, new] = [old, new].map(|i| &world.viewers[i]);
            let (seen, theirs) = (new.shown.last().expect("shown"), old.shown.last().expect("shown"));
            assert_eq!((seen.number, seen.temporal, seen.rid), (theirs.number, theirs.temporal, Rid::F));
            assert_eq!(seen.at, theirs.at, "the same picture at the same time");
            // Each viewer's timestamps are the stream's plus a constant. How far was each picture's timestamp moved beyond that?
            let steady = seen.timestamp.wrapping_sub(theirs.timestamp);
            let live =
                |number| old.shown.iter().find(|o| o.number == number).expect("the old viewer had them all").timestamp;
            let moved = |s: &Shown| s.timestamp.wrapping_sub(live(s.number)).wrapping_sub(steady) as i32;
            let ahead: Vec<i32> = new.shown.iter().map(moved).collect();
            let live_from = ahead.iter().position(|a| *a == 0).expect("live pictures came");
            assert!(
                ahead[live_from..].iter().all(|a| *a == 0),
                "once live, the timestamps stay the stream's: {ahead:?}"
            );
            assert!(
                ahead[..live_from].iter().all(|a| *a >= 0 && *a < 90 * 2200),
                "the past is moved up to now: {ahead:?}"
            );
            let first_live = &new.shown[live_from];
            assert!(first_live.at - joined <= Duration::from_millis(150), "the first live picture is late");
        }
    }
}

#[test]
fn a_start_from_the_history_has_base_pictures_only_and_all_pictures_follow_soon() {
    let mut world = World::new(VideoCodec::H264);
    world.run(Duration::from_millis(1500));
    let viewer = world.join(Rid::F);
    let joined = world.now;
    world.run(Duration::from_millis(400));
    let shown = &world.viewers[viewer].shown;
    let past = shown.iter().take_while(|s| s.at < joined + Duration::from_millis(30)).collect::<Vec<_>>();
    assert!(past.len() >= 11 && past.iter().all(|s| s.temporal == 0), "{past:?}");
    let climbed = shown.iter().find(|s| s.temporal == 2).expect("every picture again");
    assert!(climbed.at - joined < Duration::from_millis(300));
}

#[test]
fn a_keyframe_is_spread_over_bursts_of_at_most_sixteen_packets() {
    let mut world = World::new(VideoCodec::H264);
    world.sizes[2].0 = 70_000;
    let viewer = world.join(Rid::F);
    world.run(Duration::from_millis(33 * GOP + 200));
    let viewer = &world.viewers[viewer];
    assert!(viewer.sink.largest_run <= 16, "{}", viewer.sink.largest_run);
    let keyframe = &viewer.shown.iter().filter(|s| s.keyframe).nth(1).expect("a second keyframe");
    let first = viewer.video.iter().find(|p| p.timestamp == keyframe.timestamp).expect("sent");
    assert!(keyframe.at - first.at <= Duration::from_millis(15), "{:?}", keyframe.at - first.at);
    assert!(keyframe.at > first.at);
    assert!(viewer.shown.windows(2).all(|w| w[1].number == w[0].number + 1), "no picture after it is left out");
}

#[test]
fn the_packets_of_a_run_have_one_size_unless_parameter_sets_come_first() {
    for codec in CODECS {
        let mut world = World::new(codec);
        let viewer = world.join(Rid::F);
        world.run(Duration::from_secs(4));
        let keyframes = world.viewers[viewer].shown.iter().filter(|s| s.keyframe).count();
        let allowed = if codec == VideoCodec::H264 { keyframes } else { 0 };
        assert_eq!(world.viewers[viewer].sink.uneven_runs, allowed);
    }
}

#[test]
fn a_viewer_before_the_broadcast_waits_for_the_first_keyframe() {
    for codec in CODECS {
        let mut world = World::new(codec);
        let viewer = world.join(Rid::F);
        assert_eq!(world.viewers[viewer].egress.poll_timeout(), None, "a waiting viewer has no timer");
        world.run(Duration::from_millis(10));
        assert!(world.viewers[viewer].shown[0].keyframe);
    }
}

#[test]
fn a_new_broadcast_carries_on_seamlessly() {
    for codec in CODECS {
        let mut world = World::new(codec);
        let viewer = world.join(Rid::F);
        world.run(Duration::from_millis(700));
        world.history.clear();
        world.now += Duration::from_secs(7);
        world.timers();
        world.force_keyframe = true;
        world.run(Duration::from_secs(8));
        assert!(world.viewers[viewer].shown.len() > 220, "{codec:?}: {}", world.viewers[viewer].shown.len());
    }
}

#[test]
fn a_flood_of_pli_or_fir_restarts_from_the_history_and_leaves_the_others_alone() {
    let fir = [&[0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0][..], &VIDEO_SSRC.to_be_bytes(), &[1, 0, 0, 0]].concat();
    for request in [pli(), fir] {
        let mut world = World::new(VideoCodec::H264);
        let noisy = world.join(Rid::F);
        let calm = world.join(Rid::F);
        world.run(Duration::from_millis(500));
        for _ in 0..300 {
            world.feedback(noisy, &request);
            world.run(Duration::from_millis(10));
        }
        let restarts = world.viewers[noisy].egress.totals().restarts;
        assert!((3..=5).contains(&restarts), "once a second, and the start: {restarts}");
        assert!(world.keyframe_asked.is_empty(), "the history has keyframes");
        let calm = &world.viewers[calm];
        assert!(calm.shown.windows(2).all(|w| w[1].number == w[0].number + 1));
    }
}

#[test]
fn a_viewer_who_is_shown_nothing_has_no_timer() {
    let mut world = World::new(VideoCodec::H264);
    world.layers = Vec::new();
    let waiting = world.join(Rid::F);
    assert_eq!(world.viewers[waiting].egress.poll_timeout(), None, "nothing is due while it waits for a broadcast");
}

#[test]
fn the_encoder_is_asked_at_most_once_a_second_when_the_history_has_no_keyframe() {
    let mut world = World::new(VideoCodec::H264);
    world.run(Duration::from_millis(200));
    world.history.clear();
    world.layers = vec![Rid::F];
    let viewer = world.join(Rid::F);
    for _ in 0..170 {
        world.feedback(viewer, &pli());
        world.run(Duration::from_millis(10));
    }
    let times: Vec<_> = world.keyframe_asked.iter().map(|(at, _)| *at).collect();
    assert_eq!(times.len(), 2, "{times:?}");
    assert!(times[1] - times[0] >= Duration::from_secs(1));
}

/// A viewer that is not near has the smallest layer as its target at first, and so has one that the upload limit or its path lets have
/// no other.
#[test]
fn a_keyframe_is_asked_for_of_the_layer_there_is_where_the_target_is_not_encoded() {
    for (codec, layers, asked) in [
        (VideoCodec::H264, vec![Rid::F], Rid::F),
        (VideoCodec::H264, vec![Rid::H, Rid::F], Rid::H),
        (VideoCodec::Vp9, vec![Rid::H, Rid::F], Rid::H),
        (VideoCodec::Vp8, vec![Rid::H, Rid::F], Rid::H),
    ] {
        for (round_trip, max) in [(None, Rid::F), (Some(Duration::from_millis(1)), Rid::Q)] {
            if codec != VideoCodec::H264 && max == Rid::F {
                continue; // It starts with its cap: the smaller layers are encoded only while somebody watches them.
            }
            let mut world = World::new(codec);
            world.run(Duration::from_millis(200));
            world.history.clear();
            world.layers = layers.clone();
            world.round_trip = round_trip;
            let viewer = world.join(max);
            world.run(Duration::from_millis(100));
            let of: Vec<Rid> = world.keyframe_asked.iter().map(|(_, rid)| *rid).collect();
            assert_eq!(of, [asked], "{codec:?} {layers:?} {max:?}");
            world.force_keyframe = true;
            world.run(Duration::from_millis(100));
            assert_eq!(world.viewers[viewer].shown.first().map(|s| (s.keyframe, s.rid)), Some((true, asked)));
        }
    }
}
