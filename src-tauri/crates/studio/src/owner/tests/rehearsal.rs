//! A rehearsal: all runs as live for who has the private link, nobody else hears of it, and it becomes live or ends.

use super::world::{World, browser};
use crate::happened::Happened;
use crate::settings::Written;
use audience::Visitor;
use protocol::{
    ChatAct, ChatRefusal, Command, ErrorCode, Event, FindingCode, PageHello, PageMessage, Phase, ViewerId, ViewerStats,
};

fn rehearsal(told: &[Event]) -> Vec<Option<protocol::Rehearsal>> {
    let of = |event: &Event| match event {
        Event::Rehearsal { rehearsal } => Some(rehearsal.clone()),
        _ => None,
    };
    told.iter().filter_map(of).collect()
}

/// The token of its private link.
fn token(rehearsal: &protocol::Rehearsal) -> String {
    let (base, token) = rehearsal.watch.rsplit_once("/w/").expect("a watch link");
    assert_eq!(rehearsal.whep, format!("{base}/whep/{token}"));
    token.to_owned()
}

/// A world that rehearses, and the token.
fn rehearsing() -> (World, String) {
    let mut world = World::offline(Written::default());
    world.asked();
    world.command(Command::Rehearse { on: true }).expect("nothing runs");
    assert_eq!(world.asked(), ["rehearse 1"], "the encoders start, and nothing is recorded or handed on");
    assert_eq!(rehearsal(&world.told()), [], "there is no picture yet");
    world.happened(Happened::FirstPicture(1));
    let told = world.told();
    assert!(matches!(told[0], Event::Phase { phase: Phase::Rehearsing { .. } }), "{told:?}");
    assert!(!told.iter().any(|event| matches!(event, Event::Live { .. } | Event::ChatState { .. })), "{told:?}");
    let [Some(begun)] = &rehearsal(&told)[..] else { panic!("{told:?}") };
    assert_eq!(begun.findings, []);
    let token = token(begun);
    assert_eq!(token.len(), 32, "as random as that of any link");
    (world, token)
}

fn watches(world: &mut World, token: &str, visitor: &Visitor, viewer: ViewerId) -> super::world::Page {
    let joined = world.join_by(token, visitor, "h264").expect("it is let in");
    world.happened(Happened::Forward(forward::Event::Connected(viewer)));
    let page = world.open_page_by(token, visitor);
    world.says(&page, PageHello::Watching { session: joined.session });
    page
}

#[test]
fn who_has_the_link_watches_and_what_its_page_says_is_found() {
    let (mut world, token) = rehearsing();
    let viewer = ViewerId(1);
    assert!(world.join(&browser(2), "h264").is_err(), "nothing is live");
    let mut page = watches(&mut world, &token, &browser(1), viewer);
    let told = world.told();
    assert!(told.is_empty(), "it is no viewer: {told:?}");
    for arrived in [60, 120] {
        let hello = PageHello::Path { packets: 9, lost: 0, pictures: Some(arrived), sound_late_ms: Some(-10.0) };
        world.says(&page, hello);
    }
    world.says(&page, PageHello::Latency { latency_ms: 80.0 });
    world.happened(Happened::Stats(vec![(viewer, ViewerStats { loss: 0.2, ..ViewerStats::default() })]));
    world.second();
    let told = world.told();
    let [Some(found)] = &rehearsal(&told)[..] else { panic!("{told:?}") };
    let codes: Vec<FindingCode> = found.findings.iter().map(|finding| finding.code).collect();
    for code in [FindingCode::PlaybackGood, FindingCode::SyncGood, FindingCode::LatencyGood, FindingCode::UploadLossy] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    assert_eq!(world.owner.snapshot().rehearsal.as_ref(), Some(found), "for a panel that opens later");
    assert_eq!((world.owner.snapshot().watching, world.owner.snapshot().viewers.len()), (0, 0));
    world.says(&page, PageHello::ChatSince { message: None });
    let refused = PageMessage::Refused { code: ChatRefusal::ChatOff, of: ChatAct::ChatSince, retry_after_s: Some(60) };
    assert_eq!(page.hears(), Some(refused), "there is no chat, nor that of the broadcast before");
}

#[test]
fn it_is_live_with_one_command_and_the_encoders_go_on() {
    let (mut world, token) = rehearsing();
    let mut page = watches(&mut world, &token, &browser(1), ViewerId(1));
    let mut waiting = world.open_page(&browser(2));
    world.asked();
    world.told();
    world.command(Command::GoLive).expect("it rehearses");
    assert_eq!(world.asked(), ["open up", "close 1"], "no encoder is started anew");
    let told = world.told();
    assert_eq!(rehearsal(&told), [None]);
    assert!(told.iter().any(|event| matches!(event, Event::Phase { phase: Phase::Live { .. } })), "{told:?}");
    assert!(matches!(told.last(), Some(Event::Live { .. })), "{told:?}");
    assert_eq!(page.hears(), Some(PageMessage::Retired));
    assert!(matches!(waiting.hears(), Some(PageMessage::State { live: true, .. })));
    assert!(world.join_by(&token, &browser(1), "h264").is_err(), "the link is dead");
    assert!(world.join(&browser(2), "h264").is_ok());
    assert_eq!(world.command(Command::GoLive).expect_err("once").code, ErrorCode::WrongState);
    assert_eq!(world.command(Command::Rehearse { on: true }).expect_err("it is live").code, ErrorCode::WrongState);
    assert_eq!(world.command(Command::Rehearse { on: false }).expect_err("it is live").code, ErrorCode::WrongState);
}

#[test]
fn it_ends_by_either_command_and_the_next_one_has_another_link() {
    let (mut world, first) = rehearsing();
    world.command(Command::Rehearse { on: true }).expect("it is so already");
    assert_eq!(rehearsal(&world.told()), [], "nothing changed");
    watches(&mut world, &first, &browser(1), ViewerId(1));
    world.asked();
    world.command(Command::Rehearse { on: false }).expect("it runs");
    assert_eq!(world.asked(), ["close 1", "stop encoding"]);
    let told = world.told();
    assert_eq!(rehearsal(&told), [None]);
    assert!(matches!(told.last(), Some(Event::Phase { phase: Phase::Offline })), "{told:?}");
    assert!(!told.contains(&Event::Ended), "nothing was live");
    world.happened(Happened::EncodersStopped);
    world.command(Command::Rehearse { on: true }).expect("nothing runs");
    world.happened(Happened::FirstPicture(2));
    let told = world.told();
    let begun = rehearsal(&told).pop().flatten().expect("it began");
    assert_ne!(token(&begun), first);
    world.command(Command::End).expect("it ends this as well");
    assert_eq!(rehearsal(&world.told()), [None]);
}

#[test]
fn who_goes_live_while_it_starts_means_that_and_one_that_cannot_start_is_none() {
    let mut world = World::offline(Written::default());
    world.command(Command::Rehearse { on: true }).expect("nothing runs");
    world.asked();
    world.command(Command::GoLive).expect("it is not too late");
    assert_eq!(world.asked(), ["open up"]);
    world.happened(Happened::FirstPicture(1));
    let told = world.told();
    assert!(rehearsal(&told).is_empty() && matches!(told.last(), Some(Event::Live { .. })), "{told:?}");
    world.command(Command::End).expect("it is live");
    world.happened(Happened::EncodersStopped);
    world.command(Command::Rehearse { on: true }).expect("nothing runs");
    world.happened(Happened::Media(media::Event::EncoderFailed("no encoder".into())));
    world.command(Command::GoLive).expect("what failed can be tried again");
    world.happened(Happened::FirstPicture(3));
    assert!(matches!(world.told().last(), Some(Event::Live { .. })), "and is no rehearsal");
}
