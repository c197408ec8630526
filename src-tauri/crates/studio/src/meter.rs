//! Counts what the encoders make, and what the owner takes. Written by their threads, read once a second and by `/metrics`.

use crate::steps::{Steps, TOP_CODEC};
use crate::turns::Turns;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;
use stream::{AudioFrame, Rid, VideoFrame};

/// Of the top layer and the sound, since the program started.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    bytes: AtomicU64,
    pictures: AtomicU64,
    /// Where its milliseconds went.
    pub(crate) steps: Steps,
    /// How long the owner was busy with one thing.
    pub(crate) turns: Turns,
}

/// What was counted at one time, with what the forwarder sent until then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) at: Instant,
    pub(crate) encoded_bytes: u64,
    pub(crate) pictures: u64,
    pub(crate) sent_bytes: u64,
}

/// What went by between two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Pace {
    pub(crate) encoded_kbps: u32,
    pub(crate) sent_kbps: u32,
    pub(crate) fps: f32,
}

impl Meter {
    /// Counts a picture.
    pub(crate) fn video(&self, frame: &VideoFrame) {
        if frame.rid == Rid::F && frame.codec == TOP_CODEC {
            self.pictures.fetch_add(1, Relaxed);
            self.bytes.fetch_add(frame.data.len() as u64, Relaxed);
        }
    }

    /// Counts a packet of sound.
    pub(crate) fn audio(&self, frame: &AudioFrame) {
        self.bytes.fetch_add(frame.data.len() as u64, Relaxed);
    }

    /// What was counted until now.
    pub(crate) fn read(&self, sent_bytes: u64, at: Instant) -> Reading {
        let (encoded_bytes, pictures) = (self.bytes.load(Relaxed), self.pictures.load(Relaxed));
        Reading { at, encoded_bytes, pictures, sent_bytes }
    }
}

impl Reading {
    /// What went by since an earlier reading.
    pub(crate) fn since(&self, before: &Reading) -> Pace {
        let seconds = self.at.saturating_duration_since(before.at).as_secs_f64();
        if seconds <= 0.0 {
            return Pace::default();
        }
        let kbps = |now: u64, then: u64| (now.saturating_sub(then) as f64 * 8.0 / 1000.0 / seconds).round() as u32;
        Pace {
            encoded_kbps: kbps(self.encoded_bytes, before.encoded_bytes),
            sent_kbps: kbps(self.sent_bytes, before.sent_bytes),
            fps: (self.pictures.saturating_sub(before.pictures) as f64 / seconds) as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_pace_is_what_went_by_in_the_time_it_took() {
        let at = Instant::now();
        let before = Reading { at, encoded_bytes: 1000, pictures: 10, sent_bytes: 0 };
        let after =
            Reading { at: at + Duration::from_secs(2), encoded_bytes: 626_000, pictures: 70, sent_bytes: 5_000_000 };
        assert_eq!(after.since(&before), Pace { encoded_kbps: 2500, sent_kbps: 20_000, fps: 30.0 });
        assert_eq!(before.since(&before), Pace::default(), "no time, no pace");
    }
}
