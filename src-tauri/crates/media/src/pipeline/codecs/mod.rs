//! The codecs as their threads drive them, a file each: encoders are made and remade to suit the picture and the orders.

mod av1;
mod effort;
#[cfg(feature = "h264")]
mod h264;
mod layered;
mod vp8;
mod vp9;

use super::orders::Orders;
use crate::{VideoConfig, encode::EncodeError, frame::Picture};
use std::time::Instant;
use stream::{CodecSpec, VideoCodec, VideoFrame};

/// The codecs that this build can encode, in the order in which viewers are answered them. The first is encoded as long as a
/// broadcast runs: a joiner's first picture comes from it.
pub const CODECS: &[VideoCodec] = &[
    #[cfg(feature = "h264")]
    VideoCodec::H264,
    VideoCodec::Vp9,
    VideoCodec::Vp8,
    // Where libaom is on the machine. Whether it is shows with the first screen: until then it is not loaded.
    VideoCodec::Av1,
];

/// A codec, as its thread sees it: makes and remakes its encoders to suit the orders and the picture.
pub(super) trait Codec: Send + 'static {
    /// Its thread's name.
    fn thread(&self) -> &'static str;

    /// Encodes a picture; each layer is handed on as soon as it is there. Without `top` the top layer has none, unless it is to be a keyframe
    /// of it.
    fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        top: bool,
        orders: &Orders,
        hand_on: &mut dyn FnMut(VideoFrame),
    ) -> Result<(), EncodeError>;

    /// Forgets encoders that failed.
    fn reset(&mut self);
}

/// A codec's encoders, none of which is made yet; none where this build has no such codec.
pub(super) fn codec(codec: VideoCodec) -> Option<Box<dyn Codec>> {
    match codec {
        #[cfg(feature = "h264")]
        VideoCodec::H264 => Some(Box::<h264::H264Codec>::default()),
        #[cfg(not(feature = "h264"))]
        VideoCodec::H264 => None,
        VideoCodec::Vp9 => Some(Box::<vp9::Vp9Codec>::default()),
        VideoCodec::Vp8 => Some(Box::<vp8::Vp8Codec>::default()),
        VideoCodec::Av1 => Some(Box::<av1::Av1Codec>::default()),
    }
}

/// A codec's layers that are encoded whoever watches.
pub(super) fn least(codec: VideoCodec) -> &'static [stream::Rid] {
    let spec = CodecSpec::of(codec);
    let always = !spec.on_demand || CODECS[0] == codec;
    if always && CODECS.contains(&codec) { spec.layers } else { &[] }
}

/// What was ordered, for pictures of the size that come: after a change of size a few of the old one are on their way.
fn suited(ordered: VideoConfig, picture: &Picture) -> VideoConfig {
    VideoConfig { width: picture.width, height: picture.height, ..ordered }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_codec_of_the_build_has_its_encoders_and_no_other_has() {
        for spec in stream::CODECS {
            assert_eq!(codec(spec.codec).is_some(), CODECS.contains(&spec.codec), "{:?}", spec.codec);
        }
        assert!(!least(CODECS[0]).is_empty(), "something is always encoded");
    }
}
