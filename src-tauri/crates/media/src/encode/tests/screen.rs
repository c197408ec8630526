//! What the encoders make of what a screen shows: pages of small type that turn.

use super::{
    no_decoder,
    pages::{SIZE, another, errors, page},
};
use crate::{
    VideoConfig,
    encode::{Keyframes, Simulcast},
    frame::Content,
};
use std::time::{Duration, Instant};
use stream::{Profile, Rid, VideoFrame, annex_b::nal_units};

/// A page for each second, of what the source says that it is, with the keyframes of a broadcast.
fn pages(config: &VideoConfig, thinned: bool, pictures: u32, content: impl Fn(u32) -> Content) -> Vec<VideoFrame> {
    let mut encoder = Simulcast::new(config, Profile::Main, thinned).expect("it starts");
    let (start, mut keyframes) = (Instant::now(), Keyframes::new());
    let mut made = Vec::new();
    for number in 0..pictures {
        let picture = page(number as usize / 30, content(number), start + Duration::from_secs(1) * number / 30);
        let due = keyframes.take(picture.captured);
        encoder.encode(&picture, picture.captured, due, &mut |layer| made.push(layer)).expect("it encodes");
    }
    made
}

fn layer(made: &[VideoFrame], rid: Rid) -> Vec<VideoFrame> {
    made.iter().filter(|made| made.rid == rid).cloned().collect()
}

fn config(kbps: u32) -> VideoConfig {
    VideoConfig::new(SIZE.0, SIZE.1, 30, kbps).expect("it can be")
}

#[test]
fn a_page_of_a_screen_is_there_sooner_than_of_a_camera_and_gets_finer() {
    if no_decoder() {
        return;
    }
    let of = |content| layer(&pages(&config(800), false, 150, |_| content), Rid::F);
    let (screen, camera) = (of(Content::Screen), of(Content::Camera));
    assert!(screen.iter().all(|made| made.temporal == 0 && made.layer_sync));
    let errors = errors(&screen, |number| page(number / 30, Content::Screen, Instant::now()));
    let another = another();
    for turn in [60, 90, 120] {
        assert!(errors[turn] < another / 4.0, "{} of {another} with its first picture", errors[turn]);
        assert!(errors[turn + 29] < errors[turn] / 1.5, "{} and {} after a second", errors[turn], errors[turn + 29]);
        let first = |made: &[VideoFrame]| made[turn].data.len();
        assert!(first(&screen) * 8 < 800_000, "it is sent within a second");
    }
    assert_eq!(screen.len(), camera.len());
}

#[test]
fn a_change_from_camera_to_screen_is_one_keyframe_of_the_top_layer_that_nobody_else_notices() {
    if no_decoder() {
        return;
    }
    let content = |number| if (20..45).contains(&number) { Content::Screen } else { Content::Camera };
    let made = pages(&config(800), false, 59, content);
    let top = layer(&made, Rid::F);
    let keyframes = |rid| {
        let keyframe = |(at, made): (usize, VideoFrame)| made.keyframe.then_some(at);
        layer(&made, rid).into_iter().enumerate().filter_map(keyframe).collect::<Vec<_>>()
    };
    assert_eq!(keyframes(Rid::F)[..2], [0, 20]);
    assert!(keyframes(Rid::F).contains(&45));
    assert!(keyframes(Rid::H).iter().chain(&keyframes(Rid::Q)).all(|at| ![20, 45].contains(at)), "of no other layer");
    let sets = |at: usize| {
        let is_set = |nal: &&[u8]| nal.first().is_some_and(|kind| matches!(kind & 0x1f, 7 | 8));
        nal_units(&top[at].data).filter(is_set).map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    assert_eq!(sets(0).len(), 2);
    assert_eq!([sets(20), sets(45)], [sets(0), sets(0)], "so a recording goes on in the same file");
    errors(&top, |number| page(number / 30, Content::Camera, Instant::now()));
}

#[test]
fn what_is_to_be_thinned_out_is_encoded_as_a_cameras() {
    let made = pages(&config(800), true, 70, |_| Content::Screen);
    let top = layer(&made, Rid::F);
    assert_eq!(top.len(), 70);
    assert!(top.iter().any(|made| made.temporal == 2), "it has temporal layers");
}
