//! Whatever people, the broadcaster and the network do: every page has every line once, in order, and nobody says what they may not.

use crate::stage::{Stage, speaker};
use proptest::prelude::*;
use protocol::{ChatMode, ChatRefusal, MessageId, ViewerId};
use std::time::Duration;

const PEOPLE: u32 = 6;
const PAGES: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    Say(u32),
    Host,
    Delete(usize),
    DeleteOf(u32),
    Restore(usize),
    Mute(u32, Option<u32>),
    Unmute(u32),
    Remove(u32),
    Forgive(u32),
    Mode(ChatMode),
    Slow(u32),
    Pass(u64),
    Lose(usize),
    Return(usize),
    Anew,
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE;
    prop_oneof![
        12 => who.clone().prop_map(Step::Say),
        2 => Just(Step::Host),
        2 => (0..200_usize).prop_map(Step::Delete),
        1 => who.clone().prop_map(Step::DeleteOf),
        2 => (0..200_usize).prop_map(Step::Restore),
        1 => (who.clone(), prop::option::of(1..20_u32)).prop_map(|(who, seconds)| Step::Mute(who, seconds)),
        1 => who.clone().prop_map(Step::Unmute),
        1 => who.clone().prop_map(Step::Remove),
        1 => who.prop_map(Step::Forgive),
        1 => prop_oneof![Just(ChatMode::Everyone), Just(ChatMode::Admitted), Just(ChatMode::Off)].prop_map(Step::Mode),
        1 => (0..4_u32).prop_map(Step::Slow),
        8 => (0..3000_u64).prop_map(Step::Pass),
        3 => (0..PAGES).prop_map(Step::Lose),
        4 => (0..PAGES).prop_map(Step::Return),
        1 => Just(Step::Anew),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_page_has_every_line_once_and_in_order(steps in prop::collection::vec(step(), 1..150)) {
        let mut stage = Stage::live();
        (0..PAGES).for_each(|page| drop(stage.listen(page)));
        let mut first = MessageId(stage.now.unix_ms);
        for step in steps {
            let before = stage.chat.transcript().len();
            let nth = |n: usize| MessageId(first.0 + n as u64);
            match step {
                Step::Say(who) => {
                    let rules = stage.chat.snapshot(|_| true);
                    let muted = rules.muted.iter().any(|muted| muted.viewer == ViewerId(who));
                    let said = stage.say(who, &format!("{who}"));
                    if muted {
                        prop_assert!(matches!(said, Err(ChatRefusal::Muted | ChatRefusal::ChatOff)));
                    }
                    if rules.mode == ChatMode::Off {
                        prop_assert_eq!(said, Err(ChatRefusal::ChatOff));
                    }
                    prop_assert_eq!(stage.chat.transcript().len() - before, usize::from(said.is_ok()));
                }
                Step::Host => drop(stage.act(|chat, now| chat.say_as_host("host", None, now))),
                Step::Delete(n) => drop(stage.act(|chat, _| chat.delete(&[nth(n)]))),
                Step::DeleteOf(who) => drop(stage.act(|chat, _| chat.delete_of(ViewerId(who), Some(speaker(who))))),
                Step::Restore(n) => drop(stage.act(|chat, _| chat.restore(&[nth(n)]))),
                Step::Mute(who, seconds) => {
                    drop(stage.act(|chat, now| chat.mute(ViewerId(who), Some(speaker(who)), seconds, now)));
                }
                Step::Unmute(who) => drop(stage.act(|chat, now| chat.unmute(ViewerId(who), Some(speaker(who)), now))),
                Step::Remove(who) => stage.act(|chat, _| chat.removed(ViewerId(who), Some(speaker(who)))),
                Step::Forgive(who) => stage.act(|chat, _| chat.forgiven(ViewerId(who))),
                Step::Mode(mode) => stage.act(|chat, _| chat.set_mode(mode)),
                Step::Slow(seconds) => drop(stage.act(|chat, _| chat.slow_mode(seconds))),
                Step::Pass(ms) => stage.advance(Duration::from_millis(ms)),
                Step::Lose(page) => stage.pages[page].listens = false,
                // What it has is told again only where it was put back, and nothing else came since: see `Lines::since`.
                Step::Return(page) if !stage.pages[page].listens => {
                    stage.listen(page);
                    let doubled = std::mem::take(&mut stage.pages[page].doubled);
                    prop_assert!(doubled.iter().all(|id| stage.put_back.contains(id)), "told twice: {:?}", doubled);
                }
                Step::Return(_) => {}
                Step::Anew => {
                    stage.act(|chat, _| chat.end());
                    stage.act(|chat, now| chat.begin(now));
                    let next = stage.chat.since(None, None);
                    let protocol::PageMessage::ChatState { first: begins, .. } = &next[0] else { panic!("{next:?}") };
                    first = *begins;
                }
            }
            prop_assert!(stage.pages.iter().all(|page| page.doubled.is_empty()), "told twice");
        }
        // In the end everybody is back, and all that was said is told.
        stage.advance(Duration::from_secs(1));
        (0..PAGES).filter(|page| !stage.pages[*page].listens).collect::<Vec<_>>().into_iter().for_each(|page| drop(stage.listen(page)));
        let all: Vec<_> = stage.chat.transcript().iter().map(|message| (**message).clone()).collect();
        prop_assert!(all.is_sorted_by_key(|message| message.id));
        for page in &stage.pages {
            prop_assert_eq!(page.lines.values().cloned().collect::<Vec<_>>(), all.clone());
        }
    }
}
