//! Nothing dies unseen: each thread fails once, by a fault that is built into tests only, and is told, counted, and started again; or
//! the program ends as by `quit`, with exit code 1.

mod beside;
#[cfg(all(target_os = "linux", feature = "window"))]
mod window;

use crate::support::{Browser, Codec, Skylark, metrics, soon};
use serde_json::Value;
use tempfile::TempDir;

/// Where a test asks for a fault.
const FAULTS: &str = "SKYLARK_FAULTS";

/// Those that the program ends without, by what has them do something: a command, or a signal.
const ENDS: [(&str, &str); 7] = [
    ("receive", ""),
    ("send-0", ""),
    ("owner", ""),
    ("server", "GET"),
    ("main", ""),
    ("lines", LOCK),
    ("signals", "-INT"),
];

const LOCK: &str = r#"{"command":"lock","on":true}"#;

/// Those that are started again, or another in their place, with what has them do something and what sets things right after it.
const GOES_ON: [(&str, &str, &str); 22] = [
    ("media-camera", "", ""),
    (
        "media-screen",
        r#"{"command":"set_source","source":"image:icons/icon.png"}"#,
        r#"{"command":"set_source","source":"pattern"}"#,
    ),
    ("images", r#"{"command":"set_source","source":"image:icons/icon.png"}"#, ""),
    ("media-sound", "", ""),
    ("media-h264", "", ""),
    ("media-vp9", "", ""),
    ("media-vp8", "", ""),
    (
        "media-device",
        r#"{"command":"set_microphone","microphone":"default"}"#,
        r#"{"command":"set_microphone","microphone":"tone"}"#,
    ),
    ("storage", r#"{"command":"configure","settings":{"title":"Kept"}}"#, ""),
    ("stdin", LOCK, r#"{"command":"lock","on":false}"#),
    ("stdout", "", ""),
    ("log", r#"{"command":"set_camera","camera":"nobody's"}"#, r#"{"command":"set_camera","camera":"pattern"}"#),
    ("networks", "", ""),
    ("stats", "", ""),
    ("devices", r#"{"command":"list_devices"}"#, r#"{"command":"list_devices"}"#),
    ("names", r#"{"command":"configure","settings":{"public":"localhost"}}"#, ""),
    ("commands", LOCK, ""),
    ("recordings", r#"{"command":"record"}"#, ""),
    ("recording", r#"{"command":"record"}"#, r#"{"command":"stop_recording"}"#),
    ("connection", "GET", ""),
    ("offers", "POST", ""),
    ("media-encoders", r#"{"command":"end"}"#, r#"{"command":"go_live"}"#),
];

#[cfg(all(target_os = "linux", feature = "window"))]
#[test]
fn every_thread_of_the_architecture_is_tried() {
    use std::collections::BTreeSet;
    /// What runs only while an engine takes the stream, of which no story has one. The uplink is started as every slow output's thread is, of
    /// which `recording` is tried; a viewer's signalling, and what hears an engine's reports, as `relay-peer` is.
    const WITH_AN_ENGINE: [&str; 4] = ["relay-uplink", "relay-viewer", "relay-channel", "relay-reports"];
    /// What runs only where the kernel refuses priority, which it does not to everybody; it is started as `storage` is.
    const WHERE_REFUSED: [&str; 1] = ["priority"];
    /// What runs only while a screen is shown to somebody who takes AV1 of it, which no viewer of a story does, and where libaom is installed;
    /// it is started again as `media-vp9` is.
    const FOR_SCREENS: [&str; 1] = ["media-av1"];
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/ARCHITECTURE.md");
    let text = std::fs::read_to_string(file).expect("it is part of the repository");
    let (_, section) = text.split_once("\n## Threads\n").expect("there is a section on threads");
    let rows = section.split("\n## ").next().expect("there is one").lines().filter(|line| line.starts_with('|'));
    let listed: BTreeSet<&str> =
        rows.flat_map(|row| row.split('|').nth(1).expect("a cell").split('`').skip(1).step_by(2)).collect();
    let tried = ENDS.iter().map(|(name, _)| *name).chain(GOES_ON.iter().map(|(name, ..)| *name));
    let tried = tried.map(|name| if name == "send-0" { "send-N" } else { name });
    let tried = tried
        .chain(beside::BESIDE)
        .chain([beside::AFTER_ANOTHER, beside::ELSEWHERE])
        .chain(WITH_AN_ENGINE)
        .chain(window::IN_THE_WINDOW);
    let tried = tried.chain(WHERE_REFUSED).chain(FOR_SCREENS);
    assert_eq!(tried.collect::<BTreeSet<_>>(), listed);
}

#[tokio::test]
async fn what_fails_is_told_and_counted_and_goes_on() {
    let faults = TempDir::new().expect("there is room for a folder");
    let mut skylark = live(&faults).await;
    let whep = skylark.whep();
    let mut viewers = Vec::new();
    for codec in [Codec::H264, Codec::Vp9, Codec::Vp8] {
        viewers.push(Browser::new().watch_in(&whep, codec).await);
    }
    for (name, act, mend) in GOES_ON {
        for viewer in &viewers {
            viewer.sees("it plays before", |seen| seen.closed || seen.sounds > 10).await;
        }
        let error = fails(&faults, &mut skylark, name, act).await;
        assert!(!error["message"].as_str().expect("a text").contains("ends"), "{error}");
        // The first connection in which the question is asked may be the one that fails.
        assert_eq!(panics(&skylark, name).await, 1);
        if !mend.is_empty() {
            skylark.command(mend).await;
        }
        match name {
            "storage" => drop(skylark.event_where("settings", |event| event["settings"]["title"] == "Kept").await),
            "stdin" => drop(skylark.event_where("lock", |event| event["on"] == false).await),
            "devices" => drop(skylark.event("devices").await),
            "stats" => drop(skylark.event("viewers").await),
            "media-encoders" => drop(skylark.event("live").await),
            _ => {}
        }
        if name == "media-encoders" {
            for codec in [Codec::H264, Codec::Vp9, Codec::Vp8] {
                Browser::new().watch_in(&whep, codec).await.plays().await;
            }
        } else {
            for viewer in &viewers {
                let seen = viewer.plays().await;
                assert!(!seen.closed, "whoever watches goes on watching when {name} fails");
            }
        }
    }
    let folder = skylark.quit().await;
    let kept = std::fs::read_to_string(folder.path().join("skylark.toml")).expect("it is kept");
    assert!(kept.contains("title = \"Kept\""), "what was being written when it failed is written: {kept}");
}

#[tokio::test]
async fn what_it_cannot_do_without_ends_the_program_and_viewers_are_told() {
    for (name, act) in ENDS {
        let faults = TempDir::new().expect("there is room for a folder");
        let mut skylark = live(&faults).await;
        let viewer = Browser::new().watch(&skylark.whep()).await;
        viewer.plays().await;
        let error = fails(&faults, &mut skylark, name, act).await;
        assert!(error["message"].as_str().expect("a text").contains("ends: start it again"), "{error}");
        assert_eq!(skylark.ended().await.code(), Some(1), "{name}");
        assert_eq!(skylark.came("ended").len(), 1, "{name}: it is over, and says so");
        viewer.is_dropped().await;
    }
}

async fn live(faults: &TempDir) -> Skylark {
    Skylark::live_in(&[(FAULTS, faults.path())], &["--listen", "127.0.0.1:0"]).await
}

/// Has a thread fail, and gives the event that tells of it.
async fn fails(faults: &TempDir, skylark: &mut Skylark, name: &str, act: &str) -> Value {
    ask_to_fail(faults, name);
    match act {
        "" => {}
        // Whether it is answered depends on what fails.
        "GET" => drop(soon("a connection is made", reqwest::get(skylark.watch())).await),
        "POST" => {
            let offer = include_str!("support/offer.sdp");
            let answer = Browser::new().post(&skylark.whep(), "application/sdp", offer).await;
            assert!(!answer.status().is_success(), "nobody read it");
        }
        "-INT" => {
            let kill = std::process::Command::new("kill").args([act, &skylark.process().to_string()]).status();
            assert!(kill.expect("there is a kill").success());
        }
        command => skylark.command(command).await,
    }
    tells(skylark, name).await
}

/// The next time that this one does something, it fails.
fn ask_to_fail(faults: &TempDir, name: &str) {
    std::fs::write(faults.path().join(name), "").expect("the folder is ours");
}

/// The event that tells of it.
async fn tells(skylark: &mut Skylark, name: &str) -> Value {
    let quoted = format!("\"{name}\"");
    let tells = |event: &Value| {
        event["code"] == "thread_failed" && event["message"].as_str().is_some_and(|text| text.contains(&quoted))
    };
    skylark.event_where("error", tells).await
}

/// How often it failed.
async fn panics(skylark: &Skylark, name: &str) -> u64 {
    let text = metrics(skylark).await;
    count_in(&text, name).unwrap_or_else(|| panic!("no panic of {name} in:\n{text}"))
}

fn count_in(metrics: &str, name: &str) -> Option<u64> {
    let sample = format!("skylark_thread_panics_total{{thread=\"{name}\"}} ");
    metrics.lines().find_map(|line| line.strip_prefix(&sample)?.parse().ok())
}
