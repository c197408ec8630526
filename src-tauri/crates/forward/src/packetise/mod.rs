//! From a frame to RTP payloads, once for all viewers.

mod h264;
mod opus;
mod picture;
mod vp8;

pub(crate) use opus::Sound;
pub(crate) use picture::Picture;

use opus::SoundClock;
use picture::LayerCount;
use std::sync::Arc;
use stream::{AudioFrame, Clock, LAYERS, VideoCodec, VideoFrame, layer_index};

/// Bytes of a payload at most. With every extension, VP8's descriptor, an RTX number and a 16-byte tag a datagram stays
/// below 1232 bytes, which every IPv6 path carries (RFC 8200 section 5: 1280 with the IP and UDP headers).
pub(crate) const MAX_PAYLOAD: usize = 1160;

/// The one writer of pictures and sounds.
pub(crate) struct Packetiser {
    clock: Clock,
    layers: [LayerCount; LAYERS],
    sound: SoundClock,
}

impl Packetiser {
    /// A forwarder has one; its clock is every viewer's.
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, layers: Default::default(), sound: SoundClock::default() }
    }

    /// Cut a frame into payloads of about the same size: the kernel takes a run of equal packets in one call.
    pub(crate) fn video(&mut self, frame: &VideoFrame) -> Arc<Picture> {
        // The one place where a codec's packetiser is chosen.
        let packets = match frame.codec {
            VideoCodec::H264 => h264::payloads(&frame.data, MAX_PAYLOAD),
            VideoCodec::Vp8 => vp8::payloads(&frame.data, MAX_PAYLOAD),
        };
        let layer = &mut self.layers[layer_index(frame.codec, frame.rid)];
        let (number, step_up) = layer.count(frame);
        Arc::new(Picture {
            codec: frame.codec,
            rid: frame.rid,
            temporal: frame.temporal,
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
    pub(crate) fn sound(&mut self, frame: &AudioFrame) -> Arc<Sound> {
        Arc::new(self.sound.sound(frame))
    }
}

#[cfg(test)]
pub(crate) use h264::tests::depacketise as depacketise_h264;
