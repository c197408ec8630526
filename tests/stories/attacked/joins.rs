//! Forty joins a second that never connect: who does connect comes in as without them, also from the same address.

use super::LOCALHOST;
use crate::support::{DataFolder, Network, Skylark};
use ::crowd::attacker::{Siege, Target};
use ::crowd::{Crowd, Options};
use std::time::Duration;

/// What the attacker posts.
const PER_SECOND: f64 = 40.0;
/// Honest ones who join, in a row.
const HONEST: u32 = 16;
/// Until all places that such joins can take are taken, by far.
const FILLED: Duration = Duration::from_secs(3);

fn options(skylark: &Skylark) -> Options {
    let watch = Duration::from_secs(1);
    Options { endpoint: skylark.whep(), viewers: HONEST, whole: 0, joins_per_second: 8.0, watch, ..Options::default() }
}

/// All of them were let in and see the picture.
fn all_in(report: &::crowd::Report, how: &str) {
    let refused: Vec<_> = report.viewers.iter().filter_map(|viewer| viewer.error.as_ref()).collect();
    assert!(refused.is_empty(), "{} of {HONEST} were refused {how}: {}", refused.len(), refused[0]);
    assert!(report.viewers.iter().all(|viewer| viewer.first_keyframe_ms.is_some()), "all see the picture {how}");
}

#[tokio::test]
async fn joins_that_never_connect_take_no_place_of_those_who_do() {
    let folder = DataFolder::with("max_viewers = 50\n");
    let skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    all_in(&::crowd::run(options(&skylark), || {}).await.expect("they come"), "without the attack");
    let target = Target::of(&skylark.whep()).expect("a URL");
    let siege = Siege::joins(target, LOCALHOST, PER_SECOND).expect("a thread");
    tokio::time::sleep(FILLED).await;
    let report = ::crowd::run(options(&skylark), || {}).await.expect("they come");
    println!("what the joins that never connect were answered: {:?}", siege.answers());
    all_in(&report, "with the attack");
}

#[tokio::test]
async fn joins_that_never_connect_keep_nobody_out_who_has_the_same_address() {
    let Some(network) = Network::new() else { return };
    let skylark = Skylark::live_behind(&network.before(), &["--listen", &format!("{}:0", Network::HOST)]).await;
    let come = async || {
        let options = options(&skylark);
        let watched = async move {
            let crowd = Crowd::join(&options).await.expect("there is a route");
            tokio::time::sleep(options.watch).await;
            crowd.leave().await.expect("nobody panicked")
        };
        network.there(move || watched).await
    };
    all_in(&come().await, "without the attack");
    let target = Target::of(&skylark.whep()).expect("a URL");
    let from = Network::VIEWER.parse().expect("an address");
    let siege = network.there(move || async move { Siege::joins(target, from, PER_SECOND) }).await.expect("a thread");
    tokio::time::sleep(FILLED).await;
    let report = come().await;
    println!("what the joins that never connect were answered: {:?}", siege.answers());
    all_in(&report, "with the attack");
}
