//! A sound server for tests, PulseAudio of the test's own: its null sinks play a tone, and their monitors are the
//! microphones that hear it. A test that wants it runs itself again in a process that has that server for its own.

use std::{
    env, fs,
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Holds the server's process id where there is one.
pub(crate) const SERVER_PROCESS: &str = "SKYLARK_TEST_SOUND_SERVER";

/// A sink, and on which of its channels the tone is played.
struct Sink {
    name: &'static str,
    rate: u32,
    channels: u16,
    map: Option<&'static str>,
    on: Option<u16>,
    /// Of the tone that it plays.
    hertz: f64,
}

const SINKS: [Sink; 9] = [
    Sink { name: "mic", rate: 48_000, channels: 2, map: None, on: None, hertz: HERTZ },
    Sink { name: "low", rate: 44_100, channels: 1, map: None, on: None, hertz: HERTZ },
    // An interface with two inputs, and somebody speaks into the first of them.
    Sink { name: "two", rate: 48_000, channels: 2, map: None, on: Some(0), hertz: HERTZ },
    Sink {
        name: "eight",
        rate: 48_000,
        channels: 8,
        map: Some("aux0,aux1,aux2,aux3,aux4,aux5,aux6,aux7"),
        on: Some(2),
        hertz: HERTZ,
    },
    Sink {
        name: "six",
        rate: 48_000,
        channels: 6,
        map: Some("front-left,front-right,front-center,lfe,rear-left,rear-right"),
        on: Some(4),
        hertz: HERTZ,
    },
    // A studio's converter, an interface of three inputs, and a headset in a call.
    Sink { name: "studio", rate: 192_000, channels: 2, map: None, on: None, hertz: HERTZ },
    Sink {
        name: "three",
        rate: 96_000,
        channels: 3,
        map: Some("front-left,front-right,front-center"),
        on: Some(2),
        hertz: HERTZ,
    },
    Sink { name: "headset", rate: 8_000, channels: 1, map: None, on: None, hertz: HERTZ },
    // Where the system's sound goes, once a test says so.
    Sink { name: "out", rate: 48_000, channels: 2, map: None, on: None, hertz: DESKTOP },
];

/// A process that ends with the test.
pub(crate) struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs `body` in a process of its own beside a sound server. `test` is the path of the test that calls this. Without
/// PulseAudio on the machine it says so, and does nothing.
pub(crate) fn with_sound_server(test: &str, body: fn()) {
    if env::var_os(SERVER_PROCESS).is_some() {
        return body();
    }
    let folder = tempfile::tempdir().expect("a folder for the test");
    let Some(server) = start_server(folder.path()) else {
        eprintln!("skipped: there is no pulseaudio with its paplay on this machine, so {test} has no microphone");
        return;
    };
    let players = SINKS.map(|sink| play(&sink, folder.path()));
    let status = Command::new(env::current_exe().expect("a test has a program"))
        .args([test, "--exact", "--nocapture"])
        .envs(environment(folder.path()))
        .env(SERVER_PROCESS, server.0.id().to_string())
        .status();
    drop(players);
    assert!(status.is_ok_and(|status| status.success()), "{test} failed in its own process, see above");
}

/// Plays a sink's tone there.
fn play(sink: &Sink, folder: &Path) -> Process {
    let Sink { name, channels, map, on, hertz, .. } = *sink;
    let file = format!("{name}.wav");
    write_tone(&folder.join(&file), channels, on, hertz);
    let mut play = command("paplay", folder);
    play.arg(format!("--device={name}")).arg(format!("--channels={channels}"));
    play.args(map.map(|map| format!("--channel-map={map}"))).arg(file);
    Process(play.current_dir(folder).spawn().expect("paplay"))
}

/// Starts the server again, after a test has ended it, and plays on its first sink.
#[allow(dead_code)] // Only some of those who have a server start it again.
pub(crate) fn again() -> [Process; 2] {
    let folder = env::var_os("XDG_RUNTIME_DIR").expect("it had one");
    let server = start_server(Path::new(&folder)).expect("it was there before");
    [server, play(&SINKS[0], Path::new(&folder))]
}

/// None: not installed.
fn start_server(folder: &Path) -> Option<Process> {
    command("paplay", folder).arg("--version").stdout(Stdio::null()).status().ok()?;
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
    for Sink { name, rate, channels, map, .. } in SINKS {
        let map = map.map(|map| format!(" channel_map={map}")).unwrap_or_default();
        server.arg("-L").arg(format!("module-null-sink sink_name={name} rate={rate} channels={channels}{map}"));
    }
    // A stream on the output that the system is set to goes along when that changes, also one that was sent there by name: so none is.
    server.args(["-L", "module-null-sink sink_name=quiet"]);
    let server = Process(server.stderr(Stdio::null()).spawn().ok()?);
    let started = Instant::now();
    while !pactl(folder, &["set-default-source", "mic.monitor"]) {
        assert!(started.elapsed() < Duration::from_secs(20), "the sound server does not answer");
        thread::sleep(Duration::from_millis(50));
    }
    assert!(pactl(folder, &["set-default-sink", "quiet"]), "the sound server has that sink");
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

const RATE: u32 = 48_000;

/// Of the tone that is played.
pub(crate) const HERTZ: f64 = 440.0;
/// Of what the system's own output plays.
pub(crate) const DESKTOP: f64 = 700.0;
/// Its peak, of 1.
pub(crate) const LEVEL: f64 = 0.5;

/// A minute of a tone, on one channel or on all: no test takes longer.
fn write_tone(path: &Path, channels: u16, on: Option<u16>, hertz: f64) {
    let samples = (0..60 * RATE).flat_map(|n| {
        let angle = f64::from(n) * hertz * std::f64::consts::TAU / f64::from(RATE);
        let sample = ((LEVEL * angle.sin() * 32767.0) as i16).to_le_bytes();
        (0..channels).flat_map(move |channel| if on.is_none_or(|on| on == channel) { sample } else { [0; 2] })
    });
    let data: Vec<u8> = samples.collect();
    let length = data.len() as u32;
    let mut file = fs::File::create(path).expect("the test's folder can be written");
    let mut header = Vec::from(*b"RIFF");
    header.extend((36 + length).to_le_bytes());
    let frame = 2 * channels;
    header.extend(*b"WAVEfmt \x10\0\0\0\x01\0");
    header.extend(channels.to_le_bytes());
    header.extend(RATE.to_le_bytes());
    header.extend((RATE * u32::from(frame)).to_le_bytes());
    header.extend(frame.to_le_bytes());
    header.extend(*b"\x10\0data");
    header.extend(length.to_le_bytes());
    file.write_all(&header).and_then(|()| file.write_all(&data)).expect("the test's folder can be written");
}

/// Amplitude of the tone on one side of interleaved stereo.
pub(crate) fn amplitude(stereo: &[f32], side: usize) -> f64 {
    amplitude_of(HERTZ, stereo, side)
}

/// The same of another one.
pub(crate) fn amplitude_of(hertz: f64, stereo: &[f32], side: usize) -> f64 {
    let (mut cos, mut sin) = (0.0, 0.0);
    for (n, frame) in stereo.chunks_exact(2).enumerate() {
        let angle = n as f64 * hertz * std::f64::consts::TAU / f64::from(RATE);
        cos += f64::from(frame[side]) * angle.cos();
        sin += f64::from(frame[side]) * angle.sin();
    }
    2.0 * cos.hypot(sin) / (stereo.len() / 2) as f64
}

/// Amplitude of a tone as loud as all that is heard on that side: more than the tone's where there is anything else.
pub(crate) fn loudness(stereo: &[f32], side: usize) -> f64 {
    let square: f64 = stereo.chunks_exact(2).map(|frame| f64::from(frame[side]).powi(2)).sum();
    (2.0 * square / (stereo.len() / 2) as f64).sqrt()
}
