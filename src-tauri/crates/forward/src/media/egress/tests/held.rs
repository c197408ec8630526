//! What a viewer that holds a layer is sent on a line that does not carry all of it.

use super::seeds::{self, Figures, freeze, ms, s, share, switches, until};
use std::time::Duration;
use stream::Rid;

/// Carries base pictures of the full layer, and not half of its pictures.
const THIN: u32 = 1_100_000;
/// Carries not even those.
const THINNER: u32 = 500_000;
const AMPLE: u32 = 20_000_000;

/// A line that is thin from 5 to 40 s: the share of full pictures from 15 s on, how many pictures a second there are then, how long the picture
/// stands still, how much of the time the queue is above 200 ms, how often the layer changes, and when the full layer is back.
fn on(name: &str, thin: u32, held: Option<Rid>) -> Figures<6> {
    let names = ["full", "pictures a second", "still", "above 200 ms", "switches", "full again"];
    Figures::of(name, names, |seed| {
        let mut world = seeds::world(seed);
        let viewer = world.join(Rid::F);
        world.viewers[viewer].egress.hold(held);
        let mut link = seeds::link(&world, seed, move |t| if (s(5)..s(40)).contains(&t) { thin } else { AMPLE });
        link.run(&mut world, s(55));
        let (from, to) = (s(15), s(40));
        let shown = world.viewers[viewer].shown.iter();
        let count = shown.filter(|p| (world.start + from..world.start + to).contains(&p.at)).count();
        [
            share(&world, viewer, Rid::F, from, to),
            count as f32 / (to - from).as_secs_f32(),
            freeze(&link, 0, from, to),
            link.time_above(ms(200), from, to),
            switches(&world, viewer, from, to),
            until(&world, viewer, s(40), |p| p.rid == Rid::F),
        ]
    })
}

#[test]
fn who_holds_the_full_picture_is_sent_fewer_of_them_where_others_are_sent_smaller_ones() {
    let free = on("1.1 Mbit/s", THIN, None);
    assert!(free.most(0) < 0.1, "without a choice there is a smaller picture: {}", free.most(0));
    let held = on("1.1 Mbit/s, full held", THIN, Some(Rid::F));
    assert!(held.least(0) > 0.9, "it is what was chosen: {}", held.least(0));
    assert!(held.most(1) < 15.0 && held.least(1) > 5.0, "fewer of them: {} to {}", held.least(1), held.most(1));
    assert!(held.most(2) < 1.0, "the picture stands still for {} s", held.most(2));
    assert!(held.most(5) < 5.0, "all of them are back after {} s", held.most(5));
}

#[test]
fn what_a_line_does_not_carry_at_all_is_not_sent_whoever_holds_it() {
    let free = on("0.5 Mbit/s", THINNER, None);
    let held = on("0.5 Mbit/s, full held", THINNER, Some(Rid::F));
    assert!(held.most(0) < 0.1, "{} of the pictures are full", held.most(0));
    assert!(
        held.most(2) < free.most(2) + 0.5,
        "the picture stands still for {} s, {} without",
        held.most(2),
        free.most(2)
    );
    assert!(held.most(3) < free.most(3) + 0.1, "{} of the time above 200 ms, {} without", held.most(3), free.most(3));
    assert!(held.most(5) < 6.0, "it is back after {} s", held.most(5));
}

#[test]
fn who_holds_a_small_picture_is_sent_that_on_any_line_and_is_not_probed_for_more() {
    let mut world = seeds::world(1);
    let viewer = world.join(Rid::F);
    world.viewers[viewer].egress.hold(Some(Rid::Q));
    let mut link = seeds::link(&world, 1, |_| THIN);
    link.run(&mut world, Duration::from_secs(30));
    assert_eq!(share(&world, viewer, Rid::Q, s(1), s(30)), 1.0);
    let padding = world.viewers[viewer].egress.totals().padding;
    assert!(padding < 20, "{padding} packets");
}
