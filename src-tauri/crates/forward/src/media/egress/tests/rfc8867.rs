//! RFC 8867's cases 5.1, 5.2, 5.3 and 5.6, adapted to a sender that can only choose among layers.

use super::link::Tcp;
use super::seeds::until;
use super::seeds::{Figures, freeze, link, ms, s, share, switches, world};
use std::time::Duration;
use stream::Rid;

/// RFC 8867 section 5.1: 1, 2.5, 0.6 and 1 Mbit/s, for 40, 20, 20 and 20 s; queues of at most 300 ms, 50 ms one way.
#[test]
fn case_5_1_variable_capacity_with_a_single_flow() {
    let capacity = |t: Duration| match t.as_secs() {
        0..40 => 1_000_000,
        40..60 => 2_500_000,
        60..80 => 600_000,
        _ => 1_000_000,
    };
    let names = [
        "freeze",
        "freeze but at the drop",
        "above 100 ms",
        "above in the thinnest",
        "least H",
        "least F",
        "F too early",
        "back",
        "switches",
    ];
    let got = Figures::of("5.1", names, |seed| {
        let mut world = world(seed);
        let viewer = world.join(Rid::F);
        let mut link = link(&world, seed, capacity);
        link.delay = ms(50);
        link.run(&mut world, s(100));
        let apart = [(4, 60), (62, 100)].map(|(from, to)| freeze(&link, 0, s(from), s(to)));
        [
            freeze(&link, 0, s(4), s(100)),
            apart[0].max(apart[1]),
            link.time_above(ms(100), s(5), s(40)).max(link.time_above(ms(100), s(82), s(100))),
            link.time_above(ms(100), s(62), s(80)),
            share(&world, viewer, Rid::H, s(8), s(40)),
            share(&world, viewer, Rid::F, s(45), s(60)),
            share(&world, viewer, Rid::F, s(61), s(100)),
            until(&world, viewer, s(80), |p| p.rid == Rid::H),
            switches(&world, viewer, s(5), s(40))
                + switches(&world, viewer, s(45), s(60))
                + switches(&world, viewer, s(85), s(100)),
        ]
    });
    let [lasting, rest, above, thinnest] = [0, 1, 2, 3].map(|i| got.most(i));
    assert!(lasting <= 0.5, "at the drop to a quarter: {lasting} s");
    assert!(rest <= 0.45, "otherwise: {rest} s");
    assert!(above < 0.01 && thinnest < 0.06, "{above}, {thinnest} of the time above 100 ms");
    assert!(got.least(4) > 0.95 && got.least(5) > 0.95, "the middle layer fits into 1 Mbit/s, the top one into 2.5");
    assert_eq!(got.most(6), 0.0);
    assert!(got.most(7) <= 5.0, "climbs within 5 s");
    assert_eq!(got.most(8), 0.0, "no flapping");
}

/// RFC 8867 section 5.2: two flows on one bottleneck: 4, 2, 3.5, 1 and 2 Mbit/s, for 25 s each; the second joins 5 s later.
/// They do not share fairly: where one has the top layer and leaves room for the smallest, there is no standing queue, so the first
/// does not make room.
#[test]
fn case_5_2_variable_capacity_with_two_flows() {
    let capacity =
        |t: Duration| [4_000_000, 2_000_000, 3_500_000, 1_000_000, 2_000_000][(t.as_secs() as usize / 25).min(4)];
    let got = Figures::of("5.2", ["freeze", "above 100 ms", "share of Q", "least pictures", "switches"], |seed| {
        let mut world = world(seed);
        world.join(Rid::F);
        let mut link = link(&world, seed, capacity);
        link.run(&mut world, s(5) + ms(97 * seed));
        world.join(Rid::F);
        link.run(&mut world, s(120));
        let both = |of: &dyn Fn(usize) -> f32, or: fn(f32, f32) -> f32| or(of(0), of(1));
        [
            both(&|i| freeze(&link, i, s(8), s(118)), f32::max),
            link.time_above(ms(100), s(10), s(125)),
            both(&|i| share(&world, i, Rid::Q, s(28), s(50)), f32::max),
            both(&|i| link.browser(i).shown().len() as f32, f32::min),
            both(&|i| switches(&world, i, s(8), s(120)), f32::max),
        ]
    });
    assert!(got.most(0) <= 0.65, "{} s", got.most(0));
    assert!(got.most(1) < 0.1, "{} of the time above 100 ms", got.most(1));
    assert!(got.least(3) > 110.0 * 15.0, "{} pictures", got.least(3));
    assert!(got.most(4) <= 20.0, "{} switches", got.most(4));
}

/// RFC 8867 section 5.3, in one direction: the feedback comes back over a congested path, so it is late and some of it is lost.
#[test]
fn case_5_3_congested_feedback() {
    let got = Figures::of("5.3", ["freeze", "above 100 ms", "least share", "switch", "climb"], |seed| {
        let mut world = world(seed);
        let viewer = world.join(Rid::F);
        let mut link = link(&world, seed, |t| if (s(20)..s(40)).contains(&t) { 1_000_000 } else { 3_000_000 });
        (link.feedback_loss, link.feedback_delay) = (20, ms(200));
        link.run(&mut world, s(60));
        let shares = [(Rid::F, 3, 20), (Rid::H, 25, 40), (Rid::F, 48, 60)];
        [
            freeze(&link, 0, s(2), s(60)),
            link.time_above(ms(100), s(23), s(40)),
            shares
                .map(|(rid, from, to)| share(&world, viewer, rid, s(from), s(to)))
                .into_iter()
                .reduce(f32::min)
                .expect("three"),
            until(&world, viewer, s(20), |p| p.rid < Rid::F),
            until(&world, viewer, s(40), |p| p.rid == Rid::F),
        ]
    });
    assert!(got.most(0) <= 0.55, "{} s", got.most(0));
    assert!(got.most(1) < 0.05, "{} of the time above 100 ms", got.most(1));
    assert!(got.least(2) > 0.9, "{}", got.least(2));
    assert!(got.most(3) <= 1.0, "switched after {} s", got.most(3));
    assert!(got.most(4) <= 5.0, "climbed after {} s", got.most(4));
}

/// RFC 8867 section 5.6: 2 Mbit/s shared with a long TCP flow. Neither starves the other.
#[test]
fn case_5_6_a_long_tcp_flow() {
    let got = Figures::of("5.6", ["before", "freeze", "TCP, Mbit/s", "pictures a second", "switches"], |seed| {
        let mut world = world(seed);
        let viewer = world.join(Rid::F);
        let mut link = link(&world, seed, |_| 2_000_000);
        link.tcp = Some(Tcp::starting(world.start + s(30) + ms(97 * seed)));
        link.run(&mut world, s(120));
        [
            share(&world, viewer, Rid::F, s(10), s(30)),
            freeze(&link, 0, s(5), s(120)),
            link.tcp.as_ref().expect("it ran").delivered as f32 * 8.0 / 90e6,
            link.browser(0).shown().len() as f32 / 120.0,
            switches(&world, viewer, s(35), s(120)),
        ]
    });
    assert!(got.least(0) > 0.95);
    assert!(got.most(1) <= 0.8, "{} s", got.most(1));
    assert!(got.least(2) > 0.6, "TCP got {} Mbit/s", got.least(2));
    assert!(got.least(3) > 7.0, "at least a quarter of the pictures: {} a second", got.least(3));
    assert!(got.most(4) <= 4.0, "{} switches in 85 s", got.most(4));
}
