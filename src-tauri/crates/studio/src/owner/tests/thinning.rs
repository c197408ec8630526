//! Temporal layers in the top layer, while a crowd watches.

use super::world::{World, browser};
use crate::settings::Written;
use protocol::ViewerId;
use std::time::Duration;

fn thinned(world: &mut World) -> Vec<String> {
    world.asked().into_iter().filter(|asked| asked.starts_with("thinned")).collect()
}

#[test]
fn a_crowd_s_top_layer_can_be_thinned_out_and_can_for_a_minute_after() {
    let mut world = World::live(Written::default());
    let mut crowd = Vec::new();
    for n in 1..50 {
        crowd.push(world.watch(&browser(n), ViewerId(n.into())));
        world.second();
    }
    assert!(thinned(&mut world).is_empty(), "a few are sent the cheaper stream");
    crowd.push(world.watch(&browser(50), ViewerId(50)));
    world.second();
    assert_eq!(thinned(&mut world), ["thinned true"]);
    assert!(crowd.iter().all(|joined| world.leave(joined)));
    for second in 0..62 {
        world.advance(Duration::from_secs(1));
        world.second();
        let asked = thinned(&mut world);
        assert!(asked.is_empty() || second >= 58, "{second}: {asked:?}");
        if !asked.is_empty() {
            assert_eq!(asked, ["thinned false"]);
            return;
        }
    }
    panic!("nobody is there any more, and it goes on");
}
