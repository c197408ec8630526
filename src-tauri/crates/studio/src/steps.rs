//! Where the milliseconds of a picture go before it is sent. Written by the encoders' thread, read by `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use stream::{CODECS, Rid, VideoCodec, VideoFrame};

/// Microseconds of all pictures since the program started, added up, step after step.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    pictures: AtomicU64,
    spent: [AtomicU64; NAMES.len()],
    /// What each codec's thread used of a core, and how long it had been on one when that was last added up.
    encoding: [AtomicU64; CODECS.len()],
    on_core: [AtomicU64; CODECS.len()],
}

/// The codec whose top layer runs whenever the broadcast does.
pub(crate) const TOP_CODEC: VideoCodec = media::CODECS[0];

/// In the order in which they happen.
const NAMES: [&str; 7] = ["capture", "convert", "wait", "encode_f", "packetise", "encode_h", "encode_q"];

impl Steps {
    /// A layer of a picture was handed on: it came out of its encoder at `encoded` and was packetised and with the sending
    /// threads at `packetised`. The codec's thread, which calls this, had been on a core for `on_core` then.
    pub(crate) fn count(&self, video: &VideoFrame, encoded: Instant, packetised: Instant, on_core: Duration) {
        let (way, codec) = (video.way, video.codec as usize);
        let on_core = on_core.as_micros() as u64;
        let before = self.on_core[codec].swap(on_core, Relaxed);
        // Less than before: it is another thread, which began since.
        self.encoding[codec].fetch_add(on_core.checked_sub(before).unwrap_or(on_core), Relaxed);
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

    /// Microseconds of a core that each codec's thread used until its last picture. What it waited for one is not in it.
    pub(crate) fn encoding_us(&self) -> [u64; CODECS.len()] {
        std::array::from_fn(|codec| self.encoding[codec].load(Relaxed))
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
    use stream::Way;

    fn of(codec: VideoCodec, rid: Rid, captured: Instant, way: Way) -> VideoFrame {
        VideoFrame {
            profile: stream::Profile::Baseline,
            codec,
            rid,
            temporal: 0,
            keyframe: true,
            captured,
            width: 2,
            height: 2,
            layer_sync: true,
            screen: false,
            way,
            data: Default::default(),
        }
    }

    #[test]
    fn each_step_begins_where_the_one_before_it_ended() {
        let captured = Instant::now();
        let at = |ms| captured + Duration::from_millis(ms);
        let way = Way { delivered: at(1), converted: at(3), taken: at(6) };
        let video = |rid| of(TOP_CODEC, rid, captured, way);
        let steps = Steps::default();
        steps.count(&video(Rid::F), at(10), at(15), Duration::ZERO);
        steps.count(&video(Rid::H), at(21), at(22), Duration::ZERO);
        steps.count(&video(Rid::Q), at(28), at(29), Duration::ZERO);
        let (pictures, spent) = steps.read();
        assert_eq!(pictures, 1);
        assert_eq!(spent.map(|(_, us)| us / 1000), [1, 2, 3, 4, 5, 15, 22]);
    }

    #[test]
    fn a_codecs_thread_is_charged_what_it_used_and_the_one_after_it_from_nothing() {
        let steps = Steps::default();
        let counted = |codec, ms| {
            let now = Instant::now();
            steps.count(&of(codec, Rid::F, now, Way::at(now)), now, now, Duration::from_millis(ms));
            steps.encoding_us()[codec as usize] / 1000
        };
        let on_core = [5, 11, 30, 4, 9];
        assert_eq!(on_core.map(|ms| counted(VideoCodec::Vp8, ms)), [5, 11, 30, 34, 39]);
        assert_eq!(steps.encoding_us()[TOP_CODEC as usize], 0);
        assert_eq!(counted(TOP_CODEC, 7), 7);
    }
}
