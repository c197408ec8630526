//! A viewer on each sending thread floods it with feedback, 4 Mbit/s of the worst: the others notice nothing, and a kick ends it.

use super::{Honest, LOCALHOST, Newcomer, Place, least, live, nothing_lost, unharmed, unharmed_in};
use crate::support::Skylark;
use ::crowd::attacker::Viewer;
use ::crowd::attacker::rtcp::{FULL, Kind};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Honest viewers, on both threads.
const HONEST: u32 = 6;
/// What each attacker sends, headers included.
const BITS_PER_SECOND: f64 = 4e6;
/// Room for one message of the small kinds: with it come as many datagrams as the rate gives.
const SMALL: usize = 60;
/// A kick holds this long after its event.
const HOLDS: Duration = Duration::from_millis(100);

/// Each calls itself another, as who was kicked is refused by its name.
async fn attackers(skylark: &mut Skylark, name: &str) -> Vec<(Viewer, Value)> {
    let mut attackers = Vec::new();
    // Who joins is given to the thread that has fewer viewers, so there is one on each.
    for n in 0..2 {
        let viewer = Viewer::join(&skylark.whep(), LOCALHOST, &format!("{name}/{n}")).await.expect("it is let in");
        attackers.push((viewer, skylark.joined().await["id"].clone()));
    }
    attackers
}

/// Attackers that flood until this is dropped.
struct Flood<'a>(&'a [(Viewer, Value)]);

impl Flood<'_> {
    fn of<'a>(attackers: &'a [(Viewer, Value)], turns: &[(Vec<Kind>, usize)]) -> Flood<'a> {
        attackers.iter().for_each(|(viewer, _)| viewer.flood(turns.to_vec(), BITS_PER_SECOND));
        Flood(attackers)
    }
}

impl Drop for Flood<'_> {
    fn drop(&mut self) {
        self.0.iter().for_each(|(viewer, _)| viewer.rest());
    }
}

#[tokio::test]
async fn feedback_of_any_kind_at_its_worst_costs_the_others_nothing_and_a_kick_ends_it() {
    let mut skylark = live("sending_threads = 2\n").await;
    let honest = Place::Here.come(&mut skylark, HONEST).await;
    let attackers = attackers(&mut skylark, "attacker").await;
    let without = Newcomer::several(&mut skylark, Place::Here).await;

    let alone = |most: usize| Kind::ALL.map(|kind| (vec![kind], most)).to_vec();
    let attacks = [
        ("every kind, alone and mixed", [alone(FULL), vec![(Kind::ALL.to_vec(), FULL)], alone(SMALL)].concat()),
        ("far jumps of transport-wide feedback", vec![(vec![Kind::WideJumping], FULL)]),
    ];
    for (name, turns) in &attacks {
        let _attack = unharmed(name, &honest, || Flood::of(&attackers, turns)).await;
        without.as_fast_with(name, &mut skylark, Place::Here).await;
    }

    // They are kicked while they flood with the worst.
    let _attack = Flood::of(&attackers, &attacks[1].1);
    least(&honest).await;
    for (viewer, id) in &attackers {
        assert!(viewer.media() > 0, "it watches, or its kick shows nothing");
        skylark.command(&format!(r#"{{"command":"kick","viewer":{id}}}"#)).await;
        assert_eq!(skylark.left(id).await, "kicked");
        tokio::time::sleep(HOLDS).await;
        let then = viewer.media();
        least(&honest).await;
        assert_eq!(viewer.media(), then, "nothing is sent to who was kicked, while the others go on watching");
    }
    nothing_lost(&honest).await;
    all_stayed(honest).await;
}

async fn all_stayed(honest: Honest) {
    let Honest::Here(crowd) = honest else { unreachable!("they came here") };
    let seen = crowd.leave().await.expect("nobody panicked");
    assert!(seen.viewers.iter().all(|viewer| viewer.error.is_none()));
}

/// Media that came to who was kicked: none later than it may.
fn holds(kind: Kind, kicked: &[(Viewer, Instant)]) {
    for (viewer, told) in kicked {
        let last = viewer.media_last().expect("it watched, or its kick shows nothing");
        let later = last.saturating_duration_since(*told);
        println!("{kind:?}: the last packet came {later:.1?} after the kick's event");
        assert!(later <= HOLDS, "{kind:?}: media {later:?} after the event of the kick");
    }
}

#[tokio::test]
async fn each_kind_of_feedback_alone_for_seconds_costs_the_others_nothing_and_a_kick_ends_it() {
    let mut skylark = live("sending_threads = 2\n").await;
    let honest = Place::Here.come(&mut skylark, HONEST).await;
    let mut kicked_before: Option<(Kind, Vec<(Viewer, Instant)>)> = None;
    for kind in Kind::ALL {
        let attackers = attackers(&mut skylark, &format!("{kind:?}")).await;
        let turns = [(vec![kind], FULL), (vec![kind], SMALL)];
        let attack = unharmed_in::<1, _>(&format!("{kind:?}"), &honest, || Flood::of(&attackers, &turns)).await;
        // Those before were kicked two windows ago, and had that long to be sent something.
        if let Some((kind, kicked)) = kicked_before.take() {
            holds(kind, &kicked);
        }
        let mut told = Vec::new();
        for (viewer, id) in &attackers {
            assert!(viewer.sent() > 100, "{kind:?}: it floods");
            skylark.command(&format!(r#"{{"command":"kick","viewer":{id}}}"#)).await;
            assert_eq!(skylark.left(id).await, "kicked");
            told.push(Instant::now());
        }
        // It goes on for as long as the kick has time to hold.
        tokio::time::sleep(HOLDS).await;
        drop(attack);
        kicked_before = Some((kind, attackers.into_iter().map(|(viewer, _)| viewer).zip(told).collect()));
    }
    nothing_lost(&honest).await;
    let (kind, kicked) = kicked_before.expect("there are kinds");
    holds(kind, &kicked);
    all_stayed(honest).await;
}
