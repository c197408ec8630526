//! The initial probe: how a new viewer comes to the layer that its path carries.

use super::link::Link;
use super::seeds::{self, Figures, freeze, ms, s, share, until};
use super::viewer::Shown;
use super::world::World;
use std::time::Duration;
use stream::{Rid, VideoCodec};

/// Capacity in bits a second, one-way delay, and the longest freeze in seconds that is allowed in the first ten seconds.
const PATHS: [(u32, Duration, f32); 6] = [
    (20_000_000, ms(20), 0.1),
    (5_000_000, ms(20), 0.2),
    (3_000_000, ms(25), 0.3),
    (2_000_000, ms(25), 0.3),
    (1_000_000, ms(25), 0.3),
    (400_000, ms(25), 0.5),
];

/// Measures the time to the first picture, the time to a layer, the longest freeze, and the longest queue.
fn join(name: &str, (capacity, delay): (u32, Duration), round_trip: Option<Duration>, layer: Rid) -> Figures<4> {
    let names = ["first picture", "layer", "freeze", "queue"];
    Figures::of(&format!("{name}, {:.1} Mbit/s", capacity as f32 / 1e6), names, |seed| {
        let mut world = seeds::world(seed);
        world.round_trip = round_trip;
        let viewer = world.join(Rid::F);
        let mut link = seeds::link(&world, seed, move |_| capacity);
        link.delay = delay;
        link.run(&mut world, s(10));
        let first = link.browser(0).shown().first().map_or(s(99), |at| *at - world.start);
        [
            first.as_secs_f32(),
            until(&world, viewer, s(0), |p: &Shown| p.rid == layer),
            freeze(&link, 0, first, s(10)),
            link.worst_queue(s(0), s(10)).as_secs_f32(),
        ]
    })
}

#[test]
fn a_joiner_that_is_not_near_starts_small_and_soon_has_the_layer_that_its_path_carries() {
    for (capacity, delay, still) in PATHS {
        let layer = if capacity > 1_500_000 {
            Rid::F
        } else if capacity > 700_000 {
            Rid::H
        } else {
            Rid::Q
        };
        let all_at_once = join("all at once", (capacity, delay), Some(ms(1)), layer);
        let got = join("small first", (capacity, delay), None, layer);
        assert!(got.most(0) <= 0.2, "first picture after {} s at {capacity}", got.most(0));
        assert!(got.most(0) <= all_at_once.least(0), "a small start is never slower than a large one");
        let soon = if capacity >= 20_000_000 { 0.15 } else { 2.5 };
        assert!(got.most(1) <= soon, "{layer:?} after {} s at {capacity}", got.most(1));
        assert!(got.most(2) <= still, "stood still for {} s at {capacity}", got.most(2));
        assert!(got.most(3) <= 0.32, "a queue of {} s at {capacity}", got.most(3));
    }
}

#[test]
fn a_viewer_that_is_near_starts_on_the_top_layer() {
    for round_trip in [ms(1), ms(4)] {
        let mut world = World::new(VideoCodec::H264);
        world.run(ms(700));
        world.round_trip = Some(round_trip);
        let viewer = world.join(Rid::F);
        assert_eq!(world.viewers[viewer].shown.first().map(|p| p.rid), None, "50 packets do not fit into one burst");
        world.run(ms(12));
        assert_eq!(world.viewers[viewer].shown.first().map(|p| p.rid), Some(Rid::F));
    }
}

/// A viewer must not stay on the smallest layer because the feedback on the initial probe was lost.
#[test]
fn a_viewer_whose_first_feedback_is_lost_still_climbs() {
    let mut world = seeds::world(3);
    let viewer = world.join(Rid::F);
    let mut link = Link::new(&world, |_| 20_000_000);
    link.feedback_loss = 100;
    link.run(&mut world, ms(500));
    link.feedback_loss = 0;
    link.run(&mut world, s(9));
    assert!(share(&world, viewer, Rid::F, s(5), s(9)) > 0.95);
}

#[test]
fn a_viewer_of_the_smallest_layer_stays_there() {
    let mut world = seeds::world(3);
    let viewer = world.join(Rid::Q);
    let mut link = Link::new(&world, |_| 20_000_000);
    link.run(&mut world, s(5));
    assert_eq!(share(&world, viewer, Rid::Q, s(0), s(5)), 1.0);
    assert_eq!(world.viewers[viewer].egress.totals().padding, 0, "there is no larger layer to probe for");
}
