//! The broadcaster listens: what is played on an output of the sound server is what was chosen, and viewers hear nothing of it.
#![cfg(target_os = "linux")]

#[path = "support/ear.rs"]
mod ear;
#[path = "support/sound_server.rs"]
mod support;

use ear::Ear;
use media::{CameraChoice, Event, MicrophoneChoice, Pipeline, VideoConfig};
use protocol::{MixerSettings, SourceState, StripId};
use std::{
    io::Read,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};
use support::{DESKTOP, LEVEL, amplitude, amplitude_of, loudness, with_sound_server};

fn pactl(arguments: &[&str]) {
    let status = Command::new("pactl").args(arguments).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "pactl {arguments:?}");
}

/// What is played on an output.
struct Played {
    recorder: Child,
    samples: Receiver<Vec<f32>>,
}

impl Played {
    fn on(output: &str) -> Played {
        let mut recorder = Command::new("parec");
        recorder.arg(format!("--device={output}.monitor")).args(["--raw", "--format=float32le", "--latency-msec=20"]);
        recorder.args(["--rate=48000", "--channels=2"]).stdout(Stdio::piped());
        let mut recorder = recorder.spawn().expect("parec is a part of what plays the tones");
        let mut out = recorder.stdout.take().expect("it is piped");
        let (heard, samples) = channel();
        thread::spawn(move || {
            let mut piece = [0; 8 * 4800];
            while out.read_exact(&mut piece).is_ok() {
                let sample = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().expect("four bytes"));
                if heard.send(piece.chunks_exact(4).map(sample).collect()).is_err() {
                    break;
                }
            }
        });
        Played { recorder, samples }
    }

    /// Listens until the last half second is this: the levels of the microphone's tone and of the desktop's. On a machine that is busy with
    /// other things an output starves now and then, and half a second without a gap is waited for.
    fn is(&self, what: &str, microphone: f64, desktop: f64) {
        let (mut heard, end) = (Vec::new(), Instant::now() + Duration::from_secs(60));
        loop {
            heard.extend(self.samples.recv_timeout(Duration::from_secs(5)).expect("it is recorded"));
            let Some(start) = heard.len().checked_sub(48_000) else { continue };
            let last = &heard[start..];
            let found =
                [0, 1].map(|side| (amplitude(last, side), amplitude_of(DESKTOP, last, side), loudness(last, side)));
            let near = |level: f64, wanted: f64| (level - wanted).abs() < 0.02;
            // A gap, a click or anything else is loudness without a tone.
            let all = microphone.hypot(desktop);
            if found
                .iter()
                .all(|(one, other, both)| near(*one, microphone) && near(*other, desktop) && near(*both, all))
            {
                return;
            }
            assert!(Instant::now() < end, "{what}: {found:?}, {microphone} and {desktop} wanted");
        }
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        let _ = self.recorder.kill();
        let _ = self.recorder.wait();
    }
}

#[test]
fn what_the_broadcaster_listens_to_is_played_there_and_viewers_hear_nothing_of_it() {
    let name = "what_the_broadcaster_listens_to_is_played_there_and_viewers_hear_nothing_of_it";
    with_sound_server(name, || {
        pactl(&["load-module", "module-null-sink", "sink_name=ears"]);
        pactl(&["set-default-sink", "out"]);
        let played = Played::on("ears");
        let (told, events) = channel();
        let microphone = MicrophoneChoice::Device("mic.monitor".into());
        let pipeline =
            Pipeline::open(CameraChoice::Off, microphone, VideoConfig::default(), "ears".into(), move |event| {
                drop(told.send(event))
            });
        let (made, stream) = channel();
        pipeline.go_live(move |encoded| drop(made.send(encoded)));
        let mut ear = Ear::new(stream);
        let becomes = |is: fn(&SourceState) -> bool| {
            let end = Instant::now() + Duration::from_secs(20);
            loop {
                let left = end.saturating_duration_since(Instant::now());
                match events.recv_timeout(left).expect("it is told") {
                    Event::Headphones(state) if is(&state) => return state,
                    _ => {}
                }
            }
        };
        let runs = |state: &SourceState| matches!(state, SourceState::Running { .. });
        let fails = |state: &SourceState| matches!(state, SourceState::Failed { .. });
        let mut mixer = MixerSettings::default();
        // Together they just fit.
        for strip in [StripId::Microphone, StripId::Desktop] {
            mixer.of_mut(strip).gain_db = -6.0206;
        }
        let half = LEVEL / 2.0;
        pipeline.set_mixer(mixer);
        ear.hears("the microphone", half, 0.0);
        played.is("nobody listens", 0.0, 0.0);
        pipeline.set_headphones(Some("ears".into()));
        becomes(runs);
        played.is("the mix, which is the microphone", half, 0.0);
        mixer.of_mut(StripId::Desktop).mute = false;
        pipeline.set_mixer(mixer);
        played.is("the mix of both", half, half);
        mixer.set_solo(StripId::Desktop, true);
        pipeline.set_mixer(mixer);
        played.is("the desktop alone", 0.0, half);
        ear.hears("viewers hear both", half, half);
        mixer.set_solo(StripId::Desktop, false);
        pipeline.set_mixer(mixer);

        // The system's sound goes where the headphones are: the desktop's tone goes along, and what listens to it would hear the headphones.
        pactl(&["set-default-sink", "ears"]);
        let SourceState::Failed { message, .. } = becomes(fails) else { unreachable!("it is that") };
        assert!(message.contains("echo") && message.contains("Choose another output"), "{message}");
        played.is("what the desktop plays there, and nothing of ours", 0.0, LEVEL);
        ear.hears("viewers hear no echo", half, half);
        mixer.of_mut(StripId::Desktop).mute = true;
        pipeline.set_mixer(mixer);
        becomes(runs);
        played.is("the mix beside what the desktop plays there", half, LEVEL);
        ear.hears("and viewers the microphone", half, 0.0);

        // What the microphone hears is an output itself.
        pipeline.set_headphones(Some("mic".into()));
        let SourceState::Failed { message, .. } = becomes(fails) else { unreachable!("it is that") };
        assert!(message.contains("echo"), "{message}");
        ear.hears("viewers hear the microphone once", half, 0.0);
        pipeline.set_headphones(Some("nobody has this".into()));
        let SourceState::Failed { message, .. } = becomes(fails) else { unreachable!("it is that") };
        assert!(message.contains("nobody has this"), "{message}");
        pipeline.set_headphones(None);
        becomes(|state| *state == SourceState::Off);
        played.is("nobody listens any more", 0.0, LEVEL);
        ear.hears("and viewers the microphone all along", half, 0.0);
    });
}
