//! Guests' own links: what they open, how many devices, when they end, and what a kick of a guest means.

use crate::stage::{LINK, Stage, bare, browser, events, people, token};
use audience::{Guest, Input, Output, Passcode, PasscodeId, Visitor};
use protocol::{Event, KnockEnd, LeaveReason, RefusalCode};

const ANNAS: &str = "annas-link";

fn make(stage: &mut Stage, name: &str, link: &str, expires_at: Option<u64>, devices: Option<u32>) -> Vec<Output> {
    stage.input(Input::MakeGuest(Guest { name: name.into(), token: token(link), expires_at, devices }))
}

fn with_anna(expires_at: Option<u64>, devices: Option<u32>) -> Stage {
    let mut stage = Stage::live();
    let outputs = make(&mut stage, "Anna", ANNAS, expires_at, devices);
    assert!(matches!(outputs[..], [Output::Keep(_)]), "it is kept: {outputs:?}");
    stage
}

fn revoke(stage: &mut Stage) -> Vec<Output> {
    stage.input(Input::RevokeGuest { name: "Anna".into() })
}

fn by_annas(stage: &mut Stage, visitor: &Visitor) -> Result<(), RefusalCode> {
    stage
        .join_by(ANNAS, visitor)
        .map(|viewer| drop(stage.input(Input::Connected { viewer })))
        .map_err(|refusal| refusal.code)
}

#[test]
fn who_comes_by_it_bears_the_name_until_it_is_revoked() {
    let mut stage = with_anna(None, None);
    let (anna, other) = (browser(1, "203.0.113.1"), browser(2, "203.0.113.2"));
    assert_eq!(by_annas(&mut stage, &anna), Ok(()));
    assert_eq!(stage.audience.viewers()[0].guest.as_deref(), Some("Anna"));
    stage.watch(&other);
    assert_eq!(stage.audience.viewers()[1].guest, None);
    stage.input(Input::NewLink { token: token("fresh") });
    assert_eq!(by_annas(&mut stage, &browser(3, "203.0.113.3")), Ok(()), "another link is none of a guest's business");
    assert!(stage.greet(ANNAS, &anna).is_ok());

    let outputs = revoke(&mut stage);
    let left = events(&outputs).iter().filter(|event| matches!(event, Event::ViewerLeft { .. })).count();
    assert_eq!((left, stage.audience.watching()), (2, 1), "who watches by it goes, and nobody else");
    assert!(events(&outputs).contains(&Event::GuestLinkEnded { name: "Anna".into() }));
    assert!(outputs.contains(&Output::LookAgain) && matches!(outputs.last(), Some(Output::Keep(_))));
    for asked in [by_annas(&mut stage, &anna), stage.visit(ANNAS, &anna), stage.knock(ANNAS, &anna)] {
        assert_eq!(asked, Err(RefusalCode::RetiredLink), "also for who watched a moment ago");
    }
    assert_eq!(stage.greet(ANNAS, &anna).map_err(|refusal| refusal.code), Err(RefusalCode::RetiredLink));
    assert_eq!(stage.knock(LINK, &anna), Err(RefusalCode::RetiredLink), "nor by one that is retired as well");
    assert!(matches!(revoke(&mut stage)[..], [Output::Rejected { .. }]), "once");
    assert_eq!(stage.knock("nobodys", &anna), Err(RefusalCode::UnknownLink));
}

#[test]
fn its_time_comes_by_itself_and_across_a_restart() {
    let mut stage = with_anna(Some(60_000), None);
    let anna = browser(1, "203.0.113.1");
    assert_eq!(by_annas(&mut stage, &anna), Ok(()));
    let mut again = Stage::restored(stage.audience.persisted());
    again.input(Input::GoLive);
    stage.advance(59_000);
    assert_eq!(stage.audience.watching(), 1);
    stage.take();
    stage.advance(1000);
    let told = events(&stage.take());
    assert!(told.contains(&Event::GuestLinkEnded { name: "Anna".into() }), "{told:?}");
    assert_eq!((stage.audience.watching(), by_annas(&mut stage, &anna)), (0, Err(RefusalCode::RetiredLink)));
    assert_eq!(by_annas(&mut again, &anna), Ok(()));
    again.advance(60_000);
    assert_eq!(by_annas(&mut again, &anna), Err(RefusalCode::RetiredLink));
    assert_eq!(by_annas(&mut Stage::restored(again.audience.persisted()), &anna), Err(RefusalCode::RetiredLink));
}

#[test]
fn so_many_devices_at_once_each_as_often_as_it_comes() {
    let mut stage = with_anna(None, Some(2));
    let (phone, laptop, other) = (browser(1, "203.0.113.1"), browser(2, "203.0.113.2"), bare("203.0.113.3", "VLC/3"));
    assert_eq!(by_annas(&mut stage, &phone), Ok(()));
    assert!(stage.join_by(ANNAS, &laptop).is_ok(), "one on the way counts, so that two cannot come by one place");
    assert_eq!(by_annas(&mut stage, &other), Err(RefusalCode::LinkInUse));
    assert_eq!(stage.visit(ANNAS, &other), Ok(()), "its page waits");
    assert_eq!(by_annas(&mut stage, &phone), Ok(()), "a tab more, or a lost connection");
    assert!(stage.join(&other).is_ok(), "the watch link is another");
    let viewers: Vec<_> = stage.audience.viewers().iter().map(|viewer| viewer.id).collect();
    viewers.iter().for_each(|viewer| drop(stage.input(Input::Gone { viewer: *viewer, reason: LeaveReason::Left })));
    assert_eq!(by_annas(&mut stage, &other), Ok(()));
}

#[test]
fn a_kick_sticks_to_the_link_and_a_ban_across_restarts() {
    let mut stage = with_anna(None, None);
    let (phone, laptop, friend) = (browser(1, "203.0.113.1"), browser(2, "203.0.113.2"), browser(3, "203.0.113.3"));
    assert_eq!((by_annas(&mut stage, &phone), by_annas(&mut stage, &laptop)), (Ok(()), Ok(())));
    let viewer = stage.audience.viewers()[0].id;
    stage.input(Input::Kick { viewer, reason: None });
    assert_eq!(stage.audience.watching(), 0, "all who watch by it");
    assert_eq!(by_annas(&mut stage, &friend), Err(RefusalCode::Kicked), "whoever comes by it");
    assert_eq!(stage.visit(ANNAS, &bare("203.0.113.4", "curl")), Err(RefusalCode::Kicked));
    assert_eq!(stage.refused(&phone), RefusalCode::Kicked, "the browser, by any link");
    assert!(stage.join(&friend).is_ok(), "a friend with the watch link is somebody else");
    stage.input(Input::Forgive { viewer });
    assert_eq!(by_annas(&mut stage, &friend), Ok(()));
    stage.input(Input::Ban { viewer: stage.audience.viewers()[0].id, reason: None });
    let mut again = Stage::restored(stage.audience.persisted());
    again.input(Input::GoLive);
    assert_eq!(by_annas(&mut again, &laptop), Err(RefusalCode::Banned));
}

#[test]
fn passcode_waiting_room_lock_and_limit_stand_before_it_as_before_any_link() {
    let mut stage = with_anna(None, None);
    let (anna, other) = (browser(1, "203.0.113.1"), browser(2, "203.0.113.2"));
    stage.input(Input::SetPasscode(Passcode::new("sesame", |_| PasscodeId([7; 16])).ok()));
    assert_eq!(by_annas(&mut stage, &anna), Err(RefusalCode::PasscodeNeeded));
    let now = stage.now();
    let knows = stage.audience.try_passcode(ANNAS, &anna, "sesame", now).expect("it is the word");
    let anna = anna.who_knows(knows);
    stage.input(Input::SetWaitingRoom(true));
    assert_eq!(by_annas(&mut stage, &anna), Err(RefusalCode::WaitingRoom));
    let now = stage.now();
    stage.audience.waits(ANNAS, &anna, false, now);
    stage.input(Input::Tick);
    stage.audience.waits_by_name(&anna, "Boris");
    let [knock] = &stage.audience.knocks()[..] else { panic!("it knocks") };
    assert_eq!((knock.name.as_deref(), knock.guest), (Some("Anna"), true), "by the name that the broadcaster gave");
    let viewer = knock.id;
    stage.input(Input::Admit { viewer });
    stage.input(Input::Lock(true));
    assert_eq!(by_annas(&mut stage, &anna), Err(RefusalCode::Locked));
    stage.input(Input::Lock(false));
    assert_eq!(by_annas(&mut stage, &anna), Ok(()));
    stage.input(Input::SetMaxViewers(1));
    assert_eq!(stage.visit(ANNAS, &other.clone().who_knows(knows)), Ok(()), "who has to wait first is told no more");
    let now = stage.now();
    stage.audience.waits(ANNAS, &other.who_knows(knows), false, now);
    stage.take();
    let ended = events(&revoke(&mut stage));
    assert!(ended.iter().any(|event| matches!(event, Event::KnockLeft { reason: KnockEnd::Left, .. })), "{ended:?}");
}

#[test]
fn names_are_of_one_link_and_there_are_so_many() {
    let mut stage = with_anna(None, None);
    assert!(matches!(make(&mut stage, "Anna", "other", None, None)[..], [Output::Rejected { .. }]));
    for n in 1..256 {
        assert!(matches!(make(&mut stage, &format!("{n}"), &format!("g{n}"), None, None)[..], [Output::Keep(_)]));
    }
    assert!(matches!(make(&mut stage, "one more", "more", None, None)[..], [Output::Rejected { .. }]));
    revoke(&mut stage);
    make(&mut stage, "Anna", "new", None, None);
    assert_eq!(stage.knock(ANNAS, &people()[0]), Err(RefusalCode::RetiredLink), "another link of that name");
    assert_eq!(stage.knock("new", &people()[0]), Ok(()));
    for n in 1..256 {
        stage.input(Input::RevokeGuest { name: format!("{n}") });
    }
    assert_eq!(stage.audience.persisted().ended_guests.len(), 64);
    assert_eq!(stage.knock(ANNAS, &people()[0]), Err(RefusalCode::UnknownLink), "the oldest are forgotten");
}
