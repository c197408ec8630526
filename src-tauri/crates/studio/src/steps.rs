//! Where the milliseconds of a picture go before it is sent. Written by the encoders' thread, read by `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;
use stream::{CODECS, LAYERS, Rid, VideoCodec, VideoFrame, layer_index};

/// Microseconds of all pictures since the program started, added up, step after step.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    pictures: AtomicU64,
    spent: [AtomicU64; NAMES.len()],
    /// From when the encoders of a codec began with a picture until a layer of it was there.
    encoding: [AtomicU64; LAYERS],
}

/// The codec whose top layer runs whenever the broadcast does.
pub(crate) const TOP_CODEC: VideoCodec = media::CODECS[0];

/// In the order in which they happen.
const NAMES: [&str; 7] = ["capture", "convert", "wait", "encode_f", "packetise", "encode_h", "encode_q"];

impl Steps {
    /// A layer of a picture was handed on: it came out of its encoder at `encoded` and was packetised and with the sending
    /// threads at `packetised`.
    pub(crate) fn count(&self, video: &VideoFrame, encoded: Instant, packetised: Instant) {
        let way = video.way;
        let took = encoded.saturating_duration_since(way.taken).as_micros() as u64;
        self.encoding[layer_index(video.codec, video.rid)].fetch_add(took, Relaxed);
        if video.codec != TOP_CODEC {
            return;
        }
        let from_to = |step: usize, from: Instant, to: Instant| {
            self.spent[step].fetch_add(to.saturating_duration_since(from).as_micros() as u64, Relaxed);
        };
        match video.rid {
            Rid::F => {
                self.pictures.fetch_add(1, Relaxed);
                from_to(0, video.captured, way.delivered);
                from_to(1, way.delivered, way.converted);
                from_to(2, way.converted, way.taken);
                from_to(3, way.taken, encoded);
                from_to(4, encoded, packetised);
            }
            Rid::H => from_to(5, way.taken, encoded),
            Rid::Q => from_to(6, way.taken, encoded),
        }
    }

    /// Microseconds that pictures were in each codec's encoders, from the begin of the first layer to the end of the last.
    pub(crate) fn encoding_us(&self) -> [u64; CODECS.len()] {
        // A layer's time counts from when the encoders began with the picture, so the longest holds the others.
        CODECS.map(|spec| {
            let layers = Rid::ALL.map(|rid| self.encoding[layer_index(spec.codec, rid)].load(Relaxed));
            layers.into_iter().max().unwrap_or(0)
        })
    }

    /// How many pictures there were, and what they spent on each step.
    pub(crate) fn read(&self) -> (u64, [(&'static str, u64); NAMES.len()]) {
        let spent = std::array::from_fn(|step| (NAMES[step], self.spent[step].load(Relaxed)));
        (self.pictures.load(Relaxed), spent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use stream::Way;

    #[test]
    fn each_step_begins_where_the_one_before_it_ended() {
        let captured = Instant::now();
        let at = |ms| captured + Duration::from_millis(ms);
        let way = Way { delivered: at(1), converted: at(3), taken: at(6) };
        let of = |codec, rid| VideoFrame {
            profile: stream::Profile::Baseline,
            codec,
            rid,
            temporal: 0,
            keyframe: true,
            captured,
            width: 2,
            height: 2,
            layer_sync: true,
            way,
            data: Default::default(),
        };
        let video = |rid| of(TOP_CODEC, rid);
        let steps = Steps::default();
        steps.count(&video(Rid::F), at(10), at(15));
        steps.count(&video(Rid::H), at(21), at(22));
        steps.count(&video(Rid::Q), at(28), at(29));
        let (pictures, spent) = steps.read();
        assert_eq!(pictures, 1);
        assert_eq!(spent.map(|(_, us)| us / 1000), [1, 2, 3, 4, 5, 15, 22]);
        steps.count(&of(VideoCodec::Vp8, Rid::H), at(17), at(18));
        steps.count(&of(VideoCodec::Vp8, Rid::F), at(14), at(15));
        let encoding = steps.encoding_us();
        assert_eq!(encoding[TOP_CODEC as usize] / 1000, 22, "from 6 to 28");
        assert_eq!(encoding[VideoCodec::Vp8 as usize] / 1000, 11, "from 6 to 17");
    }
}
