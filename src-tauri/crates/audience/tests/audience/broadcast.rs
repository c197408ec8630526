//! Going live, ending, and beginning again on the same link.

use crate::stage::{LINK, Stage, browser, events};
use audience::{Input, Output, To};
use protocol::{ErrorCode, Event, LeaveReason, PageMessage, RefusalCode};

fn state(live: bool) -> Output {
    Output::Tell { to: To::All, message: PageMessage::State { live, title: String::new() } }
}

#[test]
fn going_live_tells_waiting_pages() {
    let mut stage = Stage::offline();
    let outputs = stage.input(Input::GoLive);
    assert!(outputs.contains(&state(true)));
    assert!(stage.audience.live());
}

#[test]
fn ending_tells_pages_first_then_drops_everybody() {
    let mut stage = Stage::live();
    let watching = stage.watch(&browser(1, "10.0.0.1"));
    let admitted = stage.join(&browser(2, "10.0.0.2")).expect("the stream is open");
    stage.advance(2000);
    let outputs = stage.input(Input::End);
    let reason = LeaveReason::Ended;
    assert_eq!(
        outputs,
        vec![
            Output::Tell { to: To::All, message: PageMessage::Ended },
            Output::Drop { viewer: watching, reason },
            Output::Event(Event::ViewerLeft { viewer: watching, reason }),
            Output::Drop { viewer: admitted, reason },
            Output::Event(Event::Count { watching: 0, peak: 1 }),
            Output::Tell { to: To::All, message: PageMessage::Count { watching: 0 } },
        ]
    );
    assert!(!stage.audience.live());
    assert_eq!(stage.refused(&browser(1, "10.0.0.1")), RefusalCode::NotLive);
}

#[test]
fn the_next_broadcast_begins_afresh_on_the_same_link() {
    let mut stage = Stage::live();
    let (anna, boris) = (browser(1, "10.0.0.1"), browser(2, "10.0.0.2"));
    let viewer = stage.watch(&anna);
    stage.input(Input::Kick { viewer, reason: None });
    stage.input(Input::Lock(true));
    stage.input(Input::End);
    assert!(!stage.audience.locked(), "a lock is about this broadcast's visitors");
    assert_eq!(stage.audience.removed().len(), 1, "whom to ban can still be seen");
    let outputs = stage.input(Input::GoLive);
    assert!(events(&outputs).contains(&Event::Forgiven { viewer }), "the list of removed viewers follows");
    assert_eq!(stage.audience.removed(), vec![]);
    assert_eq!(stage.audience.peak(), 0);
    assert!(stage.join_by(LINK, &anna).is_ok(), "a kick is out for one broadcast");
    assert!(stage.join_by(LINK, &boris).is_ok());
}

#[test]
fn a_lock_and_a_retired_link_know_only_this_broadcast_s_visitors() {
    let mut stage = Stage::live();
    let anna = browser(1, "10.0.0.1");
    stage.watch(&anna);
    stage.input(Input::End);
    stage.input(Input::GoLive);
    stage.input(Input::Lock(true));
    assert_eq!(stage.refused(&anna), RefusalCode::Locked);
}

#[test]
fn live_twice_and_end_twice_are_rejected_and_change_nothing() {
    let mut stage = Stage::live();
    stage.watch(&browser(1, "10.0.0.1"));
    let rejected = |outputs: Vec<Output>| matches!(outputs[..], [Output::Rejected { code: ErrorCode::WrongState, .. }]);
    assert!(rejected(stage.input(Input::GoLive)));
    assert_eq!(stage.audience.watching(), 1);
    stage.input(Input::End);
    assert!(rejected(stage.input(Input::End)));
}

#[test]
fn the_lock_is_told_when_it_changes() {
    let mut stage = Stage::live();
    assert_eq!(stage.input(Input::Lock(true)), vec![Output::Event(Event::Lock { on: true })]);
    assert_eq!(stage.input(Input::Lock(true)), vec![]);
    assert!(stage.audience.locked());
    let room = Output::Tell { to: To::All, message: PageMessage::Room };
    assert_eq!(stage.input(Input::Lock(false)), vec![Output::Event(Event::Lock { on: false }), room]);
    assert_eq!(stage.input(Input::Lock(false)), vec![]);
}

#[test]
fn pages_are_told_when_there_is_room_and_only_then() {
    let mut stage = Stage::live();
    stage.watch(&browser(1, "10.0.0.1"));
    stage.watch(&browser(2, "10.0.0.2"));
    let room = || vec![Output::Tell { to: To::All, message: PageMessage::Room }];
    assert_eq!(stage.input(Input::SetMaxViewers(2)), vec![], "it became full");
    assert_eq!(stage.input(Input::SetMaxViewers(1)), vec![], "it is full still");
    assert_eq!(stage.input(Input::SetMaxViewers(3)), room());
    assert_eq!(stage.input(Input::SetMaxViewers(0)), vec![], "there was room before");
    stage.input(Input::SetMaxViewers(2));
    stage.input(Input::Lock(true));
    let unlocked = stage.input(Input::Lock(false));
    assert!(!unlocked.contains(&room()[0]), "no lock any more, but no place either: {unlocked:?}");
}

#[test]
fn a_new_title_is_told() {
    let mut stage = Stage::live();
    let title = || "Evening news".to_owned();
    let told = Output::Tell { to: To::All, message: PageMessage::State { live: true, title: title() } };
    assert_eq!(stage.input(Input::SetTitle(title())), vec![told]);
    assert_eq!(stage.input(Input::SetTitle(title())), vec![], "it did not change");
}
