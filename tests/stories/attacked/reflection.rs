//! A viewer's checks with somebody else's source address: the stream is not turned on who never asked, and no other viewer's
//! address is taken away. Over loopback the forged source is the victim's own socket, from which the test sends in the attacker's
//! name: the program is given the same datagrams.

use super::{LOCALHOST, crowd, least, live, nothing_lost};
use crate::support::{Browser, Relay, Skylark, metric, socket};
use ::crowd::attacker::Viewer;
use std::time::Duration;

/// How long a victim counts what comes.
const COUNTED: Duration = Duration::from_secs(6);
/// How often the attacker forges: far more often than the media would need to go on.
const FORGED: Duration = Duration::from_millis(200);
/// What may come at an address that never answers: answers to the first checks, and checks of the program's own.
const A_FEW: u64 = 20;
/// As RFC 9000 8.1 has it: how many times the forged bytes may come before an address has answered.
const FACTOR: usize = 3;

#[tokio::test]
async fn a_forged_check_brings_no_stream_to_who_never_asked() {
    let skylark = live("").await;
    let honest = crowd(&skylark, 3).await;
    let attacker = Viewer::join(&skylark.whep(), LOCALHOST, "attacker").await.expect("it is let in");
    least(&honest).await;
    let victim = socket();
    let (mut came, mut sent) = ((0, 0), (0, 0));
    let counted = async {
        let mut datagram = [0; 2048];
        loop {
            let (len, _) = victim.recv_from(&mut datagram).await.expect("it is open");
            came = (came.0 + 1, came.1 + len);
        }
    };
    let forges = async {
        loop {
            let check = attacker.check();
            victim.send_to(&check, ("127.0.0.1", skylark.port())).await.expect("loopback takes it");
            sent = (sent.0 + 1, sent.1 + check.len());
            tokio::time::sleep(FORGED).await;
        }
    };
    tokio::select! {
        () = counted => {}
        () = forges => {}
        () = tokio::time::sleep(COUNTED) => {}
    }
    println!("forged checks (count, bytes) {sent:?} brought {came:?} to who never asked");
    assert!(came.0 <= A_FEW && came.1 <= FACTOR * sent.1, "(count, bytes) {came:?} for {sent:?}");
    assert!(attacker.media() > 0, "the attacker has a stream that could have been turned");
    nothing_lost(&honest).await;
}

#[tokio::test]
async fn a_forged_check_takes_no_address_from_another_viewer() {
    let skylark = Skylark::live().await;
    let relay = Relay::to(skylark.port()).await;
    let honest = Browser::new().watch_through(&skylark.whep(), &relay).await;
    let attacker = Viewer::join(&skylark.whep(), LOCALHOST, "attacker").await.expect("it is let in");
    let before = honest.plays().await;
    let unheard = async || metric(&skylark, r#"skylark_dropped_total{reason="unauthenticated"}"#).await;
    let unheard_before = unheard().await;
    let forges = async {
        loop {
            relay.forge(&attacker.check()).await;
            tokio::time::sleep(FORGED).await;
        }
    };
    tokio::select! {
        () = forges => {}
        () = tokio::time::sleep(COUNTED) => {}
    }
    let unheard = unheard().await - unheard_before;
    println!("{unheard} of the honest viewer's reports were taken for the attacker's");
    assert_eq!(unheard, 0, "the honest viewer's reports go on being heard");
    let after = honest.plays().await;
    assert_eq!((after.missing, after.closed), (before.missing, false));
}
