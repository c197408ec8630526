//! The samples of one track that wait for their fragment, and when each is shown or heard.

use super::avc::{self, ParameterSets};
use std::time::{Duration, Instant};
use stream::{AudioFrame, VideoFrame};

/// Units of time a second.
pub(super) const PICTURE_SCALE: u32 = 90_000;
pub(super) const SOUND_SCALE: u32 = 48_000;

/// `tfhd`'s and `trex`'s flags of a sample (section 8.8.3.1): it needs others, or none.
pub(super) const NEEDS_OTHERS: u32 = 0x0101_0000;
pub(super) const NEEDS_NONE: u32 = 0x0200_0000;

/// The sound that a packet decodes to is so many samples older than what went into the encoder with it: libopus looks ahead by
/// 2.5 ms, and delays by 4 ms to be able to change between its codecs (`OPUS_GET_LOOKAHEAD`).
const LOOKAHEAD: i64 = 312;

/// How far a packet's time may be from where the last one ended without anything being done about it, samples. Players join the
/// packets and hear each seam that is said to be there.
const TOLERATED: i64 = 240;

/// What is further off than this is no drift of a device's clock: sound is missing.
const GAP: i64 = 2 * 960;

/// A sample that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    /// Bytes.
    pub(super) size: u32,
    /// In the track's time.
    pub(super) duration: u32,
    /// As `trun` has them.
    pub(super) flags: u32,
}

/// What is written of a track into one fragment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    /// When the first sample begins.
    pub(super) start: u64,
    pub(super) samples: Vec<Sample>,
    pub(super) bytes: Vec<u8>,
}

impl Run {
    /// When the last sample ends.
    pub(super) fn end(&self) -> u64 {
        self.start + self.samples.iter().map(|sample| u64::from(sample.duration)).sum::<u64>()
    }

    fn push(&mut self, at: u64, sample: Sample) {
        if self.samples.is_empty() {
            self.start = at;
        }
        self.samples.push(sample);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }
}

/// The picture of one file.
#[derive(Debug)]
pub(super) struct Picture {
    /// Time 0 of the file.
    base: Instant,
    /// Those of the file.
    sets: ParameterSets,
    /// There were others since, so that each keyframe brings its own.
    changed: bool,
    /// All but the last, whose duration is known.
    run: Run,
    /// The last, and when it begins.
    last: Option<(u64, Sample)>,
    last_bytes: Vec<u8>,
    usual: u32,
}

impl Picture {
    pub(super) fn new(base: Instant, sets: ParameterSets) -> Picture {
        let usual = PICTURE_SCALE / 30;
        Picture { base, sets, changed: false, run: Run::default(), last: None, last_bytes: Vec::new(), usual }
    }

    /// Takes in the next picture. True where it is the first with other parameter sets than the file's.
    pub(super) fn add(&mut self, frame: &VideoFrame) -> bool {
        let other = frame.keyframe && !self.changed && ParameterSets::of(frame).is_some_and(|sets| sets != self.sets);
        self.changed |= other;
        let at = self.time(frame.captured);
        self.settle(at);
        let size = avc::write_sample(frame, self.changed, &mut self.last_bytes);
        let flags = if frame.keyframe { NEEDS_NONE } else { NEEDS_OTHERS };
        self.last = Some((at, Sample { size, duration: self.usual, flags }));
        other
    }

    /// The last picture was shown until then.
    fn settle(&mut self, until: u64) {
        if let Some((at, sample)) = self.last.take() {
            let duration = u32::try_from(until - at).unwrap_or(u32::MAX);
            self.usual = duration;
            self.run.push(at, Sample { duration, ..sample });
            self.run.bytes.append(&mut self.last_bytes);
        }
    }

    /// In the file's time, and later than the picture before.
    fn time(&self, captured: Instant) -> u64 {
        let at = units(captured.saturating_duration_since(self.base), PICTURE_SCALE);
        self.last.map_or(at, |(last, _)| at.max(last + 1))
    }

    /// What is there whose duration is known: all but the last picture.
    pub(super) fn take(&mut self) -> Run {
        std::mem::take(&mut self.run)
    }

    /// What is there; there will be nothing more.
    pub(super) fn take_all(&mut self) -> Run {
        if let Some((at, _)) = self.last {
            self.settle(at + u64::from(self.usual));
        }
        self.take()
    }
}

/// The sound of one file.
#[derive(Debug)]
pub(super) struct Sound {
    /// Time 0 of the file.
    base: Instant,
    run: Run,
    /// When the last packet ends.
    end: Option<i64>,
    /// The position of the packet that follows it.
    next: u64,
    /// The line of times is being led back to the packets' own, by a sample each.
    leading: i64,
}

impl Sound {
    pub(super) fn new(base: Instant) -> Sound {
        Sound { base, run: Run::default(), end: None, next: 0, leading: 0 }
    }

    /// Takes in the next packet.
    pub(super) fn add(&mut self, frame: &AudioFrame) {
        let after = units(frame.captured.saturating_duration_since(self.base), SOUND_SCALE) as i64;
        let before = units(self.base.saturating_duration_since(frame.captured), SOUND_SCALE) as i64;
        let meant = after - before - LOOKAHEAD;
        let (at, step) = match self.end {
            None => (meant.max(0), 0),
            Some(end) => {
                let off = meant - end;
                if off > GAP || frame.position > self.next && off > TOLERATED {
                    // The packet before is said to last until this one: so all is in its place, also where the fragment went already.
                    if let Some(last) = self.run.samples.last_mut() {
                        last.duration += off as u32;
                    }
                    (meant, 0)
                } else {
                    if off.abs() > TOLERATED {
                        self.leading = off.signum();
                    } else if off == 0 || off.signum() != self.leading {
                        self.leading = 0;
                    }
                    (end, self.leading)
                }
            }
        };
        self.next = frame.position + u64::from(frame.samples);
        let duration = i64::from(frame.samples) + step;
        self.end = Some(at + duration);
        let sample = Sample { size: frame.data.len() as u32, duration: duration as u32, flags: NEEDS_NONE };
        self.run.push(at as u64, sample);
        self.run.bytes.extend_from_slice(&frame.data);
    }

    /// What is there.
    pub(super) fn take(&mut self) -> Run {
        std::mem::take(&mut self.run)
    }
}

fn units(time: Duration, scale: u32) -> u64 {
    (time.as_nanos() * u128::from(scale) / 1_000_000_000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{picture_at, sound_at};

    const PACKET: f64 = 0.02;

    fn at(base: Instant, seconds: f64) -> Instant {
        base + Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_picture_lasts_until_the_next_whenever_that_comes() {
        let base = Instant::now();
        let first = picture_at(base, true);
        let mut picture = Picture::new(base, ParameterSets::of(&first).expect("a keyframe has them"));
        for (seconds, keyframe) in [(0.0, true), (0.04, false), (1.04, true)] {
            assert!(!picture.add(&picture_at(at(base, seconds), keyframe)), "the sets are the file's");
        }
        // One that was taken at no other time is shown for a moment all the same.
        picture.add(&picture_at(at(base, 1.04), false));
        let run = picture.take();
        let durations: Vec<_> = run.samples.iter().map(|sample| sample.duration).collect();
        assert_eq!((run.start, durations, run.end()), (0, vec![3600, 90_000, 1], 93_601));
        assert_eq!(picture.take(), Run { start: 0, ..Run::default() }, "the last one's duration is not known yet");
        assert_eq!(picture.take_all().samples.len(), 1);
    }

    #[test]
    fn other_parameter_sets_are_told_once_and_stay_with_each_keyframe_from_then_on() {
        let base = Instant::now();
        let first = picture_at(base, true);
        let mut picture = Picture::new(base, ParameterSets::of(&first).expect("a keyframe has them"));
        let mut other = picture_at(at(base, 1.0), true);
        other.data =
            [&[0, 0, 0, 1, 0x67, 66, 0xc0, 31, 7][..], &[0, 0, 0, 1, 0x68, 9, 0, 0, 0, 1, 0x65, 1]].concat().into();
        assert!(!picture.add(&first) && picture.add(&other) && !picture.add(&picture_at(at(base, 2.0), true)));
        let sizes: Vec<_> = picture.take_all().samples.iter().map(|sample| sample.size).collect();
        assert_eq!(sizes[1], 4 + 5 + 4 + 2 + 4 + 2, "its own sets are in it");
        assert!(sizes[2] > sizes[0], "so are the first ones again, which a decoder has forgotten");
    }

    #[test]
    fn sound_follows_a_device_whose_clock_is_fast_and_has_no_seam() {
        // An hour of packets that come a little faster than the clock says, and with the unrest of a real device.
        let base = Instant::now();
        let mut sound = Sound::new(base);
        let (mut worst, mut packets) = (0.0f64, 0);
        for n in 0..180_000u32 {
            let unrest = f64::from(n * 7919 % 100) / 100.0 * 0.002;
            let captured = f64::from(n) * PACKET * (1.0 - 300e-6) + unrest;
            sound.add(&sound_at(at(base, captured)));
            let run = sound.take();
            let begins = (run.start as f64 + LOOKAHEAD as f64) / f64::from(SOUND_SCALE);
            worst = worst.max((begins - captured).abs());
            assert!(run.samples.iter().all(|sample| (959..=961).contains(&sample.duration)), "{:?}", run.samples);
            packets += run.samples.len();
        }
        assert_eq!(packets, 180_000);
        assert!(worst < 0.010, "{worst} s away from where it belongs");
    }

    #[test]
    fn sound_that_is_missing_leaves_its_time_and_what_follows_is_in_its_place() {
        let base = Instant::now();
        let mut sound = Sound::new(base);
        for n in (0..10).chain(60..70) {
            sound.add(&sound_at(at(base, f64::from(n) * PACKET)));
        }
        let run = sound.take();
        assert_eq!(run.samples.len(), 20);
        // A single packet as well, which its position tells.
        sound.add(&AudioFrame { position: 71 * 960, ..sound_at(at(base, 71.0 * PACKET)) });
        let lookahead = LOOKAHEAD as u64;
        assert!(sound.take().start.abs_diff(71 * 960 - lookahead) < 2);
        assert!(run.end().abs_diff(70 * 960 - lookahead) < 20, "{}", run.end());
        assert!(run.samples[9].duration > 50 * 960, "{:?}", run.samples[9]);
    }
}
