//! A microphone through the whole pipeline: the tone that is played is the tone that viewers get.
#![cfg(target_os = "linux")]

#[path = "support/sound_server.rs"]
mod support;

use media::{CameraChoice, MicrophoneChoice, Pipeline, VideoConfig};
use std::{
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
