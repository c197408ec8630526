//! A name in the link is guessed at as fast as can be: who has the link and another address notices nothing.

use super::{Place, compared, live_in, nothing_lost};
use crate::support::Network;
use ::crowd::attacker::{Siege, Target, say};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Who guesses.
const GUESSES: &str = "10.78.0.3";
/// Connections that guess, each again as soon as it was answered.
const CONNECTIONS: usize = 12;
/// As many wrong guesses at once are told that they are.
const AT_ONCE: u64 = 30;

#[tokio::test]
async fn guesses_at_a_name_find_nothing_and_cost_who_watches_nothing() {
    let Some(network) = Network::new() else { return };
    network.also(GUESSES);
    let mut skylark = live_in(&network, "", &["--stream", "party"]).await;
    let place = Place::There(&network);
    let honest = place.come(&mut skylark, 3).await;
    let from: IpAddr = GUESSES.parse().expect("an address");
    let watch = Target::of(&skylark.watch()).expect("a URL");

    let guessed = Arc::<AtomicU64>::default();
    let attack = || {
        let (guessed, watch) = (guessed.clone(), watch.clone());
        network.siege(move || {
            Siege::again(CONNECTIONS, move || {
                let n = guessed.fetch_add(1, Ordering::Relaxed);
                // Pages and joins in turn, by whichever it may be.
                let path = format!("/{}/party{n}", if n % 2 == 0 { "w" } else { "whep" });
                let guess = Target { path, ..watch.clone() };
                async move {
                    let request = if n % 2 == 0 { guess.get() } else { guess.post("guest", None, "v=0") };
                    say(guess.address, from, &request).await.map(|response| response.status)
                }
            })
        })
    };
    let siege = compared("guesses at a name", &mut skylark, place, &honest, attack).await;

    // The right name tells an address that has guessed so often no more than a wrong one.
    let right = network.there(move || async move { say(watch.address, from, &watch.get()).await }).await;
    assert_eq!(right.expect("an answer").status, 429);
    let answers = siege.answers();
    println!("what {} guesses were answered: {answers:?}", guessed.load(Ordering::Relaxed));
    let told = answers.get(&404).copied().unwrap_or_default();
    assert!((1..20 * AT_ONCE).contains(&told), "some are told that they are wrong, and then few: {answers:?}");
    assert!(answers.get(&429).copied().unwrap_or_default() > told, "the others are told nothing: {answers:?}");
    drop(siege);
    nothing_lost(&honest).await;
}
