//! Who takes baseline is sent no picture that uses more, live or from the history.

use super::world::{GOP, World, negotiated, pli};
use proptest::prelude::*;
use std::time::Duration;
use stream::{Profile, Rid, VideoCodec};

/// A viewer joins who takes no more than this.
fn join(world: &mut World, takes: Profile) -> usize {
    let mut n = negotiated(VideoCodec::H264);
    n.video.as_mut().expect("video").takes = takes;
    world.join_as(&n, Rid::F)
}

/// The encoder makes this from its next picture on, which is a keyframe.
fn encode(world: &mut World, profile: Profile) {
    (world.profile, world.force_keyframe) = (profile, true);
}

fn uses(world: &World, viewer: usize) -> Vec<Profile> {
    let mut all: Vec<Profile> = world.viewers[viewer].shown.iter().map(|shown| shown.profile).collect();
    all.dedup();
    all
}

#[test]
fn who_takes_baseline_waits_for_it_and_begins_with_its_first_keyframe() {
    let mut world = World::new(VideoCodec::H264);
    world.profile = Profile::Main;
    world.run(Duration::from_millis(700));
    let main = join(&mut world, Profile::Main);
    let baseline = join(&mut world, Profile::Baseline);
    world.feedback(baseline, &pli());
    world.run(Duration::from_millis(200));
    assert_eq!(world.viewers[baseline].video.len(), 0, "neither from the history nor live, whatever it asks for");
    assert!(world.keyframe_asked.is_empty(), "the encoder was told already, and one more of main would help nobody");
    let joined = world.now;
    encode(&mut world, Profile::Baseline);
    world.run(Duration::from_millis(500));
    let first = &world.viewers[baseline].shown[0];
    assert!(first.keyframe && first.at - joined < Duration::from_millis(60), "{:?}", first.at - joined);
    assert_eq!(uses(&world, baseline), [Profile::Baseline]);
    assert_eq!(uses(&world, main), [Profile::Main, Profile::Baseline], "who takes main takes this too");
    // It began with what the history has of its layer, which is not every picture.
    let numbers = world.viewers[main].shown.iter().filter(|shown| shown.at >= joined).map(|shown| shown.number);
    let numbers: Vec<_> = numbers.collect();
    assert!(numbers.len() > 10 && numbers.windows(2).all(|two| two[1] == two[0] + 1), "without a gap: {numbers:?}");

    // The next one finds it in the history.
    let late = join(&mut world, Profile::Baseline);
    world.run(Duration::from_millis(100));
    assert!(world.viewers[late].shown[0].keyframe);
    assert!(world.keyframe_asked.is_empty());
}

/// The layers change one after the other, the largest first.
#[test]
fn who_takes_baseline_and_may_have_a_small_layer_only_waits_for_that_one() {
    for max in Rid::ALL {
        let mut world = World::new(VideoCodec::H264);
        world.profile = Profile::Main;
        world.run(Duration::from_millis(700));
        let mut n = negotiated(VideoCodec::H264);
        n.video.as_mut().expect("video").takes = Profile::Baseline;
        let viewer = world.join_as(&n, max);
        world.run(Duration::from_millis(100));
        encode(&mut world, Profile::Baseline);
        world.run(Duration::from_millis(300));
        let shown = &world.viewers[viewer].shown;
        assert!(shown.len() > 6 && shown[0].keyframe, "{max:?}: {}", shown.len());
        assert!(shown.iter().all(|shown| shown.rid == max), "{max:?}");
    }
}

#[test]
fn back_to_main_is_a_keyframe_in_the_same_stream() {
    let mut world = World::new(VideoCodec::H264);
    let main = join(&mut world, Profile::Main);
    world.run(Duration::from_millis(500));
    encode(&mut world, Profile::Main);
    world.run(Duration::from_millis(33 * GOP));
    assert_eq!(uses(&world, main), [Profile::Baseline, Profile::Main]);
    let shown = &world.viewers[main].shown;
    let first = shown.iter().find(|shown| shown.profile == Profile::Main).expect("it was sent");
    assert!(first.keyframe && shown.windows(2).all(|two| two[1].number == two[0].number + 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// Whatever the encoder makes, and whenever, also where it is wrong: what one cannot decode one is not sent.
    #[test]
    fn no_order_of_profiles_sends_anybody_what_it_cannot_decode(events in prop::collection::vec((0u8..7, 1u8..30), 1..50)) {
        let mut world = World::new(VideoCodec::H264);
        let mut limited = vec![join(&mut world, Profile::Baseline)];
        for (event, amount) in events {
            match event {
                0 => encode(&mut world, Profile::Main),
                1 => encode(&mut world, Profile::Baseline),
                2 => limited.push(join(&mut world, Profile::Baseline)),
                3 => limited.clone().into_iter().for_each(|viewer| world.feedback(viewer, &pli())),
                4 => world.viewers[limited[0]].egress.cap([Rid::Q, Rid::H, Rid::F][usize::from(amount) % 3]),
                5 => for _ in 0..amount { world.encode(|_, _| false); world.now += Duration::from_millis(33); },
                _ => world.viewers[limited[0]].egress.cap(Rid::F),
            }
            world.run(Duration::from_millis(u64::from(amount) * 7));
        }
        encode(&mut world, Profile::Baseline);
        world.run(Duration::from_millis(33 * GOP + 500));
        for viewer in limited {
            prop_assert_eq!(uses(&world, viewer), [Profile::Baseline]);
            let last = world.viewers[viewer].shown.last().expect("something was shown");
            prop_assert!(world.now - last.at < Duration::from_millis(200), "it plays");
        }
    }
}
