//! How long the task that decides is kept by one thing, as the program measures it: in its thread's time on a processor.

use super::{Skylark, metrics};
use std::collections::BTreeMap;

/// How often something may be tried anew. What it keeps the owner for it does so each time; what the machine does in the middle of a
/// turn, whose cost is the thread's as well, it does once.
const ROUNDS: usize = 3;

/// Of each cause, turns of 5 ms or more since the program started, and its longest, microseconds.
type Turns = BTreeMap<String, (u64, u64)>;

/// Does something in rounds until there is one in which nothing kept the owner for 5 ms: neither what was asked nor what followed.
pub(crate) async fn none_is_long(skylark: &mut Skylark, what: &str, mut doing: impl AsyncFnMut(&mut Skylark)) {
    let mut told = Vec::new();
    for round in 1..=ROUNDS {
        let before = turns(skylark).await;
        doing(skylark).await;
        let after = turns(skylark).await;
        assert!(after["request"].1 > 0, "turns are measured, and to ask for this page is one");
        let since = |of: &String| after[of].0 - before[of].0;
        let long: Vec<String> =
            after.keys().filter(|of| since(of) > 0).map(|of| format!("{} {of}", since(of))).collect();
        let longest: Vec<String> = after.iter().map(|(of, (_, us))| format!("{of} {us}")).collect();
        println!("{what}, round {round}: long turns {long:?}; the longest so far, us: {}", longest.join(", "));
        if long.is_empty() {
            return;
        }
        told.push(format!("{long:?}, up to (us) {}", longest.join(", ")));
    }
    panic!("{what}: in each round something kept the owner for 5 ms or more: {told:#?}");
}

async fn turns(skylark: &Skylark) -> Turns {
    let page = metrics(skylark).await;
    let samples = |name: &str| {
        let start = format!("skylark_owner_{name}{{of=\"");
        let sample = |line: &str| {
            let (of, value) = line.strip_prefix(&start)?.split_once("\"} ")?;
            Some((of.to_owned(), value.parse::<u64>().expect("a number")))
        };
        page.lines().filter_map(sample).collect::<BTreeMap<_, _>>()
    };
    let longest = samples("longest_turn_us");
    samples("long_turns_total").into_iter().map(|(of, long)| (of.clone(), (long, longest[&of]))).collect()
}
