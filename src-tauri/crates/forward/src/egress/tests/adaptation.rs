//! RFC 8867's cases 5.1, 5.2, 5.3 and 5.6, adapted to a sender that can only choose among layers, and issue-sized drops.

use super::link::{Link, Tcp};
use super::world::{FRAME, World};
use protocol::{Rid, VideoCodec};
use std::time::Duration;

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// When a viewer's layer was `rid` first after a time, since the start.
fn reached(world: &World, viewer: usize, rid: Rid, after: Duration) -> Option<Duration> {
    let from = world.start + after;
    world.viewers[viewer].shown.iter().find(|p| p.at >= from && p.rid == rid).map(|p| p.at - world.start)
}

/// The part of the pictures sent in a time that were of a layer.
fn share(world: &World, viewer: usize, rid: Rid, from: Duration, to: Duration) -> f32 {
    let range = world.start + from..world.start + to;
    let sent: Vec<_> = world.viewers[viewer].shown.iter().filter(|p| range.contains(&p.at)).collect();
    sent.iter().filter(|p| p.rid == rid).count() as f32 / sent.len().max(1) as f32
}

#[test]
fn a_good_path_stays_on_top_and_is_not_probed() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    let mut link = Link::new(&world, |_| 20_000_000);
    link.run(&mut world, s(20));
    assert_eq!(share(&world, viewer, Rid::F, s(0), s(20)), 1.0);
    assert_eq!(world.viewers[viewer].egress.totals().padding, 0);
    assert!(link.receiver(0).longest_freeze(ms(100), s(20)) < ms(100));
}

#[test]
fn random_loss_of_five_percent_is_repaired_on_the_top_layer() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    let mut link = Link::new(&world, |_| 20_000_000);
    link.loss = 50;
    link.run(&mut world, s(30));
    assert_eq!(share(&world, viewer, Rid::F, s(0), s(30)), 1.0);
    let freeze = link.receiver(0).longest_freeze(s(1), s(30));
    assert!(freeze < ms(500), "{freeze:?}");
    assert!(world.viewers[viewer].egress.totals().repairs > 100);
}

/// What is wrong there is neither the path nor ours to answer: every picture goes on, of every temporal layer.
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
        let freeze = link.receiver(0).longest_freeze(s(1), s(60));
        assert!(freeze < ms(500), "{freeze:?}, up to {busy} ms late");
    }
}

#[test]
fn a_drop_to_forty_percent_is_followed_and_a_recovery_is_found() {
    // Wherever in the keyframe interval it drops; 10 s is with a keyframe, the worst.
    for drop in [10_000, 10_300, 10_900, 11_500].map(ms) {
        let mut world = World::new(VideoCodec::H264);
        let viewer = world.join(Rid::F);
        let mut link = Link::new(&world, move |t| if t >= drop && t < s(30) { 1_200_000 } else { 3_000_000 });
        link.run(&mut world, s(50));
        assert!(share(&world, viewer, Rid::F, s(1), drop) > 0.95, "3 Mbit/s carry the top layer");
        let down = world.viewers[viewer].shown.iter().find(|p| p.at > world.start + drop && p.rid < Rid::F);
        let down = down.expect("it went down").at - world.start - drop;
        assert!(down < s(1), "down after {down:?}, drop at {drop:?}");
        let freeze = link.receiver(0).longest_freeze(drop, s(30));
        assert!(freeze <= ms(500), "{freeze:?}, drop at {drop:?}");
        let late = link.worst_queue(drop + s(2), s(29));
        assert!(late <= ms(130), "queueing delay {late:?} two seconds after the drop at {drop:?}");
        let above = link.time_above(ms(100), drop + s(2), s(29));
        assert!(above < 0.05, "{above} of the time above 100 ms, drop at {drop:?}");
        assert!(share(&world, viewer, Rid::H, s(15), s(30)) > 0.95, "the middle layer fits");
        let up = reached(&world, viewer, Rid::F, s(30)).expect("it climbed") - s(30);
        assert!(up < s(5), "up after {up:?}");
        assert!(share(&world, viewer, Rid::F, s(36), s(50)) > 0.95, "and stays");
    }
}

/// RFC 8867 section 5.1: 1, 2.5, 0.6 and 1 Mbit/s, for 40, 20, 20 and 20 s; queues of at most 300 ms, 50 ms one way.
#[test]
fn case_5_1_variable_capacity_with_a_single_flow() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    let capacity = |t: Duration| match t.as_secs() {
        0..40 => 1_000_000,
        40..60 => 2_500_000,
        60..80 => 600_000,
        _ => 1_000_000,
    };
    let mut link = Link::new(&world, capacity);
    link.delay = ms(50);
    link.run(&mut world, s(100));
    let receiver = link.receiver(0);
    let freeze = receiver.longest_freeze(s(4), s(100));
    assert!(freeze <= ms(600), "{freeze:?}");
    assert!(share(&world, viewer, Rid::H, s(8), s(40)) > 0.9);
    assert!(share(&world, viewer, Rid::F, s(46), s(60)) > 0.6, "most pictures of the top layer fit into 2.5 Mbit/s");
    assert!(share(&world, viewer, Rid::F, s(62), s(100)) == 0.0);
    assert!(share(&world, viewer, Rid::H, s(86), s(100)) > 0.9);
    // One keyframe of the middle layer alone takes 210 ms of the thinnest of these paths, every two seconds.
    for (from, to, allowed) in [(5, 40, 0.1), (62, 80, 0.2), (82, 100, 0.1)] {
        let above = link.time_above(ms(100), s(from), s(to));
        assert!(above < allowed, "{above} of the time above 100 ms between {from} and {to} s");
    }
}

/// RFC 8867 section 5.2: two flows on one bottleneck: 4, 2, 3.5, 1 and 2 Mbit/s, for 25 s each; the second joins 5 s later.
#[test]
fn case_5_2_variable_capacity_with_two_flows() {
    let mut world = World::new(VideoCodec::H264);
    world.join(Rid::F);
    let capacity =
        |t: Duration| [4_000_000, 2_000_000, 3_500_000, 1_000_000, 2_000_000][(t.as_secs() as usize / 25).min(4)];
    let mut link = Link::new(&world, capacity);
    link.run(&mut world, s(5));
    world.join(Rid::F);
    link.run(&mut world, s(120));
    for viewer in 0..2 {
        let freeze = link.receiver(viewer).longest_freeze(s(8), s(118));
        assert!(freeze <= ms(1000), "viewer {viewer}: {freeze:?}");
        let pictures = link.receiver(viewer).shown().len();
        assert!(pictures > 110 * 20, "viewer {viewer} saw {pictures} pictures");
        assert!(share(&world, viewer, Rid::H, s(28), s(50)) > 0.7, "both fit in the middle layer");
    }
    let above = link.time_above(ms(150), s(10), s(125));
    assert!(above < 0.1, "{above} of the time above 150 ms");
}

/// RFC 8867 section 5.3, seen from one side: the feedback comes over a congested path, late and with holes.
#[test]
fn case_5_3_congested_feedback() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    let mut link = Link::new(&world, |t| if (s(20)..s(40)).contains(&t) { 1_000_000 } else { 3_000_000 });
    (link.feedback_loss, link.feedback_delay) = (20, ms(200));
    link.run(&mut world, s(60));
    let freeze = link.receiver(0).longest_freeze(s(2), s(60));
    assert!(freeze <= ms(1000), "{freeze:?}");
    assert!(share(&world, viewer, Rid::F, s(2), s(20)) > 0.9);
    assert!(share(&world, viewer, Rid::H, s(25), s(40)) > 0.9);
    assert!(share(&world, viewer, Rid::F, s(47), s(60)) > 0.9);
    assert!(link.time_above(ms(100), s(23), s(40)) < 0.05);
}

/// RFC 8867 section 5.6: 2 Mbit/s shared with a long TCP flow. Neither starves the other.
#[test]
fn case_5_6_a_long_tcp_flow() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    let mut link = Link::new(&world, |_| 2_000_000);
    link.tcp = Some(Tcp::starting(world.start + s(30)));
    link.run(&mut world, s(120));
    assert!(share(&world, viewer, Rid::F, s(10), s(30)) + share(&world, viewer, Rid::H, s(10), s(30)) > 0.95);
    let freeze = link.receiver(0).longest_freeze(s(5), s(120));
    assert!(freeze <= ms(1500), "{freeze:?}");
    let delivered = link.tcp.as_ref().expect("it ran").delivered as f32 * 8.0 / 90.0;
    assert!(delivered > 600_000.0, "TCP got {delivered} bit/s");
    let shown = link.receiver(0).shown().len();
    assert!(shown > 120 * 7, "at least a quarter of the pictures: {shown}");
}

#[test]
fn a_path_just_below_a_layer_does_not_make_it_flap() {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    let mut link = Link::new(&world, |_| 2_300_000);
    link.run(&mut world, s(120));
    let shown = &world.viewers[viewer].shown;
    let late: Vec<_> = shown.iter().filter(|p| p.at > world.start + s(20)).collect();
    let switches = late.windows(2).filter(|w| w[0].rid != w[1].rid).count();
    assert!(switches <= 8, "{switches} switches in 100 s");
}

/// Nothing is known of a path when a viewer joins, so it is sent all; where that is too much it must come right soon.
#[test]
fn a_joiner_on_a_thin_path_sees_something_soon_and_keeps_seeing() {
    for (capacity, into) in [(400_000, 1000), (1_000_000, 0), (1_000_000, 1900), (2_000_000, 1900), (5_000_000, 1900)] {
        let mut world = World::new(VideoCodec::H264);
        world.run(ms(into + 1));
        world.join(Rid::F);
        let mut link = Link::new(&world, move |_| capacity);
        link.run(&mut world, s(10));
        let freeze = link.receiver(0).longest_freeze(s(0), s(10));
        assert!(freeze < ms(1300), "{freeze:?} at {capacity} bit/s, {into} ms into the interval");
    }
}
