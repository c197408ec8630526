//! A camera for tests: the V4L2 device of `tests/support/v4l2shim`, preloaded. A test that wants it runs itself again in a
//! process that has it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The file by which a test tells the camera what happens to it.
pub(crate) struct Control(PathBuf);

impl Control {
    pub(crate) fn set(&self, state: &str) {
        // Renamed into place, so that the camera never reads half a word.
        let new = self.0.with_extension("new");
        fs::write(&new, state).and_then(|()| fs::rename(&new, &self.0)).expect("the test's folder can be written");
    }
}

/// What the camera calls itself.
pub(crate) const NAME: &str = "Skylark Test Camera";

/// Runs `body` in a process of its own with the camera. `test` is the path of the test that calls this; `environment` is
/// what the device understands, see `shim.h`.
pub(crate) fn with_camera(test: &str, environment: &[(&str, &str)], body: fn(&Control)) {
    if let Some(control) = env::var_os("SKYLARK_SHIM_CONTROL") {
        return body(&Control(control.into()));
    }
    let folder = tempfile::tempdir().expect("a folder for the test");
    let shim = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/support/v4l2shim");
    let made =
        Command::new("make").arg("-s").arg("-C").arg(shim).arg(format!("OUT={}", folder.path().display())).status();
    assert!(made.is_ok_and(|status| status.success()), "the camera for tests needs make and a C compiler");
    let control = folder.path().join("control");
    let status = Command::new(env::current_exe().expect("a test has a program"))
        .args([test, "--exact", "--nocapture"])
        .envs(environment.iter().copied())
        .env("SKYLARK_SHIM_CONTROL", &control)
        .env("LD_PRELOAD", folder.path().join("v4l2shim.so"))
        .status();
    assert!(status.is_ok_and(|status| status.success()), "{test} failed in its own process, see above");
}
