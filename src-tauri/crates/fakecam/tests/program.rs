//! The program, with others that have its cameras.
#![cfg(target_os = "linux")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn kind(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/support/cameras").join(format!("{name}.json"))
}

/// None where the machine lets nobody have cameras, which is said.
fn run(name: &str, before: &[&str], command: &[&str]) -> Option<Output> {
    let mut fakecam = Command::new(env!("CARGO_BIN_EXE_fakecam"));
    let output = fakecam.arg(kind(name)).args(before).arg("--").args(command).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stderr);
    let skipped = output.status.code() == Some(77);
    if skipped {
        eprintln!("skipped: {said}");
    }
    (!skipped).then_some(output)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn dev_has_the_kind_s_nodes_links_and_names() {
    let Some(output) = run("by-id", &[], &["sh", "-c", "cd /dev; ls -d video* webcam; readlink v4l/by-id/*"]) else {
        return;
    };
    assert_eq!(text(&output), "video2\nwebcam\n../../video2\n", "{output:?}");
    let Some(output) = run("odd-names", &[], &["sh", "-c", "ls /dev | grep -c ^video"]) else { return };
    assert_eq!(text(&output), "6\n", "a camera and five names");
    let Some(output) = run("name-not-utf8", &[], &["cat", "/sys/class/video4linux/video0/name"]) else { return };
    assert_eq!(output.stdout, b"Kamera\xff\xf0\n");
}

#[test]
fn a_camera_that_is_unplugged_is_not_there_and_one_that_is_denied_may_not_be_opened() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let control = folder.path().join("control");
    fs::write(&control, "video2 unplugged\nvideo0 denied\n").expect("it can be written");
    let before = ["--control", control.to_str().expect("a plain path")];
    let Some(output) = run("alike", &before, &["sh", "-c", "ls /dev/video*; : < /dev/video0"]) else { return };
    assert_eq!(text(&output), "/dev/video0\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("denied"), "{output:?}");
}

#[test]
fn it_ends_as_the_program_does() {
    let Some(output) = run("none", &[], &["sh", "-c", "exit 7"]) else { return };
    assert_eq!(output.status.code(), Some(7));
    let Some(output) = run("none", &[], &["sh", "-c", "kill -TERM $PPID; sleep 20"]) else { return };
    assert_eq!(output.status.code(), Some(128 + 15), "a signal is handed on");
    let Some(output) = run("none", &[], &["/no/such/program"]) else { return };
    assert_eq!(output.status.code(), Some(127));
    assert_eq!(Command::new(env!("CARGO_BIN_EXE_fakecam")).output().expect("it was built").status.code(), Some(2));
}
