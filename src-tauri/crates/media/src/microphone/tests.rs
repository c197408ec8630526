//! The microphone through a sound server of the test's own: its null sinks hear a tone, their monitors are the microphones.
//! Each test runs itself again in a process that has that server for its own.

use super::*;
use crate::frame::SAMPLE_RATE;
use std::{
    env, fs,
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const SERVER_PROCESS: &str = "SKYLARK_TEST_SOUND_SERVER";

/// A process that ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs `body` in this same test, in a process of its own beside a sound server.
fn with_sound_server(test: &str, body: fn()) {
    if env::var_os(SERVER_PROCESS).is_some() {
        return body();
    }
    let folder = tempfile::tempdir().expect("a folder for the test");
    let Some(server) = start_server(folder.path()) else {
        eprintln!("skipped: there is no pulseaudio on this machine, so {test} has no microphone");
        return;
    };
    write_tone(&folder.path().join("tone.wav"));
    let players = ["mic", "low"].map(|sink| {
        let mut play = command("paplay", folder.path());
        Process(
            play.arg(format!("--device={sink}")).arg("tone.wav").current_dir(folder.path()).spawn().expect("paplay"),
        )
    });
    let status = Command::new(env::current_exe().expect("a test has a program"))
        .args([&format!("microphone::tests::{test}"), "--exact", "--nocapture"])
        .envs(environment(folder.path()))
        .env(SERVER_PROCESS, server.0.id().to_string())
        .status();
    drop(players);
    assert!(status.is_ok_and(|status| status.success()), "{test} failed in its own process, see above");
}

/// None: not installed.
fn start_server(folder: &Path) -> Option<Process> {
    let mut server = command("pulseaudio", folder);
    server.args([
        "-n",
        "--daemonize=no",
        "--exit-idle-time=-1",
        "--disallow-exit",
        "--use-pid-file=no",
        "--log-level=error",
    ]);
    server.args(["-L", "module-native-protocol-unix"]);
    server.args(["-L", "module-null-sink sink_name=mic rate=48000 channels=2"]);
    server.args(["-L", "module-null-sink sink_name=low rate=44100 channels=1"]);
    let server = Process(server.stderr(Stdio::null()).spawn().ok()?);
    let started = Instant::now();
    while !pactl(folder, &["set-default-source", "mic.monitor"]) {
        assert!(started.elapsed() < Duration::from_secs(20), "the sound server does not answer");
        thread::sleep(Duration::from_millis(50));
    }
    Some(server)
}

fn pactl(folder: &Path, arguments: &[&str]) -> bool {
    command("pactl", folder).args(arguments).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.envs(environment(folder)).stdout(Stdio::null());
    command
}

fn environment(folder: &Path) -> [(&'static str, String); 4] {
    let path = folder.display();
    [
        ("XDG_RUNTIME_DIR", path.to_string()),
        ("HOME", path.to_string()),
        ("PULSE_RUNTIME_PATH", path.to_string()),
        ("PULSE_SERVER", format!("unix:{path}/native")),
    ]
}

const HERTZ: f64 = 440.0;
const LEVEL: f64 = 0.5;

/// A minute of a tone: no test takes longer.
fn write_tone(path: &Path) {
    let samples = (0..60 * SAMPLE_RATE).flat_map(|n| {
        let angle = f64::from(n) * HERTZ * std::f64::consts::TAU / f64::from(SAMPLE_RATE);
        ((LEVEL * angle.sin() * 32767.0) as i16).to_le_bytes()
    });
    let data: Vec<u8> = samples.collect();
    let length = data.len() as u32;
    let mut file = fs::File::create(path).expect("the test's folder can be written");
    let mut header = Vec::from(*b"RIFF");
    header.extend((36 + length).to_le_bytes());
    header.extend(*b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    header.extend(SAMPLE_RATE.to_le_bytes());
    header.extend((SAMPLE_RATE * 2).to_le_bytes());
    header.extend(*b"\x02\0\x10\0data");
    header.extend(length.to_le_bytes());
    file.write_all(&header).and_then(|()| file.write_all(&data)).expect("the test's folder can be written");
}

/// Records until the tone has been heard for a second without a break.
fn check_tone(name: &str) {
    let mut microphone = open(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(microphone.format(), "48 kHz stereo");
    let mut chunk = SoundChunk::new();
    let mut heard: Vec<f32> = Vec::new();
    let started = Instant::now();
    loop {
        microphone.next(&mut chunk).expect("sound");
        let frames = chunk.samples.len() / 2;
        assert!(frames <= 960, "pieces of 10 ms were asked for and {frames} frames came");
        let age = chunk.captured.elapsed();
        assert!(age < Duration::from_millis(500), "what was taken {age:?} ago is late");
        heard.extend_from_slice(&chunk.samples);
        let second = 2 * SAMPLE_RATE as usize;
        if heard.len() >= second {
            let last = &heard[heard.len() - second..];
            let levels = [0, 1].map(|side| (amplitude(last, side), loudness(last, side)));
            // All that is heard is the tone, at the level it was played: a gap would be loudness without tone.
            let is_clean = |(tone, all): (f64, f64)| (tone - LEVEL).abs() < 0.01 && (all - LEVEL).abs() < 0.01;
            if levels.into_iter().all(is_clean) {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(15), "the tone is not heard as it was played: {levels:?}");
        }
    }
}

/// Amplitude of the tone.
fn amplitude(stereo: &[f32], side: usize) -> f64 {
    let (mut cos, mut sin) = (0.0, 0.0);
    for (n, frame) in stereo.chunks_exact(2).enumerate() {
        let angle = n as f64 * HERTZ * std::f64::consts::TAU / f64::from(SAMPLE_RATE);
        cos += f64::from(frame[side]) * angle.cos();
        sin += f64::from(frame[side]) * angle.sin();
    }
    2.0 * cos.hypot(sin) / (stereo.len() / 2) as f64
}

/// Amplitude of a tone as loud as all that is heard.
fn loudness(stereo: &[f32], side: usize) -> f64 {
    let square: f64 = stereo.chunks_exact(2).map(|frame| f64::from(frame[side]).powi(2)).sum();
    (2.0 * square / (stereo.len() / 2) as f64).sqrt()
}

#[test]
fn a_tone_is_heard_as_it_was_played() {
    with_sound_server("a_tone_is_heard_as_it_was_played", || check_tone("mic.monitor"));
}

#[test]
fn mono_at_another_rate_is_heard_on_both_sides() {
    with_sound_server("mono_at_another_rate_is_heard_on_both_sides", || check_tone("low.monitor"));
}

#[test]
fn listed_and_found() {
    with_sound_server("listed_and_found", || {
        let ids: Vec<_> = list().into_iter().map(|source| source.id).collect();
        assert_eq!(ids, ["mic.monitor", "low.monitor"]);
        open("default").expect("the default is mic.monitor");
        let missing = SourceError::NotFound("The microphone \"Other\"".into());
        assert_eq!(open("Other").err(), Some(missing));
    });
}

#[test]
fn unplugged_is_lost_and_plugged_in_again_works() {
    with_sound_server("unplugged_is_lost_and_plugged_in_again_works", || {
        let mut microphone = open("low.monitor").expect("it is there");
        let mut chunk = SoundChunk::new();
        microphone.next(&mut chunk).expect("sound");
        let load = ["load-module", "module-null-sink", "sink_name=low", "rate=44100", "channels=1"];
        let pactl = |arguments: &[&str]| {
            let status = Command::new("pactl").args(arguments).stdout(Stdio::null()).status();
            assert!(status.is_ok_and(|status| status.success()), "pactl {arguments:?}");
        };
        pactl(&["unload-module", "module-null-sink"]);
        // What was recorded before may still come.
        let lost = (0..100).find_map(|_| microphone.next(&mut chunk).err());
        assert_eq!(lost.map(|error| error.code()), Some(protocol::ErrorCode::DeviceLost));
        drop(microphone);
        assert!(matches!(open("low.monitor").err(), Some(SourceError::NotFound(_))));
        pactl(&load);
        let mut microphone = open("low.monitor").expect("it is back");
        microphone.next(&mut chunk).expect("sound");
    });
}

#[test]
fn a_hanging_server_does_not_hang_the_program() {
    with_sound_server("a_hanging_server_does_not_hang_the_program", || {
        let server = env::var(SERVER_PROCESS).expect("the test was started with it");
        let signal =
            |name: &str| assert!(Command::new("kill").args([name, &server]).status().is_ok_and(|s| s.success()));
        let mut microphone = open("mic.monitor").expect("it is there");
        let mut chunk = SoundChunk::new();
        microphone.next(&mut chunk).expect("sound");
        signal("-STOP");
        let asked = Instant::now();
        let failed = (0..100).find_map(|_| microphone.next(&mut chunk).err());
        drop(microphone);
        let took = asked.elapsed();
        signal("-CONT");
        assert!(failed.is_some() && took < Duration::from_secs(10), "{failed:?} after {took:?}");
        open("mic.monitor").expect("the server runs again").next(&mut chunk).expect("sound");
    });
}
