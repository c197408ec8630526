//! The encoded tone, decoded again, is the tone.

use crate::{
    encode::{PACKET, SoundEncoder},
    tone::tone,
};
use opus::{Channels, Decoder};
use std::time::Duration;

/// Two seconds of the tone, encoded and decoded.
fn decoded() -> Vec<f32> {
    let (mut sound, mut piece) = (Vec::new(), Vec::new());
    for ms in (0..2000).step_by(10) {
        tone(Duration::from_millis(ms), &mut piece);
        sound.extend_from_slice(&piece);
    }
    let mut encoder = SoundEncoder::new().expect("it starts");
    let mut decoder = Decoder::new(48_000, Channels::Stereo).expect("it starts");
    let mut out = Vec::new();
    for samples in sound.chunks_exact(2 * PACKET) {
        let packet = encoder.encode(samples).expect("it encodes");
        assert_ne!(packet[0] & 4, 0, "the packet says it is stereo");
        let mut piece = vec![0.0; 2 * PACKET];
        assert_eq!(decoder.decode_float(&packet, &mut piece, false).expect("it decodes"), PACKET);
        out.extend_from_slice(&piece);
    }
    out
}

/// How strong a frequency is on one side.
fn strength(sound: &[f32], side: usize, hz: f32) -> f32 {
    let wave = sound.iter().skip(side).step_by(2);
    let (mut sine, mut cosine, mut count) = (0.0, 0.0, 0.0);
    for (at, sample) in wave.enumerate() {
        let phase = std::f32::consts::TAU * (hz * at as f32 / 48_000.0).fract();
        sine += sample * phase.sin();
        cosine += sample * phase.cos();
        count += 1.0;
    }
    2.0 * f32::hypot(sine, cosine) / count
}

#[test]
fn left_and_right_stay_different_tones() {
    let sound = decoded();
    // Between two beeps.
    let steady = &sound[2 * 14_400..2 * 43_200];
    for (side, own, other) in [(0, 440.0, 660.0), (1, 660.0, 440.0)] {
        let (own, other) = (strength(steady, side, own), strength(steady, side, other));
        assert!(own > 0.09 && other < 0.01, "side {side}: its own tone {own}, the other side's {other}");
    }
}

#[test]
fn the_beep_is_heard_in_time() {
    let sound = decoded();
    let onset = sound[2 * 24_000..].iter().position(|sample| sample.abs() > 0.3).expect("the second beep") / 2 + 24_000;
    // The encoder looks ahead by 6.5 ms; a decoder knows, and leaves that out at the start only.
    assert!((48_000..48_500).contains(&onset), "it begins at sample {onset}");
}
