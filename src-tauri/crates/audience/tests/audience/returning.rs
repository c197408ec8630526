//! Who may return to a locked broadcast, or by a retired link: who was watching, and nobody who only asked.

use crate::stage::{LINK, Stage, bare, browser, events, one_of_many, token};
use audience::{Input, Output, Visitor};
use protocol::{Event, LeaveReason, RefusalCode, ViewerId};

fn lock() -> Input {
    Input::Lock(true)
}

fn new_link() -> Input {
    Input::NewLink { token: token("fresh") }
}

fn lost(viewer: ViewerId) -> Input {
    Input::Gone { viewer, reason: LeaveReason::Timeout }
}

/// Locked, and the link retired, at one moment.
fn close(stage: &mut Stage) {
    stage.input(new_link());
    stage.input(lock());
}

fn opens(stage: &mut Stage, visitor: &Visitor) -> Result<(), RefusalCode> {
    stage.join_by(LINK, visitor).map(|_| ()).map_err(|refusal| refusal.code)
}

#[test]
fn spare_cookies_open_neither_a_lock_nor_a_retired_link() {
    let mut stage = Stage::live();
    let spares: Vec<Visitor> = (0..50).map(|n| one_of_many(n, "203.0.113.7")).collect();
    let joined: Vec<ViewerId> = spares.iter().map(|spare| stage.join(spare).expect("the stream is open")).collect();
    stage.check(joined[0]);
    joined[1..25].iter().for_each(|viewer| drop(stage.input(lost(*viewer))));
    close(&mut stage);
    for spare in &spares {
        assert_eq!(opens(&mut stage, spare), Err(RefusalCode::RetiredLink));
        assert_eq!(stage.refused(&one_of_many(99, "203.0.113.7")), RefusalCode::RetiredLink);
        let by_the_new = stage.join_by("fresh", spare).expect_err("it is locked");
        assert_eq!(by_the_new.code, RefusalCode::Locked);
        assert_eq!(stage.visit(LINK, spare), Err(RefusalCode::RetiredLink));
        assert_eq!(stage.greet(LINK, spare).expect_err("nor a socket").code, RefusalCode::RetiredLink);
    }
}

#[test]
fn a_join_that_was_under_way_when_the_door_closed_does_not_come_in_after_it() {
    for closes in [lock(), new_link()] {
        let mut stage = Stage::live();
        let anna = browser(1, "10.0.0.1");
        let watching = stage.watch(&anna);
        let stranger = stage.join(&browser(2, "10.0.0.2")).expect("the stream is open");
        let heard_of = stage.join(&browser(3, "10.0.0.3")).expect("the stream is open");
        stage.check(heard_of);
        let returning = stage.join(&anna).expect("the stream is open");
        let outputs = stage.input(closes);
        for viewer in [stranger, heard_of] {
            assert!(outputs.contains(&Output::Drop { viewer, reason: LeaveReason::Left }), "{outputs:?}");
            assert_eq!(stage.input(Input::Connected { viewer }), vec![], "its transport is closed");
        }
        assert!(
            events(&stage.input(Input::Connected { viewer: returning })).len() > 1,
            "who watches may bring another"
        );
        assert_eq!(stage.audience.viewers()[0].id, watching);
    }
}

#[test]
fn who_watches_when_the_door_closes_may_return_for_as_long_as_it_is_closed() {
    let mut stage = Stage::live();
    let anna = browser(1, "10.0.0.1");
    let viewer = stage.watch(&anna);
    close(&mut stage);
    stage.advance(3_600_000);
    stage.input(lost(viewer));
    stage.advance(3_600_000);
    assert_eq!(opens(&mut stage, &browser(1, "198.51.100.9")), Ok(()), "from another network as well");
}

#[test]
fn who_lost_the_connection_in_the_half_minute_before_may_return_and_nobody_longer_gone() {
    for (gone_ms, expected) in [(29_999, Ok(())), (30_001, Err(RefusalCode::RetiredLink))] {
        let mut stage = Stage::live();
        let anna = browser(1, "10.0.0.1");
        let viewer = stage.watch(&anna);
        stage.input(lost(viewer));
        stage.advance(gone_ms);
        close(&mut stage);
        stage.advance(60_000);
        assert_eq!(opens(&mut stage, &anna), expected, "gone for {gone_ms} ms");
    }
}

#[test]
fn a_client_without_a_cookie_returns_in_its_own_place_within_half_a_minute() {
    let mut stage = Stage::live();
    let (player, other) = (bare("10.0.0.3", "OBS/31"), bare("10.0.0.3", "VLC/3"));
    let viewer = stage.watch(&player);
    close(&mut stage);
    stage.advance(3_600_000);
    assert_eq!(opens(&mut stage, &player), Ok(()), "its loss is not known yet");
    stage.input(lost(viewer));
    stage.advance(30_000);
    assert_eq!(opens(&mut stage, &player), Ok(()), "half a minute");
    assert_eq!(opens(&mut stage, &other), Err(RefusalCode::RetiredLink), "another client at that address");
    stage.advance(1);
    assert_eq!(opens(&mut stage, &player), Err(RefusalCode::RetiredLink), "by now it may be anybody there");
}

#[test]
fn a_cookie_that_was_made_up_is_none() {
    let mut stage = Stage::live();
    let anna = browser(1, "10.0.0.1");
    stage.watch(&anna);
    close(&mut stage);
    let forger = bare("10.0.0.9", "curl/8").with_unsigned(anna.cookie);
    assert_eq!(opens(&mut stage, &forger), Err(RefusalCode::RetiredLink));
}

#[test]
fn rubbish_pushes_nobody_out_of_memory() {
    let mut stage = Stage::live();
    let anna = browser(1, "10.0.0.1");
    let viewer = stage.watch(&anna);
    for n in 0..20_000 {
        let address = format!("203.0.113.{}", n % 250);
        let _ = stage.join(&one_of_many(n, &address));
    }
    close(&mut stage);
    stage.input(lost(viewer));
    assert_eq!(opens(&mut stage, &anna), Ok(()), "whatever was posted");
}

#[test]
fn each_lock_and_each_new_link_is_for_those_who_watch_at_that_moment() {
    let mut stage = Stage::live();
    let (anna, boris) = (browser(1, "10.0.0.1"), browser(2, "10.0.0.2"));
    let first = stage.watch(&anna);
    stage.input(lock());
    stage.input(Input::Lock(false));
    stage.input(lost(first));
    stage.advance(60_000);
    stage.watch(&boris);
    stage.input(lock());
    assert_eq!(stage.refused(&anna), RefusalCode::Locked, "she left long before this lock");
    assert!(stage.join(&boris).is_ok());
    stage.input(lock());
    assert!(stage.join(&boris).is_ok(), "a lock that holds already changes nothing");
    stage.input(Input::End);
    stage.input(Input::GoLive);
    stage.watch(&anna);
    stage.input(lock());
    assert_eq!(stage.refused(&boris), RefusalCode::Locked, "a new broadcast knows nobody");
}

#[test]
fn a_page_that_hears_by_a_retired_link_is_closed_unless_it_watches() {
    let mut stage = Stage::live();
    let (anna, boris) = (browser(1, "10.0.0.1"), browser(2, "10.0.0.2"));
    stage.watch(&anna);
    stage.join(&boris).expect("the stream is open");
    let outputs = stage.input(new_link());
    assert!(outputs.contains(&Output::LookAgain), "{outputs:?}");
    assert!(stage.greet(LINK, &anna).is_ok());
    assert!(stage.greet(LINK, &boris).is_err(), "who only asked");
}

#[test]
fn a_removal_that_is_undone_lets_return_who_watched() {
    let mut stage = Stage::live();
    let (anna, player) = (browser(1, "10.0.0.1"), bare("10.0.0.3", "OBS/31"));
    let viewers = [stage.watch(&anna), stage.watch(&player)];
    viewers.iter().for_each(|viewer| drop(stage.input(Input::Kick { viewer: *viewer, reason: None })));
    stage.advance(60_000);
    close(&mut stage);
    assert_eq!(opens(&mut stage, &anna), Err(RefusalCode::RetiredLink), "gone too long to be kept");
    viewers.iter().for_each(|viewer| drop(stage.input(Input::Forgive { viewer: *viewer })));
    assert_eq!(opens(&mut stage, &anna), Ok(()), "the broadcaster says so");
    assert_eq!(opens(&mut stage, &player), Ok(()));
}

#[test]
fn a_removal_that_is_undone_lets_nobody_in_who_never_watched() {
    let mut stage = Stage::live();
    let spare = browser(1, "10.0.0.1");
    let viewer = stage.join(&spare).expect("the stream is open");
    stage.input(Input::Kick { viewer, reason: None });
    close(&mut stage);
    stage.input(Input::Forgive { viewer });
    assert_eq!(opens(&mut stage, &spare), Err(RefusalCode::RetiredLink));
    let told = stage.take();
    assert!(!events(&told).iter().any(|event| matches!(event, Event::ViewerJoined { .. })));
}
