//! What libvpx makes of VP9: profile 0, keyframes when they are asked for and only then, and the rate.

use super::{Film, colours, decode, kbps, no_decoder, numbers};
use crate::{
    VideoConfig,
    encode::{Effort, LayerConfig, LayerEncoder, Vp9},
};
use stream::{Profile, Rid, VideoFrame};

fn start(config: &VideoConfig) -> Vp9 {
    let layer = LayerConfig::of(config, Rid::F, Profile::Main);
    Vp9::new(&layer, config.bitrate_kbps).expect("it starts")
}

fn encode(config: &VideoConfig, pictures: u32, mut before: impl FnMut(u32, &mut Vp9) -> bool) -> Vec<VideoFrame> {
    let mut encoder = start(config);
    let mut film = Film::new(config);
    (0..pictures)
        .map(|number| {
            let keyframe = before(number, &mut encoder);
            let (picture, captured) = film.next();
            encoder.encode(picture, captured, keyframe).expect("it encodes").expect("no picture is dropped")
        })
        .collect()
}

fn regular(number: u32, _: &mut Vp9) -> bool {
    number.is_multiple_of(60)
}

#[test]
fn it_decodes_and_spends_its_bitrate_with_either_effort() {
    if no_decoder() {
        return;
    }
    for (width, height, wanted, effort) in [(1280, 720, 2500, Effort::Least), (640, 360, 500, Effort::More)] {
        let config = VideoConfig::new(width, height, 30, wanted).expect("it can be");
        let pictures = encode(&config, 240, |number, encoder| {
            encoder.set_effort(effort).expect("it is changed");
            number.is_multiple_of(60)
        });
        assert_eq!(numbers(&decode(&pictures)), (0..240).collect::<Vec<_>>());
        let spent = kbps(&pictures);
        assert!((spent / f64::from(wanted) - 1.0).abs() < 0.1, "{width}x{height}: {spent} of {wanted} kbit/s");
    }
}

#[test]
fn its_colours_are_said() {
    if no_decoder() {
        return;
    }
    let config = VideoConfig::new(1280, 720, 30, 2500).expect("it can be");
    // There is no place for more in VP9.
    assert_eq!(colours(&encode(&config, 2, regular)), "tv,bt470bg,unknown,unknown");
}

#[test]
fn upright_and_odd_sizes_decode_whole() {
    if no_decoder() {
        return;
    }
    for (width, height) in [(1080, 1920), (1366, 768), (1080, 1080), (854, 480)] {
        let config = VideoConfig::new(width, height, 30, 2500).expect("it can be");
        let pictures = encode(&config, 6, regular);
        assert!(pictures.iter().all(|picture| (picture.width, picture.height) == (width, height)));
        assert_eq!(numbers(&decode(&pictures)), (0..6).collect::<Vec<_>>(), "{width}x{height}");
    }
}

#[test]
fn a_keyframe_comes_when_it_is_asked_for_and_only_then() {
    if no_decoder() {
        return;
    }
    // libvpx makes one by itself after 128 pictures where it is not kept from it.
    let config = VideoConfig::new(320, 180, 30, 250).expect("it can be");
    let pictures = encode(&config, 150, |number, _| number == 13);
    for (number, picture) in pictures.iter().enumerate() {
        assert_eq!(picture.keyframe, number == 0 || number == 13, "picture {number}");
        assert_eq!(says_keyframe(picture), picture.keyframe, "picture {number}, as its own header has it");
        assert_eq!(picture.temporal, 0, "there is one layer");
    }
    assert_eq!(numbers(&decode(&pictures[13..])), (13..150).collect::<Vec<_>>(), "a joiner sees all from there");
}

/// What the uncompressed header says of a frame of profile 0 that is shown: its marker, and that it is a keyframe.
fn says_keyframe(picture: &VideoFrame) -> bool {
    let header = picture.data[0];
    assert_eq!(header & 0b1111_1000, 0b1000_0000, "frame marker, profile 0, no repetition of another frame");
    header & 0b100 == 0
}

#[test]
fn its_bitrate_and_its_effort_change_while_it_runs() {
    if no_decoder() {
        return;
    }
    let pictures = encode(&VideoConfig::default(), 300, |number, encoder| {
        match number {
            90 => encoder.set_bitrate(1200).expect("it is changed"),
            150 => encoder.set_effort(Effort::More).expect("it is changed"),
            210 => encoder.set_effort(Effort::Least).expect("it is changed"),
            _ => {}
        }
        number.is_multiple_of(60)
    });
    let spent = kbps(&pictures[120..]);
    assert!((spent / 1200.0 - 1.0).abs() < 0.12, "{spent} of 1200 kbit/s");
    assert_eq!(numbers(&decode(&pictures)), (0..300).collect::<Vec<_>>());
}
