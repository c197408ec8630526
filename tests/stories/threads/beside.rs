//! Threads and tasks that fail beside what viewers see and hear: each is told and counted, and is there again when it is needed.

use super::{ask_to_fail, live, panics, tells};
use crate::page::Page;
use crate::support::{Browser, Skylark, soon};
use std::io::{Read, Write};
use std::net::TcpStream;
use tempfile::TempDir;

pub(super) const BESIDE: [&str; 12] = [
    "media-listing",
    "page",
    "page-closed",
    "discard",
    "give-back",
    "still",
    "chat-file",
    "history-file",
    "relays",
    "relay",
    "relay-peer",
    "certificates",
];

/// What runs only where the sound server is on another machine.
#[cfg(target_os = "linux")]
pub(super) const ELSEWHERE: &str = "sound-server";

/// What needs the owner to fail as well.
pub(super) const AFTER_ANOTHER: &str = "aftermath";

#[tokio::test]
async fn what_fails_beside_the_broadcast_is_told_and_done_the_next_time() {
    let faults = TempDir::new().expect("there is room for a folder");
    let mut skylark = live(&faults).await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    for name in BESIDE {
        // What is open is closed only after the fault was asked for.
        let open = if name == "page-closed" { Some(page(&skylark).await) } else { None };
        ask_to_fail(&faults, name);
        match name {
            "page" => page(&skylark).await.is_closed().await,
            "page-closed" => drop(open),
            name => have_done(&mut skylark, name).await,
        }
        tells(&mut skylark, name).await;
        assert_eq!(panics(&skylark, name).await, 1);
        let seen = viewer.plays().await;
        assert!(!seen.closed, "whoever watches goes on watching when {name} fails");

        match name {
            "page" | "page-closed" => assert_eq!(page(&skylark).await.hears("state").await["live"], true),
            name => have_done(&mut skylark, name).await,
        }
        if name == "media-listing" {
            skylark.event("devices").await;
        }
    }
    skylark.quit().await;
}

#[tokio::test]
async fn the_program_ends_though_what_cleans_up_after_its_owner_fails_too() {
    let faults = TempDir::new().expect("there is room for a folder");
    let mut skylark = live(&faults).await;
    // It waits for the owner's end, and runs no sooner.
    ask_to_fail(&faults, AFTER_ANOTHER);
    ask_to_fail(&faults, "owner");
    assert_eq!(skylark.ended().await.code(), Some(1));
    let left = faults.path().read_dir().expect("it is ours").count();
    assert_eq!(left, 0, "who is asked to fail takes the question away: both were");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_leads_to_a_sound_server_elsewhere_is_told_and_leads_there_the_next_time() {
    let faults = TempDir::new().expect("there is room for a folder");
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback has a port");
    let named = format!("tcp:{}", server.local_addr().expect("it has one"));
    let environment = [(super::FAULTS, faults.path()), ("PULSE_SERVER", named.as_ref())];
    let mut skylark = Skylark::live_in(&environment, &["--listen", "127.0.0.1:0"]).await;
    ask_to_fail(&faults, ELSEWHERE);
    skylark.command(r#"{"command":"list_devices"}"#).await;
    tells(&mut skylark, ELSEWHERE).await;
    assert_eq!(panics(&skylark, ELSEWHERE).await, 1);
    skylark.event("devices").await;
    skylark.command(r#"{"command":"list_devices"}"#).await;
    // It hangs up, which is no answer.
    drop(soon("somebody comes", server.accept()).await.expect("it listens"));
    skylark.event("devices").await;
    skylark.quit().await;
}

/// What has this one do something.
async fn have_done(skylark: &mut Skylark, name: &str) {
    match name {
        "media-listing" => skylark.command(r#"{"command":"list_devices"}"#).await,
        "discard" => {
            let answer = Browser::new().post(&skylark.whep(), "text/plain", "not an offer").await;
            assert_eq!(answer.status(), 415, "it is answered before the rest is read");
        }
        "give-back" => {
            let origin = skylark.origin();
            let come_and_go = move || drop(crowd(origin.strip_prefix("http://").expect("it is plain HTTP")));
            tokio::task::spawn_blocking(come_and_go).await.expect("they are let in");
        }
        "still" => {
            let answer = Browser::new().get(&format!("{}/still.jpg", skylark.watch())).await;
            assert!([200, 404].contains(&answer.status().as_u16()), "it is answered");
        }
        "chat-file" => skylark.command(r#"{"command":"save_chat","format":"text"}"#).await,
        "history-file" => skylark.command(r#"{"command":"save_history"}"#).await,
        "relays" | "relay" | "relay-peer" | "certificates" => {
            // Nobody listens there: it is tried again and again.
            let scheme = if name == "certificates" { "https" } else { "http" };
            let url = format!("whip+{scheme}://127.0.0.1:1/{name}");
            skylark.command(&format!(r#"{{"command":"relay","url":"{url}"}}"#)).await;
        }
        other => panic!("nobody knows how to have {other} do something"),
    }
}

/// More connections at once than a house has that does not count as full: each was answered, and is open.
fn crowd(address: &str) -> Vec<TcpStream> {
    const MANY: usize = 300;
    let connected = || {
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(crate::support::PATIENCE)).expect("a time");
        write!(stream, "GET /w/nowhere HTTP/1.1\r\nHost: {address}\r\n\r\n").expect("it reads");
        stream.read_exact(&mut [0]).expect("it answers");
        stream
    };
    (0..MANY).map(|_| connected()).collect()
}

async fn page(skylark: &Skylark) -> Page {
    soon("a page is let in", Page::open(skylark, &skylark.origin(), None)).await.expect("our own page may")
}
