//! What OpenH264 makes of the settings: layers, keyframes, rate and bits, as far as a stream's bytes tell.

use super::{Film, colours, decode, kbps, no_decoder, numbers, snow, sps, temporal_layers_can_be_dropped};
use crate::{
    VideoConfig,
    encode::{Keyframes, Simulcast},
    frame::Picture,
};
use std::{sync::OnceLock, time::Instant};
use stream::{Profile, Rid, VideoFrame};

/// Eight seconds at 720p with regular keyframes, encoded once for several tests.
fn eight_seconds() -> &'static [VideoFrame] {
    static PICTURES: OnceLock<Vec<VideoFrame>> = OnceLock::new();
    PICTURES.get_or_init(|| encode(&VideoConfig::default(), 240, |_, _| ()))
}

fn encode(config: &VideoConfig, pictures: u32, before: impl FnMut(u32, &mut Simulcast)) -> Vec<VideoFrame> {
    encode_as(Profile::Main, config, pictures, before)
}

fn encode_as(
    profile: Profile,
    config: &VideoConfig,
    pictures: u32,
    mut before: impl FnMut(u32, &mut Simulcast),
) -> Vec<VideoFrame> {
    let (mut encoder, mut keyframes) = (Simulcast::new(config, profile, false).expect("it starts"), Keyframes::new());
    let mut film = Film::new(config);
    (0..pictures)
        .flat_map(|number| {
            before(number, &mut encoder);
            let (picture, captured) = film.next();
            all(&mut encoder, picture, captured, keyframes.take(captured))
        })
        .collect()
}

/// All layers of a picture, in the order in which they were handed on.
fn all(encoder: &mut Simulcast, picture: &Picture, captured: Instant, keyframes: [bool; 3]) -> Vec<VideoFrame> {
    let mut made = Vec::new();
    encoder.encode(picture, captured, keyframes, &mut |layer| made.push(layer)).expect("it encodes");
    made
}

#[test]
fn every_layer_decodes_at_its_size_and_its_clock_can_be_read_in_every_picture() {
    if no_decoder() {
        return;
    }
    for (rid, size) in [(Rid::F, (1280, 720)), (Rid::H, (640, 360)), (Rid::Q, (320, 180))] {
        let pictures = layer(eight_seconds(), rid);
        assert!(pictures.iter().all(|picture| (picture.width, picture.height) == size));
        assert_eq!(numbers(&decode(&pictures)), (0..240).collect::<Vec<_>>(), "{rid:?}");
    }
}

#[test]
fn small_sizes_can_be_read_too() {
    if no_decoder() {
        return;
    }
    let config = VideoConfig::new(640, 360, 30, 800).expect("a usual size");
    let pictures = encode(&config, 60, |_, _| ());
    for rid in Rid::ALL {
        assert_eq!(numbers(&decode(&layer(&pictures, rid))), (0..60).collect::<Vec<_>>(), "{rid:?}");
    }
}

#[test]
fn the_pattern_spends_the_whole_bitrate_of_every_layer() {
    for (rid, wanted) in [(Rid::F, 2500.0), (Rid::H, 500.0), (Rid::Q, 150.0)] {
        let spent = kbps(&layer(eight_seconds(), rid));
        assert!((spent / wanted - 1.0).abs() < 0.1, "{rid:?}: {spent} of {wanted} kbit/s");
    }
}

#[test]
fn the_pattern_spends_other_bitrates_too() {
    for (width, height, wanted) in [(1280, 720, 1000), (1280, 720, 6000), (640, 360, 300), (320, 180, 250)] {
        let config = VideoConfig::new(width, height, 30, wanted).expect("it can be");
        let spent = kbps(&layer(&encode(&config, 240, |_, _| ()), Rid::F));
        assert!((spent / f64::from(wanted) - 1.0).abs() < 0.1, "{width}x{height}: {spent} of {wanted} kbit/s");
    }
}

/// Where the quantiser ends, the rate does.
#[test]
fn what_cannot_be_foretold_gets_coarser_rather_than_larger() {
    let config = VideoConfig::new(640, 360, 30, 1200).expect("it can be");
    let mut encoder = Simulcast::new(&config, Profile::Main, false).expect("it starts");
    let mut pictures = Vec::new();
    for picture in snow(640, 360, 120) {
        pictures.extend(all(&mut encoder, &picture, picture.captured, [false; 3]));
    }
    let spent = kbps(&layer(&pictures, Rid::F)[60..]);
    assert!(spent < 1.1 * 1200.0, "{spent} of 1200 kbit/s");
}

#[test]
fn every_layer_says_its_colours() {
    if no_decoder() {
        return;
    }
    for rid in Rid::ALL {
        assert_eq!(colours(&layer(eight_seconds(), rid)), "tv,smpte170m,bt709,bt709", "{rid:?}");
    }
}

#[test]
fn the_top_layer_comes_first_and_all_layers_come_with_every_picture() {
    for pictures in eight_seconds().chunks(3) {
        assert_eq!([pictures[0].rid, pictures[1].rid, pictures[2].rid], [Rid::F, Rid::H, Rid::Q]);
    }
}

#[test]
fn temporal_layers_can_be_dropped_in_the_smallest_layer_and_the_others_have_none() {
    if no_decoder() {
        return;
    }
    temporal_layers_can_be_dropped(&layer(&eight_seconds()[..3 * 90], Rid::Q));
    for rid in [Rid::F, Rid::H] {
        assert!(layer(eight_seconds(), rid).iter().all(|picture| picture.temporal == 0), "{rid:?}");
    }
}

/// A crowd gathers and goes: no keyframe comes but the regular ones, and no picture is missing.
#[test]
fn layers_are_thinned_from_their_next_keyframe_on_until_another_one() {
    if no_decoder() {
        return;
    }
    let pictures = encode(&VideoConfig::default(), 300, |number, encoder| {
        encoder.set_thinned((20..140).contains(&number));
    });
    let keyframes = |of: &[VideoFrame]| of.iter().map(|picture| picture.keyframe).collect::<Vec<_>>();
    for rid in [Rid::F, Rid::H] {
        let of = layer(&pictures, rid);
        assert_eq!(keyframes(&of[..240]), keyframes(&layer(eight_seconds(), rid)), "{rid:?}");
        let thinned: Vec<bool> = of.iter().map(|picture| picture.temporal > 0).collect();
        let (first, last) = (thinned.iter().position(|is| *is), thinned.iter().rposition(|is| *is));
        let begin = of.iter().skip(20).position(|picture| picture.keyframe).expect("there are more") + 20;
        let end = of.iter().skip(140).position(|picture| picture.keyframe).expect("there are more") + 140;
        let wanted = (Some(begin + 1), Some(end - 1));
        assert_eq!((first, last), wanted, "{rid:?}: from the picture behind one keyframe to the last before another");
        temporal_layers_can_be_dropped(&of[begin..end]);
        assert_eq!(numbers(&decode(&of)), (0..300).collect::<Vec<_>>(), "{rid:?}: who follows sees all of it");
    }
}

/// Snow at a rate at which no quantiser is coarse enough.
#[test]
fn what_does_not_fit_gets_smaller_and_decodes_whole() {
    if no_decoder() {
        return;
    }
    let config = VideoConfig::new(640, 360, 30, 300).expect("it can be");
    let mut encoder = Simulcast::new(&config, Profile::Main, false).expect("it starts");
    let mut pictures = Vec::new();
    for picture in snow(640, 360, 180) {
        pictures.extend(all(&mut encoder, &picture, picture.captured, [false; 3]));
    }
    let top = layer(&pictures, Rid::F);
    assert_eq!(top.len(), 180, "none is left out");
    let sizes: Vec<_> = top.iter().map(|picture| (picture.width, picture.height)).collect();
    assert_eq!((sizes[0], sizes[179]), ((640, 360), (320, 180)));
    for at in 1..180 {
        assert!(sizes[at] == sizes[at - 1] || top[at].keyframe, "picture {at} has another size and is no keyframe");
    }
    let first = top.iter().position(|picture| picture.width == 320).expect("it got so small");
    assert_eq!(decode(&top[first..]).len(), 180 - first);
}

#[test]
fn a_keyframe_starts_anew_and_carries_its_parameter_sets() {
    if no_decoder() {
        return;
    }
    for rid in Rid::ALL {
        let pictures = layer(eight_seconds(), rid);
        let keyframes: Vec<usize> = (0..240).filter(|at| pictures[*at].keyframe).collect();
        assert!(keyframes.len() >= 4 && keyframes[0] == 0, "{rid:?}: {keyframes:?}");
        assert!(keyframes.windows(2).all(|pair| pair[1] - pair[0] <= 60), "{rid:?}: every two seconds, {keyframes:?}");
        let second = keyframes[1];
        assert_eq!(pictures[second].temporal, 0);
        assert_eq!(nal_types(&pictures[second].data), [7, 8, 5], "SPS, PPS, IDR");
        let joined = decode(&pictures[second..second + 30]);
        assert_eq!(
            numbers(&joined),
            (second as u16..second as u16 + 30).collect::<Vec<_>>(),
            "a joiner sees all from there"
        );
    }
}

#[test]
fn a_forced_keyframe_is_one_of_its_layer_only() {
    for forced in Rid::ALL {
        let config = VideoConfig::default();
        let (mut encoder, mut film) =
            (Simulcast::new(&config, Profile::Main, false).expect("it starts"), Film::new(&config));
        for number in 0..12 {
            let force = Rid::ALL.map(|rid| number == 7 && rid == forced);
            let (picture, captured) = film.next();
            for made in all(&mut encoder, picture, captured, force) {
                let expected = number == 0 || (number == 7 && made.rid == forced);
                assert_eq!(made.keyframe, expected, "picture {number}, {:?}, forced {forced:?}", made.rid);
            }
        }
    }
}

#[test]
fn a_layer_s_bitrate_changes_while_it_runs_and_the_others_stay() {
    let pictures = encode(&VideoConfig::default(), 360, |number, encoder| {
        if number == 120 {
            encoder.set_bitrate(Rid::F, 1500).expect("it is changed");
        }
    });
    // A second after the change it has settled.
    for (rid, wanted) in [(Rid::F, 1500.0), (Rid::H, 500.0), (Rid::Q, 150.0)] {
        let spent = kbps(&layer(&pictures[3 * 150..], rid));
        assert!((spent / wanted - 1.0).abs() < 0.12, "{rid:?}: {spent} of {wanted} kbit/s");
    }
}

#[test]
fn a_top_layer_of_every_second_picture_spends_its_rate_all_the_same() {
    let config = VideoConfig::default();
    let (mut encoder, mut keyframes) =
        (Simulcast::new(&config, Profile::Main, false).expect("it starts"), Keyframes::new());
    let (mut film, mut made) = (Film::new(&config), Vec::new());
    encoder.set_top(true, false);
    for number in 0..300 {
        let (picture, captured) = film.next();
        let due = keyframes.take(captured);
        let mut hand_on = |frame: VideoFrame| made.push((number, frame));
        let encoded = if number % 2 == 0 || due[Rid::F.index()] {
            encoder.encode(picture, captured, due, &mut hand_on)
        } else {
            encoder.encode_lower(picture, captured, due, &mut hand_on)
        };
        encoded.expect("it encodes");
    }
    // After two seconds.
    let mut after: Vec<VideoFrame> =
        made.into_iter().filter(|(number, _)| *number >= 60).map(|(_, frame)| frame).collect();
    assert_eq!(layer(&after, Rid::H).len(), 240, "the others have every picture");
    after.retain(|frame| frame.rid == Rid::F);
    assert!((118..=126).contains(&after.len()), "{} of 240", after.len());
    let spent = after.iter().map(|frame| frame.data.len()).sum::<usize>() as f64 * 8.0 / 1000.0 / 8.0;
    assert!((spent / 2500.0 - 1.0).abs() < 0.1, "{spent} of 2500 kbit/s");
}

/// Sizes with the level of each layer, the smallest first: 16:9, 4:3, square, upright, and widths that are no multiple of 16, or whose
/// half or quarter is odd.
const SIZES: [(u16, u16, [u8; 3]); 14] = [
    (1280, 720, [13, 30, 31]),
    (1920, 1080, [21, 31, 40]),
    (1080, 1920, [21, 31, 40]),
    (720, 1280, [13, 30, 31]),
    (1366, 768, [13, 30, 32]),
    (768, 1366, [13, 30, 32]),
    (640, 480, [11, 13, 30]),
    (1440, 1080, [13, 31, 40]),
    (1080, 1080, [13, 30, 32]),
    (1440, 1440, [21, 31, 40]),
    (854, 480, [12, 21, 31]),
    (1000, 562, [12, 21, 31]),
    (160, 96, [11, 13, 20]),
    (96, 160, [11, 13, 20]),
];

#[test]
fn every_size_says_its_own_level_and_decodes_whole_in_every_layer() {
    if no_decoder() {
        return;
    }
    let both = [(Profile::Baseline, 66), (Profile::Main, 77)];
    for ((profile, idc), (width, height, levels)) in both.into_iter().flat_map(|of| SIZES.map(|size| (of, size))) {
        let config = VideoConfig::new(width, height, 30, 2000).expect("it can be sent");
        let pictures = encode_as(profile, &config, 6, |_, _| ());
        for (rid, level) in Rid::ALL.into_iter().zip(levels) {
            let pictures = layer(&pictures, rid);
            let size = config.layer_size(rid);
            let what = format!("{width}x{height} {rid:?}");
            let said = sps::read(&pictures[0].data);
            assert_eq!(said, sps::Sps { profile: idc, constraints: said.constraints, level, size }, "{what}");
            if profile == Profile::Baseline {
                assert_eq!(said.constraints & 0xc0, 0xc0, "{what} is constrained baseline");
            }
            assert_eq!((pictures[0].width, pictures[0].height), size, "{what}");
            assert_eq!(level, config.h264_level(rid).idc(), "{what}: what is answered is what is sent");
            let decoded = decode(&pictures);
            assert_eq!(decoded.len(), 6, "{what}");
            // Below 8 pixels, a cell is too small to outlive the encoder.
            if size.0 >= 8 * 32 {
                assert_eq!(numbers(&decoded), (0..6).collect::<Vec<_>>(), "{what}");
            }
        }
    }
}

/// In baseline OpenH264 takes arithmetic coding back without a word, and so it might in main.
#[test]
fn main_has_arithmetic_coding_and_baseline_has_not_and_each_picture_says_which() {
    if no_decoder() {
        return;
    }
    let config = VideoConfig::default();
    for (profile, idc, arithmetic) in [(Profile::Baseline, 66, false), (Profile::Main, 77, true)] {
        let pictures = encode_as(profile, &config, 130, |_, _| ());
        for rid in Rid::ALL {
            let pictures = layer(&pictures, rid);
            for keyframe in pictures.iter().filter(|picture| picture.keyframe) {
                let said = (sps::read(&keyframe.data).profile, sps::arithmetic(&keyframe.data));
                assert_eq!(said, (idc, arithmetic), "{rid:?}");
            }
            assert!(pictures.iter().all(|picture| picture.profile == profile), "{rid:?} {profile:?}");
            assert_eq!(numbers(&decode(&pictures)), (0..130).collect::<Vec<_>>(), "{rid:?} {profile:?}");
        }
    }
}

/// The types of the NAL units of an Annex B access unit.
fn nal_types(data: &[u8]) -> Vec<u8> {
    data.windows(4).filter(|window| window[..3] == [0, 0, 1]).map(|window| window[3] & 0x1f).collect()
}

/// The pictures of one layer.
fn layer(pictures: &[VideoFrame], rid: Rid) -> Vec<VideoFrame> {
    pictures.iter().filter(|picture| picture.rid == rid).cloned().collect()
}
