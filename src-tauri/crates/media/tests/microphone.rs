//! A microphone through the whole pipeline: the tone that is played is the tone that viewers get.
#![cfg(target_os = "linux")]

#[path = "support/ear.rs"]
mod ear;
#[path = "support/sound_server.rs"]
mod support;

use ear::Ear;
use media::{CameraChoice, Event, MicrophoneChoice, MoreMicrophones, Pipeline, VideoConfig};
use protocol::{ErrorCode, MixerSettings, SoundTrouble, SourceState, StripId};
use std::{
    env,
    process::Command,
    sync::mpsc::channel,
    time::{Duration, Instant},
};
use stream::Frame;
use support::{LEVEL, amplitude, loudness, with_sound_server};

#[test]
fn the_tone_that_is_played_is_what_viewers_get() {
    with_sound_server("the_tone_that_is_played_is_what_viewers_get", || {
        let microphone = MicrophoneChoice::Device("mic.monitor".into());
        let pipeline =
            Pipeline::open(CameraChoice::Off, microphone, VideoConfig::default(), "microphone test".into(), |_| {});
        let (made, stream) = channel();
        pipeline.go_live(move |encoded| drop(made.send(encoded)));

        let mut decoder = opus::Decoder::new(48_000, opus::Channels::Stereo).expect("Opus has this rate");
        let mut decoded = vec![0.0; 2 * 5760];
        let mut heard: Vec<f32> = Vec::new();
        let end = Instant::now() + Duration::from_secs(15);
        loop {
            let encoded = stream.recv_timeout(Duration::from_secs(5)).expect("sound flows");
            let Frame::Audio(packet) = encoded else { continue };
            let frames = decoder.decode_float(&packet.data, &mut decoded, false).expect("it is Opus");
            assert_eq!(frames, packet.samples as usize);
            heard.extend_from_slice(&decoded[..frames * 2]);
            let Some(start) = heard.len().checked_sub(2 * 48_000) else { continue };
            let last = &heard[start..];
            let found = [0, 1].map(|side| (amplitude(last, side), loudness(last, side)));
            // Opus keeps a tone's level within some per cent; lost sound would be loudness without the tone.
            let near = |level: f64| (level - LEVEL).abs() < 0.03;
            if found.iter().all(|(tone, all)| near(*tone) && near(*all)) {
                break;
            }
            assert!(Instant::now() < end, "what is heard is not the tone: {found:?}");
        }
        let levels = pipeline.levels();
        assert!(levels.peak.iter().all(|peak| (f64::from(*peak) - LEVEL).abs() < 0.03), "{levels:?}");
    });
}

#[test]
fn the_desktop_is_heard_beside_the_microphone_each_at_its_gain() {
    with_sound_server("the_desktop_is_heard_beside_the_microphone_each_at_its_gain", || {
        let output = Command::new("pactl").args(["set-default-sink", "out"]).status();
        assert!(output.is_ok_and(|status| status.success()), "pactl set-default-sink");
        let (told, events) = channel();
        let microphone = MicrophoneChoice::Device("mic.monitor".into());
        let pipeline =
            Pipeline::open(CameraChoice::Off, microphone, VideoConfig::default(), "mixer test".into(), move |event| {
                drop(told.send(event))
            });
        let (made, stream) = channel();
        pipeline.go_live(move |encoded| drop(made.send(encoded)));
        let mut ear = Ear::new(stream);
        ear.hears("the microphone alone", LEVEL, 0.0);

        let mut mixer = MixerSettings::default();
        let (of_microphone, half) = (-6.0206, LEVEL / 2.0);
        mixer.of_mut(StripId::Microphone).gain_db = of_microphone;
        mixer.of_mut(StripId::Desktop).mute = false;
        mixer.of_mut(StripId::Desktop).gain_db = -6.0206;
        pipeline.set_mixer(mixer);
        ear.hears("both, each at half", half, half);
        let states = events.try_iter().filter_map(|event| match event {
            Event::Strip(StripId::Desktop, state) => Some(state),
            _ => None,
        });
        assert!(states.last().is_some_and(|state| matches!(state, SourceState::Running { .. })), "it was told");
        let levels = pipeline.strip_levels();
        let peaks: Vec<f32> = levels.iter().map(|levels| levels.after).collect();
        assert!(peaks.len() == 2 && peaks.iter().all(|peak| (peak - 0.25).abs() < 0.03), "{levels:?}");

        mixer.of_mut(StripId::Microphone).mute = true;
        pipeline.set_mixer(mixer);
        ear.hears("the desktop alone", 0.0, half);
        // Somebody plugs headphones in: it is listened to where the sound goes now. That is where the microphone's tone is, and the desktop's goes
        // along; where it came from there is nothing any more.
        let output = Command::new("pactl").args(["set-default-sink", "mic"]).status();
        assert!(output.is_ok_and(|status| status.success()), "pactl set-default-sink");
        ear.hears("the other output", half, half);
        mixer.of_mut(StripId::Desktop).mute = true;
        pipeline.set_mixer(mixer);
        ear.hears("nothing", 0.0, 0.0);
    });
}

#[test]
fn a_microphone_that_delivers_zeros_or_clips_is_said() {
    with_sound_server("a_microphone_that_delivers_zeros_or_clips_is_said", || {
        let (told, events) = channel();
        let microphone = MicrophoneChoice::Device("quiet.monitor".into());
        let pipeline =
            Pipeline::open(CameraChoice::Off, microphone, VideoConfig::default(), "watch test".into(), move |event| {
                drop(told.send(event))
            });
        let says = |what: &str, wanted: Option<SoundTrouble>| {
            let end = Instant::now() + Duration::from_secs(20);
            loop {
                match events.recv_timeout(end.saturating_duration_since(Instant::now())) {
                    Ok(Event::Sound(trouble)) => return assert_eq!(trouble, wanted, "{what}"),
                    Ok(_) => {}
                    Err(error) => panic!("{what}: {error}"),
                }
            }
        };
        says("nobody plays there", Some(SoundTrouble::Zeros));
        pipeline.set_microphone(MicrophoneChoice::Device("mic.monitor".into()));
        says("a tone at half of full scale", None);
        let louder = |percent: &str| Command::new("pactl").args(["set-sink-volume", "mic", percent]).status();
        assert!(louder("200%").is_ok_and(|status| status.success()), "pactl set-sink-volume");
        says("it is cut off", Some(SoundTrouble::Clipping));
        assert!(louder("100%").is_ok_and(|status| status.success()), "pactl set-sink-volume");
        says("as it was", None);
    });
}

#[test]
fn a_second_microphone_is_heard_beside_the_first_and_one_that_goes_takes_nothing_with_it() {
    let name = "a_second_microphone_is_heard_beside_the_first_and_one_that_goes_takes_nothing_with_it";
    with_sound_server(name, || {
        let (told, events) = channel();
        let microphone = MicrophoneChoice::Device("mic.monitor".into());
        let pipeline =
            Pipeline::open(CameraChoice::Off, microphone, VideoConfig::default(), "mixer test".into(), move |event| {
                drop(told.send(event))
            });
        let (made, stream) = channel();
        pipeline.go_live(move |encoded| drop(made.send(encoded)));
        let mut ear = Ear::new(stream);
        ear.hears("the first alone", LEVEL, 0.0);
        let becomes = |strip: StripId, is: fn(&SourceState) -> bool| {
            let end = Instant::now() + Duration::from_secs(20);
            loop {
                let left = end.saturating_duration_since(Instant::now());
                match events.recv_timeout(left).expect("it is told") {
                    Event::Strip(of, state) if of == strip && is(&state) => return state,
                    _ => {}
                }
            }
        };
        // A voice that comes and goes: with a gate what is softer than it is shut off.
        let mut mixer = MixerSettings::default();
        mixer.of_mut(StripId::Microphone).gain_db = -6.0206;
        mixer.of_mut(StripId::Microphone2).gain_db = -6.0206;
        pipeline.set_mixer(mixer);
        pipeline.set_more_microphones([Some("out.monitor".into()), Some("nobody has this".into()), None]);
        ear.hears("both, each at half", LEVEL / 2.0, LEVEL / 2.0);
        let missing = becomes(StripId::Microphone3, |state| matches!(state, SourceState::Failed { .. }));
        let SourceState::Failed { id, code, message } = missing else { unreachable!("it is that") };
        assert_eq!((id.as_str(), code), ("nobody has this", ErrorCode::NoDevice), "{message}");
        let gate = mixer.of_mut(StripId::Microphone2);
        (gate.gate, gate.gate_db) = (true, -3.0);
        pipeline.set_mixer(mixer);
        ear.hears("the second is softer than what opens its gate", LEVEL / 2.0, 0.0);
        mixer.of_mut(StripId::Microphone2).gate_db = -10.0;
        pipeline.set_mixer(mixer);
        ear.hears("and louder", LEVEL / 2.0, LEVEL / 2.0);
        mixer.microphones_muted = true;
        pipeline.set_mixer(mixer);
        ear.hears("nobody", 0.0, 0.0);
        mixer.microphones_muted = false;
        pipeline.set_mixer(mixer);
        ear.hears("both again", LEVEL / 2.0, LEVEL / 2.0);

        // One is unplugged, and comes back.
        let plug = || {
            let loaded = Command::new("pactl").args(["load-module", "module-null-sink", "sink_name=loose"]).output();
            String::from_utf8(loaded.expect("pactl").stdout).expect("a number").trim().to_owned()
        };
        let module = plug();
        pipeline.set_more_microphones([Some("out.monitor".into()), None, Some("loose.monitor".into())]);
        becomes(StripId::Microphone4, |state| matches!(state, SourceState::Running { .. }));
        let unplugged = Command::new("pactl").args(["unload-module", &module]).status();
        assert!(unplugged.is_ok_and(|status| status.success()), "pactl unload-module");
        becomes(StripId::Microphone4, |state| matches!(state, SourceState::Failed { .. }));
        ear.hears("the others go on", LEVEL / 2.0, LEVEL / 2.0);
        plug();
        becomes(StripId::Microphone4, |state| matches!(state, SourceState::Running { .. }));
        pipeline.set_more_microphones(MoreMicrophones::default());
        ear.hears("the first alone again", LEVEL / 2.0, 0.0);
        becomes(StripId::Microphone2, |state| *state == SourceState::Off);
    });
}

#[test]
fn one_program_is_heard_alone_and_waited_for_when_it_ends() {
    with_sound_server("one_program_is_heard_alone_and_waited_for_when_it_ends", || {
        let (told, events) = channel();
        let microphone = MicrophoneChoice::Device("quiet.monitor".into());
        let pipeline =
            Pipeline::open(CameraChoice::Off, microphone, VideoConfig::default(), "program".into(), move |event| {
                drop(told.send(event))
            });
        let (made, stream) = channel();
        pipeline.go_live(move |encoded| drop(made.send(encoded)));
        let mut ear = Ear::new(stream);
        // It plays where another tone is played as well.
        let play = || {
            let mut song = Command::new("paplay");
            song.args(["--device=out", "--client-name=Song", "mic.wav"]).current_dir(env::var("HOME").expect("ours"));
            Playing(song.spawn().expect("paplay"))
        };
        let mut mixer = MixerSettings::default();
        mixer.of_mut(StripId::Desktop).mute = false;
        pipeline.set_program(Some("Song".into()));
        pipeline.set_mixer(mixer);
        let becomes = |is: fn(&SourceState) -> bool| {
            let end = Instant::now() + Duration::from_secs(20);
            loop {
                let left = end.saturating_duration_since(Instant::now());
                match events.recv_timeout(left).expect("it is told") {
                    Event::Strip(StripId::Desktop, state) if is(&state) => return state,
                    _ => {}
                }
            }
        };
        let fails = |state: &SourceState| matches!(state, SourceState::Failed { .. });
        let SourceState::Failed { id, code, message } = becomes(fails) else { unreachable!("it is that") };
        assert_eq!((&*id, code), ("Song", ErrorCode::NoDevice), "{message}");
        assert!(message.contains("plays nothing now"), "{message}");
        let song = play();
        ear.hears("the program alone", LEVEL, 0.0);
        let named = |name: &str| media::devices().programs.iter().any(|program| program.id == name);
        assert!(named("Song") && !named("Skylark"), "{:?}", media::devices().programs);
        becomes(|state| matches!(state, SourceState::Running { .. }));
        drop(song);
        let SourceState::Failed { message, .. } = becomes(fails) else { unreachable!("it is that") };
        assert!(message.contains("heard as soon as it does"), "{message}");
        ear.hears("it ended", 0.0, 0.0);
        let _song = play();
        ear.hears("and came back", LEVEL, 0.0);
    });
}

/// A program that ends with the test.
struct Playing(std::process::Child);

impl Drop for Playing {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
