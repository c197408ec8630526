//! Rate adaptation on good paths and lossy ones, and when the capacity drops and recovers.

use super::link::Link;
use super::seeds::{self, Figures, freeze, ms, s, share, switches, until};
use super::world::{FRAME, GOP, World};
use std::time::Duration;
use stream::{Rid, VideoCodec};

#[test]
fn a_good_path_stays_on_top_and_is_not_probed() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    let mut link = Link::new(&world, |_| 20_000_000);
    link.run(&mut world, s(20));
    assert_eq!(share(&world, viewer, Rid::F, s(0), s(20)), 1.0);
    assert_eq!(world.viewers[viewer].egress.totals().padding, 0);
    assert!(link.browser(0).longest_freeze(ms(100), s(20)) < ms(100));
}

#[test]
fn random_loss_of_five_percent_is_repaired_on_the_top_layer() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    let mut link = Link::new(&world, |_| 20_000_000);
    link.loss = 50;
    link.run(&mut world, s(30));
    assert_eq!(share(&world, viewer, Rid::F, s(0), s(30)), 1.0);
    let freeze = link.browser(0).longest_freeze(s(1), s(30));
    assert!(freeze < ms(500), "{freeze:?}");
    assert!(world.viewers[viewer].egress.totals().repairs > 100);
}

/// Neither random loss nor a browser that reads its socket late is congestion, so every picture of every temporal layer is sent.
#[test]
fn a_busy_viewer_on_a_path_that_loses_five_percent_keeps_every_picture() {
    for (busy, random) in [(0, 7), (10, 1), (20, 2), (35, 3), (50, 4), (50, 5), (50, 6)] {
        let mut world = World::new(VideoCodec::H264);
        let viewer = world.join(Rid::F);
        let mut link = Link::new(&world, |_| 50_000_000);
        (link.loss, link.busy, link.random) = (50, ms(busy), random);
        link.run(&mut world, s(60));
        let all = world.viewers[viewer].shown.len() as u64;
        assert_eq!(share(&world, viewer, Rid::F, s(0), s(60)), 1.0, "the top layer, up to {busy} ms late");
        assert_eq!(all, s(60).as_millis() as u64 / FRAME.as_millis() as u64 + 1, "all pictures, up to {busy} ms late");
        let freeze = link.browser(0).longest_freeze(s(1), s(60));
        assert!(freeze < ms(500), "{freeze:?}, up to {busy} ms late");
    }
}

#[test]
fn the_layer_follows_a_drop_to_forty_percent_and_the_recovery() {
    let names = ["switch", "freeze", "queue after 2 s", "above 100 ms", "climb", "freeze of the climb", "switches"];
    let got = Figures::of("3 to 1.2 Mbit/s and back", names, |seed| {
        let mut world = seeds::world(seed);
        let viewer = world.join(Rid::F);
        let mut link = seeds::link(&world, seed, |t| if (s(10)..s(30)).contains(&t) { 1_200_000 } else { 3_000_000 });
        link.run(&mut world, s(50));
        assert!(share(&world, viewer, Rid::F, s(3), s(10)) > 0.95, "3 Mbit/s carry the top layer");
        assert!(share(&world, viewer, Rid::H, s(15), s(30)) > 0.95, "the middle layer fits");
        [
            until(&world, viewer, s(10), |p| p.rid < Rid::F),
            freeze(&link, 0, s(10), s(30)),
            link.worst_queue(s(12), s(30)).as_secs_f32(),
            link.time_above(ms(100), s(12), s(30)),
            until(&world, viewer, s(30), |p| p.rid == Rid::F),
            freeze(&link, 0, s(30), s(50)),
            switches(&world, viewer, s(13), s(30)) + switches(&world, viewer, s(35), s(50)),
        ]
    });
    assert!(got.most(0) <= 1.0, "switched after {} s", got.most(0));
    assert!(got.most(1) <= 0.4, "stood still for {} s", got.most(1));
    assert!(got.most(2) <= 0.1, "queueing delay {} s two seconds after the drop", got.most(2));
    assert!(got.most(4) <= 5.0, "climbed after {} s", got.most(4));
    assert!(got.most(5) <= 0.5, "the picture froze for {} s during the climb", got.most(5));
    assert_eq!(got.most(6), 0.0, "no flapping");
}

#[test]
fn a_path_just_below_a_layer_does_not_make_it_flap() {
    for capacity in [550_000, 600_000, 1_900_000, 2_300_000, 2_450_000, 2_600_000] {
        let got = Figures::of(&format!("{capacity} bit/s"), ["switches", "freeze"], |seed| {
            let mut world = seeds::world(seed);
            let viewer = world.join(Rid::F);
            let mut link = seeds::link(&world, seed, move |_| capacity);
            link.run(&mut world, s(120));
            [switches(&world, viewer, s(20), s(120)), freeze(&link, 0, s(5), s(120))]
        });
        assert!(got.most(0) <= 4.0, "{} switches in 100 s at {capacity}", got.most(0));
        assert!(got.most(1) <= 0.5, "{} s at {capacity}", got.most(1));
    }
}

/// The limit on a path that has recovered is lifted, so that keyframes are sent as fast as on a path that was never limited.
#[test]
fn after_a_recovery_keyframes_leave_as_on_a_fresh_path() {
    let names = ["keyframe out", "keyframe out, fresh", "left out", "climb", "forgotten", "freeze", "padding"];
    let got = Figures::of("3 to 1.2 to 20 Mbit/s", names, |seed| {
        let mut world = seeds::world(seed);
        let viewer = world.join(Rid::F);
        let mut link = seeds::link(&world, seed, |t| match t.as_secs() {
            0..10 => 3_000_000,
            10..20 => 1_200_000,
            _ => 20_000_000,
        });
        link.run(&mut world, s(50));
        let padding = world.viewers[viewer].egress.totals().padding;
        let mut fresh = seeds::world(seed);
        fresh.join(Rid::F);
        seeds::link(&fresh, seed, |_| 20_000_000).run(&mut fresh, s(50));
        let spread = |world: &World| keyframes(world, 0, s(35), s(50)).into_iter().fold(0.0, f32::max);
        let paced: Vec<_> = keyframe_ends(&world, viewer).filter(|(_, took)| *took > 0.03).map(|(at, _)| at).collect();
        [
            spread(&world),
            spread(&fresh),
            sent(&fresh, 0, s(35), s(50)) - sent(&world, viewer, s(35), s(50)),
            until(&world, viewer, s(20), |p| p.rid == Rid::F),
            paced.last().map_or(0.0, |at| *at - 20.0),
            freeze(&link, 0, s(35), s(50)),
            padding as f32,
        ]
    });
    assert_eq!(got.most(0), got.most(1), "a keyframe is sent as fast as on a path that was never limited");
    assert!(got.most(0) <= 0.03, "{} s", got.most(0));
    assert!(got.most(2) <= 0.0, "{} pictures were left out", got.most(2));
    assert!(got.most(4) <= 12.0, "the last keyframe was held back {} s after the recovery", got.most(4));
    assert!(got.most(5) <= 0.1, "{} s", got.most(5));
}

/// On a path that carries the top layer and little more, keyframe probes are made now and then, and do no harm.
#[test]
fn a_path_that_carries_just_the_top_layer_is_not_harmed_by_keyframe_probes() {
    for capacity in [2_700_000, 3_500_000, 6_000_000] {
        let name = format!("1.2 to {:.1} Mbit/s", capacity as f32 / 1e6);
        let got = Figures::of(&name, ["switches", "freeze", "above 100 ms", "queue", "pictures"], |seed| {
            let mut world = seeds::world(seed);
            let viewer = world.join(Rid::F);
            let mut link =
                seeds::link(&world, seed, move |t| if (s(5)..s(15)).contains(&t) { 1_200_000 } else { capacity });
            link.run(&mut world, s(82));
            [
                switches(&world, viewer, s(22), s(82)),
                freeze(&link, 0, s(22), s(82)),
                link.time_above(ms(100), s(22), s(82)),
                link.worst_queue(s(22), s(82)).as_secs_f32(),
                sent(&world, viewer, s(22), s(82)) / 60.0,
            ]
        });
        assert_eq!(got.most(0), 0.0, "no flapping at {capacity}");
        assert!(got.most(1) <= 0.3, "{} s at {capacity}", got.most(1));
        assert!(got.most(2) <= 0.03, "{} of the time above 100 ms at {capacity}", got.most(2));
    }
}

/// When a path collapses, the rest of its capacity is used for the start of a smaller layer: a keyframe that was begun is abandoned
/// for it, and the queue on the path is not waited for. Slides have large keyframes and small pictures in between.
#[test]
fn on_a_path_that_collapses_within_a_keyframe_the_smaller_layer_starts_at_once() {
    const TALK: [(usize, usize); 3] = [(6_000, 600), (16_000, 2_000), (50_000, 9_500)];
    const SLIDES: [(usize, usize); 3] = [(6_000, 300), (20_000, 800), (100_000, 3_000)];
    let cases = [
        ("slides", SLIDES, 1_500_000, 200_000, 2.6, true),
        ("slides", SLIDES, 1_500_000, 300_000, 1.3, true),
        ("slides, long queue", SLIDES, 3_000_000, 200_000, 4.0, false),
        ("talk", TALK, 20_000_000, 400_000, 1.0, false),
    ];
    for (name, sizes, before, after, still, begun) in cases {
        let name = format!("{name}, {:.1} to {:.1} Mbit/s within a keyframe", before as f32 / 1e6, after as f32 / 1e6);
        let got = Figures::of(&name, ["freeze", "smallest layer", "abandoned"], |seed| {
            let mut world = seeds::world(seed);
            world.sizes = sizes;
            let began = ms(1 + seed * 397 % 1980);
            let viewer = world.join(Rid::F);
            // The time of the first keyframe after 10 s.
            let gop = GOP as u32 * FRAME;
            let keyframe = gop * ((s(10) + began).as_millis() / gop.as_millis() + 1) as u32 - began;
            let drop = keyframe + ms(20 * seed) - ms(40);
            let mut link = seeds::link(&world, seed, move |t| if t < drop { before } else { after });
            link.run(&mut world, s(25));
            [
                freeze(&link, 0, drop, drop + s(10)),
                until(&world, viewer, drop, |p| p.rid == Rid::Q),
                world.viewers[viewer].abandoned.len() as f32,
            ]
        });
        assert!(got.most(0) <= still, "stood still for {} s: {name}", got.most(0));
        assert!(got.most(1) <= 1.0, "the smallest layer was sent after {} s: {name}", got.most(1));
        assert!(!begun || got.most(2) > 0.0, "no keyframe was abandoned, so this case tests nothing: {name}");
    }
}

/// Half of the feedback is lost. That must not look like half the acked bitrate, nor like half of the packets being lost.
#[test]
fn lost_feedback_is_neither_loss_nor_a_lower_acked_bitrate() {
    let mut world = seeds::world(1);
    let viewer = world.join(Rid::F);
    let mut link = seeds::link(&world, 1, |_| 20_000_000);
    link.feedback_loss = 50;
    link.run(&mut world, s(60));
    assert_eq!(share(&world, viewer, Rid::F, s(3), s(60)), 1.0);
    assert_eq!(world.viewers[viewer].egress.totals().dropped, 0, "no picture is left out");
}

/// When the first packet of each whole keyframe of the top layer was sent, in seconds since the start, and how long it took until the
/// last.
fn keyframe_ends(world: &World, viewer: usize) -> impl Iterator<Item = (f32, f32)> {
    let viewer = &world.viewers[viewer];
    viewer.shown.iter().filter(|p| p.keyframe && p.rid == Rid::F).filter_map(|p| {
        let first = viewer.video.iter().find(|packet| packet.timestamp == p.timestamp)?;
        Some(((first.at - world.start).as_secs_f32(), (p.at - first.at).as_secs_f32()))
    })
}

/// How long it took to send each keyframe, in seconds.
fn keyframes(world: &World, viewer: usize, from: Duration, to: Duration) -> Vec<f32> {
    let range = from.as_secs_f32()..to.as_secs_f32();
    keyframe_ends(world, viewer).filter(|(at, _)| range.contains(at)).map(|(_, took)| took).collect()
}

/// The number of whole pictures that were sent.
fn sent(world: &World, viewer: usize, from: Duration, to: Duration) -> f32 {
    let range = world.start + from..world.start + to;
    world.viewers[viewer].shown.iter().filter(|p| range.contains(&p.at)).count() as f32
}
