//! What libvpx makes: keyframes when they are asked for, and the rate.

use super::{Film, decode, kbps, no_decoder, numbers, snow};
use crate::{
    VideoConfig,
    encode::{LayerConfig, LayerEncoder, Vp8},
};
use stream::{Profile, Rid, VideoFrame};

fn start(config: &VideoConfig) -> Vp8 {
    let layer = LayerConfig::of(config, Rid::F, Profile::Main);
    Vp8::new(&layer, config.bitrate_kbps).expect("it starts")
}

fn encode(config: &VideoConfig, pictures: u32, mut before: impl FnMut(u32, &mut Vp8) -> bool) -> Vec<VideoFrame> {
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

fn regular(number: u32, _: &mut Vp8) -> bool {
    number.is_multiple_of(60)
}

#[test]
fn it_decodes_and_spends_its_bitrate() {
    if no_decoder() {
        return;
    }
    for (width, height, wanted) in [(1280, 720, 2500), (640, 360, 500)] {
        let config = VideoConfig::new(width, height, 30, wanted).expect("it can be");
        let pictures = encode(&config, 240, regular);
        assert_eq!(numbers(&decode(&pictures)), (0..240).collect::<Vec<_>>());
        let spent = kbps(&pictures);
        assert!((spent / f64::from(wanted) - 1.0).abs() < 0.1, "{width}x{height}: {spent} of {wanted} kbit/s");
    }
}

/// Where the quantiser ends, the rate does.
#[test]
fn what_cannot_be_foretold_gets_coarser_rather_than_larger() {
    let mut encoder = start(&VideoConfig::new(640, 360, 30, 1200).expect("it can be"));
    let frames: Vec<_> = snow(640, 360, 120)
        .filter_map(|picture| encoder.encode(&picture, picture.captured, false).expect("it encodes"))
        .collect();
    let spent = kbps(&frames[60..]);
    assert!(spent < 1.1 * 1200.0, "{spent} of 1200 kbit/s");
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
    let pictures = encode(&VideoConfig::default(), 30, |number, _| number == 13);
    for (number, picture) in pictures.iter().enumerate() {
        assert_eq!(picture.keyframe, number == 0 || number == 13, "picture {number}");
    }
    assert!(pictures.iter().all(|picture| picture.temporal == 0), "there is one layer");
    assert_eq!(numbers(&decode(&pictures[13..])), (13..30).collect::<Vec<_>>(), "a joiner sees all from there");
}

#[test]
fn its_bitrate_changes_while_it_runs() {
    let pictures = encode(&VideoConfig::default(), 300, |number, encoder| {
        if number == 90 {
            encoder.set_bitrate(1200).expect("it is changed");
        }
        number.is_multiple_of(60)
    });
    let spent = kbps(&pictures[120..]);
    assert!((spent / 1200.0 - 1.0).abs() < 0.12, "{spent} of 1200 kbit/s");
}
