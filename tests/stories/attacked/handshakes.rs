//! Many joins that say hello to DTLS again and again, the same and another, and never go on: honest handshakes come to their end.

use super::{Place, compared, live_in, nothing_lost};
use crate::support::Network;
use ::crowd::attacker::{Siege, Target};
use std::net::IpAddr;

/// Who attacks.
const GREETS: &str = "10.78.0.3";
/// As many joins of one address may be at their handshake at one time, and half as many again.
const JOINS: usize = 96;
/// How often each says hello, a second.
const PER_SECOND: f64 = 20.0;

#[tokio::test]
async fn hellos_that_are_repeated_delay_no_handshake_of_others() {
    let Some(network) = Network::new() else { return };
    network.also(GREETS);
    let mut skylark = live_in(&network, "", &[]).await;
    let place = Place::There(&network);
    let honest = place.come(&mut skylark, 3).await;
    let from: IpAddr = GREETS.parse().expect("an address");
    let target = Target::of(&skylark.whep()).expect("a URL");
    let attack = || {
        let target = target.clone();
        network.siege(move || Siege::greetings(target, from, JOINS, PER_SECOND))
    };
    let siege = compared("hellos", &mut skylark, place, &honest, attack).await;
    println!("{} hellos; what the joins were answered: {:?}", siege.sent(), siege.answers());
    assert!(siege.sent() > 10 * JOINS as u64, "{} hellos are not many", siege.sent());
    drop(siege);
    nothing_lost(&honest).await;
}
