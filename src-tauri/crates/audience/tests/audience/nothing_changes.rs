//! No sequence of requests without media changes who may enter: of two broadcasts with the same viewers and the same acts of the
//! broadcaster, one is flooded with joins that never connect, and both give everybody the same answers.

use crate::stage::{LINK, Stage, bare, browser, people, token};
use audience::{Input, Visitor};
use proptest::prelude::*;
use protocol::{LeaveReason, RefusalCode, ViewerId};

/// Something that happens in both; a viewer is named by how many came after it.
#[derive(Clone, Debug)]
enum Step {
    /// Joins by one of the links, and media flows if it was let in.
    Watch(usize, usize),
    Lose(usize),
    Kick(usize),
    Ban(usize),
    Forgive(usize),
    Block(usize),
    Lock(bool),
    NewLink,
    Restart,
    Wait(u64),
}

/// What somebody does who sends no media, in one of them only.
#[derive(Clone, Debug)]
enum Noise {
    Post(usize, usize),
    /// Its own checks pass, but no more.
    Check(usize),
    Leave(usize),
    TimeOut(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let viewer = || 0..6_usize;
    prop_oneof![
        8 => (0..9_usize, 0..3_usize).prop_map(|(who, link)| Step::Watch(who, link)),
        4 => viewer().prop_map(Step::Lose),
        2 => viewer().prop_map(Step::Kick),
        2 => viewer().prop_map(Step::Ban),
        2 => viewer().prop_map(Step::Forgive),
        1 => (0..9_usize).prop_map(Step::Block),
        3 => any::<bool>().prop_map(Step::Lock),
        3 => Just(Step::NewLink),
        1 => Just(Step::Restart),
        4 => (0..40_000_u64).prop_map(Step::Wait),
    ]
}

fn noise() -> impl Strategy<Value = Noise> {
    let join = || 0..8_usize;
    prop_oneof![
        6 => (0..9_usize, 0..3_usize).prop_map(|(who, link)| Noise::Post(who, link)),
        2 => join().prop_map(Noise::Check),
        1 => join().prop_map(Noise::Leave),
        1 => join().prop_map(Noise::TimeOut),
    ]
}

/// One more, whose cookie was made up.
fn people_and_a_forger() -> Vec<Visitor> {
    let mut people = people();
    people.push(bare("203.0.113.1", "VLC/3").with_unsigned(browser(2, "203.0.113.1").cookie));
    people
}

struct World {
    stage: Stage,
    viewers: Vec<ViewerId>,
    links: Vec<String>,
}

/// What somebody is told who asks for the page and for a place, and whether its socket is greeted.
type Answers = (Result<(), RefusalCode>, Result<(), RefusalCode>, bool);

impl World {
    fn new() -> World {
        World { stage: Stage::live(), viewers: Vec::new(), links: vec![LINK.to_owned()] }
    }

    /// The latest link is number 0.
    fn link(&self, n: usize) -> String {
        self.links[self.links.len() - 1 - n.min(self.links.len() - 1)].clone()
    }

    fn nth(&self, n: usize) -> ViewerId {
        self.viewers.len().checked_sub(n + 1).map_or(ViewerId(u32::MAX), |at| self.viewers[at])
    }

    fn take(&mut self, step: &Step, people: &[Visitor]) {
        let input = match step {
            Step::Watch(who, link) => {
                let Ok(viewer) = self.stage.join_by(&self.link(*link), &people[*who]) else { return };
                self.viewers.push(viewer);
                Input::Connected { viewer }
            }
            Step::Lose(n) => Input::Gone { viewer: self.nth(*n), reason: LeaveReason::Timeout },
            Step::Kick(n) => Input::Kick { viewer: self.nth(*n), reason: None },
            Step::Ban(n) => Input::Ban { viewer: self.nth(*n), reason: None },
            Step::Forgive(n) => Input::Forgive { viewer: self.nth(*n) },
            Step::Block(who) => Input::Block { address: people[*who].address },
            Step::Lock(on) => Input::Lock(*on),
            Step::NewLink => {
                self.links.push(format!("link-{}", self.links.len()));
                Input::NewLink { token: token(&self.link(0)) }
            }
            Step::Restart => {
                self.stage.input(Input::End);
                Input::GoLive
            }
            Step::Wait(ms) => return self.stage.advance(*ms),
        };
        self.stage.input(input);
    }

    /// What everybody would be told who asks for anything by any link.
    fn answers(&self, people: &[Visitor]) -> Vec<Answers> {
        let asks = |link: &String, visitor: &Visitor| {
            let greeted = self.stage.greet(link, visitor).is_ok();
            (self.stage.visit(link, visitor), self.stage.knock(link, visitor), greeted)
        };
        people.iter().flat_map(|visitor| self.links.iter().map(move |link| asks(link, visitor))).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn by_requests_without_media(steps in proptest::collection::vec((step(), proptest::collection::vec(noise(), 0..4)), 1..40)) {
        let people = people_and_a_forger();
        let (mut quiet, mut flooded) = (World::new(), World::new());
        let mut posted: Vec<ViewerId> = Vec::new();
        for (step, noise) in &steps {
            for noise in noise {
                let nth = |n: &usize| posted.len().checked_sub(n + 1).map_or(ViewerId(u32::MAX), |at| posted[at]);
                let input = match noise {
                    Noise::Post(who, link) => {
                        let link = flooded.link(*link);
                        posted.extend(flooded.stage.join_by(&link, &people[*who]));
                        continue;
                    }
                    Noise::Check(n) => Input::Checked { viewer: nth(n) },
                    Noise::Leave(n) => Input::JoinFailed { viewer: nth(n) },
                    Noise::TimeOut(n) => Input::Gone { viewer: nth(n), reason: LeaveReason::Timeout },
                };
                flooded.stage.input(input);
            }
            quiet.take(step, &people);
            flooded.take(step, &people);
            prop_assert_eq!(quiet.answers(&people), flooded.answers(&people), "after {:?}", step);
            prop_assert_eq!(quiet.viewers.len(), flooded.viewers.len(), "the same were let in");
            prop_assert_eq!(quiet.stage.audience.watching(), flooded.stage.audience.watching());
            prop_assert_eq!(quiet.stage.audience.removed().len(), flooded.stage.audience.removed().len());
        }
    }
}
