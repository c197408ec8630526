//! Cameras that come and go while the broadcast goes on, as a driver shows them (the crate `fakecam`).

use crate::support::{Browser, DataFolder, Skylark};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program beside a kind's cameras; none where the machine lets nobody have them.
struct Cameras {
    folder: tempfile::TempDir,
}

impl Cameras {
    async fn beside(kind: &str, camera: &str) -> Option<(Skylark, Cameras)> {
        let fakecam = fakecam();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/cameras").join(format!("{kind}.json"));
        let tried =
            Command::new(&fakecam).arg(&file).args(["--", "true"]).output().expect("it was built with the tests");
        if !tried.status.success() {
            eprintln!("skipped: {}", String::from_utf8_lossy(&tried.stderr).trim());
            return None;
        }
        let cameras = Cameras { folder: tempfile::tempdir().expect("the system has room for a folder") };
        let control = cameras.folder.path().join("control");
        let text = |path: &Path| path.to_str().expect("a plain path").to_owned();
        let (fakecam, file, control) = (text(&fakecam), text(&file), text(&control));
        let before = [fakecam.as_str(), &file, "--control", &control, "--"];
        let options = ["--listen", "127.0.0.1:0", "--camera", camera];
        Some((Skylark::live_behind_with(&before, DataFolder::new(), &options).await, cameras))
    }

    fn set(&self, state: &str) {
        let control = self.folder.path().join("control");
        let new = control.with_extension("new");
        fs::write(&new, state).and_then(|()| fs::rename(&new, &control)).expect("the folder is ours");
    }
}

/// Beside the program: `cargo test --workspace` builds both.
fn fakecam() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_skylark")).with_file_name("fakecam")
}

async fn camera(skylark: &mut Skylark, state: &str) -> serde_json::Value {
    let event = skylark.event_where("camera", |event| event["state"]["state"] == state).await;
    event["state"].clone()
}

#[tokio::test]
async fn unplugging_one_of_two_alike_never_opens_the_other() {
    for kind in ["alike", "alike-by-bus"] {
        let Some((mut skylark, cameras)) = Cameras::beside(kind, "/dev/video2").await else { return };
        let running = camera(&mut skylark, "running").await;
        let viewer = Browser::new().watch(&skylark.whep()).await;
        viewer.plays().await;

        cameras.set("video2 unplugged");
        let failed = camera(&mut skylark, "failed").await;
        assert_eq!((&failed["code"], &failed["id"]), (&"device_lost".into(), &running["id"]), "{kind}");
        // The slate is shown meanwhile, and the other camera is left alone: this waits through several attempts.
        viewer.plays().await;
        viewer.plays().await;

        cameras.set("ok");
        let again = camera(&mut skylark, "running").await;
        assert_eq!(again["id"], running["id"], "{kind}: the same camera, and the first that runs since");
        let seen = viewer.plays().await;
        assert_eq!((seen.missing, seen.closed), (0, false), "{kind}");
    }
}

#[tokio::test]
async fn whatever_a_driver_does_commands_are_carried_out() {
    for (kind, hangs) in [
        ("odd-names", false),
        ("name-not-utf8", false),
        ("step-of-zero", false),
        ("query-hangs", true),
        ("first-hangs", true),
    ] {
        let Some((mut skylark, _cameras)) = Cameras::beside(kind, "pattern").await else { return };
        let viewer = Browser::new().watch(&skylark.whep()).await;
        let id = skylark.joined().await["id"].clone();
        skylark.command(r#"{"command":"list_devices"}"#).await;
        skylark.command(r#"{"command":"list_devices"}"#).await;
        let kick = serde_json::json!({"command": "kick", "viewer": id});
        skylark.command(&kick.to_string()).await;
        assert_eq!(skylark.left(&id).await, "kicked", "{kind}");
        viewer.is_dropped().await;
        if hangs {
            assert_eq!(skylark.came("devices").len(), 0, "{kind}: what hangs does not delay a kick");
        }
        skylark.event("devices").await;
        skylark.command(r#"{"command":"quit"}"#).await;
        assert!(skylark.ended().await.success(), "{kind}");
    }
}
