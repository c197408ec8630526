//! A viewer's checks with somebody else's source address: the stream is not turned on who never asked, and no other viewer's
//! address is taken away. Over loopback the forged source is the victim's own socket, from which the test sends in the attacker's
//! name: the program is given the same datagrams.

use super::{LOCALHOST, Place, compared, least, live, nothing_lost};
use crate::support::{Browser, Relay, Skylark, metric};
use ::crowd::attacker::{Siege, Viewer};
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

/// How long a victim counts what comes, at the least.
const COUNTED: Duration = Duration::from_secs(6);
/// How often the attacker forges: far more often than the media would need to go on.
const FORGED: Duration = Duration::from_millis(200);
/// What may come at an address that never answers, answers to checks and checks of the program's own: sixteen, and then seldom and more
/// seldom, however long it goes on.
const A_FEW: u64 = 30;
/// As RFC 9000 8.1 has it: how many times the forged bytes may come before an address has answered.
const FACTOR: u64 = 3;

/// Datagrams and their bytes.
#[derive(Debug, Default)]
struct Count(AtomicU64, AtomicU64);

impl Count {
    fn one_more(&self, bytes: usize) {
        self.0.fetch_add(1, Ordering::Relaxed);
        self.1.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn read(&self) -> (u64, u64) {
        (self.0.load(Ordering::Relaxed), self.1.load(Ordering::Relaxed))
    }
}

/// Somebody who never asked, in whose name the attacker sends.
struct Victim {
    came: Arc<Count>,
    forged: Arc<Count>,
    siege: Siege,
}

impl Victim {
    fn of(attacker: &Arc<Viewer>, port: u16) -> Victim {
        let (came, forged) = (Arc::<Count>::default(), Arc::<Count>::default());
        let socket = Arc::new(UdpSocket::bind((LOCALHOST, 0)).expect("a free port"));
        socket.set_nonblocking(true).expect("it can");
        let forges = {
            let (came, forged, attacker) = (came.clone(), forged.clone(), attacker.clone());
            move || {
                let (came, forged, attacker, socket) = (came.clone(), forged.clone(), attacker.clone(), socket.clone());
                async move {
                    let check = attacker.check();
                    socket.send_to(&check, (LOCALHOST, port))?;
                    forged.one_more(check.len());
                    tokio::time::sleep(FORGED).await;
                    while let Ok((len, _)) = socket.recv_from(&mut [0; 2048]) {
                        came.one_more(len);
                    }
                    Ok::<u16, std::io::Error>(0)
                }
            }
        };
        Victim { came, forged, siege: Siege::again(1, forges).expect("a thread") }
    }
}

#[tokio::test]
async fn a_forged_check_brings_no_stream_to_who_never_asked() {
    let mut skylark = live("").await;
    let honest = Place::Here.come(&mut skylark, 3).await;
    let attacker = Viewer::join(&skylark.whep(), LOCALHOST, "attacker").await.expect("it is let in");
    skylark.joined().await;
    least(&honest).await;
    let (attacker, port) = (Arc::new(attacker), skylark.port());
    let attack = || Victim::of(&attacker, port);
    let victim = compared("forged checks", &mut skylark, Place::Here, &honest, attack).await;
    tokio::time::sleep(COUNTED).await;
    let ((came, came_bytes), (forged, forged_bytes)) = (victim.came.read(), victim.forged.read());
    println!("{forged} forged checks of {forged_bytes} bytes brought {came}, {came_bytes} bytes, to who never asked");
    assert!(came <= A_FEW && came_bytes <= FACTOR * forged_bytes, "{came}, {came_bytes} bytes, for {forged_bytes}");
    assert!(attacker.media() > 0, "the attacker has a stream that could have been turned");
    drop(victim.siege);
    nothing_lost(&honest).await;
}

#[tokio::test]
async fn a_forged_check_takes_no_address_from_another_viewer() {
    let mut skylark = live("").await;
    let beside = Place::Here.come(&mut skylark, 3).await;
    let relay = Arc::new(Relay::to(skylark.port()).await);
    let honest = Browser::new().watch_through(&skylark.whep(), &relay).await;
    skylark.joined().await;
    let attacker = Viewer::join(&skylark.whep(), LOCALHOST, "attacker").await.expect("it is let in");
    skylark.joined().await;
    let attacker = Arc::new(attacker);
    let before = honest.plays().await;
    let unheard = async |skylark: &Skylark| metric(skylark, r#"skylark_dropped_total{reason="unauthenticated"}"#).await;
    let unheard_before = unheard(&skylark).await;
    let attack = || {
        let (relay, attacker) = (relay.clone(), attacker.clone());
        // It ends with the set that it is in.
        let mut forging = JoinSet::<()>::new();
        forging.spawn(async move {
            loop {
                relay.forge(&attacker.check()).await;
                tokio::time::sleep(FORGED).await;
            }
        });
        forging
    };
    let forging = compared("checks in another viewer's name", &mut skylark, Place::Here, &beside, attack).await;
    tokio::time::sleep(COUNTED).await;
    let unheard = unheard(&skylark).await - unheard_before;
    println!("{unheard} of the honest viewer's reports were taken for the attacker's");
    assert_eq!(unheard, 0, "the honest viewer's reports go on being heard");
    let after = honest.plays().await;
    assert_eq!((after.missing, after.closed), (before.missing, false));
    drop(forging);
    nothing_lost(&beside).await;
}
