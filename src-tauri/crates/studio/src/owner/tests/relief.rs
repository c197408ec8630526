//! A machine that has too little time for the encoder.

use super::world::{World, browser};
use crate::settings::Written;
use protocol::{Command, Event, GivenUp, SettingsChange};
use server::Refused;
use std::time::Duration;

/// Seconds in which the top layer was to have so many pictures, and has so many of them: what was asked of it, by the second, and what the panel
/// was told in the last.
fn seconds(world: &mut World, count: u32, due: u64, made: u64) -> (Vec<(u32, String)>, Option<GivenUp>) {
    let (mut asked, mut given_up) = (Vec::new(), None);
    for second in 1..=count {
        world.encoded(due, made);
        world.advance(Duration::from_secs(1));
        world.second();
        let of_top = world.asked().into_iter().filter(|asked| asked.starts_with("top"));
        asked.extend(of_top.map(|asked| (second, asked)));
        let told = world.told().into_iter().find_map(|event| match event {
            Event::Stats { stats } => Some(stats.given_up),
            _ => None,
        });
        given_up = told.expect("once a second");
    }
    (asked, given_up)
}

fn at(second: u32, top: &str) -> Vec<(u32, String)> {
    vec![(second, format!("top {top}"))]
}

#[test]
fn the_top_layer_gives_up_its_rate_then_its_size_and_the_panel_is_told() {
    let mut world = World::live(Written::default());
    assert_eq!(seconds(&mut world, 30, 30, 28), (vec![], None), "it keeps up");
    assert_eq!(seconds(&mut world, 3, 30, 20), (vec![], None), "a moment");
    assert_eq!(seconds(&mut world, 1, 30, 20), (at(1, "HalfRate"), Some(GivenUp::Rate)));
    assert_eq!(world.owner.snapshot().stats.given_up, Some(GivenUp::Rate), "a panel that opens now is told the same");
    assert_eq!(seconds(&mut world, 5, 15, 10), (at(5, "Smaller"), Some(GivenUp::Size)));
    assert_eq!(seconds(&mut world, 60, 15, 3), (vec![], Some(GivenUp::Size)), "there is no more");
    assert_eq!(seconds(&mut world, 11, 15, 15), (at(11, "HalfRate"), Some(GivenUp::Rate)), "it is calm");
    assert_eq!(seconds(&mut world, 12, 15, 15), (at(12, "Whole"), None));
    assert_eq!(seconds(&mut world, 60, 30, 30), (vec![], None));
}

#[test]
fn encoders_that_only_a_few_need_have_no_room_before_that_and_until_a_while_after() {
    let mut world = World::live(Written::default());
    seconds(&mut world, 5, 30, 30);
    assert!(world.join(&browser(1), "vp8").is_ok());
    world.advance(Duration::from_secs(60));
    assert_eq!(seconds(&mut world, 3, 30, 20).0, [], "nothing is given up yet");
    assert_eq!(world.join(&browser(2), "vp8"), Err(Refused::NoEncoder));
    assert_eq!(seconds(&mut world, 1, 30, 20).0, at(1, "HalfRate"));
    assert_eq!(seconds(&mut world, 12, 15, 15).0, at(12, "Whole"));
    seconds(&mut world, 8, 30, 30);
    assert_eq!(world.join(&browser(3), "vp8"), Err(Refused::NoEncoder), "it was short a moment ago");
    seconds(&mut world, 2, 30, 30);
    assert!(world.join(&browser(4), "vp8").is_ok());
}

#[test]
fn another_broadcast_and_another_size_begin_whole() {
    let mut world = World::live(Written::default());
    let top = |world: &mut World| world.asked().into_iter().find(|asked| asked.starts_with("top"));
    assert_eq!(seconds(&mut world, 4, 30, 20).0, at(4, "HalfRate"));
    let smaller = SettingsChange { size: Some("640x360".into()), ..SettingsChange::default() };
    world.configure(smaller).expect("a usual size");
    assert_eq!(top(&mut world), Some("top Whole".into()));
    assert_eq!(seconds(&mut world, 4, 30, 20).0, at(4, "HalfRate"));
    world.configure(SettingsChange { bitrate_kbps: Some(900), ..SettingsChange::default() }).expect("it can be");
    assert_eq!(top(&mut world), None, "those are the same pictures");
    world.command(Command::End).expect("it is live");
    world.command(Command::GoLive).expect("it ended");
    assert_eq!(top(&mut world), Some("top Whole".into()));
}
