//! A rehearsal: its private link opens for who has it, past what stands before others; nobody is a viewer; and the link dies with it.

use crate::stage::{LINK, Stage, browser, events, token};
use audience::{Input, Output, Passcode, PasscodeId, To, Visitor};
use protocol::{Controls, ErrorCode, Event, FailureCode, LeaveReason, PageMessage, RefusalCode, ViewerId};

const PRIVATE: &str = "the-private-link";

fn rehearsing() -> Stage {
    let mut stage = Stage::offline();
    let outputs = stage.input(Input::Rehearse { token: token(PRIVATE) });
    assert_eq!(outputs, [], "nobody is told, and nothing is kept");
    stage
}

fn rehearses(stage: &mut Stage, visitor: &Visitor) -> ViewerId {
    let viewer = stage.join_by(PRIVATE, visitor).expect("it is let in");
    stage.input(Input::Checked { viewer });
    let outputs = stage.input(Input::Connected { viewer });
    assert_eq!(outputs, [], "it is no viewer: nobody is told, and no count changes");
    viewer
}

#[test]
fn who_has_the_private_link_comes_in_and_to_all_others_nothing_is_live() {
    let mut stage = rehearsing();
    let (host, stranger) = (browser(1, "203.0.113.1"), browser(2, "203.0.113.2"));
    assert_eq!((stage.visit(LINK, &stranger), stage.refused(&stranger)), (Ok(()), RefusalCode::NotLive));
    let viewer = rehearses(&mut stage, &host);
    assert!(stage.audience.rehearses(viewer) && !stage.audience.is_watching(viewer));
    assert_eq!((stage.audience.watching(), stage.audience.peak(), stage.audience.viewers().len()), (0, 0, 0));
    assert!(!stage.audience.live());

    let greeting = stage.greet(PRIVATE, &host).expect("its page is greeted");
    assert!(greeting.outside, "what is for all is not for this page");
    assert_eq!(greeting.messages[0], PageMessage::State { live: true, title: String::new() });
    assert_eq!(greeting.messages.last(), Some(&PageMessage::Rehearsal));
    let greeting = stage.greet(LINK, &stranger).expect("its page waits");
    assert_eq!(greeting.messages[0], PageMessage::State { live: false, title: String::new() });
    assert_eq!(stage.knock("another", &host), Err(RefusalCode::UnknownLink));
}

#[test]
fn a_page_that_shows_nothing_of_a_rehearsal_says_why_whatever_stands_before_others() {
    let mut stage = rehearsing();
    stage.input(Input::SetPasscode(Passcode::new("sesame", |_| PasscodeId([7; 16])).ok()));
    stage.input(Input::SetWaitingRoom(true));
    let host = browser(1, "203.0.113.1");
    let viewer = stage.join_by(PRIVATE, &host).expect("it is let in");
    let failed = |token: &str| Input::PageFailed {
        token: token.to_owned(),
        visitor: host.clone(),
        viewer: Some(viewer),
        code: FailureCode::NoWay,
    };
    let told = events(&stage.input(failed(PRIVATE)));
    let [Event::FailedJoin { reason, arrived: Some(false), .. }] = &told[..] else { panic!("{told:?}") };
    assert!(reason.starts_with("nothing of it arrived"), "{reason}");
    assert_eq!(stage.input(failed(LINK)), [], "by the link for all nobody comes past the passcode");
}

#[test]
fn the_page_that_watches_hears_a_title_and_what_is_withheld_and_stays_live() {
    let mut stage = rehearsing();
    let viewer = rehearses(&mut stage, &browser(1, "203.0.113.1"));
    let told = stage.input(Input::SetTitle("Mass".into()));
    let state = |live| PageMessage::State { live, title: "Mass".into() };
    assert_eq!(
        told,
        [
            Output::Tell { to: To::All, message: state(false) },
            Output::Tell { to: To::Viewer(viewer), message: state(true) }
        ]
    );
    let controls = Controls { camera_off: true, ..Controls::default() };
    let told = stage.input(Input::SetControls(controls));
    assert!(told.contains(&Output::Tell { to: To::Viewer(viewer), message: PageMessage::Controls(controls) }));
}

#[test]
fn nothing_that_stands_before_others_stands_before_it() {
    let mut stage = rehearsing();
    let host = browser(1, "203.0.113.1");
    stage.input(Input::SetPasscode(Passcode::new("sesame", |_| PasscodeId([7; 16])).ok()));
    stage.input(Input::SetWaitingRoom(true));
    stage.input(Input::Lock(true));
    stage.input(Input::SetMaxViewers(1));
    rehearses(&mut stage, &host);
    rehearses(&mut stage, &browser(2, "203.0.113.2"));
    assert_eq!(stage.greet(PRIVATE, &host).expect("greeted").messages.last(), Some(&PageMessage::Rehearsal));
    let now = stage.now();
    stage.audience.waits(PRIVATE, &host, true, now);
    assert_eq!(stage.audience.knocks(), [], "nobody knocks who need not");
}

#[test]
fn so_many_devices_and_no_more_so_that_a_link_that_is_passed_on_is_no_broadcast() {
    let mut stage = rehearsing();
    for n in 1..=8 {
        rehearses(&mut stage, &browser(n, "203.0.113.1"));
    }
    let ninth = stage.join_by(PRIVATE, &browser(9, "203.0.113.9")).expect_err("there are eight");
    assert_eq!(ninth.code, RefusalCode::LinkInUse);
    rehearses(&mut stage, &browser(8, "203.0.113.1"));
}

#[test]
fn going_live_ends_it_and_its_link_is_dead() {
    let mut stage = rehearsing();
    let (host, late) = (browser(1, "203.0.113.1"), browser(2, "203.0.113.2"));
    let viewer = rehearses(&mut stage, &host);
    let joining = stage.join_by(PRIVATE, &late).expect("it is let in");
    let outputs = stage.input(Input::GoLive);
    for viewer in [viewer, joining] {
        assert!(outputs.contains(&Output::Drop { viewer, reason: LeaveReason::Ended }), "{outputs:?}");
    }
    assert!(outputs.contains(&Output::LookAgain), "its pages are looked at again, and closed");
    assert!(events(&outputs).iter().all(|event| !format!("{event:?}").contains("ViewerLeft")), "nobody was there");
    for visitor in [&host, &late] {
        assert_eq!(stage.knock(PRIVATE, visitor), Err(RefusalCode::RetiredLink));
        assert_eq!(stage.visit(PRIVATE, visitor), Err(RefusalCode::RetiredLink));
        assert_eq!(stage.greet(PRIVATE, visitor).map_err(|refusal| refusal.code), Err(RefusalCode::RetiredLink));
    }
    stage.watch(&host);
    assert_eq!(stage.audience.watching(), 1, "by the link of all");
    assert!(matches!(
        stage.input(Input::Rehearse { token: token("later") })[..],
        [Output::Rejected { code: ErrorCode::WrongState, .. }]
    ));
}

#[test]
fn it_can_end_without_anything_being_live_and_begin_again_by_another_link() {
    let mut stage = rehearsing();
    let host = browser(1, "203.0.113.1");
    rehearses(&mut stage, &host);
    stage.input(Input::EndRehearsal);
    assert_eq!(stage.input(Input::EndRehearsal), [], "once");
    assert_eq!(stage.knock(PRIVATE, &host), Err(RefusalCode::RetiredLink));
    assert_eq!(stage.refused(&host), RefusalCode::NotLive);
    stage.input(Input::Rehearse { token: token("another") });
    assert_eq!(stage.knock(PRIVATE, &host), Err(RefusalCode::RetiredLink));
    assert_eq!(stage.knock("another", &host), Ok(()));
    let kept = format!("{:?}", serde_json::to_string(&stage.audience.persisted()));
    assert!(!kept.contains("another") && !kept.contains(PRIVATE), "no such link outlives the program");
}
