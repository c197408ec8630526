//! The encoded tone, decoded again, is the tone; and each preset is what it says.

use crate::{
    encode::{PACKET, SoundEncoder},
    tone::tone,
};
use bytes::Bytes;
use opus::{Channels, Decoder};
use protocol::SoundPreset;
use std::{f32::consts::TAU, time::Duration};

/// Two seconds of the tone, encoded and decoded.
fn decoded() -> Vec<f32> {
    let (mut sound, mut piece) = (Vec::new(), Vec::new());
    for ms in (0..2000).step_by(10) {
        tone(Duration::from_millis(ms), &mut piece);
        sound.extend_from_slice(&piece);
    }
    let mut encoder = SoundEncoder::new(SoundPreset::Standard).expect("it starts");
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

/// Something like a voice: a buzz whose pitch and loudness go up and down.
fn voice(packets: usize) -> Vec<f32> {
    let mut phase = 0.0_f32;
    let samples = (0..packets * PACKET).flat_map(|at| {
        let seconds = at as f32 / 48_000.0;
        phase = (phase + (140.0 + 30.0 * (TAU * 0.7 * seconds).sin()) / 48_000.0).fract();
        let buzz: f32 = (1..20).map(|over| (TAU * over as f32 * phase).sin() / over as f32).sum();
        [0.2 * buzz * (0.6 + 0.4 * (TAU * 3.0 * seconds).sin()); 2]
    });
    samples.collect()
}

fn packets(preset: SoundPreset, sound: &[f32]) -> Vec<Bytes> {
    let mut encoder = SoundEncoder::new(preset).expect("it starts");
    sound.chunks_exact(2 * PACKET).map(|packet| encoder.encode(packet).expect("it encodes")).collect()
}

fn kbps(packets: &[Bytes]) -> usize {
    // 50 packets a second.
    packets.iter().map(Bytes::len).sum::<usize>() * 8 * 50 / packets.len() / 1000
}

#[test]
fn each_preset_takes_the_bits_that_it_says() {
    let sound = voice(250);
    for (preset, wanted) in [(SoundPreset::Standard, 96), (SoundPreset::Music, 128), (SoundPreset::Speech, 48)] {
        let kbps = kbps(&packets(preset, &sound));
        // Fewer where both sides are the same, as here.
        assert!((wanted * 7 / 10..=wanted * 11 / 10).contains(&kbps), "{preset}: {kbps} kbit/s");
    }
}

#[test]
fn a_preset_is_changed_from_one_packet_to_the_next() {
    let sound = voice(100);
    let mut encoder = SoundEncoder::new(SoundPreset::Music).expect("it starts");
    let mut encode = |preset| {
        encoder.set(preset).expect("it can be set");
        let all = sound.chunks_exact(2 * PACKET).map(|packet| encoder.encode(packet).expect("it encodes"));
        kbps(&all.collect::<Vec<_>>())
    };
    let (music, speech) = (encode(SoundPreset::Music), encode(SoundPreset::Speech));
    assert!(music > 2 * speech, "{music} and {speech} kbit/s");
}

#[test]
fn speech_that_was_lost_comes_again_with_the_next_packet() {
    let sound = voice(150);
    // How much of one packet's sound is right when it is lost and made up, in some way, from the one after it.
    let mended = |preset, with_next: bool| {
        let all = packets(preset, &sound);
        let (mut whole, mut lossy) = (decoder(), decoder());
        let (mut right, mut made) = (vec![0.0; 2 * PACKET], vec![0.0; 2 * PACKET]);
        let (mut off, mut loud) = (0.0, 0.0);
        for (at, packet) in all.iter().enumerate() {
            whole.decode_float(packet, &mut right, false).expect("it is Opus");
            let lost = at % 10 == 9 && at + 1 < all.len();
            let decoded = match (lost, with_next) {
                (false, _) => lossy.decode_float(packet, &mut made, false),
                (true, true) => lossy.decode_float(&all[at + 1], &mut made, true),
                (true, false) => lossy.decode_float(&[], &mut made, false),
            };
            decoded.expect("it is made up");
            if lost {
                off += right.iter().zip(&made).map(|(right, made)| (right - made).powi(2)).sum::<f32>();
                loud += right.iter().map(|right| right.powi(2)).sum::<f32>();
            }
        }
        off / loud
    };
    let (copied, guessed) = (mended(SoundPreset::Speech, true), mended(SoundPreset::Speech, false));
    assert!(copied < 0.5 * guessed, "the copy is nearer to what was lost than what is guessed: {copied} and {guessed}");
    let (copied, guessed) = (mended(SoundPreset::Music, true), mended(SoundPreset::Music, false));
    assert!((copied - guessed).abs() < 0.05 * guessed, "music has none: {copied} and {guessed}");
}

fn decoder() -> Decoder {
    Decoder::new(48_000, Channels::Stereo).expect("Opus has this rate")
}
