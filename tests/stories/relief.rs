//! A machine that is busy with other things: what the program gives up of the picture, and that it can be told not to.

use crate::support::{DataFolder, Skylark, soon};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Loops of a core, of the least nice level there is: beside them such a thread has a twenty-fifth of it, and nobody else has less for them.
const LOOPS: usize = 24;

/// The core is given back when it goes.
struct Busy(Vec<Child>);

impl Busy {
    /// Loops on this core.
    fn core(core: &str) -> Busy {
        let started = |_| {
            let mut command = Command::new("taskset");
            command.args(["-c", core, "nice", "-n", "19", "sh", "-c", "while :; do :; done"]).stdin(Stdio::null());
            command.spawn().expect("util-linux is here")
        };
        Busy((0..LOOPS).map(started).collect())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // An error: it has ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A core that this process may use.
fn core() -> String {
    let status = fs::read_to_string("/proc/self/status").expect("it runs");
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).expect("proc(5) has it");
    list.rsplit([',', '-']).next().expect("one at least").trim().to_owned()
}

/// The thread of this program that encodes H.264.
fn encoder(process: u32) -> Option<String> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("it runs");
    let named = |task: &PathBuf| fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "media-h264");
    let found = tasks.filter_map(|task| Some(task.ok()?.path())).find(named)?;
    Some(found.file_name()?.to_str()?.to_owned())
}

fn done(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).status().expect("util-linux is here");
    assert!(status.success(), "{program} {arguments:?}");
}

/// Has its encoder share this core with the loops.
async fn hold_back(skylark: &Skylark, core: &str) {
    let there = async {
        loop {
            match encoder(skylark.process()) {
                Some(thread) => return thread,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    let thread = soon("the encoder has started", there).await;
    done("taskset", &["-c", "-p", core, &thread]);
    done("renice", &["-n", "19", "-p", &thread]);
}

async fn given_up(skylark: &mut Skylark, what: Value) {
    skylark.event_where("stats", |event| event["stats"]["given_up"] == what).await;
}

#[tokio::test]
async fn a_busy_machine_s_encoder_gives_up_rate_then_size_and_none_of_it_where_it_is_told_so() {
    let (place, other) = (DataFolder::new(), DataFolder::new());
    let record = place.path().join("Sunday.mp4");
    let options = ["--listen", "127.0.0.1:0", "--size", "1280x720", "--bitrate", "1500k", "--no-priority"];
    let recorded = [&options[..], &["--record", record.to_str().expect("the story chose it")]].concat();
    let mut relieved = Skylark::live_relieved(place, &recorded).await;
    relieved.event_where("recording", |event| event["state"] == "recording").await;
    let mut whole = Skylark::live_with(other, &options).await;
    let (core, few) = (core(), |event: &Value| event["stats"]["fps"].as_f64() < Some(20.0));
    let busy = Busy::core(&core);
    for skylark in [&relieved, &whole] {
        hold_back(skylark, &core).await;
    }
    given_up(&mut relieved, json!("rate")).await;
    given_up(&mut relieved, json!("size")).await;
    // Those that are smaller are recorded in a file of their own.
    relieved.event_where("recording", |event| event["state"] == "recording" && event["file"] != json!(record)).await;

    for _ in 0..8 {
        let told = whole.event_where("stats", few).await;
        assert_eq!(told["stats"]["given_up"], Value::Null, "nothing, though it has few");
    }
    drop(busy);
    // Other pictures are had whole at once: of these nothing is known yet.
    relieved.command(r#"{"command":"configure","settings":{"size":"320x180"}}"#).await;
    relieved.event_where("stats", |event| event["stats"]["width"] == 320 && event["stats"]["given_up"].is_null()).await;
    relieved.quit().await;
    whole.quit().await;
}
