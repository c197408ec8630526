//! VP9 over RTP (RFC 9628). The payload descriptor is not here, as its picture ids are each receiver's own; but its last part, the
//! scalability structure, is the same for all.

use super::{h264::even, vp8};
use bytes::Bytes;
use stream::VideoFrame;

/// One frame in pieces of the same size, the last at most a few bytes shorter. The frame's own bytes, not copied, but for a
/// keyframe's first piece, which the scalability structure stands before.
pub(super) fn payloads(frame: &VideoFrame, limit: usize) -> Vec<Bytes> {
    if !frame.keyframe {
        return vp8::payloads(&frame.data, limit);
    }
    let structure = structure(frame.width, frame.height);
    let each = even(structure.len() + frame.data.len(), limit);
    let (first, rest) = frame.data.split_at(frame.data.len().min(each - structure.len()));
    let rest = frame.data.slice_ref(rest);
    let mut payloads = vec![Bytes::from([&structure[..], first].concat())];
    payloads.extend((0..rest.len()).step_by(each).map(|start| rest.slice(start..rest.len().min(start + each))));
    payloads
}

/// Section 4.2.1: one spatial layer (N_S) of this size (Y); and of one picture in a group (G), which refers to the one before it.
fn structure(width: u16, height: u16) -> [u8; 8] {
    const SIZE: u8 = 0x10;
    const GROUP: u8 = 0x08;
    const ONE_PICTURE: u8 = 1;
    const ONE_REFERENCE: u8 = 1 << 2;
    const THE_LAST: u8 = 1;
    let ([wide, width], [high, height]) = (width.to_be_bytes(), height.to_be_bytes());
    [SIZE | GROUP, wide, width, high, height, ONE_PICTURE, ONE_REFERENCE, THE_LAST]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Instant;
    use stream::{Rid, VideoCodec, Way};

    fn frame(keyframe: bool, data: Bytes) -> VideoFrame {
        let captured = Instant::now();
        VideoFrame {
            profile: stream::Profile::Baseline,
            codec: VideoCodec::Vp9,
            rid: Rid::F,
            temporal: 0,
            keyframe,
            captured,
            width: 1280,
            height: 720,
            layer_sync: true,
            screen: false,
            way: Way::at(captured),
            data,
        }
    }

    #[test]
    fn a_keyframe_says_its_size_and_that_there_is_one_layer() {
        let payloads = payloads(&frame(true, Bytes::from_static(&[0x82, 0x49])), 1160);
        assert_eq!(payloads, [&[0x18, 5, 0, 2, 0xd0, 1, 4, 1, 0x82, 0x49][..]]);
    }

    proptest! {
        #[test]
        fn every_frame_comes_back_in_even_pieces(keyframe: bool, len in 1usize..80_000, limit in 64usize..1400) {
            let frame = frame(keyframe, Bytes::from((0..len).map(|i| i as u8).collect::<Vec<_>>()));
            let pieces = payloads(&frame, limit);
            prop_assert!(pieces.iter().all(|p| !p.is_empty() && p.len() <= limit));
            prop_assert!(pieces.iter().rev().skip(1).all(|p| p.len() == pieces[0].len()));
            prop_assert_eq!(&pieces.concat()[if keyframe { 8 } else { 0 }..], &frame.data[..]);
        }
    }
}
