//! What a viewer's page chooses of the picture.

use super::world::{Page, World, browser};
use crate::settings::Written;
use protocol::{Event, LayerChoice, PageHello, PageMessage, Rid, ViewerId};
use std::time::Duration;

/// Somebody who watches by a page.
fn guest(world: &mut World, n: u8, offer: &str) -> Page {
    let joined = world.join(&browser(n), offer).expect("the test's viewer is let in");
    let page = world.open_page(&browser(n));
    world.says(&page, PageHello::Watching { session: joined.session });
    page
}

fn connects(world: &mut World, viewer: u32) {
    world.happened(crate::happened::Happened::Forward(forward::Event::Connected(ViewerId(viewer))));
    world.asked();
    world.told();
}

fn chooses(world: &mut World, page: &mut Page, layer: Option<Rid>) -> Option<(Option<Rid>, Vec<LayerChoice>)> {
    world.says(page, PageHello::Quality { layer });
    std::iter::from_fn(|| page.hears()).find_map(|message| match message {
        PageMessage::Quality { layer, layers } => Some((layer, layers)),
        _ => None,
    })
}

#[test]
fn a_viewer_holds_a_layer_and_lets_go_of_it_and_nobody_else_is_concerned() {
    let mut world = World::live(Written::default());
    let mut page = guest(&mut world, 1, "h264");
    connects(&mut world, 1);
    guest(&mut world, 2, "h264");
    connects(&mut world, 2);
    let choice = |rid, height| LayerChoice { rid, height };
    let layers = vec![choice(Rid::F, 720), choice(Rid::H, 360), choice(Rid::Q, 180)];
    assert_eq!(chooses(&mut world, &mut page, None), Some((None, layers.clone())), "who asks is told");
    assert!(world.asked().is_empty() && world.told().is_empty(), "and nothing changes by it");
    assert_eq!(chooses(&mut world, &mut page, Some(Rid::H)), Some((Some(Rid::H), layers)));
    assert_eq!(world.asked(), ["hold 1 Some(H)"]);
    assert_eq!(world.told(), [Event::Quality { viewer: ViewerId(1), layer: Some(Rid::H) }]);
    assert_eq!(world.owner.snapshot().viewers[0].held, Some(Rid::H));

    for n in 0..100 {
        chooses(&mut world, &mut page, [Some(Rid::Q), Some(Rid::F)][n % 2]);
    }
    assert!(
        world.asked().is_empty(),
        "who changes its mind a hundred times in a second has the last of it done a second later"
    );
    world.advance(Duration::from_secs(1));
    assert_eq!(world.asked(), ["hold 1 Some(F)"]);
    world.advance(Duration::from_secs(1));
    chooses(&mut world, &mut page, None);
    assert_eq!(world.asked(), ["hold 1 None"]);
    assert_eq!(world.owner.snapshot().viewers[0].held, None);
}

#[test]
fn who_chooses_before_there_is_a_picture_holds_it_from_the_first_on() {
    let mut world = World::live(Written::default());
    let mut page = guest(&mut world, 1, "h264");
    world.asked();
    chooses(&mut world, &mut page, Some(Rid::Q));
    assert_eq!(world.asked(), ["hold 1 Some(Q)"]);
    world.happened(crate::happened::Happened::Forward(forward::Event::Connected(ViewerId(1))));
    let joined = |event: &Event| matches!(event, Event::ViewerJoined { viewer } if viewer.held == Some(Rid::Q));
    assert!(world.told().iter().any(joined));
}

#[test]
fn what_a_codec_has_not_is_not_offered_and_a_page_without_a_session_chooses_nothing() {
    let mut world = World::live(Written::default());
    let mut page = guest(&mut world, 1, "vp9");
    connects(&mut world, 1);
    let (held, layers) = chooses(&mut world, &mut page, Some(Rid::Q)).expect("it watches");
    assert_eq!((held, layers.iter().map(|layer| layer.rid).collect()), (Some(Rid::H), vec![Rid::F, Rid::H]));
    assert_eq!(world.asked(), ["hold 1 Some(H)"]);

    let mut stranger = world.open_page(&browser(9));
    assert_eq!(chooses(&mut world, &mut stranger, Some(Rid::Q)), None);
    world.says(&stranger, PageHello::Watching { session: "00000000000000000000000000000000".into() });
    assert_eq!(chooses(&mut world, &mut stranger, Some(Rid::Q)), None);
    assert!(world.asked().is_empty());
}
