//! The program under test: `skylark headless`, its events and its commands.

use super::{PATIENCE, soon};
use serde_json::Value;
use std::collections::VecDeque;
use std::path::Path;
use std::process::{ExitStatus, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// `skylark headless` as a child process.
pub(crate) struct Skylark {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Lines<BufReader<ChildStdout>>,
    /// Events read while another one was waited for.
    passed: VecDeque<Value>,
    /// The first line: live.
    pub(crate) live: Value,
    pub(crate) folder: DataFolder,
}

/// A program to whose events nobody listens any more.
pub(crate) struct Deaf {
    child: Child,
    _stdin: Option<ChildStdin>,
    _folder: DataFolder,
}

impl Deaf {
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("it is our child").is_none()
    }
}

/// Where a program keeps its things; a story that restarts it hands this on.
pub(crate) struct DataFolder(TempDir);

impl DataFolder {
    pub(crate) fn new() -> DataFolder {
        DataFolder(tempfile::tempdir().expect("the system has room for a folder"))
    }

    /// A folder with these settings in it.
    pub(crate) fn with(settings: &str) -> DataFolder {
        let folder = DataFolder::new();
        std::fs::write(folder.path().join("skylark.toml"), settings).expect("the folder is ours");
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Skylark {
    /// Goes live on loopback with a small pattern and the tone.
    pub(crate) async fn live() -> Skylark {
        Skylark::live_with(DataFolder::new(), &["--listen", "127.0.0.1:0"]).await
    }

    /// Goes live with this data folder and these options besides.
    pub(crate) async fn live_with(folder: DataFolder, options: &[&str]) -> Skylark {
        let mut command = headless(&folder, options);
        command.arg("--data-dir").arg(folder.path());
        Skylark::live_by(command, folder).await
    }

    /// The same, and it may give something of the picture up where the machine is too busy for all of it.
    #[cfg(target_os = "linux")]
    pub(crate) async fn live_relieved(folder: DataFolder, options: &[&str]) -> Skylark {
        let mut command = relieved_behind(&[], &folder, options);
        command.arg("--data-dir").arg(folder.path());
        Skylark::live_by(command, folder).await
    }

    /// Goes live by a command that starts another: in a network of its own.
    #[cfg(target_os = "linux")]
    pub(crate) async fn live_behind(before: &[&str], options: &[&str]) -> Skylark {
        Skylark::live_behind_with(before, DataFolder::new(), options).await
    }

    /// The same with this data folder.
    #[cfg(target_os = "linux")]
    pub(crate) async fn live_behind_with(before: &[&str], folder: DataFolder, options: &[&str]) -> Skylark {
        let mut command = headless_behind(before, &folder, options);
        command.arg("--data-dir").arg(folder.path());
        Skylark::live_by(command, folder).await
    }

    /// Goes live as a user does who names no folder; what it keeps goes below this one, the user's home.
    pub(crate) async fn live_at_home(home: DataFolder, options: &[&str]) -> Skylark {
        Skylark::live_by(headless(&home, options), home).await
    }

    /// Goes live with these options, and this in its environment.
    pub(crate) async fn live_in(environment: &[(&str, &Path)], options: &[&str]) -> Skylark {
        Skylark::live_in_with(DataFolder::new(), environment, options).await
    }

    /// The same with this data folder.
    pub(crate) async fn live_in_with(folder: DataFolder, environment: &[(&str, &Path)], options: &[&str]) -> Skylark {
        let mut command = headless(&folder, options);
        // Its display is the one that is given: nobody's own desktop is asked for its screen.
        command.env_remove("WAYLAND_DISPLAY");
        command.arg("--data-dir").arg(folder.path()).envs(environment.iter().copied());
        Skylark::live_by(command, folder).await
    }

    /// Goes live by a command that starts another, with this as its stdin and its stderr.
    #[cfg(target_os = "linux")]
    pub(crate) async fn live_at(before: &[&str], stdin: Stdio, stderr: Stdio) -> Skylark {
        let folder = DataFolder::new();
        let mut command = headless_behind(before, &folder, &["--listen", "127.0.0.1:0"]);
        command.arg("--data-dir").arg(folder.path()).stdin(stdin).stderr(stderr).env("RUST_LOG", "info");
        Skylark::live_of(command, folder).await
    }

    async fn live_by(mut command: Command, folder: DataFolder) -> Skylark {
        command.stderr(Stdio::inherit());
        Skylark::live_of(command, folder).await
    }

    /// Begins with a rehearsal, with these options besides; its first line is that of the rehearsal.
    pub(crate) async fn rehearsing(options: &[&str]) -> Skylark {
        let folder = DataFolder::new();
        let mut command = headless(&folder, &[&["--rehearse", "--listen", "127.0.0.1:0"], options].concat());
        command.arg("--data-dir").arg(folder.path()).stderr(Stdio::inherit());
        Skylark::begun(command, folder, "rehearsal").await
    }

    async fn live_of(command: Command, folder: DataFolder) -> Skylark {
        Skylark::begun(command, folder, "live").await
    }

    async fn begun(mut command: Command, folder: DataFolder, first: &str) -> Skylark {
        let mut child = command.spawn().expect("the program starts");
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().expect("piped");
        let mut stdout = BufReader::new(stdout).lines();
        let line = soon("the program goes live", stdout.next_line()).await.expect("stdout can be read");
        let line = line.expect("it says what it does before it ends");
        let live: Value = serde_json::from_str(&line).expect("a JSON object a line");
        assert_eq!(live["event"], first, "this is the first line, whatever happened before");
        Skylark { child, stdin, stdout, passed: VecDeque::new(), live, folder }
    }

    /// Runs it to its end, which must come by itself: bad usage, a taken port.
    pub(crate) async fn fails(folder: &DataFolder, options: &[&str]) -> Output {
        let mut command = headless(folder, options);
        let child = command.arg("--data-dir").arg(folder.path()).stderr(Stdio::piped()).spawn();
        let child = child.expect("the program starts");
        soon("the program gives up", child.wait_with_output()).await.expect("its output can be read")
    }

    pub(crate) fn watch(&self) -> String {
        self.live["watch"].as_str().expect("a URL").to_owned()
    }

    pub(crate) fn whep(&self) -> String {
        self.live["whep"].as_str().expect("a URL").to_owned()
    }

    pub(crate) fn port(&self) -> u16 {
        self.live["port"].as_u64().and_then(|port| port.try_into().ok()).expect("a port")
    }

    /// `http://host:port`
    pub(crate) fn origin(&self) -> String {
        self.watch().split("/w/").next().expect("there is something before it").to_owned()
    }

    /// Gives a command.
    pub(crate) async fn command(&mut self, command: &str) {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        stdin.write_all(format!("{command}\n").as_bytes()).await.expect("it reads its stdin");
    }

    /// Gives a line as it is, whatever its bytes.
    pub(crate) async fn line(&mut self, line: &[u8]) {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        stdin.write_all(&[line, b"\n"].concat()).await.expect("it reads its stdin");
    }

    /// Closes stdin, as a script that ended does.
    pub(crate) fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Closes the reading end of its stdout, as `head` does; no event can be read any more.
    pub(crate) fn close_stdout(self) -> Deaf {
        Deaf { child: self.child, _stdin: self.stdin, _folder: self.folder }
    }

    /// The next event of this name; those before it can still be asked for.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        self.event_where(name, |_| true).await
    }

    /// The next event of this name for which this holds.
    pub(crate) async fn event_where(&mut self, name: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let wanted = |event: &Value| event["event"] == name && holds(event);
        if let Some(index) = self.passed.iter().position(wanted) {
            return self.passed.remove(index).expect("it was found there");
        }
        let waiting = async {
            loop {
                let line = self.stdout.next_line().await.expect("stdout can be read").expect("it has not ended");
                let event: Value = serde_json::from_str(&line).expect("a JSON object a line");
                if wanted(&event) {
                    return event;
                }
                self.passed.push_back(event);
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(event) => event,
            Err(_) => panic!("no such {name} came in {PATIENCE:?}; what came: {:#?}", self.passed),
        }
    }

    /// Events of this name that came already.
    pub(crate) fn came(&self, name: &str) -> Vec<&Value> {
        self.passed.iter().filter(|event| event["event"] == name).collect()
    }

    /// Waits until somebody joined, and says who: its id and all.
    pub(crate) async fn joined(&mut self) -> Value {
        self.event("viewer_joined").await["viewer"].clone()
    }

    /// Waits until this viewer left, and says why.
    pub(crate) async fn left(&mut self, id: &Value) -> String {
        let event = self.event_where("viewer_left", |event| event["viewer"] == *id).await;
        event["reason"].as_str().expect("a reason").to_owned()
    }

    /// The process id, for signals.
    pub(crate) fn process(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Waits for its end; the rest of its events can be asked for by [`Skylark::came`].
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let rest = async {
            while let Ok(Some(line)) = self.stdout.next_line().await {
                self.passed.push_back(serde_json::from_str(&line).expect("a JSON object a line"));
            }
            self.child.wait().await.expect("it is our child")
        };
        soon("the program ends", rest).await
    }

    /// Gives nonsense, each line of which is answered by an event that is not read here, until no more is taken.
    pub(crate) async fn stuff(&mut self) {
        const STUCK: Duration = Duration::from_millis(500);
        let stdin = self.stdin.as_mut().expect("stdin is open");
        let lines = "nonsense\n".repeat(100);
        while let Ok(written) = tokio::time::timeout(STUCK, stdin.write_all(lines.as_bytes())).await {
            written.expect("it reads its stdin until its stdout is full");
        }
    }

    /// Waits for its end without reading the rest of its events.
    pub(crate) async fn ended_unread(&mut self) -> ExitStatus {
        soon("the program ends", self.child.wait()).await.expect("it is our child")
    }

    /// Quits, and hands on the data folder.
    pub(crate) async fn quit(mut self) -> DataFolder {
        self.command(r#"{"command":"quit"}"#).await;
        assert_eq!(self.ended().await.code(), Some(0), "quit is a clean end");
        self.folder
    }
}

fn headless(home: &DataFolder, options: &[&str]) -> Command {
    headless_behind(&[], home, options)
}

/// Stories count pictures and files on machines that do other things, too: what is encoded is what was asked for.
fn headless_behind(before: &[&str], home: &DataFolder, options: &[&str]) -> Command {
    relieved_behind(before, home, &[&["--no-relief"], options].concat())
}

fn relieved_behind(before: &[&str], home: &DataFolder, options: &[&str]) -> Command {
    let mut words = before.iter().copied().chain([env!("CARGO_BIN_EXE_skylark")]);
    let mut command = Command::new(words.next().expect("the program at least"));
    command.args(words);
    command.args(["headless", "--camera", "pattern", "--microphone", "tone", "--size", "320x180", "--bitrate", "400k"]);
    command.args(["--metrics", "loopback"]);
    command.args(options);
    let log = std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".into());
    command.env("RUST_LOG", log).env("HOME", home.path()).env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    command
}
