//! Good paths, lossy ones, drops and recoveries.

use super::link::Link;
use super::seeds::{self, Figures, freeze, ms, s, share, switches, until};
use super::world::{FRAME, World};
use protocol::{Rid, VideoCodec};

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
    assert!(got.most(1) <= 0.5, "stood still for {} s", got.most(1));
    assert!(got.most(2) <= 0.1, "queueing delay {} s two seconds after the drop", got.most(2));
    assert!(got.most(4) <= 5.0, "climbed after {} s", got.most(4));
    assert!(got.most(5) <= 0.5, "climbing takes {} s of the picture", got.most(5));
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
