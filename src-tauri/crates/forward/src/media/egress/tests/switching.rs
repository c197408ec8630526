//! Switching layers: the viewer sees one stream without gaps.

use super::world::{GOP, World, negotiated};
use proptest::prelude::*;
use std::time::Duration;
use stream::{Rid, VideoCodec};

const CODECS: [VideoCodec; 3] = [VideoCodec::H264, VideoCodec::Vp9, VideoCodec::Vp8];

#[test]
fn a_cap_switches_down_at_once_and_up_with_the_next_keyframe() {
    for codec in CODECS {
        let mut world = World::new(codec);
        let viewer = world.join(Rid::F);
        world.run(Duration::from_millis(700));
        world.viewers[viewer].egress.cap(Rid::Q);
        let capped = world.now;
        world.run(Duration::from_millis(500));
        let down = world.viewers[viewer].shown.iter().find(|s| s.rid == Rid::Q).expect("switched").at;
        assert!(down - capped <= Duration::from_millis(40), "{:?}", down - capped);
        world.viewers[viewer].egress.cap(Rid::F);
        world.run(Duration::from_millis(33 * GOP));
        let last = world.viewers[viewer].shown.last().expect("shown");
        assert_eq!(
            (last.rid, world.viewers[viewer].egress.stats(world.now).layer.map(|l| l.rid)),
            (Rid::F, Some(Rid::F))
        );
        let up = world.viewers[viewer].shown.iter().find(|s| s.rid == Rid::F && s.at > down).expect("switched back");
        assert!(up.keyframe);
    }
}

#[test]
fn a_layer_that_is_not_encoded_is_replaced_by_the_nearest() {
    for codec in [VideoCodec::Vp9, VideoCodec::Vp8] {
        let mut world = World::new(codec);
        world.layers = vec![Rid::F];
        let viewer = world.join(Rid::H);
        world.run(Duration::from_millis(300));
        assert_eq!(world.viewers[viewer].egress.watching(), Some((codec, Rid::H)));
        let shown = |world: &World| world.viewers[viewer].shown.last().expect("something is shown").rid;
        assert_eq!(shown(&world), Rid::F, "another layer is sent if the target is not encoded");
        world.layers = vec![Rid::F, Rid::H];
        world.run(Duration::from_millis(33 * GOP + 100));
        assert_eq!(shown(&world), Rid::H, "the target is encoded now");
        world.layers = vec![Rid::F];
        world.run(Duration::from_millis(33 * GOP + 2000));
        assert_eq!(shown(&world), Rid::F, "the target is not encoded any more");
    }
}

#[test]
fn pictures_that_a_viewer_was_not_given_leave_no_gap() {
    for codec in CODECS {
        let mut world = World::new(codec);
        let slow = world.join(Rid::F);
        world.run(Duration::from_millis(333));
        for i in 0..40 {
            world.encode(|viewer, p| viewer != slow || !(5..12).contains(&i) || p.keyframe);
            for _ in 0..33 {
                world.now += Duration::from_millis(1);
                world.timers();
            }
        }
        let shown = &world.viewers[slow].shown;
        let again = shown[shown.len() - 4..].iter().any(|s| s.temporal == 2);
        assert!(again || codec == VideoCodec::Vp9, "all temporal layers are sent again afterwards");
    }
}

#[test]
fn sequence_numbers_start_in_the_lower_half_and_roll_over() {
    let mut world = World::new(VideoCodec::Vp8);
    world.sizes = [(200, 200); 3];
    let viewer = world.join(Rid::F);
    world.run(Duration::from_secs(1));
    assert!(world.viewers[viewer].video[0].sequence < 1 << 15);
    assert!(world.viewers[viewer].audio[0].sequence < 1 << 15);
    // Large pictures make the sequence numbers roll over soon. The test's viewer asserts that there is no gap.
    world.sizes = [(15 * 1160, 15 * 1160); 3];
    let before = world.viewers[viewer].video.len();
    while world.viewers[viewer].video.len() < before + 70_000 {
        world.encode(|_, _| true);
        world.now += Duration::from_millis(33);
        world.timers();
    }
}

#[test]
fn a_viewer_that_takes_only_sound_or_only_the_picture_is_sent_that() {
    let mut world = World::new(VideoCodec::H264);
    let mut n = negotiated(VideoCodec::H264);
    n.video = None;
    let sound = world.join_as(&n, Rid::F);
    let mut n = negotiated(VideoCodec::H264);
    n.audio = None;
    let picture = world.join_as(&n, Rid::F);
    world.run(Duration::from_secs(1));
    assert!(world.viewers[sound].video.is_empty() && world.viewers[sound].audio.len() == 50);
    assert_eq!(world.viewers[sound].egress.watching(), None);
    assert!(world.viewers[picture].audio.is_empty() && world.viewers[picture].shown.len() == 31);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// Pictures are not given, layers are capped and starts are asked for in any order, and the assertions of the test's viewer hold.
    #[test]
    fn no_order_of_events_breaks_a_viewer(codec in prop::sample::select(&CODECS[..]), events in prop::collection::vec((0u8..6, 1u8..40), 1..60)) {
        let mut world = World::new(codec);
        let viewer = world.join(Rid::F);
        for (event, amount) in events {
            match event {
                0 => world.viewers[viewer].egress.cap(Rid::Q),
                1 => world.viewers[viewer].egress.cap(Rid::H),
                2 => world.viewers[viewer].egress.cap(Rid::F),
                3 => world.feedback(viewer, &super::world::pli()),
                4 => for _ in 0..amount { world.encode(|_, _| false); world.now += Duration::from_millis(33); },
                _ => world.force_keyframe = amount < 10,
            }
            world.run(Duration::from_millis(u64::from(amount) * 7));
        }
        world.viewers[viewer].egress.cap(Rid::F);
        world.run(Duration::from_millis(33 * GOP + 500));
        let last = world.viewers[viewer].shown.last().expect("something was shown");
        prop_assert!(world.now - last.at < Duration::from_millis(200), "still playing");
        prop_assert_eq!(last.rid, Rid::F);
    }
}
