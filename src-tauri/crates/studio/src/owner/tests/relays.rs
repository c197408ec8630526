//! Engines that the stream is handed to.

use super::world::{World, browser};
use crate::happened::Happened;
use crate::settings::Written;
use protocol::{Command, ErrorCode, Event, RelayId, RelaySecrets, RelayState, ViewerId};
use relay::State;
use std::time::Duration;
use stream::{Profile, Rid, VideoCodec};

const URL: &str = "whip+https://live.example.org/whip/key";

fn relay() -> Command {
    Command::Relay { url: URL.into(), secrets: RelaySecrets::default() }
}

fn answered(codec: VideoCodec) -> Happened {
    let state = State::Answered { codec, layers: vec![Rid::F], profile: Profile::Baseline };
    Happened::Relay(RelayId(1), state)
}

fn states(events: &[Event]) -> Vec<RelayState> {
    let state = |event: &Event| if let Event::Relay(relay) = event { Some(relay.state) } else { None };
    events.iter().filter_map(state).collect()
}

#[test]
fn it_begins_with_the_broadcast_and_ends_with_it_and_is_told_and_kept() {
    let mut world = World::offline(Written::default());
    world.command(relay()).expect("the URL can be read");
    assert_eq!(states(&world.told()), [RelayState::Stopped]);
    assert!(world.asked().iter().all(|asked| !asked.starts_with("open relay")), "nothing is live");
    world.command(Command::GoLive).expect("nothing runs");
    world.happened(Happened::FirstPicture(1));
    assert!(world.asked().contains(&"open relay 1 live.example.org".to_owned()));
    world.happened(Happened::Relay(RelayId(1), State::Connecting));
    assert_eq!(states(&world.told()), [RelayState::Connecting]);
    assert_eq!(world.owner.snapshot().relays[0].state, RelayState::Connecting);
    world.command(Command::End).expect("it runs");
    assert!(world.asked().contains(&"close relay 1".to_owned()));
    world.happened(Happened::Relay(RelayId(1), State::Stopped));
    assert_eq!(states(&world.told()), [RelayState::Stopped]);
    world.command(Command::StopRelay { relay: RelayId(1) }).expect("it is known");
    assert!(world.owner.snapshot().relays.is_empty());
    let unknown = world.command(Command::StopRelay { relay: RelayId(1) }).expect_err("it is gone");
    assert_eq!(unknown.code, ErrorCode::BadRelay);
}

#[test]
fn an_engine_that_takes_baseline_counts_as_a_viewer_who_does() {
    let mut world = World::live(Written::default());
    world.command(relay()).expect("the URL can be read");
    world.asked();
    world.happened(answered(VideoCodec::H264));
    assert_eq!(world.asked(), ["profile H264 Baseline"]);
    world.watch(&browser(1), ViewerId(1));
    world.asked();
    world.happened(Happened::Relay(RelayId(1), State::Waiting("gone".into())));
    assert!(world.asked().is_empty(), "it may come back");
    world.advance(Duration::from_secs(30));
    assert_eq!(world.asked(), ["profile H264 Main"]);
}

#[test]
fn what_only_an_engine_takes_is_encoded_for_it() {
    let mut world = World::live(Written::default());
    world.command(relay()).expect("the URL can be read");
    world.asked();
    world.happened(answered(VideoCodec::Vp8));
    assert_eq!(world.asked(), ["layers Vp8 [F]"]);
    world.happened(Happened::Forward(forward::Event::LayersWanted { codec: VideoCodec::Vp8, rids: vec![] }));
    world.happened(Happened::Relay(RelayId(1), State::Failed("no".into())));
    assert!(world.asked().is_empty(), "for a while");
    world.advance(Duration::from_secs(30));
    assert_eq!(world.asked(), ["layers Vp8 []"]);
}
