//! Terminals, and what becomes of a broadcast when they go: a job in the background, a session that ends, readers that are gone.
#![allow(unsafe_code)] // A terminal is made by the C library.

use crate::support::{Browser, Skylark, soon};
use std::fs::File;
use std::io::Write;
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::Stdio;

/// Runs what follows as a job in the background of a shell whose terminal is stdin; a line there brings it to the foreground.
const JOB: [&str; 6] = ["setsid", "--ctty", "sh", "-mc", r#""$@" & read -r line; fg >/dev/null"#, "sh"];

/// A terminal: who types, and what a program reads.
fn terminal() -> (File, OwnedFd) {
    let (mut typing, mut reading) = (0, 0);
    let none = std::ptr::null_mut();
    // SAFETY: it writes two descriptors to where there is room for them, and reads nothing where it is given no name, no modes and
    // no size.
    let made = unsafe { libc::openpty(&mut typing, &mut reading, none, none.cast(), none.cast()) };
    assert_eq!(made, 0, "the system has a terminal");
    for end in [typing, reading] {
        // SAFETY: it was just made. Another program that this test starts must not hold it open.
        assert_eq!(unsafe { libc::fcntl(end, libc::F_SETFD, libc::FD_CLOEXEC) }, 0, "it is not handed on");
    }
    // SAFETY: both were just made, and nobody else has them.
    unsafe { (File::from_raw_fd(typing), OwnedFd::from_raw_fd(reading)) }
}

fn piped() -> (Stdio, std::io::PipeReader) {
    let (reader, writer) = std::io::pipe().expect("the system has a pipe");
    (writer.into(), reader)
}

fn signal(signal: &str, process: u32) {
    let kill = std::process::Command::new("kill").args([signal, &process.to_string()]).status();
    assert!(kill.expect("there is a kill").success());
}

#[tokio::test]
async fn a_job_in_the_background_runs_and_reads_what_is_typed_once_it_is_in_the_foreground() {
    let (mut typing, reading) = terminal();
    let mut skylark = Skylark::live_at(&JOB, reading.into(), Stdio::inherit()).await;
    Browser::new().watch(&skylark.whep()).await.plays().await;
    skylark.event("stats").await;
    typing.write_all(b"\n").expect("the shell reads");
    skylark.event("stats").await;
    typing.write_all(b"{\"command\":\"lock\",\"on\":true}\n").expect("it reads");
    skylark.event("lock").await;
    typing.write_all(b"{\"command\":\"quit\"}\n").expect("it reads");
    assert!(skylark.ended().await.success());
}

#[tokio::test]
async fn a_terminal_that_goes_ends_it_cleanly() {
    let (typing, reading) = terminal();
    // Where the tests themselves are to outlive their terminal, the program would inherit that.
    let hears = ["env", "--default-signal=HUP", "setsid", "--ctty"];
    let mut skylark = Skylark::live_at(&hears, reading.into(), Stdio::inherit()).await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    drop(typing);
    assert_eq!(skylark.ended().await.code(), Some(0));
    assert_eq!(skylark.came("ended").len(), 1);
    viewer.is_dropped().await;
}

#[tokio::test]
async fn under_nohup_it_outlives_its_terminal() {
    let (typing, reading) = terminal();
    let mut skylark = Skylark::live_at(&["setsid", "--ctty", "nohup"], reading.into(), Stdio::null()).await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    drop(typing);
    signal("-HUP", skylark.process());
    viewer.plays().await;
    skylark.event("stats").await;
    skylark.event("stats").await;
    viewer.plays().await;
    signal("-TERM", skylark.process());
    assert_eq!(skylark.ended().await.code(), Some(0));
}

#[tokio::test]
async fn a_stderr_whose_reader_goes_stops_no_thread() {
    let (writer, reader) = piped();
    let mut skylark = Skylark::live_at(&[], Stdio::piped(), writer).await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    drop(reader);
    logs_and_plays(&mut skylark, &viewer).await;
}

#[tokio::test]
async fn a_terminal_on_stderr_that_goes_stops_no_thread() {
    let (other_end, terminal) = terminal();
    // Of no session: it hears nothing when the terminal goes, and writes into what answers each write with EIO.
    let mut skylark = Skylark::live_at(&["setsid"], Stdio::piped(), terminal.into()).await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    drop(other_end);
    logs_and_plays(&mut skylark, &viewer).await;
    assert_eq!(skylark.came("error").iter().filter(|error| error["code"] == "thread_failed").count(), 0);
}

#[tokio::test]
async fn a_stderr_that_nobody_reads_stops_no_thread() {
    let (writer, reader) = piped();
    let mut skylark = Skylark::live_at(&[], Stdio::piped(), writer).await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    // Each logs a warning of some hundred bytes from the camera's thread; a pipe holds 64 KiB of them.
    for n in 0..300 {
        skylark.command(&format!(r#"{{"command":"set_camera","camera":"{n} {}"}}"#, "x".repeat(900))).await;
        let failed = |event: &serde_json::Value| event["state"]["state"] == "failed";
        skylark.event_where("camera", failed).await;
    }
    logs_and_plays(&mut skylark, &viewer).await;
    drop(reader);
}

/// Has the camera's thread log something, and go on.
async fn logs_and_plays(skylark: &mut Skylark, viewer: &crate::support::Viewer) {
    skylark.command(r#"{"command":"set_camera","camera":"nobody's camera"}"#).await;
    skylark.event_where("camera", |event| event["state"]["state"] == "failed").await;
    skylark.command(r#"{"command":"set_camera","camera":"pattern"}"#).await;
    skylark.event_where("camera", |event| event["state"]["state"] == "running").await;
    viewer.plays().await;
    skylark.command(r#"{"command":"quit"}"#).await;
    assert_eq!(soon("it ends", skylark.ended()).await.code(), Some(0));
}
