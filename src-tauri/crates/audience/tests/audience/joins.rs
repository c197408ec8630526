//! Joins that never connect: they weigh nothing before their first check, make room, and are told to the broadcaster.

use crate::stage::{LINK, Stage, bare, browser, events, one_of_many};
use audience::{Input, Output, Visitor};
use protocol::{ErrorCode, Event, LeaveReason, RefusalCode, Removal, ViewerId};

const CROWD: &str = "203.0.113.7";

/// Joins of an address, each of a browser of its own, of which nothing more is heard.
fn post(stage: &mut Stage, from: u32, count: u32, address: &str) -> Vec<ViewerId> {
    (from..from + count).map(|n| stage.join(&one_of_many(n, address)).expect("nothing is full")).collect()
}

fn attempts(outputs: &[Output]) -> Vec<(String, u32, bool)> {
    let told = |event| match event {
        Event::Attempts { address, count, blockable } => Some((address, count, blockable)),
        _ => None,
    };
    events(outputs).into_iter().filter_map(told).collect()
}

#[test]
fn who_was_not_heard_of_holds_no_place() {
    let mut stage = Stage::live();
    stage.input(Input::SetMaxViewers(2));
    let posted = post(&mut stage, 0, 100, CROWD);
    assert_eq!(stage.visit(LINK, &browser(1, "10.0.0.1")), Ok(()), "nothing is taken");
    let (first, second) = (stage.watch(&browser(1, "10.0.0.1")), stage.watch(&browser(2, CROWD)));
    assert_eq!(stage.refused(&browser(3, "10.0.0.3")), RefusalCode::Full);
    let late = Output::Drop { viewer: posted[0], reason: LeaveReason::Left };
    assert_eq!(stage.check(posted[0]), vec![late], "the last place was taken while it waited");
    stage.input(Input::Gone { viewer: first, reason: LeaveReason::Left });
    assert_eq!(stage.check(posted[1]), vec![], "it has the place");
    assert_eq!(stage.check(posted[1]), vec![], "once");
    assert_eq!(stage.refused(&browser(3, "10.0.0.3")), RefusalCode::Full);
    assert_eq!(stage.audience.viewers()[0].id, second);
}

#[test]
fn one_address_makes_room_by_its_own_oldest_and_never_keeps_out_who_connects_there() {
    let mut stage = Stage::live();
    let elsewhere = stage.join(&browser(1, "10.0.0.1")).expect("the stream is open");
    let posted = post(&mut stage, 0, 512, CROWD);
    stage.take();
    // 40 a second for a minute, and beside each the join of somebody who connects.
    for n in 0..2400 {
        stage.advance(25);
        let honest = stage.join(&one_of_many(100_000 + n, CROWD)).expect("a neighbour");
        let mut outputs = stage.take();
        post(&mut stage, 1000 + n, 1, CROWD);
        outputs.extend(stage.take());
        let dropped: Vec<ViewerId> = outputs.iter().filter_map(dropped).collect();
        assert!(dropped.iter().all(|viewer| *viewer < honest), "the newest two are not concerned");
        if n == 0 {
            assert_eq!(dropped, posted[..2], "the oldest first");
        }
        stage.check(honest);
        assert!(!events(&stage.input(Input::Connected { viewer: honest })).is_empty(), "it is in");
        stage.input(Input::Gone { viewer: honest, reason: LeaveReason::Left });
    }
    assert_eq!(stage.check(elsewhere), vec![]);
    assert!(!stage.input(Input::Connected { viewer: elsewhere }).is_empty(), "a quiet address lost nothing");
}

fn dropped(output: &Output) -> Option<ViewerId> {
    match output {
        Output::Drop { viewer, .. } => Some(*viewer),
        _ => None,
    }
}

#[test]
fn a_crowd_of_addresses_does_not_push_out_a_quiet_one() {
    let mut stage = Stage::live();
    let honest = stage.join(&browser(1, "10.0.0.1")).expect("the stream is open");
    for n in 0..10_000 {
        let address = format!("203.0.113.{}", n % 20);
        stage.join(&one_of_many(n, &address)).expect("nothing is full");
    }
    assert!(!stage.take().contains(&Output::Drop { viewer: honest, reason: LeaveReason::Left }));
    assert_eq!(stage.check(honest), vec![]);
}

#[test]
fn those_heard_of_are_bounded_by_address_and_who_is_overdue_makes_room() {
    let mut stage = Stage::live();
    for viewer in post(&mut stage, 0, 64, CROWD) {
        stage.check(viewer);
    }
    let neighbour = browser(1, CROWD);
    assert_eq!(stage.knock(LINK, &neighbour), Err(RefusalCode::TooMany));
    let refusal = stage.join(&neighbour).expect_err("64 are in their handshake");
    assert!(refusal.retry_after_s.is_some(), "429 says when to try again");
    assert!(stage.join(&browser(2, "10.0.0.2")).is_ok(), "another address");
    assert!(stage.join(&browser(3, "127.0.0.1")).is_ok(), "loopback is exempt");
    assert_eq!(stage.visit(LINK, &neighbour), Ok(()), "the page opens, and tries");
    stage.advance(3000);
    let joined = stage.join(&neighbour).expect("the oldest is overdue");
    assert_eq!(stage.check(joined).iter().filter_map(dropped).count(), 1, "and makes room");
}

#[test]
fn a_place_that_only_a_check_holds_is_given_up_when_it_is_overdue() {
    let mut stage = Stage::live();
    stage.input(Input::SetMaxViewers(1));
    let idle = stage.join(&browser(1, CROWD)).expect("the one place");
    stage.check(idle);
    assert_eq!(stage.refused(&browser(2, "10.0.0.2")), RefusalCode::Full);
    stage.advance(3000);
    let next = stage.join(&browser(2, "10.0.0.2")).expect("it is overdue");
    post(&mut stage, 50, 20, CROWD);
    assert!(!stage.take().iter().filter_map(dropped).any(|viewer| viewer == idle), "a POST alone moves nobody");
    assert_eq!(stage.check(next), vec![Output::Drop { viewer: idle, reason: LeaveReason::Left }]);
    assert!(!stage.input(Input::Connected { viewer: next }).is_empty());
}

#[test]
fn the_broadcaster_is_told_of_many_attempts_and_not_of_few() {
    let mut stage = Stage::live();
    for viewer in post(&mut stage, 0, 19, CROWD) {
        stage.input(Input::Gone { viewer, reason: LeaveReason::Timeout });
    }
    assert_eq!(attempts(&stage.take()), vec![]);
    let last = post(&mut stage, 20, 1, CROWD)[0];
    let outputs = stage.input(Input::Gone { viewer: last, reason: LeaveReason::Timeout });
    assert_eq!(attempts(&outputs), vec![(CROWD.to_owned(), 20, true)]);
    // Who connects is no attempt, nor is who was heard of.
    for n in 0..100 {
        let viewer = stage.watch(&one_of_many(n, "10.0.0.1"));
        stage.input(Input::Gone { viewer, reason: LeaveReason::Timeout });
        let viewer = stage.join(&one_of_many(n, "10.0.0.1")).expect("the stream is open");
        stage.check(viewer);
        stage.input(Input::Gone { viewer, reason: LeaveReason::Timeout });
        stage.advance(10);
    }
    assert_eq!(attempts(&stage.take()), vec![(CROWD.to_owned(), 20, true)], "nothing more than was told above");
    stage.advance(60_000);
    for viewer in post(&mut stage, 200, 40, "127.0.0.1") {
        stage.input(Input::Gone { viewer, reason: LeaveReason::Timeout });
    }
    assert_eq!(attempts(&stage.take()), vec![("127.0.0.1".to_owned(), 20, false)], "once; and nobody blocks that");
}

#[test]
fn a_blocked_address_is_out_for_this_broadcast_but_for_who_watches_there() {
    let mut stage = Stage::live();
    let (anna, spare) = (browser(1, CROWD), browser(2, CROWD));
    stage.watch(&anna);
    let under_way = stage.join(&spare).expect("the stream is open");
    let address = CROWD.parse().expect("well-formed");
    let outputs = stage.input(Input::Block { address });
    assert_eq!(outputs.iter().filter_map(dropped).collect::<Vec<_>>(), [under_way]);
    let [Event::Removed { viewer: blocked }] = &events(&outputs)[..] else { panic!("it is listed: {outputs:?}") };
    assert_eq!((blocked.removal, blocked.address.as_str()), (Removal::Blocked, CROWD));
    for visitor in [&spare, &browser(3, CROWD), &bare(CROWD, "")] {
        assert_eq!(stage.refused(visitor), RefusalCode::Kicked);
        assert_eq!(stage.visit(LINK, visitor), Err(RefusalCode::Kicked));
    }
    assert!(stage.join(&anna).is_ok(), "she watched when it fell");
    assert!(stage.join(&browser(4, "203.0.113.8")).is_ok(), "the next address");
    assert_eq!(stage.input(Input::Block { address }), vec![], "twice is once");
    assert_eq!(stage.audience.persisted().bans, vec![], "it is not kept");

    stage.input(Input::Forgive { viewer: blocked.id });
    assert!(stage.join(&spare).is_ok());
    stage.input(Input::Block { address });
    stage.input(Input::End);
    let over = stage.input(Input::GoLive);
    assert_eq!(events(&over).iter().filter(|event| matches!(event, Event::Forgiven { .. })).count(), 1);
    assert!(stage.join(&spare).is_ok(), "another broadcast");
}

#[test]
fn this_computers_own_addresses_are_never_blocked() {
    let mut stage = Stage::live();
    stage.input(Input::HostAddresses(vec!["192.168.1.20".parse().expect("well-formed")]));
    for own in ["127.0.0.1", "::1", "192.168.1.20"] {
        let outputs = stage.input(Input::Block { address: own.parse().expect("well-formed") });
        assert!(matches!(outputs[..], [Output::Rejected { code: ErrorCode::BadAddress, .. }]), "{own}: {outputs:?}");
    }
    stage.input(Input::End);
    let outputs = stage.input(Input::Block { address: CROWD.parse().expect("well-formed") });
    assert!(matches!(outputs[..], [Output::Rejected { code: ErrorCode::WrongState, .. }]), "{outputs:?}");
}

#[test]
fn a_ban_spares_who_watches_and_nobody_who_only_asked() {
    let mut stage = Stage::live();
    let (anna, neighbour) = (browser(1, CROWD), browser(2, CROWD));
    let viewer = stage.watch(&anna);
    stage.watch(&neighbour);
    let spares: Vec<Visitor> = (0..50).map(|n| one_of_many(n, CROWD)).collect();
    let under_way: Vec<ViewerId> = spares.iter().map(|spare| stage.join(spare).expect("open")).collect();
    stage.check(under_way[0]);
    let outputs = stage.input(Input::Ban { viewer, reason: None });
    assert_eq!(outputs.iter().filter_map(dropped).count(), 51, "hers, and all under way from there");
    for spare in &spares {
        assert_eq!(stage.refused(spare), RefusalCode::Banned);
    }
    assert!(stage.join(&neighbour).is_ok());
}

#[test]
fn a_ban_of_an_older_cookie_holds_though_it_is_not_signed() {
    let mut stage = Stage::live();
    let anna = browser(1, CROWD);
    let viewer = stage.watch(&anna);
    stage.input(Input::Ban { viewer, reason: None });
    let mut stage = Stage::restored(stage.audience.persisted());
    stage.input(Input::GoLive);
    let elsewhere = bare("198.51.100.9", "Firefox/140.0");
    assert_eq!(stage.refused(&elsewhere.clone().with_unsigned(anna.cookie)), RefusalCode::Banned);
    assert_eq!(stage.visit(LINK, &elsewhere.clone().with_unsigned(anna.cookie)), Err(RefusalCode::Banned));
    let other = browser(2, CROWD).cookie;
    assert!(stage.join(&elsewhere.with_unsigned(other)).is_ok(), "any other made-up cookie is none");
}
