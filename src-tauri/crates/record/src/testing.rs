//! Frames for tests, whose bytes only look like an encoder's.

use bytes::Bytes;
use std::time::{Duration, Instant};
use stream::{AudioFrame, Frame, Profile, Rid, VideoFrame, Way};

/// A picture of these units, so many milliseconds after any moment.
pub(crate) fn picture(ms: u64, keyframe: bool, units: &[&[u8]]) -> VideoFrame {
    let data: Vec<u8> = units.iter().flat_map(|unit| [&[0, 0, 0, 1], *unit].concat()).collect();
    VideoFrame { data: data.into(), ..picture_at(Instant::now() + Duration::from_millis(ms), keyframe) }
}

/// A picture of 640x360.
pub(crate) fn picture_at(captured: Instant, keyframe: bool) -> VideoFrame {
    let data: &[u8] = match keyframe {
        true => &[0, 0, 0, 1, 0x67, 77, 0x40, 30, 9, 0, 0, 0, 1, 0x68, 5, 0, 0, 0, 1, 0x65, 1, 2, 3],
        false => &[0, 0, 0, 1, 0x41, 4, 5],
    };
    VideoFrame {
        codec: crate::CODEC,
        rid: Rid::F,
        temporal: 0,
        profile: Profile::Main,
        keyframe,
        captured,
        width: 640,
        height: 360,
        layer_sync: true,
        screen: false,
        way: Way::at(captured),
        data: Bytes::from_static(data),
    }
}

/// A packet of 20 ms.
pub(crate) fn sound_at(captured: Instant) -> AudioFrame {
    AudioFrame { captured, position: 0, samples: 960, data: Bytes::from_static(&[0xfc, 1, 2, 3]) }
}

/// A broadcast of so many seconds: 30 pictures a second with a keyframe every two, and sound.
pub(crate) fn broadcast(start: Instant, seconds: u32) -> Vec<Frame> {
    let mut frames = Vec::new();
    for n in 0..seconds * 30 {
        let at = start + Duration::from_secs(1) * n / 30;
        frames.push((at, Frame::Video(picture_at(at, n % 60 == 0))));
    }
    for n in 0..seconds * 50 {
        let at = start + Duration::from_millis(20) * n;
        // It is encoded when all of it was heard.
        frames.push((at + Duration::from_millis(25), Frame::Audio(sound_at(at))));
    }
    frames.sort_by_key(|(at, _)| *at);
    frames.into_iter().map(|(_, frame)| frame).collect()
}
