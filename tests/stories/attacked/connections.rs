//! Two addresses fill the house with connections that say nothing, or a byte now and then: pages of the others open.

use super::{Place, compared, live_in, nothing_lost};
use crate::support::Network;
use ::crowd::attacker::{Siege, Target, say};
use std::net::IpAddr;
use std::time::Duration;

/// What the house holds: less than it does by itself, for the sake of this process's own file descriptors.
const HOUSE: usize = 1024;
/// Two of these fill it, and more than that.
const EACH: usize = 600;
/// Pages that are asked for, one after the other.
const PAGES: u32 = 40;
/// A page that has not come by then is none.
const PATIENT: Duration = Duration::from_secs(2);
/// Who attacks, and who does not.
const ATTACKERS: [&str; 2] = ["10.78.0.3", "10.78.0.4"];
const HONEST: &str = "10.78.0.5";

/// How many of the pages came.
async fn opened(network: &Network, page: Target) -> u32 {
    network
        .there(move || async move {
            let from: IpAddr = HONEST.parse().expect("an address");
            let mut opened = 0;
            for _ in 0..PAGES {
                let request = page.get();
                let answer = tokio::time::timeout(PATIENT, say(page.address, from, &request)).await;
                opened += u32::from(matches!(answer, Ok(Ok(response)) if response.status == 200));
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            opened
        })
        .await
}

#[tokio::test]
async fn two_addresses_full_of_silent_and_slow_connections_lock_nobody_out() {
    let Some(network) = Network::new() else { return };
    [ATTACKERS[0], ATTACKERS[1], HONEST].into_iter().for_each(|address| network.also(address));
    let mut skylark = live_in(&network, &format!("[limits]\nconnections = {HOUSE}\n"), &[]).await;
    let place = Place::There(&network);
    let honest = place.come(&mut skylark, 3).await;
    let page = Target::of(&skylark.watch()).expect("a URL");
    assert_eq!(opened(&network, page.clone()).await, PAGES, "without the attack");

    let to = page.address;
    let from: Vec<IpAddr> = ATTACKERS.map(|address| address.parse().expect("an address")).to_vec();
    let attack = || {
        let from = from.clone();
        network.siege(move || Siege::connections(to, from, EACH))
    };
    let siege = compared("silent and slow connections", &mut skylark, place, &honest, attack).await;
    let with = opened(&network, page).await;
    println!("{with} of {PAGES} pages opened with the attack; connections that ended: {:?}", siege.answers());
    assert_eq!(with, PAGES, "with the attack");
    drop(siege);
    nothing_lost(&honest).await;
}
