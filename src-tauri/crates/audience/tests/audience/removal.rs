//! Kick, ban, forgive.

use crate::stage::{LINK, Stage, bare, browser, events};
use audience::{Input, Output, To, Visitor};
use protocol::{ErrorCode, Event, LeaveReason, PageMessage, RefusalCode, Removal, RemovedViewer, ViewerId};

fn kick(viewer: ViewerId) -> Input {
    Input::Kick { viewer, reason: Some("spoilers".into()) }
}

fn ban(viewer: ViewerId) -> Input {
    Input::Ban { viewer, reason: Some("spoilers".into()) }
}

fn page(visitor: &Visitor) -> To {
    To::Visitor(visitor.cookie.expect("this visitor is a browser"))
}

#[test]
fn a_kick_tells_the_page_then_drops_every_session_of_the_browser() {
    let mut stage = Stage::live();
    let anna = browser(1, "10.0.0.1");
    let (first, second) = (stage.watch(&anna), stage.watch(&anna));
    let joining = stage.join(&anna).expect("the stream is open");
    let other = stage.watch(&browser(2, "10.0.0.1"));
    stage.advance(7000);
    let outputs = stage.input(kick(first));
    let reason = Some("spoilers".to_owned());
    let removed = RemovedViewer {
        id: first,
        removal: Removal::Kicked,
        reason: reason.clone(),
        address: "10.0.0.1".into(),
        browser: "Firefox, Linux".into(),
        removed_at: 7000,
    };
    let kicked = LeaveReason::Kicked;
    assert_eq!(
        outputs,
        vec![
            Output::Tell { to: page(&anna), message: PageMessage::Removed { code: RefusalCode::Kicked, reason } },
            Output::Drop { viewer: first, reason: kicked },
            Output::Event(Event::ViewerLeft { viewer: first, reason: kicked }),
            Output::Drop { viewer: second, reason: kicked },
            Output::Event(Event::ViewerLeft { viewer: second, reason: kicked }),
            Output::Drop { viewer: joining, reason: kicked },
            Output::Event(Event::Removed { viewer: removed.clone() }),
            Output::Event(Event::Count { watching: 1, peak: 3 }),
            Output::Tell { to: To::All, message: PageMessage::Count { watching: 1 } },
        ]
    );
    assert_eq!(stage.audience.removed(), vec![removed]);
    assert_eq!(stage.audience.viewers()[0].id, other, "who shares the address stays");
}

#[test]
fn who_is_kicked_is_refused_on_reload_in_a_new_tab_and_from_elsewhere_and_told_why() {
    let mut stage = Stage::live();
    let anna = browser(1, "10.0.0.1");
    let viewer = stage.watch(&anna);
    stage.input(kick(viewer));
    assert_eq!(stage.visit(LINK, &anna), Err(RefusalCode::Kicked));
    assert_eq!(stage.knock(LINK, &anna), Err(RefusalCode::Kicked));
    let refusal = stage.join(&browser(1, "198.51.100.9")).expect_err("the same browser from another network");
    assert_eq!((refusal.code, refusal.reason.as_deref()), (RefusalCode::Kicked, Some("spoilers")));
    assert!(stage.join(&browser(2, "10.0.0.1")).is_ok(), "never by address alone");
}

#[test]
fn a_client_without_cookie_is_known_by_address_and_user_agent() {
    let mut stage = Stage::live();
    let player = bare("10.0.0.1", "VLC/3");
    let (first, twin) = (stage.watch(&player), stage.watch(&player));
    stage.take();
    stage.input(kick(first));
    let told = Output::Tell {
        to: To::Viewer(first),
        message: PageMessage::Removed { code: RefusalCode::Kicked, reason: Some("spoilers".into()) },
    };
    assert!(stage.take().contains(&told));
    let watching: Vec<ViewerId> = stage.audience.viewers().iter().map(|viewer| viewer.id).collect();
    assert_eq!(watching, vec![twin], "that session only: somebody else may look the same");
    assert_eq!(stage.refused(&player), RefusalCode::Kicked);
    assert!(stage.join(&bare("10.0.0.1", "OBS/31")).is_ok(), "another client there");
    assert!(stage.join(&bare("10.0.0.2", "VLC/3")).is_ok(), "the same client elsewhere");
    assert!(stage.join(&browser(1, "10.0.0.1")).is_ok(), "a browser with a cookie is somebody known");
    assert_eq!(stage.visit(LINK, &player), Ok(()), "the page is about to tell by a cookie who this is");
    stage.input(Input::Forgive { viewer: first });
    assert!(stage.join(&player).is_ok());
}

#[test]
fn twins_without_cookie_are_kicked_and_forgiven_one_by_one() {
    let mut stage = Stage::live();
    let player = bare("10.0.0.1", "VLC/3");
    let (first, twin) = (stage.watch(&player), stage.watch(&player));
    stage.input(kick(first));
    stage.input(kick(twin));
    assert_eq!(stage.audience.watching(), 0);
    assert_eq!(stage.audience.removed().len(), 2);
    stage.input(Input::Forgive { viewer: first });
    assert_eq!(stage.refused(&player), RefusalCode::Kicked, "the other kick holds");
    stage.input(Input::Forgive { viewer: twin });
    assert!(stage.join(&player).is_ok());
}

#[test]
fn forgiving_works_by_the_id_of_any_session_that_was_removed() {
    for which in 0..2 {
        let mut stage = Stage::live();
        let anna = browser(1, "10.0.0.1");
        let sessions = [stage.watch(&anna), stage.watch(&anna)];
        stage.input(kick(sessions[0]));
        stage.advance(3_600_000);
        let outputs = stage.input(Input::Forgive { viewer: sessions[which] });
        let forgiven = Output::Tell { to: page(&anna), message: PageMessage::Forgiven };
        let listed = Output::Event(Event::Forgiven { viewer: sessions[0] });
        assert_eq!(outputs, vec![forgiven, listed], "the list knows it by the id that was clicked");
        assert_eq!(stage.audience.removed(), vec![]);
        assert!(stage.join(&anna).is_ok());
    }
}

#[test]
fn who_left_a_moment_ago_can_still_be_kicked_and_so_is_the_tab_that_came_instead() {
    let mut stage = Stage::live();
    let anna = browser(1, "10.0.0.1");
    let clicked = stage.watch(&anna);
    stage.input(Input::Gone { viewer: clicked, reason: LeaveReason::Left });
    let reloaded = stage.watch(&anna);
    stage.take();
    stage.input(kick(clicked));
    assert!(stage.take().contains(&Output::Drop { viewer: reloaded, reason: LeaveReason::Kicked }));
    assert_eq!(stage.refused(&anna), RefusalCode::Kicked);
}

#[test]
fn kicking_twice_changes_nothing() {
    let mut stage = Stage::live();
    let anna = browser(1, "10.0.0.1");
    let (first, second) = (stage.watch(&anna), stage.watch(&anna));
    stage.input(kick(first));
    assert_eq!(stage.input(kick(first)), vec![]);
    assert_eq!(stage.input(kick(second)), vec![], "the other tab went with the first");
    assert_eq!(stage.audience.removed().len(), 1);
}

#[test]
fn an_unknown_viewer_is_rejected() {
    let mut stage = Stage::live();
    let viewer = ViewerId(77);
    for input in [kick(viewer), ban(viewer), Input::Forgive { viewer }] {
        let outputs = stage.input(input);
        assert!(matches!(outputs[..], [Output::Rejected { code: ErrorCode::UnknownViewer, .. }]), "{outputs:?}");
    }
}

#[test]
fn a_viewer_kicked_while_joining_never_appears() {
    let mut stage = Stage::live();
    let viewer = stage.join(&browser(1, "10.0.0.1")).expect("the stream is open");
    stage.input(kick(viewer));
    assert_eq!(stage.input(Input::Connected { viewer }), vec![], "its transport was told to close");
    assert_eq!(stage.audience.watching(), 0);
}

#[test]
fn a_ban_refuses_browser_and_address_and_removes_nobody_else() {
    let mut stage = Stage::live();
    let anna = browser(1, "203.0.113.7");
    let neighbour = browser(2, "203.0.113.7");
    let (viewer, near) = (stage.watch(&anna), stage.watch(&neighbour));
    let outputs = stage.input(ban(viewer));
    assert!(events(&outputs).contains(&Event::ViewerLeft { viewer, reason: LeaveReason::Banned }));
    let Some(Output::Keep(kept)) = outputs.last() else { panic!("a ban is written to disk: {outputs:?}") };
    assert_eq!(kept.bans.len(), 1);
    assert_eq!(stage.audience.viewers()[0].id, near, "nobody else already watching is removed");
    assert_eq!(stage.refused(&browser(1, "198.51.100.9")), RefusalCode::Banned, "the browser elsewhere");
    assert_eq!(stage.refused(&browser(3, "203.0.113.7")), RefusalCode::Banned, "a private window at the address");
    assert_eq!(stage.visit(LINK, &bare("203.0.113.7", "x")), Err(RefusalCode::Banned));
    assert!(stage.join(&browser(3, "203.0.113.8")).is_ok(), "another IPv4 address");
    assert!(stage.join(&neighbour).is_ok(), "who was watching from there may reconnect");
}

#[test]
fn a_ban_covers_an_ipv6_subscriber() {
    let mut stage = Stage::live();
    let viewer = stage.watch(&browser(1, "2001:db8:9:9::1"));
    stage.input(ban(viewer));
    assert_eq!(stage.refused(&browser(2, "2001:db8:9:9:ffff::2")), RefusalCode::Banned);
    assert!(stage.join(&browser(2, "2001:db8:9:a::2")).is_ok());
}

#[test]
fn a_ban_never_covers_loopback_or_the_host_s_own_address() {
    let mut stage = Stage::live();
    stage.input(Input::HostAddresses(vec!["192.168.1.20".parse().expect("well-formed")]));
    for (n, address) in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "192.168.1.20"].into_iter().enumerate() {
        let anna = browser(2 * n as u8, address);
        let viewer = stage.watch(&anna);
        stage.input(ban(viewer));
        assert_eq!(stage.refused(&anna), RefusalCode::Banned, "the browser is banned");
        assert!(stage.join(&browser(2 * n as u8 + 1, address)).is_ok(), "the address {address} is not");
    }
}

#[test]
fn a_ban_holds_across_broadcasts_and_restarts_until_lifted() {
    let mut stage = Stage::live();
    let anna = browser(1, "203.0.113.7");
    let viewer = stage.watch(&anna);
    stage.input(ban(viewer));
    stage.input(Input::End);
    stage.input(Input::GoLive);
    assert_eq!(stage.refused(&anna), RefusalCode::Banned, "across broadcasts");

    let text = serde_json::to_string(&stage.audience.persisted()).expect("what is kept can be written");
    let mut stage = Stage::restored(serde_json::from_str(&text).expect("and read"));
    stage.input(Input::GoLive);
    assert_eq!(stage.refused(&anna), RefusalCode::Banned, "across restarts");
    assert_eq!(stage.refused(&browser(2, "203.0.113.7")), RefusalCode::Banned, "with the address");
    let listed = stage.audience.removed();
    assert_eq!(listed[0].reason.as_deref(), Some("spoilers"));
    let outputs = stage.input(Input::Forgive { viewer: listed[0].id });
    let Some(Output::Keep(kept)) = outputs.last() else { panic!("lifting is written to disk: {outputs:?}") };
    assert_eq!(kept.bans, vec![]);
    let viewer = stage.join(&anna).expect("the ban is lifted");
    assert_ne!(viewer, listed[0].id, "ids are never used twice");
}

#[test]
fn a_kick_becomes_a_ban() {
    let mut stage = Stage::live();
    let anna = browser(1, "203.0.113.7");
    let viewer = stage.watch(&anna);
    stage.input(kick(viewer));
    let outputs = stage.input(Input::Ban { viewer, reason: None });
    let Some(Event::Removed { viewer: removed }) = events(&outputs).pop() else { panic!("told anew: {outputs:?}") };
    assert_eq!((removed.id, removed.removal), (viewer, Removal::Banned));
    assert_eq!(removed.reason.as_deref(), Some("spoilers"), "the words of the kick stay unless there are new ones");
    assert_eq!(stage.audience.removed().len(), 1);
    assert_eq!(stage.refused(&browser(2, "203.0.113.7")), RefusalCode::Banned);
    assert_eq!(stage.input(kick(viewer)), vec![], "a ban is not weakened");
    assert_eq!(stage.refused(&anna), RefusalCode::Banned);
}

#[test]
fn a_visitor_removed_in_private_mode_can_be_banned_while_its_neighbours_watch() {
    let mut stage = Stage::live();
    let player = bare("203.0.113.7", "VLC/3");
    let (viewer, twin) = (stage.watch(&player), stage.watch(&player));
    stage.input(ban(viewer));
    assert_eq!(stage.audience.viewers()[0].id, twin);
    assert_eq!(stage.refused(&player), RefusalCode::Banned);
    assert_eq!(stage.refused(&browser(1, "203.0.113.7")), RefusalCode::Banned);
}

#[test]
fn the_latest_removed_is_listed_first() {
    let mut stage = Stage::live();
    let (anna, boris) = (stage.watch(&browser(1, "10.0.0.1")), stage.watch(&browser(2, "10.0.0.2")));
    stage.input(kick(anna));
    stage.input(kick(boris));
    let ids: Vec<ViewerId> = stage.audience.removed().iter().map(|removed| removed.id).collect();
    assert_eq!(ids, vec![boris, anna]);
}
