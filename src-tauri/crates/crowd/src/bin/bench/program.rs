//! The program under measurement, as a child process.

use anyhow::{Context, bail};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

/// A running `skylark headless`.
pub(crate) struct Program {
    child: Child,
    pub(crate) pid: u32,
    pub(crate) whep: String,
    pub(crate) watch: String,
    given_up: Arc<Mutex<BTreeSet<String>>>,
    _data: tempfile::TempDir,
}

impl Program {
    /// Starts it with the test pattern, and the tone if `sound`, and waits until it is live.
    pub(crate) async fn start(program: &Path, sound: bool) -> anyhow::Result<Program> {
        let microphone = if sound { "tone" } else { "off" };
        Program::start_with(program, &["--camera", "pattern", "--microphone", microphone], None, false).await
    }

    /// Starts it with these options, on a display, and records the broadcast beside what else it keeps, if `recorded`.
    pub(crate) async fn start_with(
        program: &Path,
        options: &[&str],
        display: Option<&str>,
        recorded: bool,
    ) -> anyhow::Result<Program> {
        let data = tempfile::tempdir()?;
        let mut command = Command::new(program);
        let recordings = data.path().join("recordings");
        let mut child = command
            .args(["headless", "--listen", "127.0.0.1:0", "--metrics", "loopback"])
            .args(options)
            .arg("--data-dir")
            .arg(data.path())
            .args(recorded.then_some("--record"))
            .args(recorded.then_some(recordings))
            .env_remove("WAYLAND_DISPLAY")
            .envs(display.map(|display| ("DISPLAY", display)))
            .env("RUST_LOG", "warn")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let pid = child.id().context("it has ended at once")?;
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let Some(first) = lines.next_line().await? else { bail!("skylark headless ended before it was live") };
        let live: Value = serde_json::from_str(&first)?;
        let link = |key: &str| live[key].as_str().map(str::to_owned).with_context(|| format!("no {key} in: {first}"));
        let (whep, watch) = (link("whep")?, link("watch")?);
        // Its events must be read, or it would wait for a reader.
        let given_up = Arc::<Mutex<BTreeSet<String>>>::default();
        let told = Arc::clone(&given_up);
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(what) = given_up_in(&line) {
                    told.lock().unwrap_or_else(PoisonError::into_inner).insert(what);
                }
            }
        });
        Ok(Program { child, pid, whep, watch, given_up, _data: data })
    }

    /// What it gave up of the top layer at any time, as the machine had too little time for all of it.
    pub(crate) fn given_up(&self) -> String {
        let given_up = self.given_up.lock().unwrap_or_else(PoisonError::into_inner);
        if given_up.is_empty() { "nothing".into() } else { given_up.iter().cloned().collect::<Vec<_>>().join(", ") }
    }

    /// Ends it as a script would.
    pub(crate) async fn quit(mut self) -> anyhow::Result<()> {
        let mut stdin = self.child.stdin.take().expect("it is piped and taken once");
        stdin.write_all(b"{\"command\":\"quit\"}\n").await?;
        let status = self.child.wait().await?;
        if !status.success() {
            bail!("skylark headless ended with {status}");
        }
        Ok(())
    }
}

/// What the line of an event says of it.
fn given_up_in(line: &str) -> Option<String> {
    // Once a second; all others are not read.
    if !line.contains("\"given_up\":\"") {
        return None;
    }
    let event: Value = serde_json::from_str(line).ok()?;
    event["stats"]["given_up"].as_str().map(str::to_owned)
}
