//! What is said of a line, second by second, without any.

use super::*;
use protocol::{Layer, VideoCodec};
use std::time::Duration;

/// What each layer costs in these tests, kbit/s on the wire: headers and sound on 3000, 600 and 200.
const COSTS: [u32; 3] = [315, 735, 3255];

/// A line that carries so much at most, and the viewers on it, each in a network of its own.
struct World {
    capacity: Capacity,
    now: Instant,
    made: Made,
}

impl World {
    /// What layers cost is known, and nobody came yet.
    fn new() -> World {
        let mut world = World { capacity: Capacity::default(), now: Instant::now(), made: Made::default() };
        world.encode(6, [200, 600, 3000]);
        world
    }

    /// Those who will be seen have been there for a while.
    fn settled() -> World {
        let mut world = World::new();
        for _ in 0..20 {
            world.capacity.seen(ViewerId(99), &well(0), None, None, false);
            world.watch(1, &[]);
        }
        world
    }

    /// Layers of so many kbit/s are encoded for some seconds, and sound of 76.
    fn encode(&mut self, seconds: u32, layers: [u64; 3]) {
        for _ in 0..seconds {
            self.capacity.made(self.made, self.now);
            self.now += Duration::from_secs(1);
            for (made, kbps) in self.made.layers.iter_mut().zip(layers) {
                *made += kbps * 125;
            }
            self.made.sound += 76 * 125;
        }
    }

    /// For so many seconds these viewers are sent so much each.
    fn watch(&mut self, seconds: u32, viewers: &[ViewerStats]) {
        self.watch_from(seconds, viewers, |n| ([203, 0, 113, n], false));
    }

    fn watch_from(&mut self, seconds: u32, viewers: &[ViewerStats], place: impl Fn(u8) -> ([u8; 4], bool)) {
        self.watch_who_hold(None, seconds, viewers, place);
    }

    fn watch_who_hold(
        &mut self,
        held: Option<Rid>,
        seconds: u32,
        viewers: &[ViewerStats],
        place: impl Fn(u8) -> ([u8; 4], bool),
    ) {
        for _ in 0..seconds {
            for (n, stats) in (1u8..).zip(viewers) {
                let (address, inside) = place(n);
                self.capacity.seen(ViewerId(n.into()), stats, held, Network::of(address.into()), inside);
            }
            self.now += Duration::from_secs(1);
            self.capacity.second(self.now);
        }
    }

    fn known(&self) -> Option<Known> {
        self.capacity.known(None, None)
    }

    /// How many more in the small, the middle and the large layer.
    fn more(&self) -> Option<[u32; 3]> {
        self.known().map(|known| known.more.map(|more| more.expect("all layers are encoded")))
    }

    fn is(&self) -> Option<(KnownBy, SharedLine, u32, u32)> {
        self.known().map(|known| (known.by, known.line, known.carries_kbps, known.used_kbps))
    }
}

/// Who has what there is.
fn well(bitrate_kbps: u32) -> ViewerStats {
    ViewerStats { bitrate_kbps, layer: layer(Rid::F, 2), ..ViewerStats::default() }
}

/// Who is sent the middle layer, as its path carries no more: it does for the moment of a probe, while those who share it are sent little.
fn thin(bitrate_kbps: u32) -> ViewerStats {
    ViewerStats { line_kbps: Some(5000), layer: layer(Rid::H, 2), ..well(bitrate_kbps) }
}

fn layer(rid: Rid, temporal: u8) -> Option<Layer> {
    Some(Layer { codec: VideoCodec::H264, rid, temporal, height: 360 })
}

#[test]
fn where_nothing_was_measured_nothing_is_said() {
    let mut world = World::new();
    assert_eq!(world.known(), None, "nobody came");
    world.watch(60, &[]);
    assert_eq!(world.known(), None);
    world.watch_from(60, &[well(3000); 20], |_| ([127, 0, 0, 1], false));
    assert_eq!(world.known(), None, "viewers on this computer are on no line");
    let mut world = World::new();
    world.watch(2, &[well(3000)]);
    assert_eq!(world.known(), None, "nor is a moment a measurement");
}

#[test]
fn what_arrived_is_the_least_that_it_carries() {
    let mut world = World::new();
    world.watch(10, &[well(3000); 10]);
    assert_eq!(world.is(), Some((KnownBy::Carried, SharedLine::Uplink, 30_000, 30_000)));
    assert_eq!(world.more(), Some([0, 0, 0]), "more may fit, which nobody knows");
    world.watch(10, &[well(3000); 4]);
    assert_eq!(world.is(), Some((KnownBy::Carried, SharedLine::Uplink, 30_000, 12_000)));
    assert_eq!(world.more(), Some([57, 24, 5]), "of 18,000");
    world.watch(599, &[well(3000); 4]);
    assert_eq!(world.more(), Some([0, 0, 0]), "ten minutes later that is no news");
}

#[test]
fn what_was_lost_did_not_arrive() {
    let mut world = World::new();
    let losing = ViewerStats { loss: 0.02, ..well(3000) };
    world.watch(10, &[losing; 10]);
    assert_eq!(world.is(), Some((KnownBy::Carried, SharedLine::Uplink, 29_400, 30_000)));
}

#[test]
fn many_who_are_short_at_one_time_show_how_much_it_carries() {
    let mut world = World::settled();
    world.watch(10, &[well(3000); 3]);
    // Ten more than it carries: for a moment they get all of it, then each takes a layer that fits.
    world.watch(3, &[thin(800); 13]);
    world.watch(20, &[thin(650); 13]);
    assert_eq!(world.is(), Some((KnownBy::Full, SharedLine::Uplink, 10_400, 10_400)));
    assert_eq!(world.more(), Some([0, 0, 0]), "what is left of it is theirs, who watch");
    world.watch(20, &[thin(650); 13]);
    assert_eq!(
        world.is(),
        Some((KnownBy::Full, SharedLine::Uplink, 8450, 8450)),
        "nothing shows any more that it is more"
    );
    // All but two leave, who have what there is then.
    world.watch(10, &[well(3000); 2]);
    assert_eq!(world.is(), Some((KnownBy::Full, SharedLine::Uplink, 8450, 6000)));
    assert_eq!(world.more(), Some([7, 3, 0]));
    // It was more than that.
    world.watch(10, &[well(3000); 4]);
    assert_eq!(world.is(), Some((KnownBy::Full, SharedLine::Uplink, 12_000, 12_000)));
    world.watch(600, &[well(3000); 2]);
    assert_eq!(world.known().map(|known| known.by), Some(KnownBy::Carried), "it is another evening");
}

#[test]
fn a_line_that_got_worse_is_measured_anew() {
    let mut world = World::settled();
    world.watch(6, &[thin(1000); 10]);
    world.watch(10, &[well(3000); 2]);
    world.watch(10, &[thin(500); 8]);
    // What arrived before it was seen to be short counts, for some seconds.
    assert_eq!(world.known().map(|known| known.carries_kbps), Some(6000));
    world.watch(30, &[thin(500); 8]);
    assert_eq!(world.known().map(|known| known.carries_kbps), Some(4000));
}

#[test]
fn what_is_wrong_at_the_other_end_says_nothing_of_this_one() {
    for (why, viewers, place) in [
        ("one or two have bad lines of their own", vec![thin(500), thin(500), well(3000)], [203, 0, 113, 0]),
        ("a few of many", [vec![thin(500); 4], vec![well(3000); 5]].concat(), [203, 0, 113, 0]),
    ] {
        let mut world = World::settled();
        world.watch_from(20, &viewers, |n| ([place[0], place[1], place[2], n], false));
        assert_eq!(world.known().map(|known| known.by), Some(KnownBy::Carried), "{why}");
    }
    let mut world = World::settled();
    world.watch_from(20, &[thin(500); 20], |_| ([203, 0, 113, 7], false));
    assert_eq!(world.known().map(|known| known.by), Some(KnownBy::Carried), "a class behind one line");
}

#[test]
fn a_moment_is_no_shortage() {
    let mut world = World::settled();
    for _ in 0..10 {
        world.watch(2, &[thin(500); 10]);
        world.watch(1, &[well(3000); 10]);
    }
    assert_eq!(world.known().map(|known| known.by), Some(KnownBy::Carried));
}

#[test]
fn who_has_just_come_is_sent_less_and_short_of_nothing() {
    let mut world = World::new();
    world.watch(12, &[thin(500); 10]);
    world.watch(30, &[well(3000); 10]);
    // As many again.
    world.watch(12, &[vec![well(3000); 10], vec![thin(500); 20]].concat());
    world.watch(10, &[well(3000); 30]);
    assert_eq!(world.known().map(|known| known.by), Some(KnownBy::Carried));
    // Who is still short then is.
    world.watch(10, &[thin(2000); 30]);
    assert_eq!(world.is(), Some((KnownBy::Full, SharedLine::Uplink, 90_000, 90_000)));
}

#[test]
fn who_is_allotted_a_small_layer_is_not_short_for_that() {
    let mut world = World::settled();
    let allotted = ViewerStats { capped: Some(Rid::H), ..thin(700) };
    world.watch(20, &[allotted; 10]);
    assert_eq!(
        world.known().map(|known| known.by),
        Some(KnownBy::Carried),
        "the middle layer is what there is for them"
    );
    let fewer = ViewerStats { layer: layer(Rid::H, 1), ..allotted };
    world.watch(20, &[fewer; 10]);
    assert_eq!(world.known().map(|known| known.by), Some(KnownBy::Full), "and every second picture of it is less");
}

#[test]
fn who_chose_a_small_layer_is_not_short_for_that() {
    for (held, by) in [(Some(Rid::H), KnownBy::Carried), (None, KnownBy::Full)] {
        let mut world = World::settled();
        world.watch_who_hold(held, 20, &[thin(700); 10], |n| ([203, 0, 113, n], false));
        assert_eq!(world.known().map(|known| known.by), Some(by), "{held:?}");
    }
}

#[test]
fn who_is_sent_little_on_a_line_that_nothing_limits_is_not_short() {
    let mut world = World::settled();
    let begins = ViewerStats { line_kbps: None, ..thin(700) };
    world.watch(20, &[begins; 10]);
    assert_eq!(world.known().map(|known| known.by), Some(KnownBy::Carried), "its next keyframe has not come");
}

#[test]
fn this_network_is_told_of_where_nobody_watches_outside() {
    let mut world = World::new();
    world.watch_from(10, &[well(3000); 30], |n| ([192, 168, 1, n], true));
    world.watch_from(10, &[well(3000); 10], |n| ([192, 168, 1, n], true));
    assert_eq!(world.is(), Some((KnownBy::Carried, SharedLine::Network, 90_000, 30_000)));
    world.watch(10, &[well(3000); 2]);
    assert_eq!(
        world.is(),
        Some((KnownBy::Carried, SharedLine::Uplink, 6000, 6000)),
        "a cable says nothing of a street"
    );
}

#[test]
fn what_is_set_counts_unless_the_line_has_less() {
    let mut world = World::settled();
    let allotted = Allotted { cap_kbps: 20_000, allotted_kbps: 5000, costs: [282, 650, 2750] };
    let known = |world: &World| world.capacity.known(Some(allotted), None).expect("it is set");
    assert_eq!(known(&world).by, KnownBy::MaxUpload);
    assert_eq!(known(&world).more, [Some(53), Some(23), Some(5)], "as admission reckons");
    world.watch(10, &[well(3000); 10]);
    assert_eq!(known(&world).by, KnownBy::MaxUpload, "it may carry more");
    world.watch(10, &[thin(500); 10]);
    assert_eq!((known(&world).by, known(&world).more), (KnownBy::Full, [Some(0); 3]));
    let two = world.capacity.known(Some(Allotted { allotted_kbps: 20_000, ..allotted }), None);
    assert_eq!(two.map(|known| known.by), Some(KnownBy::MaxUpload), "neither leaves anything");
}

#[test]
fn no_more_than_may_watch() {
    let world = World::new();
    let allotted = Allotted { cap_kbps: 20_000, allotted_kbps: 0, costs: [282, 650, 2750] };
    let known = world.capacity.known(Some(allotted), Some(10)).expect("it is set");
    assert_eq!(known.more, [Some(10), Some(10), Some(7)]);
}

#[test]
fn layers_cost_what_the_encoders_made_lately() {
    let mut world = World::new();
    assert_eq!(world.capacity.costs.rates(), COSTS.map(Some));
    // A slide stands still: the highest of the last minute counts, and then what there is.
    world.encode(54, [20, 60, 300]);
    assert_eq!(world.capacity.costs.rates(), COSTS.map(Some));
    world.encode(15, [20, 60, 300]);
    assert_eq!(world.capacity.costs.rates(), [Some(126), Some(168), Some(420)]);
    // A layer that is not encoded can be sent to nobody.
    world.encode(70, [20, 60, 0]);
    assert_eq!(world.capacity.costs.rates()[2], None);
    world.capacity.encoded_anew();
    assert_eq!(world.capacity.costs.rates(), [None; 3]);
}

#[test]
fn where_costs_are_not_known_nobody_is_promised_room() {
    let mut world = World { capacity: Capacity::default(), now: Instant::now(), made: Made::default() };
    world.watch(10, &[well(3000); 10]);
    world.watch(10, &[well(3000); 2]);
    assert_eq!(world.known().map(|known| known.more), Some([None; 3]));
}

#[test]
fn relays_begin_and_what_is_left_for_viewers_is_another_thing() {
    let mut world = World::new();
    world.watch(10, &[well(3000); 10]);
    world.capacity.relays_changed();
    assert_eq!(world.known(), None);
}

#[test]
fn figures_are_told_to_two_digits() {
    for (kbps, told) in [(0, 0), (7, 7), (94, 94), (949, 950), (994, 990), (10_449, 10_000), (123_456, 120_000)] {
        assert_eq!(two_digits(kbps), told);
    }
}
