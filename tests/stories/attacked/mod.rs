//! Attacks by a client with its own DTLS and SRTP (`crowd::attacker`), each beside honest viewers, with and without it in one run.

mod connections;
mod feedback;
mod joins;
mod offers;
mod pages;
mod reflection;

use crate::support::{DataFolder, PATIENCE, Skylark, soon};
use ::crowd::{Crowd, Options};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What is looked at in one piece.
const WINDOW: Duration = Duration::from_millis(1500);
/// A crowd calls a packet lost when so many later ones came.
const UNDER_WAY: u64 = 300;
/// How many windows without the attack and how many with it are compared.
const WINDOWS: usize = 2;
/// How often it may be tried anew: other tests run beside this one, and what they take is missing in one window or the other.
const ROUNDS: usize = 3;
/// Runs without an attack differ by less than this share of the pictures.
const SPREAD: f64 = 0.15;

/// Goes live on loopback with enough packets a second that a loss is seen soon.
async fn live(settings: &str) -> Skylark {
    let options = ["--listen", "127.0.0.1:0", "--size", "640x360", "--bitrate", "1500k"];
    Skylark::live_with(DataFolder::with(settings), &options).await
}

/// Light viewers that watch.
async fn crowd(skylark: &Skylark, viewers: u32) -> Crowd {
    let options = Options {
        endpoint: skylark.whep(),
        viewers,
        whole: 0,
        joins_per_second: 50.0,
        sound: true,
        ..Options::default()
    };
    Crowd::join(&options).await.expect("the crowd comes together")
}

/// The fewest pictures a second that any honest viewer saw in a window. None of them may have lost a packet.
async fn least(crowd: &Crowd) -> f64 {
    crowd.begin_window();
    tokio::time::sleep(WINDOW).await;
    let report = crowd.report();
    for viewer in &report.viewers {
        assert_eq!(viewer.error, None, "an honest viewer goes on watching");
        assert_eq!((viewer.lost, viewer.sound_lost, viewer.unauthentic), (0, 0, 0), "of {} packets", viewer.packets);
    }
    report.sorted(|viewer| Some(viewer.pictures_per_second))[0]
}

/// Waits until no packet is under way any more that was sent until now: none of them may have got lost.
async fn nothing_lost(crowd: &Crowd) {
    crowd.begin_window();
    let all_came = async {
        while crowd.report().viewers.iter().any(|viewer| viewer.packets < UNDER_WAY) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    soon("the honest viewers see more", all_came).await;
    for viewer in crowd.report().viewers {
        assert_eq!((viewer.error, viewer.lost), (None, 0), "of {} packets", viewer.packets);
    }
}

/// Windows without an attack, then with it: what the honest ones saw with it is within the spread of what they saw without it. The
/// attack goes on afterwards; it ends with the guard that `attack` answers.
async fn unharmed<T>(name: &str, crowd: &Crowd, attack: impl Fn() -> T) -> T {
    unharmed_in::<WINDOWS, T>(name, crowd, attack).await
}

/// The same, with so many windows of each.
async fn unharmed_in<const N: usize, T>(name: &str, crowd: &Crowd, attack: impl Fn() -> T) -> T {
    let mut told = Vec::new();
    for _ in 0..ROUNDS {
        let mut windows = [[0.0; N]; 2];
        for window in &mut windows[0] {
            *window = least(crowd).await;
        }
        let attacks = attack();
        for window in &mut windows[1] {
            *window = least(crowd).await;
        }
        println!("{name}: {:.1?} pictures a second without it, {:.1?} with it", windows[0], windows[1]);
        let [without, with] = windows.map(|windows| {
            windows.iter().fold((f64::MAX, 0f64), |(least, most), window| (least.min(*window), most.max(*window)))
        });
        // Where the windows without it are that far apart, the machine did something else, or the attack before goes on.
        if without.0 > (1.0 - SPREAD) * without.1 && with.0 > without.0 - SPREAD * without.1 {
            return attacks;
        }
        told.push(windows);
    }
    panic!("{name}: fewer pictures than without it, by more than the spread: {told:.1?}");
}

/// An honest newcomer: how long until it is seen to watch, and how long from the kick to its event.
struct Newcomer {
    joined: Duration,
    kicked: Duration,
}

impl Newcomer {
    async fn comes_and_is_kicked(skylark: &mut Skylark) -> Newcomer {
        let begin = Instant::now();
        let crowd = crowd(skylark, 1).await;
        let id = skylark.joined().await["id"].clone();
        let joined = begin.elapsed();
        soon("its first picture", async {
            while crowd.report().viewers[0].first_keyframe_ms.is_none() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        let begin = Instant::now();
        skylark.command(&format!(r#"{{"command":"kick","viewer":{id}}}"#)).await;
        assert_eq!(skylark.left(&id).await, "kicked");
        Newcomer { joined, kicked: begin.elapsed() }
    }

    /// Several, one after the other: the slowest of each.
    async fn several(skylark: &mut Skylark) -> Newcomer {
        let mut slowest = Newcomer { joined: Duration::ZERO, kicked: Duration::ZERO };
        for _ in 0..5 {
            let one = Newcomer::comes_and_is_kicked(skylark).await;
            slowest = Newcomer { joined: slowest.joined.max(one.joined), kicked: slowest.kicked.max(one.kicked) };
        }
        slowest
    }
}

/// What is answered as fast as without the attack, on a machine that has the attacker's work to do, too.
fn as_fast(what: &str, without: Duration, with: Duration) {
    println!("{what}: {without:.1?} without the attack, {with:.1?} with it");
    let most = 3 * without + Duration::from_millis(500);
    assert!(with < most && most < PATIENCE, "{what}: {without:?} without the attack, {with:?} with it");
}
