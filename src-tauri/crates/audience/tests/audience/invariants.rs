//! Whatever happens in whatever order, some things hold.

use crate::stage::{LINK, Stage, people, token};
use audience::{Input, Output};
use proptest::prelude::*;
use protocol::{Event, LeaveReason, Viewer, ViewerId};
use std::collections::{BTreeSet, HashMap};

/// Something that happens; the viewer is named by how many joins ago it came.
#[derive(Clone, Debug)]
enum Step {
    GoLive,
    End,
    Join(usize, bool),
    Checked(usize),
    Connected(usize),
    Gone(usize),
    JoinFailed(usize),
    Kick(usize),
    Ban(usize),
    Forgive(usize),
    Lock(bool),
    NewLink(u8),
    Max(u32),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let viewer = || 0..12_usize;
    prop_oneof![
        1 => Just(Step::GoLive),
        1 => Just(Step::End),
        12 => (0..8_usize, any::<bool>()).prop_map(|(who, retired)| Step::Join(who, retired)),
        3 => viewer().prop_map(Step::Checked),
        10 => viewer().prop_map(Step::Connected),
        4 => viewer().prop_map(Step::Gone),
        2 => viewer().prop_map(Step::JoinFailed),
        3 => viewer().prop_map(Step::Kick),
        2 => viewer().prop_map(Step::Ban),
        3 => viewer().prop_map(Step::Forgive),
        1 => any::<bool>().prop_map(Step::Lock),
        1 => (0..3_u8).prop_map(Step::NewLink),
        1 => (0..4_u32).prop_map(Step::Max),
        2 => (0..3000_u64).prop_map(Step::Wait),
    ]
}

/// What an observer knows who sees outputs only.
#[derive(Default)]
struct Observer {
    admitted: BTreeSet<ViewerId>,
    watching: BTreeSet<ViewerId>,
    who: HashMap<ViewerId, usize>,
    /// Whose first check passed: they hold a place, and a lower limit drops nobody.
    checked: BTreeSet<ViewerId>,
    held_a_place_at_the_limit: BTreeSet<ViewerId>,
    max: u32,
}

impl Observer {
    fn see(&mut self, outputs: &[Output]) {
        for output in outputs {
            match output {
                Output::Event(Event::ViewerJoined { viewer }) => {
                    assert!(self.admitted.remove(&viewer.id), "only who was admitted begins to watch, once");
                    assert!(self.watching.insert(viewer.id));
                }
                Output::Event(Event::ViewerLeft { viewer, .. }) => {
                    assert!(self.watching.remove(viewer), "only who watched leaves, once");
                }
                Output::Event(Event::Count { watching, peak }) => {
                    assert!(peak >= watching, "the peak is the most at one time");
                }
                Output::Drop { viewer, .. } => {
                    let admitted = self.admitted.remove(viewer);
                    assert!(admitted || self.watching.contains(viewer), "only who holds a transport is dropped");
                }
                Output::Timeout(_) => panic!("the stage keeps timeouts to itself"),
                _ => {}
            }
        }
    }

    fn check(&self, stage: &Stage, removed: &BTreeSet<usize>) {
        let listed: BTreeSet<ViewerId> = stage.audience.viewers().iter().map(|Viewer { id, .. }| *id).collect();
        assert_eq!(listed, self.watching, "the list is who joined and did not leave");
        assert_eq!(stage.audience.watching() as usize, listed.len(), "the count is the length of the list");
        assert!(stage.audience.peak() >= stage.audience.watching());
        let browsers = listed.iter().map(|id| self.who[id]).filter(|who| people()[*who].cookie.is_some());
        assert!(browsers.into_iter().all(|who| !removed.contains(&who)), "nobody is watching and removed");
        let removed: BTreeSet<ViewerId> = stage.audience.removed().iter().map(|removed| removed.id).collect();
        assert!(removed.is_disjoint(&listed), "no id is in both lists");
        assert!(stage.audience.live() || listed.is_empty(), "nobody watches what is not live");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hold(steps in proptest::collection::vec(step(), 1..120)) {
        let mut stage = Stage::offline();
        let people = people();
        let mut observer = Observer::default();
        let mut joined: Vec<ViewerId> = Vec::new();
        let mut removed: HashMap<ViewerId, usize> = HashMap::new();
        for step in steps {
            let nth = |n: &usize| joined.len().checked_sub(n + 1).map_or(ViewerId(u32::MAX), |at| joined[at]);
            let input = match &step {
                Step::GoLive => Input::GoLive,
                Step::End => Input::End,
                Step::Join(who, retired) => {
                    let link = if *retired { LINK.to_owned() } else { stage.audience.token().as_str().to_owned() };
                    if let Ok(viewer) = stage.join_by(&link, &people[*who]) {
                        assert!(!removed.values().any(|one| one == who), "nobody removed is admitted");
                        assert!(stage.audience.live(), "nobody is admitted to nothing");
                        assert!(!joined.contains(&viewer), "ids are never used twice");
                        joined.push(viewer);
                        observer.admitted.insert(viewer);
                        observer.who.insert(viewer, *who);
                    }
                    continue;
                }
                Step::Checked(n) => {
                    observer.checked.insert(nth(n));
                    Input::Checked { viewer: nth(n) }
                }
                Step::Connected(n) => Input::Connected { viewer: nth(n) },
                Step::Gone(n) => {
                    observer.admitted.remove(&nth(n));
                    Input::Gone { viewer: nth(n), reason: LeaveReason::Timeout }
                }
                Step::JoinFailed(n) => {
                    observer.admitted.remove(&nth(n));
                    Input::JoinFailed { viewer: nth(n) }
                }
                Step::Kick(n) => Input::Kick { viewer: nth(n), reason: None },
                Step::Ban(n) => Input::Ban { viewer: nth(n), reason: None },
                Step::Forgive(n) => Input::Forgive { viewer: nth(n) },
                Step::Lock(on) => Input::Lock(*on),
                Step::NewLink(n) => Input::NewLink { token: token(&format!("link-{n}")) },
                Step::Max(max) => {
                    observer.max = *max;
                    observer.held_a_place_at_the_limit = &observer.admitted & &observer.checked;
                    Input::SetMaxViewers(*max)
                }
                Step::Wait(ms) => {
                    stage.take();
                    stage.advance(*ms);
                    observer.see(&stage.take());
                    continue;
                }
            };
            let before = stage.audience.watching();
            let outputs = stage.input(input);
            observer.see(&outputs);
            let after = stage.audience.watching();
            let holds_a_place =
                matches!(&step, Step::Connected(n) if observer.held_a_place_at_the_limit.contains(&nth(n)));
            let within = observer.max == 0 || after <= observer.max;
            assert!(after <= before || within || holds_a_place, "nobody comes in above the limit");
            for event in crate::stage::events(&outputs) {
                match event {
                    Event::Removed { viewer } => { removed.insert(viewer.id, observer.who[&viewer.id]); }
                    Event::Forgiven { viewer } => { removed.remove(&viewer); }
                    _ => {}
                }
            }
            observer.check(&stage, &removed.values().copied().collect());
        }
    }
}
