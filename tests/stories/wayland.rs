//! A screen of Wayland: the desktop asks somebody which one it is, knows it again at the next start, and asks nobody by itself.

use crate::support::{Browser, DataFolder, Picture, Skylark, Viewer, WaylandDesktop, soon};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Something that changes on the screen, until it is dropped.
struct Moving {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Moving {
    fn on(desktop: &Arc<WaylandDesktop>) -> Moving {
        let (desktop, ends) = (desktop.clone(), Arc::<AtomicBool>::default());
        let ended = ends.clone();
        let draw = move || {
            for colour in [0x20_40_80, 0xff_80_00, 0x11_88_22].into_iter().cycle() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                desktop.output(&format!("bg #{colour:06x} solid_color"));
                thread::sleep(Duration::from_millis(200));
            }
        };
        Moving { ends, thread: Some(thread::spawn(draw)) }
    }
}

impl Drop for Moving {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        drop(self.thread.take().map(JoinHandle::join));
    }
}

const SHOW: &str = r#"{"command":"set_source","source":"screen"}"#;

const OPTIONS: [&str; 8] =
    ["--listen", "127.0.0.1:0", "--source", "screen", "--microphone", "tone", "--size", "640x360"];

async fn starts(desktop: &WaylandDesktop, folder: DataFolder) -> Skylark {
    let (bus, display) = (desktop.bus(), desktop.display().expect("it is there"));
    let environment = [("DBUS_SESSION_BUS_ADDRESS", Path::new(&bus)), ("WAYLAND_DISPLAY", display.as_path())];
    Skylark::live_in_with(folder, &environment, &OPTIONS).await
}

/// Waits until the screen is in this state.
async fn is(skylark: &mut Skylark, state: &str) -> Value {
    let holds = |event: &Value| event["source"]["kind"] == "screen" && event["state"]["state"] == state;
    skylark.event_where("source", holds).await
}

async fn is_asked(desktop: &WaylandDesktop, times: usize) {
    let asked = async {
        while desktop.asked() < times {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon("somebody is asked which screen it is", asked).await;
}

/// Waits for two seconds of pictures more.
async fn goes_on(viewer: &Viewer) {
    let from = viewer.look().pictures.last().expect("it plays").timestamp;
    let later = |picture: &Picture| picture.timestamp.wrapping_sub(from) > 2 * 90_000;
    viewer.sees("the picture goes on", |seen| seen.pictures.last().is_some_and(later)).await;
}

#[tokio::test]
async fn the_desktop_asks_which_screen_it_is_and_knows_it_again_at_the_next_start() {
    let Some(desktop) = WaylandDesktop::start() else { return };
    let desktop = Arc::new(desktop);
    let moving = Moving::on(&desktop);
    let mut skylark = starts(&desktop, DataFolder::new()).await;
    is_asked(&desktop, 1).await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    desktop.choose(true);
    is(&mut skylark, "running").await;
    goes_on(&viewer).await;
    skylark.command(r#"{"command":"list_devices"}"#).await;
    let listed = skylark.event("devices").await;
    assert_eq!(listed["devices"]["desktop_asks"], true);
    assert_eq!(listed["devices"]["screens"].as_array().map(Vec::len), Some(1), "one for all of them");

    // Chosen once more it is another one that is meant; and then it is none.
    skylark.command(SHOW).await;
    is_asked(&desktop, 2).await;
    desktop.choose(false);
    let failed = is(&mut skylark, "failed").await;
    assert_eq!(failed["state"]["code"], "device_denied", "{failed}");
    goes_on(&viewer).await;
    assert_eq!(desktop.asked(), 2, "it is tried again by itself, and nobody is asked");
    skylark.command(SHOW).await;
    is_asked(&desktop, 3).await;
    desktop.choose(true);
    is(&mut skylark, "running").await;
    goes_on(&viewer).await;
    let seen = viewer.look();
    assert_eq!((seen.missing, seen.closed), (0, false), "the same session, and nothing of it is lost");

    skylark.command(r#"{"command":"quit"}"#).await;
    assert!(skylark.ended().await.success());
    let mut skylark = starts(&desktop, skylark.folder).await;
    is(&mut skylark, "running").await;
    assert_eq!(desktop.asked(), 3, "it is known again");
    assert!(skylark.folder.path().join("screen.token").exists());

    drop(moving);
    let mut desktop = Arc::into_inner(desktop).expect("nobody draws any more");
    desktop.end_backend();
    let failed = is(&mut skylark, "failed").await;
    assert_eq!(failed["state"]["code"], "device_lost", "{failed}");
    let gone = async {
        while skylark.folder.path().join("screen.token").exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon("what is over is not kept", gone).await;
}
