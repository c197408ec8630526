//! Cameras for tests: the V4L2 devices of the crate `fakecam`. A test that wants them runs itself again in a process that has them.
// Two programs of tests have this, and one of them tells its cameras nothing.
#![allow(dead_code)]

use fakecam::{Kind, Refused, spawn};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The file by which a test tells the cameras what happens to them.
pub(crate) struct Control(PathBuf);

/// Where a process that has cameras finds that file.
const CONTROL: &str = "SKYLARK_CAMERA_CONTROL";

impl Control {
    /// `ok`, `unplugged`, `busy`, `denied` or `stuck`, for all; or a node before it.
    pub(crate) fn set(&self, state: &str) {
        // Renamed into place, so that half a word is never read.
        let new = self.0.with_extension("new");
        fs::write(&new, state).and_then(|()| fs::rename(&new, &self.0)).expect("the test's folder can be written");
    }
}

/// What the usual camera calls itself.
pub(crate) const NAME: &str = "Skylark Test Camera";

/// Runs `body` in a process of its own that has this kind of camera (`tests/support/cameras`), which offers these formats, or all of its
/// own where there are none. `test` is the path of the test that calls this. Where the machine lets nobody have cameras made of nothing
/// it says so, and does nothing.
pub(crate) fn with_camera(test: &str, kind: &str, formats: &[&str], body: fn(&Control)) {
    if let Some(control) = env::var_os(CONTROL) {
        return body(&Control(control.into()));
    }
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/support/cameras").join(format!("{kind}.json"));
    let mut kind = Kind::read(&file).unwrap_or_else(|error| panic!("{error}"));
    if !formats.is_empty() {
        kind = kind.offering(formats);
    }
    let folder = tempfile::tempdir().expect("a folder for the test");
    let control = folder.path().join("control");
    let mut command = Command::new(env::current_exe().expect("a test has a program"));
    command.args([test, "--exact", "--nocapture"]).env(CONTROL, &control);
    match spawn(kind, Some(control), command) {
        Ok(running) => {
            let status = running.wait();
            assert!(status.is_ok_and(|status| status.success()), "{test} failed in its own process, see above");
        }
        Err(refused @ Refused::Rights(_)) => eprintln!("skipped: {test}: {refused}"),
        Err(refused) => panic!("{refused}"),
    }
}
