//! Frames for tests, whose bytes only look like an encoder's.

use bytes::Bytes;
use std::time::{Duration, Instant};
use stream::{AudioFrame, Profile, Rid, VideoFrame, Way};

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
        way: Way::at(captured),
        data: Bytes::from_static(data),
    }
}

/// A packet of 20 ms.
pub(crate) fn sound_at(captured: Instant) -> AudioFrame {
    AudioFrame { captured, position: 0, samples: 960, data: Bytes::from_static(&[0xfc, 1, 2, 3]) }
}
