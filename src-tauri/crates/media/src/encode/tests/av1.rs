//! What libaom makes of pages of small type, as dav1d sees it, which ffmpeg decodes AV1 by.

use super::{
    colours, no_decoder,
    pages::{another, errors, page},
};
use crate::{
    VideoConfig,
    encode::{Av1, Keyframes, Layer, LayerConfig, LayerEncoder},
    frame::Content,
};
use std::time::{Duration, Instant};
use stream::{Profile, Rid, VideoFrame};

/// Whether there is no libaom here, which is said.
fn no_encoder() -> bool {
    let missing = !Av1::is_there();
    if missing {
        eprintln!("skipped: there is no libaom on this machine to encode with");
    }
    missing
}

/// A page for each second, with the keyframes of a broadcast.
fn pages(kbps: u32, pictures: u32) -> Vec<VideoFrame> {
    let config = VideoConfig::new(640, 360, 30, kbps).expect("it can be");
    let mut layer = Layer::<Av1>::new(&LayerConfig::of(&config, Rid::F, Profile::Main), kbps).expect("it starts");
    let (start, mut keyframes) = (Instant::now(), Keyframes::every(Av1::KEYFRAMES));
    let encode = |number: u32| {
        let picture = page(number as usize / 30, Content::Screen, start + Duration::from_secs(1) * number / 30);
        let due = keyframes.take(picture.captured)[Rid::F.index()];
        layer.encode(&picture, picture.captured, due).expect("it encodes").expect("none is left out")
    };
    (0..pictures).map(encode).collect()
}

#[test]
fn a_page_can_be_read_from_its_first_picture_on_and_what_stands_still_is_nearly_as_it_is() {
    if no_decoder() || no_encoder() {
        return;
    }
    let made = pages(800, 220);
    let keyframes: Vec<usize> = (0..made.len()).filter(|at| made[*at].keyframe).collect();
    assert_eq!(keyframes, [0, 180], "what a page takes is no reason for one");
    let errors = errors(&made, |number| page(number / 30, Content::Screen, Instant::now()));
    for turn in [30, 60, 90, 120, 150] {
        assert!(errors[turn] < another() / 20.0, "{} of {} with its first picture", errors[turn], another());
        assert!(errors[turn + 29] < 0.5, "{} after a second", errors[turn + 29]);
        assert!(made[turn].data.len() * 8 < 800_000, "{} bytes: it is sent within a second", made[turn].data.len());
    }
}

#[test]
fn it_says_its_colours() {
    if no_decoder() || no_encoder() {
        return;
    }
    assert_eq!(colours(&pages(800, 2)), "tv,smpte170m,bt709,bt709");
}

#[test]
fn a_rate_and_sizes_of_all_kinds_hold() {
    if no_encoder() {
        return;
    }
    for (width, height) in [(160, 96), (96, 160), (1366, 768), (1080, 1920), (854, 480)] {
        let config = VideoConfig::new(width, height, 30, 1000).expect("it can be");
        let mut layer = Layer::<Av1>::new(&LayerConfig::of(&config, Rid::F, Profile::Main), 1000).expect("it starts");
        for (number, picture) in super::snow(width, height, 6).enumerate() {
            layer.set_bitrate(if number == 3 { 300 } else { 1000 }).expect("it can change");
            let made = layer.encode(&picture, picture.captured, number == 4).expect("it encodes").expect("a picture");
            assert!(made.keyframe || !matches!(number, 0 | 4), "{width}x{height}, {number}");
        }
    }
}
