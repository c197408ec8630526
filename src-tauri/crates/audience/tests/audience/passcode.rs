//! The passcode: who is asked, who is not, what is told before it, and how often it may be tried.

use crate::stage::{LINK, Stage, bare, browser, events, people, token};
use audience::{Input, Output, Passcode, PasscodeId, Persisted, Refusal, Visitor};
use proptest::prelude::*;
use protocol::{Event, FailureCode, LeaveReason, PageMessage, RefusalCode, ViewerId};
use std::collections::{HashMap, HashSet};

/// What stands for a word differs from word to word.
fn passcode(text: &str) -> Passcode {
    let id = |text: &str| PasscodeId(std::array::from_fn(|at| text.as_bytes().get(at).copied().unwrap_or_default()));
    Passcode::new(text, id).expect("the tests' words are words")
}

fn set(stage: &mut Stage, text: &str) -> Vec<Output> {
    stage.input(Input::SetPasscode(Some(passcode(text))))
}

fn says(stage: &mut Stage, visitor: &Visitor, word: &str) -> Result<Option<PasscodeId>, Refusal> {
    stage.audience.try_passcode(LINK, visitor, word, stage.now())
}

fn code(stage: &mut Stage, visitor: &Visitor, word: &str) -> RefusalCode {
    says(stage, visitor, word).expect_err("it is refused").code
}

#[test]
fn who_does_not_know_the_word_gets_nowhere_and_is_told_nothing() {
    let mut stage = Stage::live();
    stage.input(Input::SetTitle("Evening news".into()));
    let anna = browser(1, "203.0.113.1");
    let outputs = set(&mut stage, "sesame");
    assert!(events(&outputs).contains(&Event::Passcode { on: true }), "{outputs:?}");
    assert!(outputs.contains(&Output::LookAgain), "who hears already is looked at");
    assert!(matches!(outputs.last(), Some(Output::Keep(Persisted { passcode: Some(_), .. }))));

    assert_eq!(stage.visit(LINK, &anna), Ok(()), "the page asks");
    assert_eq!(stage.audience.title_for(&anna, stage.now()), None, "and does not know the title");
    assert_eq!(stage.knock(LINK, &anna), Err(RefusalCode::PasscodeNeeded));
    assert_eq!(stage.refused(&anna), RefusalCode::PasscodeNeeded);
    assert_eq!(stage.greet(LINK, &anna), Err(Refusal::new(RefusalCode::PasscodeNeeded)));
    stage.input(Input::Lock(true));
    assert_eq!(stage.visit(LINK, &anna), Ok(()), "nor that it is locked");
    assert_eq!(stage.refused(&anna), RefusalCode::PasscodeNeeded);
    stage.input(Input::End);
    assert_eq!(stage.refused(&anna), RefusalCode::PasscodeNeeded, "nor whether anything is live");
    stage.input(Input::GoLive);

    assert_eq!(code(&mut stage, &anna, "sesam"), RefusalCode::WrongPasscode);
    let knows = says(&mut stage, &anna, " sesame ").expect("it is the word");
    assert_eq!(knows, Some(passcode("sesame").id()));
    let anna = anna.who_knows(knows);
    assert!(stage.join(&anna).is_ok());
    assert_eq!(stage.audience.title_for(&anna, stage.now()), Some("Evening news"));
    assert!(stage.greet(LINK, &anna).is_ok_and(|greeting| !greeting.outside));
    let other = browser(2, "203.0.113.1").who_knows(Some(PasscodeId([9; 16])));
    assert_eq!(stage.refused(&other), RefusalCode::PasscodeNeeded, "what stands for another word");
}

#[test]
fn a_page_in_front_of_the_door_writes_no_rows() {
    let anna = browser(1, "203.0.113.1");
    let failed = |visitor: &Visitor| Input::PageFailed {
        token: LINK.to_owned(),
        visitor: visitor.clone(),
        viewer: None,
        code: FailureCode::NoWay,
    };
    let mut stage = Stage::live();
    assert_eq!(stage.input(failed(&anna)).len(), 1, "who may be shown it does");
    set(&mut stage, "sesame");
    assert_eq!(stage.input(failed(&anna)), [], "who has yet to say the word does not");
    let knows = anna.clone().who_knows(Some(passcode("sesame").id()));
    assert_eq!(stage.input(failed(&knows)).len(), 1);
    stage.input(Input::SetWaitingRoom(true));
    assert_eq!(stage.input(failed(&knows)), [], "nor who waits to be let in");
}

#[test]
fn another_word_is_asked_of_all_but_the_browsers_that_watch() {
    let mut stage = Stage::live();
    let (anna, player, new) = (browser(1, "203.0.113.1"), bare("203.0.113.2", "VLC/3"), browser(3, "203.0.113.3"));
    let viewers = [stage.watch(&anna), stage.watch(&player)];
    let under_way = stage.join(&new).expect("nothing stands before it");
    let outputs = set(&mut stage, "sesame");
    assert!(outputs.contains(&Output::Drop { viewer: under_way, reason: LeaveReason::Left }), "{outputs:?}");
    assert_eq!(stage.audience.watching(), 2, "those watching stay");
    stage.advance(60_000);
    viewers.iter().for_each(|viewer| drop(stage.input(Input::Gone { viewer: *viewer, reason: LeaveReason::Timeout })));
    assert!(stage.join(&anna).is_ok(), "a lost connection");
    assert_eq!(stage.refused(&player), RefusalCode::PasscodeNeeded, "which may say it each time");
    let knew = says(&mut stage, &new, "sesame").expect("it is the word");

    assert!(!events(&set(&mut stage, "sesame")).contains(&Event::Passcode { on: true }), "it is the same");
    set(&mut stage, "barley");
    assert_eq!(stage.refused(&new.clone().who_knows(knew)), RefusalCode::PasscodeNeeded, "another word");
    let outputs = stage.input(Input::SetPasscode(None));
    assert!(events(&outputs).contains(&Event::Passcode { on: false }) && outputs.contains(&Output::LookAgain));
    assert!(stage.join(&new).is_ok() && stage.join(&player).is_ok());
    assert_eq!(says(&mut stage, &new, "anything"), Ok(None), "nobody asks");
}

#[test]
fn nobody_is_kept_from_one_broadcast_to_the_next() {
    let mut stage = Stage::live();
    let anna = browser(1, "203.0.113.1");
    stage.watch(&anna);
    set(&mut stage, "sesame");
    assert_eq!(stage.knock(LINK, &anna), Ok(()));
    stage.input(Input::End);
    stage.input(Input::GoLive);
    assert_eq!(stage.refused(&anna), RefusalCode::PasscodeNeeded);
}

#[test]
fn the_word_opens_for_nobody_who_was_removed_and_by_no_other_link() {
    let mut stage = Stage::live();
    set(&mut stage, "sesame");
    let anna = browser(1, "203.0.113.1").who_knows(Some(passcode("sesame").id()));
    let viewer = stage.watch(&anna);
    stage.input(Input::Kick { viewer, reason: Some("spoilers".into()) });
    assert_eq!(code(&mut stage, &anna, "sesame"), RefusalCode::Kicked);
    let stranger = browser(1, "203.0.113.1");
    let greeting = stage.greet(LINK, &stranger).expect("who was removed hears of being forgiven");
    assert!(greeting.outside && matches!(greeting.messages[..], [PageMessage::Removed { .. }]), "and of nothing else");
    let boris = browser(2, "203.0.113.2");
    let tried = stage.audience.try_passcode("another", &boris, "sesame", stage.now());
    assert_eq!(tried, Err(Refusal::new(RefusalCode::UnknownLink)));
    stage.input(Input::NewLink { token: token("fresh") });
    assert_eq!(code(&mut stage, &boris, "sesame"), RefusalCode::RetiredLink);
}

#[test]
fn wrong_words_are_bounded_and_a_right_one_from_elsewhere_is_always_heard() {
    let mut stage = Stage::live();
    set(&mut stage, "sesame");
    let neighbour = |n: u32| bare(&format!("198.51.{}.{}", n / 250, n % 250 + 1), "curl");
    for n in 0..1000 {
        let tried = code(&mut stage, &neighbour(n), "wrong");
        assert_eq!(tried, RefusalCode::WrongPasscode);
    }
    for n in 0..1000 {
        assert_eq!(says(&mut stage, &browser(9, "203.0.113.9"), "sesame").map(|_| ()), Ok(()), "while it goes on");
        let refused = says(&mut stage, &neighbour(n), "sesame");
        if n >= 100 {
            let refused = refused.expect_err("it used up what it had");
            assert_eq!((refused.code, refused.retry_after_s), (RefusalCode::TooMany, Some(30)));
        }
    }
    assert!(stage.take().iter().all(|output| !matches!(output, Output::Event(Event::ViewerJoined { .. }))));
}

#[test]
fn it_is_kept_across_a_restart() {
    let mut stage = Stage::live();
    set(&mut stage, "sesame");
    let mut again = Stage::restored(stage.audience.persisted());
    assert!(again.audience.has_passcode());
    let anna = browser(1, "203.0.113.1");
    assert_eq!(again.refused(&anna), RefusalCode::PasscodeNeeded);
    assert_eq!(says(&mut again, &anna, "sesame"), Ok(Some(passcode("sesame").id())), "by what it gave before");
}

/// Something that happens; a viewer is named by how many came after it.
#[derive(Clone, Debug)]
enum Step {
    GoLive,
    End,
    Set(Option<usize>),
    Say(usize, usize),
    Watch(usize, bool),
    Lose(usize),
    Kick(usize),
    Forgive(usize),
    Lock(bool),
    NewLink,
    Wait(u64),
}

const WORDS: [&str; 3] = ["sesame", "barley", "wheat"];

fn step() -> impl Strategy<Value = Step> {
    let viewer = || 0..6_usize;
    prop_oneof![
        1 => Just(Step::GoLive),
        1 => Just(Step::End),
        3 => proptest::option::weighted(0.7, 0..3_usize).prop_map(Step::Set),
        6 => (0..8_usize, 0..3_usize).prop_map(|(who, word)| Step::Say(who, word)),
        10 => (0..8_usize, any::<bool>()).prop_map(|(who, by_first)| Step::Watch(who, by_first)),
        3 => viewer().prop_map(Step::Lose),
        2 => viewer().prop_map(Step::Kick),
        2 => viewer().prop_map(Step::Forgive),
        1 => any::<bool>().prop_map(Step::Lock),
        1 => Just(Step::NewLink),
        3 => (0..40_000_u64).prop_map(Step::Wait),
    ]
}

/// Who may be past the passcode, as somebody sees it who looks on.
#[derive(Default)]
struct Observer {
    /// What stands for a word that somebody said rightly.
    knows: HashMap<usize, PasscodeId>,
    watching: HashMap<ViewerId, usize>,
    left: HashMap<usize, u64>,
    /// Watched when the passcode was set that is asked for now.
    kept: HashSet<usize>,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_comes_in_without_the_word(steps in proptest::collection::vec(step(), 1..80)) {
        let (mut stage, people) = (Stage::live(), people());
        stage.input(Input::SetTitle("Evening news".into()));
        let (mut seen, mut viewers, mut asked) = (Observer::default(), Vec::<ViewerId>::new(), None::<usize>);
        for step in steps {
            let nth = |n: &usize| viewers.len().checked_sub(n + 1).map_or(ViewerId(u32::MAX), |at| viewers[at]);
            let ms = stage.now().unix_ms;
            match &step {
                Step::GoLive => {
                    if !stage.audience.live() {
                        (seen.kept, seen.left) = (HashSet::new(), HashMap::new());
                    }
                    stage.input(Input::GoLive);
                }
                Step::End => drop(stage.input(Input::End)),
                Step::Set(word) => {
                    if *word != asked {
                        let lately = seen.left.iter().filter(|(_, left)| ms - **left <= 30_000).map(|(who, _)| *who);
                        let watch = seen.watching.values().copied().chain(lately);
                        seen.kept = watch.filter(|who| people[*who].cookie.is_some()).collect();
                        asked = *word;
                    }
                    stage.input(Input::SetPasscode(word.map(|word| passcode(WORDS[word]))));
                }
                Step::Say(who, word) => {
                    let link = stage.audience.token().as_str().to_owned();
                    let said = stage.audience.try_passcode(&link, &people[*who], WORDS[*word], stage.now());
                    if let Ok(Some(id)) = said {
                        prop_assert_eq!(Some(*word), asked, "only the word is the word");
                        seen.knows.insert(*who, id);
                    }
                }
                Step::Watch(who, by_first) => {
                    let link = if *by_first { LINK.to_owned() } else { stage.audience.token().as_str().to_owned() };
                    let visitor = people[*who].clone().who_knows(seen.knows.get(who).copied());
                    if let Ok(viewer) = stage.join_by(&link, &visitor) {
                        let knows = asked.is_none_or(|word| visitor.knows == Some(passcode(WORDS[word]).id()));
                        prop_assert!(knows || seen.kept.contains(who), "{who} came in without the word");
                        viewers.push(viewer);
                        stage.input(Input::Connected { viewer });
                        seen.watching.insert(viewer, *who);
                    }
                }
                Step::Lose(n) => drop(stage.input(Input::Gone { viewer: nth(n), reason: LeaveReason::Timeout })),
                Step::Kick(n) => drop(stage.input(Input::Kick { viewer: nth(n), reason: None })),
                Step::Forgive(n) => drop(stage.input(Input::Forgive { viewer: nth(n) })),
                Step::Lock(on) => drop(stage.input(Input::Lock(*on))),
                Step::NewLink => {
                    stage.input(Input::NewLink { token: token(&format!("link-{}", viewers.len())) });
                }
                Step::Wait(ms) => stage.advance(*ms),
            }
            for event in events(&stage.take()) {
                match event {
                    Event::ViewerLeft { viewer, .. } => {
                        let who = seen.watching.remove(&viewer).expect("only who watched leaves");
                        seen.left.insert(who, stage.now().unix_ms);
                    }
                    // A removal that is undone takes somebody back as if the connection were lost now.
                    Event::Forgiven { .. } => (0..people.len()).for_each(|who| {
                        if seen.left.contains_key(&who) {
                            seen.left.insert(who, stage.now().unix_ms);
                        }
                    }),
                    _ => {}
                }
            }
            let current = stage.audience.token().as_str().to_owned();
            for (who, visitor) in people.iter().enumerate() {
                let visitor = visitor.clone().who_knows(seen.knows.get(&who).copied());
                let knows = asked.is_none_or(|word| visitor.knows == Some(passcode(WORDS[word]).id()));
                if knows {
                    prop_assert_ne!(stage.knock(&current, &visitor), Err(RefusalCode::PasscodeNeeded), "nobody is asked twice");
                } else if !seen.kept.contains(&who) {
                    prop_assert!(stage.knock(&current, &visitor).is_err(), "{who} may come in without the word");
                    prop_assert_eq!(stage.audience.title_for(&visitor, stage.now()), None);
                    let hears = stage.greet(&current, &visitor).is_ok_and(|greeting| !greeting.outside);
                    prop_assert!(!hears, "{who} hears without the word");
                }
            }
        }
    }
}
