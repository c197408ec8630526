//! Counts what the encoders make, and what the owner takes. Written by their threads, read once a second and by `/metrics`.

use crate::capacity::Made;
use crate::steps::{Steps, TOP_CODEC};
use crate::turns::Turns;
use forward::Totals;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;
use stream::{AudioFrame, Rid, VideoFrame};

/// Of the codec that is always encoded and the sound, since the program started.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    pictures: AtomicU64,
    /// Bytes of each layer of that codec, by [`Rid::index`].
    layers: [AtomicU64; Rid::ALL.len()],
    sound: AtomicU64,
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
    /// Pictures that viewers were not given.
    pub(crate) left_out: u64,
}

/// What went by between two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Pace {
    pub(crate) encoded_kbps: u32,
    pub(crate) sent_kbps: u32,
    pub(crate) fps: f32,
    pub(crate) left_out: u32,
}

impl Meter {
    /// Counts a picture.
    pub(crate) fn video(&self, frame: &VideoFrame) {
        if frame.codec == TOP_CODEC {
            self.pictures.fetch_add(u64::from(frame.rid == Rid::F), Relaxed);
            self.layers[frame.rid.index()].fetch_add(frame.data.len() as u64, Relaxed);
        }
    }

    /// Counts a packet of sound.
    pub(crate) fn audio(&self, frame: &AudioFrame) {
        self.sound.fetch_add(frame.data.len() as u64, Relaxed);
    }

    /// What was counted until now.
    pub(crate) fn read(&self, totals: &Totals, at: Instant) -> Reading {
        let Made { layers, sound } = self.made();
        let (encoded_bytes, pictures) = (layers[Rid::F.index()] + sound, self.pictures.load(Relaxed));
        // The one is counted by viewer, the other once where all of a sending thread's go without.
        let left_out = totals.left_out + totals.dropped_late;
        Reading { at, encoded_bytes, pictures, sent_bytes: totals.bytes_sent, left_out }
    }

    /// The bytes of each layer, and of the sound.
    pub(crate) fn made(&self) -> Made {
        let layers = std::array::from_fn(|layer| self.layers[layer].load(Relaxed));
        Made { layers, sound: self.sound.load(Relaxed) }
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
            left_out: u32::try_from(self.left_out.saturating_sub(before.left_out)).unwrap_or(u32::MAX),
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
        let before = Reading { at, encoded_bytes: 1000, pictures: 10, sent_bytes: 0, left_out: 3 };
        let at = at + Duration::from_secs(2);
        let after = Reading { at, encoded_bytes: 626_000, pictures: 70, sent_bytes: 5_000_000, left_out: 10 };
        let pace = Pace { encoded_kbps: 2500, sent_kbps: 20_000, fps: 30.0, left_out: 7 };
        assert_eq!(after.since(&before), pace);
        assert_eq!(before.since(&before), Pace::default(), "no time, no pace");
    }
}
