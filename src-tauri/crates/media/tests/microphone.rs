//! A microphone through the whole pipeline: the tone that is played is the tone that viewers get.
#![cfg(target_os = "linux")]

#[path = "support/sound_server.rs"]
mod support;

use media::{CameraChoice, Event, MicrophoneChoice, Pipeline, VideoConfig};
use protocol::{MixerSettings, SoundTrouble, SourceState, StripId};
use std::{
    process::Command,
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};
use stream::Frame;
use support::{DESKTOP, HERTZ, LEVEL, amplitude, amplitude_of, loudness, with_sound_server};

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

/// Sound as a viewer hears it.
struct Ear {
    stream: Receiver<Frame>,
    decoder: opus::Decoder,
}

impl Ear {
    /// Listens until the last half second is this: the levels of the microphone's tone and of the desktop's.
    fn hears(&mut self, what: &str, microphone: f64, desktop: f64) {
        let (mut heard, mut decoded) = (Vec::new(), vec![0.0; 2 * 5760]);
        let end = Instant::now() + Duration::from_secs(15);
        loop {
            let Frame::Audio(packet) = self.stream.recv_timeout(Duration::from_secs(5)).expect("sound flows") else {
                continue;
            };
            let frames = self.decoder.decode_float(&packet.data, &mut decoded, false).expect("it is Opus");
            heard.extend_from_slice(&decoded[..frames * 2]);
            let Some(start) = heard.len().checked_sub(48_000) else { continue };
            let last = &heard[start..];
            let found = [0, 1].map(|side| (amplitude_of(HERTZ, last, side), amplitude_of(DESKTOP, last, side)));
            let near = |level: f64, wanted: f64| (level - wanted).abs() < 0.02;
            if found.iter().all(|(one, other)| near(*one, microphone) && near(*other, desktop)) {
                return;
            }
            assert!(Instant::now() < end, "{what}: {found:?}, {microphone} and {desktop} wanted");
        }
    }
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
        let decoder = opus::Decoder::new(48_000, opus::Channels::Stereo).expect("Opus has this rate");
        let mut ear = Ear { stream, decoder };
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
