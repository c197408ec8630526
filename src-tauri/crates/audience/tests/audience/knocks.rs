//! The waiting room: who knocks, who is let in, and what is told before.

use crate::stage::{LINK, Stage, bare, browser, events, people, token};
use audience::{Input, Output, Visitor};
use proptest::prelude::*;
use protocol::{Event, Knock, KnockEnd, LeaveReason, PageMessage, RefusalCode, Removal, ViewerId};
use std::collections::{HashMap, HashSet};

fn open(stage: &mut Stage) -> Vec<Output> {
    stage.input(Input::SetWaitingRoom(true))
}

/// Asks for a place as the door does; answers the code of its refusal.
fn asks(stage: &mut Stage, visitor: &Visitor) -> Result<ViewerId, RefusalCode> {
    let joined = stage.join(visitor).map_err(|refusal| refusal.code);
    let now = stage.now();
    stage.audience.waits(LINK, visitor, false, now);
    stage.input(Input::Tick);
    joined
}

/// Those that were told since the last look.
fn knocks(stage: &mut Stage) -> Vec<Knock> {
    let knock = |event| if let Event::Knock { viewer } = event { Some(viewer) } else { None };
    events(&stage.take()).into_iter().filter_map(knock).collect()
}

fn ended(outputs: &[Output]) -> Vec<(ViewerId, KnockEnd)> {
    let end = |event| if let Event::KnockLeft { viewer, reason } = event { Some((viewer, reason)) } else { None };
    events(outputs).into_iter().filter_map(end).collect()
}

#[test]
fn who_comes_knocks_once_is_told_nothing_and_comes_in_when_let_in() {
    let mut stage = Stage::live();
    stage.input(Input::SetTitle("Evening news".into()));
    let outputs = open(&mut stage);
    assert!(events(&outputs).contains(&Event::WaitingRoom { on: true }) && outputs.contains(&Output::LookAgain));
    let anna = browser(1, "203.0.113.1");
    assert_eq!(stage.visit(LINK, &anna), Ok(()), "the page waits");
    assert_eq!(stage.audience.title_for(&anna, stage.now()), None);
    stage.take();
    for _ in 0..3 {
        assert_eq!(asks(&mut stage, &anna), Err(RefusalCode::WaitingRoom));
    }
    let [knock] = &knocks(&mut stage)[..] else { panic!("it knocks once") };
    assert_eq!((knock.address.as_str(), knock.name.as_ref(), knock.was_here), ("203.0.113.1", None, false));
    assert_eq!(stage.audience.knocks(), std::slice::from_ref(knock));
    let greeting = stage.greet(LINK, &anna).expect("its socket opens");
    assert_eq!((greeting.outside, greeting.messages), (true, vec![PageMessage::Knocking]));

    stage.audience.waits_by_name(&anna, "Anna");
    stage.input(Input::Tick);
    assert_eq!(knocks(&mut stage)[0].name.as_deref(), Some("Anna"));
    (0..20).for_each(|n| stage.audience.waits_by_name(&anna, &format!("Anna {n}")));
    stage.input(Input::Tick);
    assert_eq!(knocks(&mut stage).len(), 4, "and not again and again");

    let outputs = stage.input(Input::Admit { viewer: knock.id });
    assert_eq!(ended(&outputs), [(knock.id, KnockEnd::Admitted)]);
    assert!(outputs.contains(&Output::LookAgain) && stage.audience.knocks().is_empty());
    assert!(stage.greet(LINK, &anna).is_ok_and(|greeting| !greeting.outside));
    let viewer = stage.watch(&anna);
    assert_ne!(viewer, knock.id);
    stage.input(Input::Gone { viewer, reason: LeaveReason::Timeout });
    stage.advance(600_000);
    assert!(stage.join(&anna).is_ok(), "it may return");
    stage.take();
    stage.input(Input::End);
    stage.input(Input::GoLive);
    stage.take();
    assert_eq!(asks(&mut stage, &anna), Err(RefusalCode::WaitingRoom), "the next broadcast has others");
    assert!(knocks(&mut stage)[0].was_here);
}

#[test]
fn those_watching_stay_and_joins_under_way_knock() {
    let mut stage = Stage::live();
    let (anna, player, new) = (browser(1, "203.0.113.1"), bare("203.0.113.2", "VLC/3"), browser(3, "203.0.113.3"));
    let viewers = [stage.watch(&anna), stage.watch(&player)];
    let under_way = stage.join(&new).expect("nothing stands before it");
    let outputs = open(&mut stage);
    assert!(outputs.contains(&Output::Drop { viewer: under_way, reason: LeaveReason::Left }));
    assert_eq!(stage.audience.watching(), 2);
    viewers.iter().for_each(|viewer| drop(stage.input(Input::Gone { viewer: *viewer, reason: LeaveReason::Timeout })));
    assert!(asks(&mut stage, &anna).is_ok() && asks(&mut stage, &player).is_ok(), "a lost connection");
    assert_eq!(asks(&mut stage, &new), Err(RefusalCode::WaitingRoom));
    let outputs = stage.input(Input::SetWaitingRoom(false));
    assert_eq!(ended(&outputs).len(), 1);
    assert!(asks(&mut stage, &new).is_ok());
}

#[test]
fn a_knock_lasts_as_long_as_somebody_is_there() {
    let mut stage = Stage::live();
    open(&mut stage);
    let (page, player) = (browser(1, "203.0.113.1"), bare("203.0.113.2", "VLC/3"));
    let now = stage.now();
    stage.audience.waits(LINK, &page, true, now);
    stage.input(Input::Tick);
    for _ in 0..10 {
        assert_eq!(asks(&mut stage, &player), Err(RefusalCode::WaitingRoom));
        stage.advance(5000);
    }
    assert_eq!(stage.audience.knocks().len(), 2);
    stage.take();
    stage.advance(20_000);
    assert_eq!(ended(&stage.take()).iter().map(|(_, end)| *end).collect::<Vec<_>>(), [KnockEnd::Left], "the player");
    let now = stage.now();
    stage.audience.waits_no_more(&page, now);
    stage.input(Input::Tick);
    stage.advance(14_000);
    assert_eq!(stage.audience.knocks().len(), 1, "a page that is loaded again");
    stage.advance(2000);
    assert!(stage.audience.knocks().is_empty());
}

#[test]
fn who_is_refused_does_not_knock_again_until_forgiven() {
    let mut stage = Stage::offline();
    open(&mut stage);
    let anna = browser(1, "203.0.113.1");
    assert_eq!(asks(&mut stage, &anna), Err(RefusalCode::WaitingRoom), "also before it is live");
    let id = knocks(&mut stage)[0].id;
    let outputs = stage.input(Input::Refuse { viewer: id, reason: Some("members only".into()) });
    assert_eq!(ended(&outputs), [(id, KnockEnd::Refused)]);
    let told = PageMessage::Removed { code: RefusalCode::NotAdmitted, reason: Some("members only".into()) };
    assert!(outputs.iter().any(|output| matches!(output, Output::Tell { message, .. } if *message == told)));
    stage.input(Input::GoLive);
    assert_eq!(asks(&mut stage, &anna), Err(RefusalCode::NotAdmitted), "nor in the broadcast that it knocked for");
    assert!(knocks(&mut stage).is_empty());
    assert_eq!(stage.audience.removed()[0].removal, Removal::Refused);
    stage.input(Input::Forgive { viewer: id });
    assert_eq!(asks(&mut stage, &anna), Err(RefusalCode::WaitingRoom), "it may knock again");
    let id = knocks(&mut stage)[0].id;
    stage.input(Input::Refuse { viewer: id, reason: None });
    stage.input(Input::End);
    stage.input(Input::GoLive);
    assert_eq!(asks(&mut stage, &anna), Err(RefusalCode::WaitingRoom), "a new broadcast");
    let outputs = stage.input(Input::Admit { viewer: id });
    assert!(matches!(outputs[..], [Output::Rejected { .. }]), "that knock is over");
}

#[test]
fn all_of_them_or_who_was_here_before_are_let_in_together() {
    let mut stage = Stage::live();
    let (anna, new) = (browser(1, "203.0.113.1"), [browser(2, "203.0.113.2"), browser(3, "203.0.113.3")]);
    stage.watch(&anna);
    stage.input(Input::End);
    open(&mut stage);
    stage.input(Input::GoLive);
    for visitor in new.iter().chain([&anna]) {
        assert_eq!(asks(&mut stage, visitor), Err(RefusalCode::WaitingRoom));
    }
    stage.input(Input::AdmitAll { known_only: true });
    assert!(asks(&mut stage, &anna).is_ok());
    assert_eq!(asks(&mut stage, &new[0]), Err(RefusalCode::WaitingRoom));
    stage.input(Input::AdmitAll { known_only: false });
    assert!(new.iter().all(|visitor| asks(&mut stage, visitor).is_ok()));
    assert_eq!(asks(&mut stage, &browser(4, "203.0.113.4")), Err(RefusalCode::WaitingRoom), "who comes later");
}

#[test]
fn who_is_locked_out_does_not_wait_in_vain_and_who_is_removed_does_not_knock() {
    let mut stage = Stage::live();
    let (anna, boris) = (browser(1, "203.0.113.1"), browser(2, "203.0.113.2"));
    let viewer = stage.watch(&anna);
    open(&mut stage);
    stage.input(Input::Kick { viewer, reason: None });
    assert_eq!(asks(&mut stage, &anna), Err(RefusalCode::Kicked));
    stage.input(Input::Lock(true));
    assert_eq!(asks(&mut stage, &boris), Err(RefusalCode::Locked));
    let greeting = stage.greet(LINK, &anna).expect("it hears of being forgiven");
    assert!(!greeting.outside || matches!(greeting.messages[..], [PageMessage::Removed { .. }]));
    assert!(knocks(&mut stage).is_empty());
}

#[test]
fn it_is_kept_across_a_restart() {
    let mut stage = Stage::live();
    open(&mut stage);
    let mut again = Stage::restored(stage.audience.persisted());
    assert!(again.audience.has_waiting_room());
    assert_eq!(asks(&mut again, &browser(1, "203.0.113.1")), Err(RefusalCode::WaitingRoom));
}

/// Something that happens; a knock or a viewer is named by how many came after it.
#[derive(Clone, Debug)]
enum Step {
    GoLive,
    End,
    Room(bool),
    Ask(usize),
    Admit(usize),
    Refuse(usize),
    AdmitAll,
    Lose(usize),
    Kick(usize),
    Forgive(usize),
    NewLink,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let one = || 0..6_usize;
    prop_oneof![
        1 => Just(Step::GoLive),
        1 => Just(Step::End),
        2 => any::<bool>().prop_map(Step::Room),
        12 => (0..8_usize).prop_map(Step::Ask),
        4 => one().prop_map(Step::Admit),
        2 => one().prop_map(Step::Refuse),
        1 => Just(Step::AdmitAll),
        3 => one().prop_map(Step::Lose),
        2 => one().prop_map(Step::Kick),
        2 => one().prop_map(Step::Forgive),
        1 => Just(Step::NewLink),
        3 => (0..40_000_u64).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_comes_in_whom_nobody_let_in(steps in proptest::collection::vec(step(), 1..80)) {
        let (mut stage, people) = (Stage::live(), people());
        let (mut viewers, mut all_knocks) = (Vec::<ViewerId>::new(), Vec::<ViewerId>::new());
        let mut who: HashMap<ViewerId, usize> = HashMap::new();
        let (mut admitted, mut kept, mut on) = (HashSet::<usize>::new(), HashSet::<usize>::new(), false);
        let (mut watching, mut left) = (HashMap::<ViewerId, usize>::new(), HashMap::<usize, u64>::new());
        for step in steps {
            let nth = |all: &[ViewerId], n: usize| all.len().checked_sub(n + 1).map_or(ViewerId(u32::MAX), |at| all[at]);
            match &step {
                Step::GoLive => {
                    if !stage.audience.live() {
                        (kept, left) = (HashSet::new(), HashMap::new());
                    }
                    stage.input(Input::GoLive);
                }
                Step::End => {
                    if stage.audience.live() {
                        admitted.clear();
                    }
                    stage.input(Input::End);
                }
                Step::Room(room) => {
                    if *room && !on {
                        let ms = stage.now().unix_ms;
                        let lately = left.iter().filter(|(_, left)| ms - **left <= 30_000).map(|(who, _)| *who);
                        kept = watching.values().copied().chain(lately).collect();
                    }
                    on = *room;
                    stage.input(Input::SetWaitingRoom(*room));
                }
                Step::Ask(n) => {
                    let link = stage.audience.token().as_str().to_owned();
                    let now = stage.now();
                    if let Ok(viewer) = stage.join_by(&link, &people[*n]) {
                        prop_assert!(!on || admitted.contains(n) || kept.contains(n), "{n} was let in by nobody");
                        viewers.push(viewer);
                        who.insert(viewer, *n);
                        watching.insert(viewer, *n);
                        stage.input(Input::Connected { viewer });
                    }
                    stage.audience.waits(&link, &people[*n], false, now);
                    stage.input(Input::Tick);
                    for event in events(&stage.take()) {
                        if let Event::Knock { viewer } = event {
                            all_knocks.push(viewer.id);
                            who.insert(viewer.id, *n);
                        }
                    }
                }
                Step::Admit(n) => {
                    let id = nth(&all_knocks, *n);
                    if stage.audience.knocks().iter().any(|knock| knock.id == id) {
                        admitted.insert(who[&id]);
                    }
                    stage.input(Input::Admit { viewer: id });
                }
                Step::AdmitAll => {
                    admitted.extend(stage.audience.knocks().iter().map(|knock| who[&knock.id]));
                    stage.input(Input::AdmitAll { known_only: false });
                }
                Step::Refuse(n) => drop(stage.input(Input::Refuse { viewer: nth(&all_knocks, *n), reason: None })),
                Step::Lose(n) => {
                    stage.input(Input::Gone { viewer: nth(&viewers, *n), reason: LeaveReason::Timeout });
                }
                Step::Kick(n) => drop(stage.input(Input::Kick { viewer: nth(&viewers, *n), reason: None })),
                Step::Forgive(n) => {
                    let id = nth(&viewers, *n);
                    let outputs = stage.input(Input::Forgive { viewer: id });
                    // The broadcaster takes back who watched, as if the connection were lost now.
                    if events(&outputs).iter().any(|event| matches!(event, Event::Forgiven { .. })) {
                        kept.insert(who[&id]);
                        left.insert(who[&id], stage.now().unix_ms);
                    }
                }
                Step::NewLink => drop(stage.input(Input::NewLink { token: token(&format!("link-{}", viewers.len())) })),
                Step::Wait(ms) => stage.advance(*ms),
            }
            for event in events(&stage.take()) {
                if let Event::ViewerLeft { viewer, .. } = event {
                    let one = watching.remove(&viewer).expect("only who watched leaves");
                    left.insert(one, stage.now().unix_ms);
                }
            }
            let current = stage.audience.token().as_str().to_owned();
            for (n, visitor) in people.iter().enumerate() {
                if on && !admitted.contains(&n) && !kept.contains(&n) {
                    prop_assert!(stage.knock(&current, visitor).is_err());
                    prop_assert_eq!(stage.audience.title_for(visitor, stage.now()), None);
                    prop_assert!(stage.greet(&current, visitor).is_ok_and(|greeting| greeting.outside), "{n} hears");
                }
            }
            prop_assert!(on || stage.audience.knocks().is_empty(), "nobody knocks at an open door");
        }
    }
}
