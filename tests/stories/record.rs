//! A broadcast is recorded while people watch it, and whatever happens to the disk or to the program, the broadcast goes on and
//! what was recorded plays.

use crate::support::recorded::{chapters, decoded, duration, ffmpeg_is_missing};
use crate::support::{Browser, DataFolder, Skylark};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const LOOPBACK: [&str; 2] = ["--listen", "127.0.0.1:0"];

/// Goes live and records to there.
async fn recording(folder: DataFolder, to: &Path) -> Skylark {
    let to = to.to_str().expect("the story chose it");
    Skylark::live_with(folder, &[&LOOPBACK[..], &["--record", to]].concat()).await
}

/// Waits until so many seconds are recorded: the file.
async fn seconds(skylark: &mut Skylark, seconds: u64) -> PathBuf {
    let there = |event: &Value| event["state"] == "recording" && event["seconds"].as_u64() >= Some(seconds);
    let event = skylark.event_where("recording", there).await;
    PathBuf::from(event["file"].as_str().expect("it is being written"))
}

/// Waits until another file than that is being written.
async fn another(skylark: &mut Skylark, file: &Path) -> PathBuf {
    let file = json!(file);
    let there =
        |event: &Value| event["state"] == "recording" && event["file"] != file && event["seconds"].as_u64() > Some(0);
    let event = skylark.event_where("recording", there).await;
    PathBuf::from(event["file"].as_str().expect("it is being written"))
}

async fn state(skylark: &mut Skylark, state: &str) -> Value {
    skylark.event_where("recording", |event| event["state"] == state).await
}

#[tokio::test]
async fn a_broadcast_is_recorded_while_it_is_watched_with_marks_as_chapters() {
    if ffmpeg_is_missing() {
        return;
    }
    let place = DataFolder::new();
    let mut skylark = Skylark::live_with(DataFolder::new(), &LOOPBACK).await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    let record = json!({"command": "record", "path": place.path().join("Sunday.mp4")}).to_string();
    skylark.command(&record).await;
    let file = seconds(&mut skylark, 2).await;
    assert_eq!(file, place.path().join("Sunday.mp4"));
    skylark.command(r#"{"command":"mark","text":"The choir"}"#).await;
    skylark.command(&record).await;
    assert_eq!(skylark.event("error").await["code"], "wrong_state", "one at a time");
    seconds(&mut skylark, 4).await;
    skylark.command(r#"{"command":"stop_recording"}"#).await;
    let stopped = state(&mut skylark, "stopped").await;
    assert_eq!(stopped["bytes"].as_u64(), std::fs::metadata(&file).ok().map(|file| file.len()));

    let length = duration(&file);
    assert!(length >= 4.0 && length - stopped["seconds"].as_f64().expect("a number") < 1.5, "{length} of {stopped}");
    let (pictures, sounds) = decoded(&file);
    assert!((pictures as f64 / 30.0 - length).abs() < 1.0, "{pictures} pictures in {length} s");
    assert!((sounds as f64 / 50.0 - length).abs() < 0.5, "{sounds} packets of sound in {length} s");
    assert_eq!(chapters(&file), ["Start", "The choir"]);

    // Nobody who watches noticed, and a second recording writes over nothing.
    let before = viewer.look();
    assert_eq!((before.missing, before.closed), (0, false));
    skylark.command(&record).await;
    let second = another(&mut skylark, &file).await;
    assert_eq!(second, place.path().join("Sunday (2).mp4"));
    skylark.quit().await;
    assert!(decoded(&second).0 > 0, "a quit ends it as well");
    assert_eq!(std::fs::read_dir(place.path()).expect("it is there").count(), 2, "nothing else is left");
}

#[tokio::test]
async fn a_program_that_is_killed_leaves_a_file_that_plays_and_the_next_one_mends_it() {
    if ffmpeg_is_missing() {
        return;
    }
    let place = DataFolder::new();
    let mut skylark = recording(DataFolder::new(), place.path()).await;
    let file = seconds(&mut skylark, 3).await;
    assert!(
        Command::new("kill").args(["-9", &skylark.process().to_string()]).status().expect("it can be run").success()
    );
    skylark.ended().await;
    let (pictures, _) = decoded(&file);
    assert!(pictures >= 55, "a second of three may be missing: {pictures} pictures");
    let as_left = duration(&file);

    let mut next = Skylark::live_with(skylark.folder, &LOOPBACK).await;
    let found = next.event("unfinished_recordings").await;
    assert_eq!(found["files"][0]["file"], file.to_str().expect("the story chose it"));
    next.command(r#"{"command":"mend_recording"}"#).await;
    let mended = next.event("recording_mended").await;
    assert_eq!(mended["file"], found["files"][0]["file"]);
    assert_eq!(next.event("unfinished_recordings").await["files"], json!([]));
    assert_eq!(decoded(&file).0, pictures, "nothing of it is lost by that");
    assert!((duration(&file) - as_left).abs() < 0.2 && duration(&file) > 1.8, "{} and {as_left}", duration(&file));
    next.command(r#"{"command":"mend_recording"}"#).await;
    assert_eq!(next.event("error").await["code"], "wrong_state", "there is nothing more to mend");
    // At the start after that nothing is offered.
    let mut last = Skylark::live_with(next.quit().await, &LOOPBACK).await;
    last.event("stats").await;
    assert!(last.came("unfinished_recordings").is_empty());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_and_the_broadcast_goes_on() {
    let place = DataFolder::new();
    let in_the_way = place.path().join("file");
    std::fs::write(&in_the_way, "").expect("the folder is ours");
    let mut skylark = recording(DataFolder::new(), &in_the_way.join("x.mp4")).await;
    let failed = state(&mut skylark, "failed").await;
    let message = failed["message"].as_str().expect("it says why");
    assert!(message.contains(in_the_way.to_str().expect("ours")) && message.contains("Name a folder"), "{message}");
    assert_eq!(skylark.event("error").await["message"], message);
    Browser::new().watch(&skylark.whep()).await.plays().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_stands_still_costs_the_recording_pictures_and_the_broadcast_none() {
    if ffmpeg_is_missing() {
        return;
    }
    let place = DataFolder::new();
    let still = place.path().join("still");
    let mut skylark = recording_on_odd_disk(&place, ("SLOW_DISK", &still)).await;
    let file = seconds(&mut skylark, 2).await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;

    std::fs::write(&still, "").expect("the folder is ours");
    let slow = |event: &Value| event["message"].as_str().is_some_and(|message| message.contains("too slow"));
    skylark.event_where("recording", slow).await;
    let seen = viewer.sees("pictures while the disk stands still", |seen| seen.pictures.len() > 90).await;
    assert_eq!((seen.missing, seen.closed), (0, false));
    std::fs::remove_file(&still).expect("it is there");
    let so_far = state(&mut skylark, "recording").await["seconds"].as_u64().expect("a number");
    seconds(&mut skylark, so_far + 3).await;
    skylark.command(r#"{"command":"stop_recording"}"#).await;
    let stopped = state(&mut skylark, "stopped").await;
    assert!(slow(&stopped), "what is missing is still said: {stopped}");
    assert!(decoded(&file).0 > 100, "it went on at a keyframe, and plays");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_is_full_in_the_middle_of_a_write_ends_the_recording_and_all_before_it_plays() {
    if ffmpeg_is_missing() {
        return;
    }
    let place = DataFolder::new();
    let full = place.path().join("full");
    let mut skylark = recording_on_odd_disk(&place, ("FULL_DISK", &full)).await;
    let file = seconds(&mut skylark, 3).await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    std::fs::write(&full, "").expect("the folder is ours");
    let failed = state(&mut skylark, "failed").await;
    let message = failed["message"].as_str().expect("it says why");
    assert!(message.contains("is full. Free space") && message.contains("is kept until there"), "{message}");
    assert!(decoded(&file).0 >= 60 && duration(&file) > 1.9, "what was written before is whole");
    let seen = viewer.sees("pictures after that", |seen| seen.pictures.len() > 90).await;
    assert_eq!((seen.missing, seen.closed), (0, false));
    // With room again, it is recorded again.
    std::fs::remove_file(&full).expect("it is there");
    skylark.command(&json!({"command": "record", "path": place.path().join("videos")}).to_string()).await;
    another(&mut skylark, &file).await;
}

/// A program whose disk does what [`support/odd_disk.c`] says, and that records to it.
#[cfg(target_os = "linux")]
async fn recording_on_odd_disk(place: &DataFolder, how: (&str, &Path)) -> Skylark {
    let shim = place.path().join("odd_disk.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stories/support/odd_disk.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&shim).args([source, "-ldl"]).status();
    assert!(built.is_ok_and(|built| built.success()), "building needs a C compiler anyway");
    let to = place.path().join("videos");
    let options = [&LOOPBACK[..], &["--record", to.to_str().expect("the story chose it")]].concat();
    Skylark::live_in(&[("LD_PRELOAD", &shim), how], &options).await
}

/// A disk of its own, which goes with the story.
#[cfg(target_os = "linux")]
struct Disk(PathBuf);

#[cfg(target_os = "linux")]
impl Disk {
    /// None where we may not make one.
    fn of(size: &str, at: &Path) -> Option<Disk> {
        let at = at.join("disk");
        std::fs::create_dir(&at).expect("the folder is ours");
        let size = format!("size={size}");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&at).stderr(Stdio::null()).status();
        let disk = mounted.is_ok_and(|mounted| mounted.success()).then(|| Disk(at));
        if disk.is_none() {
            println!("skipped: only root can make a small disk (mount)");
        }
        disk
    }

    /// Something else takes so many megabytes.
    fn fill(&self, megabytes: usize) {
        std::fs::write(self.0.join("other"), vec![1; megabytes << 20]).expect("there is room for it");
    }
}

#[cfg(target_os = "linux")]
impl Drop for Disk {
    fn drop(&mut self) {
        // It is in nobody's way where it cannot be taken away at once.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_with_too_little_room_is_refused_and_one_that_fills_ends_the_recording_and_nothing_else() {
    if ffmpeg_is_missing() {
        return;
    }
    let place = DataFolder::new();
    let Some(small) = Disk::of("20M", place.path()) else { return };
    let mut skylark = recording(DataFolder::new(), &small.0).await;
    let failed = state(&mut skylark, "failed").await;
    let message = failed["message"].as_str().expect("it says why");
    assert!(
        message.contains("MB are free") && message.contains("100 MB") && message.contains("Free space"),
        "{message}"
    );
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    drop(small);

    // Something else fills a larger one: it ends in good time.
    let place = DataFolder::new();
    let Some(disk) = Disk::of("160M", place.path()) else { return };
    let record = json!({"command": "record", "path": disk.0}).to_string();
    skylark.command(&record).await;
    let first = seconds(&mut skylark, 2).await;
    disk.fill(70);
    let stopped = state(&mut skylark, "failed").await;
    let message = stopped["message"].as_str().expect("it says why");
    assert!(message.contains("are left on the disk") && message.contains("All of it is kept"), "{message}");
    assert!(decoded(&first).0 >= 50 && duration(&first) > 1.9, "it is whole");
    viewer.plays().await;
    assert_eq!(skylark.came("ended").len(), 0, "the broadcast never noticed");
}
