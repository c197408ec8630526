//! From a frame to RTP payloads, once for all who are sent it: H.264 (RFC 6184), VP8 (RFC 7741), VP9 (RFC 9628), AV1
//! (AOM's payload format), Opus (RFC 7587).

mod av1;
#[cfg(any(test, feature = "testing"))]
pub mod depacketise;
mod h264;
mod opus;
mod picture;
mod vp8;
mod vp9;

pub use opus::Sound;
pub use picture::Picture;

use opus::SoundClock;
use picture::LayerCount;
use std::sync::Arc;
use stream::{AudioFrame, Clock, LAYERS, VideoCodec, VideoFrame, layer_index};

/// Bytes of a payload at most. With every extension, VP8's descriptor, an RTX number and a 16-byte tag a datagram stays
/// below 1232 bytes, which every IPv6 path carries (RFC 8200 section 5: 1280 with the IP and UDP headers).
pub const MAX_PAYLOAD: usize = 1160;

/// The one writer of a stream's pictures, or of its sounds: neither needs the other.
pub struct Packetiser {
    clock: Clock,
    layers: [LayerCount; LAYERS],
    sound: SoundClock,
}

impl Packetiser {
    /// Whoever is sent a stream, all its pictures come from one, and all its sounds; `clock` gives the timestamps.
    pub fn new(clock: Clock) -> Self {
        Self { clock, layers: Default::default(), sound: SoundClock::default() }
    }

    /// Cut a frame into payloads of about the same size: the kernel takes a run of equal packets in one call.
    pub fn video(&mut self, frame: &VideoFrame) -> Arc<Picture> {
        // The one place where a codec's packetiser is chosen.
        let packets = match frame.codec {
            VideoCodec::H264 => h264::payloads(&frame.data, MAX_PAYLOAD),
            VideoCodec::Vp9 => vp9::payloads(frame, MAX_PAYLOAD),
            VideoCodec::Vp8 => vp8::payloads(&frame.data, MAX_PAYLOAD),
            VideoCodec::Av1 => av1::payloads(&frame.data, frame.keyframe, MAX_PAYLOAD),
        };
        let layer = &mut self.layers[layer_index(frame.codec, frame.rid)];
        let (number, step_up) = layer.count(frame);
        Arc::new(Picture {
            codec: frame.codec,
            rid: frame.rid,
            temporal: frame.temporal,
            profile: frame.profile,
            screen: frame.screen,
            keyframe: frame.keyframe,
            step_up,
            captured: frame.captured,
            rtp_timestamp: self.clock.ticks(frame.captured, 90_000),
            number,
            height: frame.height,
            bytes: packets.iter().map(|p| p.len()).sum(),
            packets,
        })
    }

    /// One packet is one payload (RFC 7587 section 4.2).
    pub fn sound(&mut self, frame: &AudioFrame) -> Arc<Sound> {
        Arc::new(self.sound.sound(frame))
    }
}
