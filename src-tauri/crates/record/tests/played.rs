//! What real encoders make, recorded and read again by ffmpeg, which shares no code with us: every frame is there, with the bytes
//! that were sent and at its time, whatever changes on the way.

use media::{CameraChoice, MicrophoneChoice, Pipeline, VideoConfig};
use record::{Journal, Marks, Plan, Progress, Recorder, Split, Target, Told};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use stream::{AudioFrame, Clock, Frame, Profile, Rid, VideoFrame};

/// Longer than a loaded machine needs for anything here.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the distribution has no ffmpeg.
fn skipped() -> bool {
    let there = Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).status().is_ok();
    if !there {
        println!("skipped: ffmpeg is not here, which reads what was recorded");
    }
    !there
}

/// What a program says of itself on stdout; nothing may come on stderr.
fn said(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().expect("it can be run");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{program} {arguments:?} complains: {complaints}");
    output.stdout
}

fn text(program: &str, arguments: &[&str]) -> String {
    String::from_utf8(said(program, arguments)).expect("it speaks UTF-8")
}

/// A hash of each picture that a file's picture decodes to.
fn decoded(file: &Path) -> Vec<String> {
    let name = file.to_str().expect("the test chose it");
    let hashes = text(
        "ffmpeg",
        &["-v", "warning", "-i", name, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-"],
    );
    let lines = hashes.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.rsplit(',').next()).map(|hash| hash.trim().to_owned()).collect()
}

/// When each packet of a stream is presented, seconds.
fn times(file: &Path, stream: &str) -> Vec<f64> {
    let name = file.to_str().expect("the test chose it");
    let arguments =
        ["-v", "warning", "-select_streams", stream, "-show_entries", "packet=pts_time", "-of", "csv=p=0", name];
    let times = text("ffprobe", &arguments);
    times.lines().map(|line| line.trim_end_matches(',').parse().expect("a number of seconds")).collect()
}

fn duration(file: &Path) -> f64 {
    let name = file.to_str().expect("the test chose it");
    let said = text("ffprobe", &["-v", "warning", "-show_entries", "format=duration", "-of", "csv=p=0", name]);
    said.trim().parse().expect("a number of seconds")
}

/// A broadcast whose frames are the test's.
struct Live {
    pipeline: Pipeline,
    frames: Receiver<Frame>,
}

impl Live {
    fn start() -> Live {
        let video = VideoConfig::new(640, 360, 30, 1000).expect("it can be sent");
        let pipeline = Pipeline::open(CameraChoice::Pattern, MicrophoneChoice::Tone, video, String::new(), |_| ());
        let (give, frames) = channel();
        // The test may be over.
        pipeline.go_live(move |frame| drop(give.send(frame)));
        Live { pipeline, frames }
    }

    /// The frames of the recorded layer and of the sound, until enough of them came that count.
    fn take(&self, into: &mut Vec<Frame>, mut pictures: usize, counts: impl Fn(&VideoFrame) -> bool) {
        let end = Instant::now() + PATIENCE;
        while pictures > 0 {
            let frame = self.frames.recv_timeout(end.saturating_duration_since(Instant::now()));
            match frame.expect("the encoders go on") {
                Frame::Video(frame) if frame.codec == record::CODEC && frame.rid == Rid::F => {
                    pictures -= usize::from(counts(&frame));
                    into.push(Frame::Video(frame));
                }
                Frame::Video(_) => {}
                audio => into.push(audio),
            }
        }
    }
}

fn recorder(folder: &Path, split: Split, marks: Marks) -> (Recorder, Receiver<Told>) {
    let target = Target::new(folder.join("recorded.mp4")).check(0).expect("it can be written");
    let plan = Plan { target, split, clock: Clock::start(), journal: Journal::of(folder) };
    let (tell, told) = channel();
    (Recorder::new(plan, Progress::default(), marks, move |what| drop(tell.send(what))), told)
}

/// Records all of it: the files.
fn record(folder: &Path, split: Split, frames: &[Frame]) -> Vec<PathBuf> {
    let (mut recorder, told) = recorder(folder, split, Marks::default());
    frames.iter().for_each(|frame| recorder.take(frame));
    drop(recorder);
    let told: Vec<Told> = told.try_iter().collect();
    assert!(matches!(told.last(), Some(Told::Finished(..))), "{told:?}");
    told.into_iter().filter_map(|what| if let Told::Began(file, None) = what { Some(file) } else { None }).collect()
}

/// Those of a recording: from the first keyframe on.
fn recorded(frames: &[Frame]) -> (Vec<VideoFrame>, Vec<AudioFrame>) {
    let (mut pictures, mut sounds) = (Vec::new(), Vec::new());
    for frame in frames {
        match frame {
            Frame::Video(frame) if frame.keyframe || !pictures.is_empty() => pictures.push(frame.clone()),
            Frame::Video(_) => {}
            Frame::Audio(frame) => sounds.push(frame.clone()),
        }
    }
    let began = pictures.first().expect("there is a picture").captured;
    sounds.retain(|sound| sound.captured >= began);
    (pictures, sounds)
}

/// What those pictures decode to, by ffmpeg and without a container.
fn reference(folder: &Path, pictures: &[VideoFrame]) -> Vec<String> {
    let raw = folder.join("reference.h264");
    let bytes: Vec<u8> = pictures.iter().flat_map(|frame| frame.data.to_vec()).collect();
    std::fs::write(&raw, bytes).expect("it can be written");
    decoded(&raw)
}

/// The bytes of all packets of sound in a file.
fn sound_of(file: &Path) -> Vec<u8> {
    let name = file.to_str().expect("the test chose it");
    said("ffmpeg", &["-v", "warning", "-i", name, "-map", "0:a", "-c", "copy", "-f", "data", "-"])
}

#[test]
fn every_frame_that_was_sent_is_decoded_at_its_time_through_a_change_of_profile_and_of_size() {
    if skipped() {
        return;
    }
    let (live, mut frames) = (Live::start(), Vec::new());
    live.take(&mut frames, 60, |_| true);
    live.pipeline.set_profile(record::CODEC, Profile::Baseline);
    live.take(&mut frames, 40, |frame| frame.profile == Profile::Baseline);
    live.pipeline.set_profile(record::CODEC, Profile::Main);
    live.take(&mut frames, 40, |frame| frame.profile == Profile::Main);
    live.pipeline.set_video(VideoConfig::new(320, 180, 30, 500).expect("it can be sent"));
    live.take(&mut frames, 40, |frame| frame.width == 320);
    drop(live);

    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let files = record(folder.path(), Split::default(), &frames);
    let (pictures, sounds) = recorded(&frames);
    let (large, small): (Vec<_>, Vec<_>) = pictures.into_iter().partition(|frame| frame.width == 640);
    assert_eq!(files.len(), 2, "one a size, and the profile is changed inside: {files:?}");
    assert_eq!(files[1].file_name().and_then(|name| name.to_str()), Some("recorded (2).mp4"));
    let profiles: Vec<Profile> = large.iter().map(|frame| frame.profile).collect();
    assert!(profiles.contains(&Profile::Baseline) && profiles.last() == Some(&Profile::Main), "it was changed twice");

    let mut all_sound = Vec::new();
    for (file, sent) in files.iter().zip([&large, &small]) {
        assert_eq!(decoded(file), reference(folder.path(), sent), "{file:?}");
        let base = sent[0].captured;
        let shown = times(file, "v:0");
        for (shown, frame) in shown.iter().zip(sent) {
            let taken = (frame.captured - base).as_secs_f64();
            assert!((shown - taken).abs() < 0.002, "shown at {shown:.4} what was taken at {taken:.4}");
        }
        let length = (sent[sent.len() - 1].captured - base).as_secs_f64();
        assert!((duration(file) - length).abs() < 0.2, "{} and not {length}", duration(file));
        all_sound.extend(sound_of(file));
    }
    let sent: Vec<u8> = sounds.iter().flat_map(|frame| frame.data.to_vec()).collect();
    assert!(all_sound == sent, "the very packets: {} bytes of {}", all_sound.len(), sent.len());
    // Sound is heard when its picture is shown: it is decoded 6.5 ms after what it was encoded from.
    let base = large[0].captured;
    for (heard, frame) in times(&files[0], "a:0").iter().zip(&sounds) {
        let taken = (frame.captured - base).as_secs_f64() - 312.0 / 48_000.0;
        assert!((heard - taken).abs() < 0.012, "heard at {heard:.4} what was taken at {taken:.4}");
    }
    // All of it is decoded without a word, sound too.
    for file in &files {
        said(
            "ffmpeg",
            &["-v", "warning", "-xerror", "-i", file.to_str().expect("the test chose it"), "-f", "null", "-"],
        );
    }
}

#[test]
fn a_recording_that_was_cut_off_plays_and_mended_it_can_be_sought_in() {
    if skipped() {
        return;
    }
    let (live, mut frames) = (Live::start(), Vec::new());
    live.take(&mut frames, 150, |_| true);
    drop(live);
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let marks = Marks::default();
    let (mut recorder, told) = recorder(folder.path(), Split::default(), marks.clone());
    for (n, frame) in frames.iter().enumerate() {
        recorder.take(frame);
        if n == frames.len() / 2 {
            assert!(marks.add(Instant::now(), "The choir".into()));
        }
    }
    // The program is killed: nothing that would end the recording is done any more.
    std::mem::forget(recorder);
    let Ok(Told::Began(file, None)) = told.try_recv() else { panic!("a file was begun") };
    let (pictures, _) = recorded(&frames);
    let sent = reference(folder.path(), &pictures);

    // As it was left: it plays, and a second is missing at most.
    let left = folder.path().join("left.mp4");
    std::fs::copy(&file, &left).expect("there is room");
    let played = decoded(&left);
    assert!(sent.starts_with(&played), "what plays is what was sent");
    let missing = pictures[pictures.len() - 1].captured - pictures[played.len() - 1].captured;
    assert!(missing <= Duration::from_millis(1100), "{missing:?} are missing");

    let torn = folder.path().join("torn.mp4");
    let bytes = std::fs::read(&file).expect("it is there");
    std::fs::write(&torn, &bytes[..bytes.len() - 1000]).expect("there is room");
    let mended = record::mend(&torn).expect("it can be mended");
    let played = decoded(&torn);
    assert!(sent.starts_with(&played) && played.len() > 60, "{} pictures", played.len());
    let length = (pictures[played.len() - 1].captured - pictures[0].captured).as_secs_f64();
    assert!((duration(&torn) - length).abs() < 0.2 && (mended.duration.as_secs_f64() - length).abs() < 0.2);
    assert!(matches!(record::mend(&torn), Err(record::MendError::Whole(_))), "once is enough");

    assert_eq!(Journal::of(folder.path()).look().len(), 0, "it is open in this process still");
    let name = torn.to_str().expect("the test chose it");
    let chapters = text("ffprobe", &["-v", "warning", "-show_chapters", "-of", "csv=p=0", name]);
    assert!(chapters.contains("Start") && chapters.contains("The choir"), "{chapters}");
    // Read from a place in the middle: the keyframe before it comes first.
    let arguments = [
        "-v",
        "warning",
        "-read_intervals",
        "3%+#1",
        "-select_streams",
        "v",
        "-show_entries",
        "packet=pts_time,flags",
        "-of",
        "csv=p=0",
        name,
    ];
    let sought = text("ffprobe", &arguments);
    let (at, flags) = sought.trim().split_once(',').expect("a time and flags");
    let at: f64 = at.parse().expect("a number of seconds");
    assert!((1.5..=3.0).contains(&at) && flags.starts_with('K'), "{sought}");
}
