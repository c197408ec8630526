//! The picture comes from one thing after the other while somebody watches: the pattern, an image, a screen, a window, a screen and a camera.

use crate::support::{Browser, Display, Picture, Skylark, Viewer, Windows};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// No viewer sees a longer gap, of the 90 kHz clock.
const GAP: u32 = 200 * 90;

/// Something that moves in a window, until it is dropped.
struct Moving {
    window: Arc<AtomicU32>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Moving {
    fn in_window(windows: &Arc<Windows>, window: u32) -> Moving {
        let (windows, window) = (windows.clone(), Arc::new(AtomicU32::new(window)));
        let (drawn, ends) = (window.clone(), Arc::<AtomicBool>::default());
        let ended = ends.clone();
        let draw = move || {
            for step in 0.. {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                windows.draw(drawn.load(Ordering::Relaxed), step);
                thread::sleep(Duration::from_millis(33));
            }
        };
        Moving { window, ends, thread: Some(thread::spawn(draw)) }
    }
}

impl Drop for Moving {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        drop(self.thread.take().map(JoinHandle::join));
    }
}

async fn show(skylark: &mut Skylark, source: Value) {
    skylark.command(&json!({ "command": "set_source", "source": source }).to_string()).await;
}

/// Waits until a source of this kind is in this state.
async fn is(skylark: &mut Skylark, kind: &str, state: &str) -> Value {
    let holds = |event: &Value| event["source"]["kind"] == kind && event["state"]["state"] == state;
    skylark.event_where("source", holds).await
}

async fn scene_is(skylark: &mut Skylark, scene: &str) {
    skylark.event_where("settings", |event| event["settings"]["scene"] == scene).await;
}

/// Waits for two seconds of pictures more.
async fn goes_on(viewer: &Viewer) {
    let from = viewer.look().pictures.last().expect("it plays").timestamp;
    let later = |picture: &Picture| picture.timestamp.wrapping_sub(from) > 2 * 90_000;
    viewer.sees("the picture goes on", |seen| seen.pictures.last().is_some_and(later)).await;
}

async fn listed_screens(skylark: &mut Skylark) -> Vec<String> {
    skylark.command(r#"{"command":"list_devices"}"#).await;
    let devices = skylark.event("devices").await;
    let screens = devices["devices"]["screens"].as_array().expect("a list");
    screens.iter().map(|screen| screen["label"].as_str().expect("for people").to_owned()).collect()
}

/// The longest time between two pictures, of the 90 kHz clock.
fn longest_gap(pictures: &[Picture]) -> u32 {
    let gaps = pictures.windows(2).map(|pair| pair[1].timestamp.wrapping_sub(pair[0].timestamp));
    gaps.max().expect("there are pictures")
}

/// What is shown, one after the other: a command, and what is told when it is done: an event, and a part of it.
const SWITCHES: [(&str, &str, &str); 9] = [
    (r#"{"command":"set_source","source":{"kind":"image","id":"icons/icon.png"}}"#, "image", "running"),
    (r#"{"command":"set_source","source":"screen"}"#, "screen", "running"),
    (r#"{"command":"set_source","source":{"kind":"window","id":"Slides"}}"#, "window", "running"),
    (r#"{"command":"set_scene","scene":"screen+camera:top-left,size=0.3,round"}"#, "pattern", "running"),
    (r#"{"command":"swap_scene"}"#, "screen+camera:top-left,size=0.3,round,swapped", ""),
    (
        r#"{"command":"set_scene","scene":"screen+camera:side-by-side,mirrored"}"#,
        "screen+camera:side-by-side,mirrored",
        "",
    ),
    (r#"{"command":"set_scene","scene":"off"}"#, "pattern", "off"),
    (r#"{"command":"set_source","source":"off"}"#, "window", "off"),
    // As it was called before there was anything else.
    (r#"{"command":"set_camera","camera":"pattern"}"#, "pattern", "running"),
];

/// A busy machine leaves holes in anything, now here and now there; one of the program's own is there each time.
const ROUNDS: usize = 4;

#[tokio::test]
async fn a_broadcaster_shows_one_thing_after_the_other_and_no_viewer_sees_a_gap() {
    let Some(display) = Display::open("1280x720x24") else { return };
    let windows = Arc::new(Windows::on(&display));
    let slides = windows.open("Slides - page 1", [100, 100], [640, 360]);
    windows.open("Notes", [400, 300], [400, 300]);
    let _moving = Moving::in_window(&windows, slides);
    let mut skylark = Skylark::live_in(
        &[("DISPLAY", Path::new(&display.name))],
        &["--listen", "127.0.0.1:0", "--source", "pattern", "--microphone", "tone", "--size", "640x360"],
    )
    .await;
    is(&mut skylark, "pattern", "running").await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    let first = viewer.look().pictures.len();

    let (mut gaps, mut changes) = ([u32::MAX; SWITCHES.len()], 0);
    for _ in 0..ROUNDS {
        changes += SWITCHES.len();
        for ((command, what, state), gap) in SWITCHES.into_iter().zip(&mut gaps) {
            let before = viewer.look().pictures.len() - 1;
            skylark.command(command).await;
            match state {
                "" => scene_is(&mut skylark, what).await,
                state => drop(is(&mut skylark, what, state).await),
            }
            goes_on(&viewer).await;
            *gap = longest_gap(&viewer.look().pictures[before..]).min(*gap);
        }
        if gaps.iter().all(|gap| *gap <= GAP) {
            break;
        }
    }
    for ((command, ..), gap) in SWITCHES.into_iter().zip(gaps) {
        assert!(gap <= GAP, "{} ms without a picture by {command}", gap / 90);
    }

    let seen = viewer.look();
    assert_eq!((seen.missing, seen.closed), (0, false), "the same session, and nothing of it is lost");
    let shown = &seen.pictures[first..];
    let seconds = shown.last().expect("it plays").timestamp.wrapping_sub(shown[0].timestamp) / 90_000;
    let keyframes = shown.iter().filter(|picture| picture.is_keyframe()).count();
    let most = 2 + seconds as usize / 2 + changes;
    assert!(keyframes <= most, "{keyframes} keyframes in {seconds} s: one for each change, and the regular ones");
}

#[tokio::test]
async fn a_window_that_is_closed_and_a_screen_of_another_size_are_no_end() {
    let Some(display) = Display::open("1280x720x24") else { return };
    let windows = Arc::new(Windows::on(&display));
    let slides = windows.open("Slides - page 1", [100, 100], [640, 360]);
    let moving = Moving::in_window(&windows, slides);
    let options = ["--listen", "127.0.0.1:0", "--source", "window:Slides", "--microphone", "tone", "--size", "640x360"];
    let mut skylark = Skylark::live_in(&[("DISPLAY", Path::new(&display.name))], &options).await;
    is(&mut skylark, "window", "running").await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    let first = viewer.look().pictures.len();
    windows.resize(slides, [800, 300]);
    goes_on(&viewer).await;

    // Something else moves meanwhile, so that nobody draws in a window that is gone.
    let other = windows.open("Notes", [700, 100], [200, 200]);
    moving.window.store(other, Ordering::Relaxed);
    windows.close(slides);
    let error = skylark.event("error").await;
    assert_eq!(error["code"], "device_lost");
    assert!(error["message"].as_str().expect("for people").contains("\"Slides\" was closed. Open it again"), "{error}");
    is(&mut skylark, "window", "failed").await;
    goes_on(&viewer).await;
    let again = windows.open("Slides - page 2", [50, 50], [640, 360]);
    moving.window.store(again, Ordering::Relaxed);
    is(&mut skylark, "window", "running").await;
    goes_on(&viewer).await;

    show(&mut skylark, json!("screen:1")).await;
    is(&mut skylark, "screen", "running").await;
    windows.resize_screen(1024, 576);
    goes_on(&viewer).await;
    let screens = listed_screens(&mut skylark).await;
    assert_eq!(screens, ["screen (1024x576)"], "it has the other size");
    show(&mut skylark, json!("screen:2")).await;
    let says = |event: &Value| event["message"].as_str().expect("for people").contains("There is no screen 2");
    skylark.event_where("error", says).await;
    goes_on(&viewer).await;

    drop(moving);
    drop(display);
    show(&mut skylark, json!("screen:1")).await;
    is(&mut skylark, "screen", "failed").await;
    goes_on(&viewer).await;

    let seen = viewer.look();
    assert_eq!((seen.missing, seen.closed), (0, false), "the same session, and nothing of it is lost");
    let gap = longest_gap(&seen.pictures[first..]);
    assert!(gap <= 5 * GAP, "{} ms without a picture", gap / 90);
}

#[tokio::test]
async fn what_cannot_be_shown_changes_nothing() {
    let mut skylark = Skylark::live().await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    for (command, words) in [
        (r#"{"command":"set_source","source":"screens"}"#, "write camera, camera:NAME, screen"),
        (r#"{"command":"set_source","source":{"kind":"image","id":"/nowhere/card.png"}}"#, "cannot be read"),
        (r#"{"command":"set_scene","scene":"camera"}"#, "screen+camera:PLACE"),
        (r#"{"command":"swap_scene"}"#, "nothing to swap"),
    ] {
        skylark.command(command).await;
        let error = skylark.event("error").await;
        assert!(error["message"].as_str().expect("for people").contains(words), "{command}: {error}");
    }
    skylark.command(r#"{"command":"list_devices"}"#).await;
    skylark.event("devices").await;
    assert!(skylark.came("settings").is_empty(), "nothing changed");
    let seen = viewer.plays().await;
    assert_eq!((seen.missing, seen.closed), (0, false));
}
