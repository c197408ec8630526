//! The microphone through a sound server of the test's own.

#[path = "../../tests/support/sound_server.rs"]
mod support;

use super::*;
use crate::frame::SAMPLE_RATE;
use std::{
    env,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use support::{LEVEL, SERVER_PROCESS, again, amplitude, loudness, with_sound_server};

/// Records until the tone has been heard for a second without a break.
fn check_tone(name: &str) {
    check_tone_of(name, "48 kHz stereo");
}

/// Waits until it has begun.
fn hear(microphone: &mut dyn SoundSource, chunk: &mut SoundChunk) {
    chunk.samples.clear();
    while chunk.samples.is_empty() {
        microphone.next(chunk).expect("sound");
    }
}

fn check_tone_of(name: &str, format: &str) {
    let mut microphone = open(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut chunk = SoundChunk::new();
    hear(&mut *microphone, &mut chunk);
    assert_eq!(microphone.format(), format);
    let mut heard: Vec<f32> = Vec::new();
    let mut youngest = Duration::MAX;
    let started = Instant::now();
    loop {
        microphone.next(&mut chunk).expect("sound");
        let frames = chunk.samples.len() / 2;
        assert!(
            frames <= 2400,
            "pieces of 10 ms were asked for, 80 ms are what comes unasked, and {frames} frames came"
        );
        youngest = youngest.min(chunk.captured.elapsed());
        heard.extend_from_slice(&chunk.samples);
        let second = 2 * SAMPLE_RATE as usize;
        if heard.len() >= second {
            let last = &heard[heard.len() - second..];
            let levels = [0, 1].map(|side| (amplitude(last, side), loudness(last, side)));
            // All that is heard is the tone, at the level it was played: a gap would be loudness without tone.
            let is_clean = |(tone, all): (f64, f64)| (tone - LEVEL).abs() < 0.01 && (all - LEVEL).abs() < 0.01;
            if levels.into_iter().all(is_clean) {
                assert!(youngest < Duration::from_millis(100), "sound is not {youngest:?} old when it comes");
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(15), "the tone is not heard as it was played: {levels:?}");
        }
    }
}

#[test]
fn a_tone_is_heard_as_it_was_played() {
    with_sound_server("microphone::tests::a_tone_is_heard_as_it_was_played", || check_tone("mic.monitor"));
}

#[test]
fn one_input_of_two_is_heard_on_both_sides() {
    with_sound_server("microphone::tests::one_input_of_two_is_heard_on_both_sides", || check_tone("two.monitor"));
}

#[test]
fn one_input_of_eight_is_heard_on_both_sides() {
    with_sound_server("microphone::tests::one_input_of_eight_is_heard_on_both_sides", || {
        check_tone_of("eight.monitor", "48 kHz with 8 channels");
        // And one that calls its channels by the places of loudspeakers.
        check_tone_of("six.monitor", "48 kHz with 6 channels");
    });
}

#[test]
fn a_server_is_found_by_its_runtime_path_alone() {
    with_sound_server("microphone::tests::a_server_is_found_by_its_runtime_path_alone", || {
        // SAFETY: this process runs this test and nothing else, and its other thread only waits for it.
        #[allow(unsafe_code)]
        unsafe {
            for name in ["PULSE_SERVER", "XDG_RUNTIME_DIR"] {
                env::remove_var(name);
            }
            find_sound_server();
        }
        check_tone("mic.monitor");
    });
}

#[test]
fn mono_at_another_rate_is_heard_on_both_sides() {
    with_sound_server("microphone::tests::mono_at_another_rate_is_heard_on_both_sides", || check_tone("low.monitor"));
}

#[test]
fn unusual_rates_and_channels_are_heard() {
    with_sound_server("microphone::tests::unusual_rates_and_channels_are_heard", || {
        check_tone("studio.monitor");
        check_tone_of("three.monitor", "48 kHz with 3 channels");
        check_tone("headset.monitor");
    });
}

#[test]
fn a_server_on_another_machine_is_heard() {
    with_sound_server("microphone::tests::a_server_on_another_machine_is_heard", || {
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        // It knows its own user by a socket of this machine, and anybody else by the cookie that they have.
        let module = ["load-module", "module-native-protocol-tcp", "listen=127.0.0.1", &format!("port={port}")];
        let loaded = Command::new("pactl").args(module).stdout(Stdio::null()).status();
        assert!(loaded.is_ok_and(|status| status.success()), "pactl {module:?}");
        // SAFETY: as above.
        #[allow(unsafe_code)]
        unsafe {
            // Nobody listens at the first.
            env::set_var("PULSE_SERVER", format!("tcp:127.0.0.1:1 {{0123abcd}}tcp:localhost:{port}"));
            find_sound_server();
        }
        check_tone("mic.monitor");
        let left = std::fs::read_dir(env::var("XDG_RUNTIME_DIR").expect("it is set")).expect("it is there");
        let left: Vec<_> = left.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        assert!(!left.iter().any(|name| name.contains("skylark")), "{left:?}");
    });
}

#[test]
fn a_server_that_ends_is_lost_and_one_that_comes_back_is_heard() {
    with_sound_server("microphone::tests::a_server_that_ends_is_lost_and_one_that_comes_back_is_heard", || {
        let mut microphone = open("mic.monitor").expect("it is there");
        let mut chunk = SoundChunk::new();
        hear(&mut *microphone, &mut chunk);
        let server = env::var(SERVER_PROCESS).expect("the test was started with it");
        assert!(Command::new("kill").args(["-KILL", &server]).status().is_ok_and(|killed| killed.success()));
        let lost = (0..100).find_map(|_| microphone.next(&mut chunk).err());
        assert_eq!(lost.map(|error| error.code()), Some(protocol::ErrorCode::DeviceLost));
        drop(microphone);
        assert!(matches!(open("mic.monitor").err(), Some(SourceError::NotFound(_))));
        let _again = again();
        hear(&mut *open("mic.monitor").expect("it is back"), &mut chunk);
    });
}

#[test]
fn listed_and_found() {
    with_sound_server("microphone::tests::listed_and_found", || {
        let ids: Vec<_> = list().into_iter().map(|source| source.id).collect();
        let sinks = ["mic", "low", "two", "eight", "six", "studio", "three", "headset", "out", "quiet"];
        let sinks = sinks.map(|sink| format!("{sink}.monitor"));
        assert_eq!(ids, sinks);
        hear(&mut *open("default").expect("the default is mic.monitor"), &mut SoundChunk::new());
        let missing = SourceError::NotFound(said!("device.microphone", name = "Other"));
        assert_eq!(open("Other").err(), Some(missing));
    });
}

#[test]
fn unplugged_is_lost_and_plugged_in_again_works() {
    with_sound_server("microphone::tests::unplugged_is_lost_and_plugged_in_again_works", || {
        let mut microphone = open("low.monitor").expect("it is there");
        let mut chunk = SoundChunk::new();
        hear(&mut *microphone, &mut chunk);
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
        hear(&mut *microphone, &mut chunk);
    });
}

#[test]
fn a_hanging_server_does_not_hang_the_program() {
    with_sound_server("microphone::tests::a_hanging_server_does_not_hang_the_program", || {
        let server = env::var(SERVER_PROCESS).expect("the test was started with it");
        let signal =
            |name: &str| assert!(Command::new("kill").args([name, &server]).status().is_ok_and(|s| s.success()));
        let mut microphone = open("mic.monitor").expect("it is there");
        let mut chunk = SoundChunk::new();
        hear(&mut *microphone, &mut chunk);
        signal("-STOP");
        let asked = Instant::now();
        let failed = (0..100).find_map(|_| microphone.next(&mut chunk).err());
        drop(microphone);
        let took = asked.elapsed();
        signal("-CONT");
        assert!(failed.is_some() && took < Duration::from_secs(10), "{failed:?} after {took:?}");
        hear(&mut *open("mic.monitor").expect("the server runs again"), &mut chunk);
    });
}
