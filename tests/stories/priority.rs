//! The threads' priority: what the system gives the program, and nothing where it is told to ask for none.

use crate::support::{DataFolder, Skylark, soon};
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The policy and the nice level of each thread that the program started, by its name (proc(5): fields 41 and 19 of `stat`).
fn scheduled(process: u32) -> BTreeMap<String, (i32, i32)> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("it runs");
    let thread = |task: fs::DirEntry| {
        let stat = fs::read_to_string(task.path().join("stat")).ok()?;
        let name = fs::read_to_string(task.path().join("comm")).ok()?.trim().to_owned();
        let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse().ok();
        Some((name, (field(41)?, field(19)?)))
    };
    tasks.filter_map(|task| thread(task.ok()?)).collect()
}

const REAL_TIME: i32 = 2;

/// The kernel gives it to this user; who has no such rights may have it of RealtimeKit.
fn may_have_real_time() -> bool {
    let tried = Command::new("chrt").args(["--rr", "1", "true"]).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

async fn live(options: &[&str]) -> Skylark {
    let usual = ["--listen", "127.0.0.1:0", "--camera", "pattern", "--microphone", "tone"];
    Skylark::live_with(DataFolder::new(), &[&usual[..], options].concat()).await
}

#[tokio::test]
async fn sound_and_sending_are_of_real_time_and_encoders_before_others_where_the_system_gives_that() {
    let without = live(&["--no-priority"]).await;
    let plain = scheduled(without.process());
    let own = |name: &str| ["media-", "send-", "receive"].iter().any(|start| name.starts_with(start));
    let own = plain.iter().filter(|(name, _)| own(name));
    assert!(own.clone().count() >= 5, "its threads are there: {plain:?}");
    let level = plain["storage"];
    assert!(own.clone().all(|(_, given)| *given == level), "nothing was asked for: {plain:?}");
    without.quit().await;

    let with = live(&[]).await;
    let process = with.process();
    let encodes = async || {
        while !scheduled(process).contains_key("media-h264") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon("the encoder has started", encodes()).await;
    let asked = async || {
        while scheduled(process)["media-h264"] == level {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    if may_have_real_time() {
        soon("it is given what it asks for", asked()).await;
    } else if tokio::time::timeout(Duration::from_secs(3), asked()).await.is_err() {
        eprintln!("skipped: this system gives this user no priority");
        with.quit().await;
        return;
    }
    let all = scheduled(process);
    assert_eq!(all["storage"], level, "who has no need of priority has none");
    for name in ["receive", "send-0", "media-sound"] {
        assert_eq!(all[name].0, REAL_TIME, "{name}: {all:?}");
    }
    for name in ["media-h264", "media-camera"] {
        assert!(all[name].0 == 0 && all[name].1 < level.1, "{name}: {all:?}");
    }
    with.quit().await;
}
