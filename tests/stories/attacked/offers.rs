//! Offers of 60 kB, made to be slow to read, are posted without pause: joins and kicks of the others are as fast as without.

use super::{LOCALHOST, Place, WINDOW, compared, live, nothing_lost};
use crate::support::turns::none_is_long;
use ::crowd::attacker::{Siege, Target, offers, say};
use std::time::Instant;

/// Connections that post without pause.
const CONNECTIONS: usize = 12;

#[tokio::test]
async fn offers_that_are_slow_to_read_delay_no_join_no_kick_and_no_picture() {
    let mut skylark = live("").await;
    let honest = Place::Here.come(&mut skylark, 3).await;
    let target = Target::of(&skylark.whep()).expect("a URL");
    let all: Vec<String> = offers::worst().into_iter().map(|(_, offer)| offer).collect();
    for (kind, offer) in offers::worst() {
        let begin = Instant::now();
        let answer = say(target.address, LOCALHOST, &target.post(kind, None, &offer)).await.expect("an answer");
        println!("{kind}: {} after {:.1?}", answer.status, begin.elapsed());
    }
    let start = || Siege::offers(target.clone(), LOCALHOST, CONNECTIONS, all.clone()).expect("a thread");

    let siege = compared("offers that are slow to read", &mut skylark, Place::Here, &honest, start).await;
    println!("what the offers were answered: {:?}", siege.answers());
    none_is_long(&mut skylark, "offers that are slow to read", async |_| tokio::time::sleep(WINDOW).await).await;
    drop(siege);
    nothing_lost(&honest).await;
}
