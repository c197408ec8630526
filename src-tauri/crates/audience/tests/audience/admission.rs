//! Who is let in, and in which order the answers come.

use crate::stage::{LINK, Stage, browser, token};
use audience::{Input, Output, Refusal, To};
use protocol::{Controls, PageMessage, RefusalCode};

#[test]
fn a_live_stream_lets_in_by_its_link() {
    let mut stage = Stage::live();
    let anna = browser(1, "10.0.0.1");
    assert_eq!(stage.visit(LINK, &anna), Ok(()));
    assert_eq!(stage.knock(LINK, &anna), Ok(()));
    assert!(stage.join(&anna).is_ok());
    assert_eq!(stage.knock("another", &anna), Err(RefusalCode::UnknownLink));
    assert_eq!(stage.visit("", &anna), Err(RefusalCode::UnknownLink));
}

#[test]
fn while_nothing_is_live_the_page_waits_and_a_join_is_told_when_to_try_again() {
    let mut stage = Stage::offline();
    let anna = browser(1, "10.0.0.1");
    assert_eq!(stage.visit(LINK, &anna), Ok(()), "the page is welcome to wait");
    assert_eq!(stage.knock(LINK, &anna), Err(RefusalCode::NotLive));
    let refusal = stage.join(&anna).expect_err("nothing is live");
    assert_eq!(refusal, Refusal::new(RefusalCode::NotLive));
    assert!(refusal.retry_after_s.is_some(), "409 says when to try again");
}

#[test]
fn questions_hold_nothing() {
    let mut stage = Stage::live();
    stage.input(Input::SetMaxViewers(1));
    for n in 0..20 {
        let visitor = browser(n, "10.0.0.1");
        assert_eq!(stage.visit(LINK, &visitor), Ok(()));
        assert_eq!(stage.knock(LINK, &visitor), Ok(()));
    }
    stage.input(Input::Lock(true));
    assert_eq!(stage.refused(&browser(3, "10.0.0.1")), RefusalCode::Locked, "asking is no admission");
}

#[test]
fn the_limit_counts_who_was_heard_of_and_who_is_watching() {
    let mut stage = Stage::live();
    stage.input(Input::SetMaxViewers(2));
    stage.watch(&browser(1, "10.0.0.1"));
    let second = stage.join(&browser(2, "10.0.0.2")).expect("one place is left");
    assert_eq!(stage.check(second), vec![], "it has the place now, and nobody is told");
    let refusal = stage.join(&browser(3, "10.0.0.3")).expect_err("one watches, one is in its handshake");
    assert_eq!(refusal.code, RefusalCode::Full);
    assert!(refusal.retry_after_s.is_some(), "503 says when to try again");
    assert_eq!(stage.visit(LINK, &browser(3, "10.0.0.3")), Err(RefusalCode::Full));
    stage.input(Input::JoinFailed { viewer: second });
    assert!(stage.join(&browser(3, "10.0.0.3")).is_ok(), "a failed join gives its place back");
}

#[test]
fn lowering_the_limit_drops_nobody_and_zero_is_no_limit() {
    let mut stage = Stage::live();
    for n in 0..5 {
        stage.watch(&browser(n, "10.0.0.1"));
    }
    stage.take();
    stage.input(Input::SetMaxViewers(2));
    assert_eq!(stage.take(), vec![], "a limit is no removal");
    assert_eq!(stage.audience.watching(), 5);
    assert_eq!(stage.refused(&browser(9, "10.0.0.1")), RefusalCode::Full);
    stage.input(Input::SetMaxViewers(0));
    assert!(stage.join(&browser(9, "10.0.0.1")).is_ok());
}

#[test]
fn a_page_loaded_again_is_let_through_to_try_when_the_stream_is_full() {
    let mut stage = Stage::live();
    stage.input(Input::SetMaxViewers(1));
    let anna = browser(1, "10.0.0.1");
    let first = stage.watch(&anna);
    assert_eq!(stage.visit(LINK, &anna), Ok(()), "the old session is not known to be gone yet");
    assert_eq!(stage.knock(LINK, &anna), Ok(()));
    assert_eq!(stage.refused(&anna), RefusalCode::Full, "but nobody holds two of one place");
    stage.input(Input::Gone { viewer: first, reason: protocol::LeaveReason::Left });
    assert!(stage.join(&anna).is_ok());
}

#[test]
fn answers_come_in_order_link_person_broadcast_lock_room() {
    let mut stage = Stage::live();
    let (anna, boris, new) = (browser(1, "10.0.0.1"), browser(2, "10.0.0.2"), browser(3, "10.0.0.3"));
    let kicked = stage.watch(&anna);
    stage.watch(&boris);
    stage.input(Input::Kick { viewer: kicked, reason: None });
    stage.input(Input::SetMaxViewers(1));
    assert_eq!(stage.refused(&new), RefusalCode::Full);
    stage.input(Input::Lock(true));
    assert_eq!(stage.refused(&new), RefusalCode::Locked, "before full");
    assert_eq!(stage.refused(&boris), RefusalCode::Full, "the lock does not concern who was watching");
    stage.input(Input::End);
    assert_eq!(stage.refused(&new), RefusalCode::NotLive, "before locked and full");
    assert_eq!(stage.refused(&anna), RefusalCode::Kicked, "before not live");
    stage.input(Input::NewLink { token: token("fresh") });
    assert_eq!(stage.refused(&new), RefusalCode::RetiredLink, "before all else");
    assert_eq!(
        stage.refused(&anna),
        RefusalCode::Kicked,
        "the retired link opens for who watched a moment before; the kick holds"
    );
}

#[test]
fn a_socket_is_greeted_by_what_the_page_has_to_show() {
    let mut stage = Stage::offline();
    let anna = browser(1, "10.0.0.1");
    stage.input(Input::SetTitle("Evening news".into()));
    let state = |live| PageMessage::State { live, title: "Evening news".into() };
    let count = |watching| PageMessage::Count { watching };
    let whole = || PageMessage::Controls(Controls::default());
    let greeted = |stage: &Stage| stage.greet(LINK, &anna).map(|greeting| greeting.messages);
    assert_eq!(greeted(&stage), Ok(vec![state(false), whole(), count(0)]));
    stage.input(Input::GoLive);
    let viewer = stage.watch(&anna);
    assert_eq!(greeted(&stage), Ok(vec![state(true), whole(), count(1)]));
    let muted = Controls { microphone_muted: true, ..Controls::default() };
    let told = Output::Tell { to: To::All, message: PageMessage::Controls(muted) };
    assert_eq!(stage.input(Input::SetControls(muted)), vec![told]);
    assert_eq!(stage.input(Input::SetControls(muted)), vec![], "it did not change");
    assert_eq!(greeted(&stage), Ok(vec![state(true), PageMessage::Controls(muted), count(1)]));
    stage.input(Input::Kick { viewer, reason: Some("spoilers".into()) });
    let removed = PageMessage::Removed { code: RefusalCode::Kicked, reason: Some("spoilers".into()) };
    assert_eq!(greeted(&stage), Ok(vec![removed]), "it opens, to hear of being forgiven");
    assert_eq!(stage.greet("another", &anna), Err(Refusal::new(RefusalCode::UnknownLink)));
    stage.input(Input::NewLink { token: token("fresh") });
    let new = browser(2, "10.0.0.2");
    assert_eq!(stage.greet(LINK, &new), Err(Refusal::new(RefusalCode::RetiredLink)));
}
