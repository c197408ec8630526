//! Forty joins a second that never connect: who does connect comes in as without them, also from the same address.

use super::{LOCALHOST, Place, compared, live, live_in, nothing_lost};
use crate::support::{Network, Skylark};
use ::crowd::attacker::{Siege, Target};
use ::crowd::{Crowd, Options};
use std::time::Duration;

/// What the attacker posts.
const PER_SECOND: f64 = 40.0;
/// Honest ones who join, in a row.
const HONEST: u32 = 16;
/// Until all places that such joins can take are taken, by far.
const FILLED: Duration = Duration::from_secs(3);
/// A line for all that watch at one time, and hardly more: 1.5 Mbit/s with sound and headers for sixteen in a row, and for three beside
/// them. Joins that never connect would fill it in half a second.
const LINE: &str = "max_upload_kbps = 40000\n";

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

/// They come in a row, watch for a moment, and go.
async fn come(skylark: &mut Skylark, place: Place<'_>, how: &str) {
    let options = options(skylark);
    let watched = async move {
        let crowd = Crowd::join(&options).await.expect("there is a route");
        tokio::time::sleep(options.watch).await;
        crowd.leave().await.expect("nobody panicked")
    };
    let report = match place {
        Place::Here => watched.await,
        Place::There(network) => network.there(move || watched).await,
    };
    all_in(&report, how);
    for _ in 0..HONEST {
        skylark.joined().await;
    }
}

/// Without the attack, and then with it: those who come are let in, those who watch see it all, and nobody waits.
async fn never_connect(what: &str, skylark: &mut Skylark, place: Place<'_>, attack: impl Fn() -> Siege) {
    let honest = place.come(skylark, 3).await;
    come(skylark, place, "without the attack").await;
    let siege = compared(what, skylark, place, &honest, attack).await;
    tokio::time::sleep(FILLED).await;
    come(skylark, place, "with the attack").await;
    println!("{what}: {:?}", siege.answers());
    drop(siege);
    nothing_lost(&honest).await;
}

#[tokio::test]
async fn joins_that_never_connect_take_no_place_of_those_who_do() {
    let mut skylark = live("max_viewers = 50\n").await;
    let target = Target::of(&skylark.whep()).expect("a URL");
    let attack = || Siege::joins(target.clone(), LOCALHOST, PER_SECOND).expect("a thread");
    never_connect("joins that never connect, with fifty places", &mut skylark, Place::Here, attack).await;
}

#[tokio::test]
async fn joins_that_never_connect_take_no_share_of_the_line() {
    let mut skylark = live(LINE).await;
    let target = Target::of(&skylark.whep()).expect("a URL");
    let attack = || Siege::joins(target.clone(), LOCALHOST, PER_SECOND).expect("a thread");
    never_connect("joins that never connect, with a line of 40 Mbit/s", &mut skylark, Place::Here, attack).await;
}

#[tokio::test]
async fn joins_that_never_connect_keep_nobody_out_who_has_the_same_address() {
    let Some(network) = Network::new() else { return };
    let mut skylark = live_in(&network, "", &[]).await;
    let target = Target::of(&skylark.whep()).expect("a URL");
    let from = Network::VIEWER.parse().expect("an address");
    let attack = || {
        let target = target.clone();
        network.siege(move || Siege::joins(target, from, PER_SECOND))
    };
    never_connect("joins that never connect, from the same address", &mut skylark, Place::There(&network), attack)
        .await;
}
