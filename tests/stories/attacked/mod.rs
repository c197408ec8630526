//! Attacks by a client with its own DTLS and SRTP (`crowd::attacker`), each beside honest viewers, with and without it in one run.

mod connections;
mod feedback;
mod guesses;
mod handshakes;
mod joins;
mod offers;
mod pages;
mod reflection;

use crate::support::{DataFolder, Network, Skylark, Watcher, soon};
use ::crowd::{Crowd, Options};
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Deref;
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

/// Enough packets a second that a loss is seen soon.
const STREAM: [&str; 4] = ["--size", "640x360", "--bitrate", "1500k"];

/// Goes live on loopback.
async fn live(settings: &str) -> Skylark {
    Skylark::live_with(DataFolder::with(settings), &[&["--listen", "127.0.0.1:0"][..], &STREAM].concat()).await
}

/// Goes live at one end of a wire, with these options besides.
async fn live_in(network: &Network, settings: &str, options: &[&str]) -> Skylark {
    let listen = format!("{}:0", Network::HOST);
    let options = [&["--listen", &listen][..], &STREAM, options].concat();
    Skylark::live_behind_with(&network.before(), DataFolder::with(settings), &options).await
}

/// Light viewers that watch.
async fn crowd(skylark: &Skylark, viewers: u32) -> Crowd {
    Crowd::join(&watching(skylark, viewers)).await.expect("the crowd comes together")
}

fn watching(skylark: &Skylark, viewers: u32) -> Options {
    let endpoint = skylark.whep();
    Options { endpoint, viewers, whole: 0, joins_per_second: 50.0, sound: true, ..Options::default() }
}

/// Where honest viewers are.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// On this machine.
    Here,
    /// At the other end of a wire.
    There(&'a Network),
}

/// Those that watch from there; gone when this is dropped.
enum Honest {
    Here(Crowd),
    There(Watcher),
}

impl Place<'_> {
    /// So many come, and are there.
    async fn come(self, skylark: &mut Skylark, viewers: u32) -> Honest {
        let honest = match self {
            Place::Here => Honest::Here(crowd(skylark, viewers).await),
            Place::There(network) => Honest::There(network.watch(watching(skylark, viewers)).await),
        };
        for _ in 0..viewers {
            skylark.joined().await;
        }
        honest
    }
}

impl Deref for Honest {
    type Target = Crowd;

    fn deref(&self) -> &Crowd {
        match self {
            Honest::Here(crowd) => crowd,
            Honest::There(watcher) => &watcher.crowd,
        }
    }
}

/// What honest ones see and how they are served, without the attack and then with it, which goes on until what this answers with is
/// dropped.
async fn compared<T>(name: &str, skylark: &mut Skylark, place: Place<'_>, honest: &Crowd, attack: impl Fn() -> T) -> T {
    let without = Newcomer::several(skylark, place).await;
    let attacks = unharmed(name, honest, attack).await;
    without.as_fast_with(name, skylark, place).await;
    attacks
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

/// A kick is carried out within this, or as fast as without the attack where that takes longer.
const AT_ONCE: Duration = Duration::from_millis(100);
/// A join takes this longer at the most, on a machine that has the attacker's work to do, too.
const OTHERS_WORK: Duration = Duration::from_millis(500);

/// An honest newcomer: how long until it is seen to watch, and how long from the kick to its event.
struct Newcomer {
    joined: Duration,
    kicked: Duration,
}

impl Newcomer {
    async fn comes_and_is_kicked(skylark: &mut Skylark, place: Place<'_>) -> Newcomer {
        let begin = Instant::now();
        let crowd = match place {
            Place::Here => Honest::Here(crowd(skylark, 1).await),
            Place::There(network) => Honest::There(network.watch(watching(skylark, 1)).await),
        };
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
    async fn several(skylark: &mut Skylark, place: Place<'_>) -> Newcomer {
        let mut slowest = Newcomer { joined: Duration::ZERO, kicked: Duration::ZERO };
        for _ in 0..5 {
            let one = Newcomer::comes_and_is_kicked(skylark, place).await;
            slowest = Newcomer { joined: slowest.joined.max(one.joined), kicked: slowest.kicked.max(one.kicked) };
        }
        slowest
    }

    /// Those that come with the attack are served as fast as these were without it.
    async fn as_fast_with(&self, attack: &str, skylark: &mut Skylark, place: Place<'_>) {
        let mut told = Vec::new();
        for _ in 0..ROUNDS {
            let with = Newcomer::several(skylark, place).await;
            let joins = format!("a join {:.1?} without it, {:.1?} with it", self.joined, with.joined);
            let kicks = format!("a kick {:.1?} without it, {:.1?} with it", self.kicked, with.kicked);
            println!("{attack}: {joins}; {kicks}");
            if with.joined < 3 * self.joined + OTHERS_WORK && with.kicked < AT_ONCE.max(3 * self.kicked) {
                return;
            }
            told.push(format!("{joins}; {kicks}"));
        }
        panic!("{attack}: joins or kicks are slower than without it: {told:#?}");
    }
}
