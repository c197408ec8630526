//! Whether this machine has room for one encoder more, which a viewer who takes no codec but those on demand would start: a good part of
//! a core, for one viewer, that everybody pays for where there is none. Decisions only.

use crate::steps::TOP_CODEC;
use std::time::{Duration, Instant};
use stream::{CODECS, CodecSpec, VideoCodec};

/// Judges by how the encoders do that run, and by how much heavier a codec is than the one that always does.
#[derive(Debug)]
pub(crate) struct EncoderRoom {
    cores: usize,
    before: Option<Load>,
    /// Part of each of the last seconds that each codec's encoder was at work.
    busy: [[f64; SECONDS]; CODECS.len()],
    /// In how many seconds in a row, until now, pictures were left out because a sending thread did not keep up, or the encoder that always runs.
    behind: usize,
    /// When it was behind for the last time for longer than a moment.
    left_out: Option<Instant>,
}

/// What was counted until a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) at: Instant,
    /// Microseconds of a core that pictures took in each codec's encoder. What they waited for one is not in it: others' work is no
    /// work of an encoder, and where it leaves too little, pictures are left out.
    pub(crate) encoding_us: [u64; CODECS.len()],
    /// Pictures that viewers were not given because their thread did not keep up.
    pub(crate) left_out: u64,
    /// In the last second the encoder that always runs had too little time for its pictures, or gives something up so that it has enough.
    pub(crate) short: bool,
}

/// What a newcomer may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum May {
    Yes,
    /// It runs and has no time left, and a lighter one has.
    IfNothingElse,
    No,
}

/// What was so in each of so many seconds counts: a browser that starts on the same machine keeps everything waiting for a moment,
/// and is no reason to refuse it its codec.
const SECONDS: usize = 3;

/// Above this part of the time an encoder on a core of its own is hardly through with a picture when the next comes.
const TOO_BUSY: f64 = 0.9;

/// All encoders together may take this part of the cores: what they make has to be sent, too.
const OF_ALL: f64 = 0.9;

/// So long it may not have been behind.
const CALM: Duration = Duration::from_secs(10);

impl EncoderRoom {
    /// On a machine with so many cores.
    pub(crate) fn new(cores: usize) -> EncoderRoom {
        EncoderRoom { cores, before: None, busy: [[0.0; SECONDS]; CODECS.len()], behind: 0, left_out: None }
    }

    /// A second or so went by.
    pub(crate) fn measured(&mut self, load: Load) {
        let Some(before) = self.before.replace(load) else { return };
        let elapsed = load.at.saturating_duration_since(before.at).as_secs_f64();
        if elapsed > 0.0 {
            for (busy, (now, then)) in self.busy.iter_mut().zip(load.encoding_us.into_iter().zip(before.encoding_us)) {
                busy.rotate_left(1);
                busy[SECONDS - 1] = now.saturating_sub(then) as f64 / 1e6 / elapsed;
            }
        }
        self.behind = if load.short || load.left_out > before.left_out { self.behind + 1 } else { 0 };
        if self.behind >= SECONDS {
            self.left_out = Some(load.at);
        }
    }

    /// Whether a newcomer may be answered a codec, where these are encoded, or will be as they were answered to somebody. As far as is
    /// known: before anything was measured there is room.
    pub(crate) fn may(&self, codec: VideoCodec, runs: &dyn Fn(VideoCodec) -> bool, now: Instant) -> May {
        if !runs(codec) {
            return if self.has_room(codec, runs, now) { May::Yes } else { May::No };
        }
        let is_lighter = |other: VideoCodec| weight(other) < weight(codec);
        let takes_over = |other: VideoCodec| {
            if runs(other) { !self.is_late(other) } else { self.has_room(other, runs, now) }
        };
        // Who took the one that always runs would have been answered that.
        let mut others = media::CODECS.iter().copied().filter(|other| *other != TOP_CODEC);
        if codec != TOP_CODEC && self.is_late(codec) && others.any(|other| is_lighter(other) && takes_over(other)) {
            May::IfNothingElse
        } else {
            May::Yes
        }
    }

    /// Its own thread must be through with a picture when the next comes, and all together must leave time to send.
    fn has_room(&self, codec: VideoCodec, runs: &dyn Fn(VideoCodec) -> bool, now: Instant) -> bool {
        let expected = self.busy(TOP_CODEC) * weight(codec);
        let running = media::CODECS.iter().copied().filter(|codec| runs(*codec));
        // What was promised a moment ago has not taken any time yet; what is for screens takes none while there is none, and gives way.
        let taken = running.map(|codec| match CodecSpec::of(codec).of_screens {
            true => self.busy(codec),
            false => self.busy(codec).max(self.busy(TOP_CODEC) * weight(codec)),
        });
        let fits = expected <= TOO_BUSY && taken.sum::<f64>() + expected <= OF_ALL * self.cores as f64;
        fits && self.left_out.is_none_or(|at| now.saturating_duration_since(at) >= CALM)
    }

    fn is_late(&self, codec: VideoCodec) -> bool {
        self.busy(codec) > TOO_BUSY
    }

    fn busy(&self, codec: VideoCodec) -> f64 {
        self.busy[codec as usize].iter().copied().fold(f64::INFINITY, f64::min)
    }
}

/// How long a picture takes, in the time that it takes the codec that is always encoded.
fn weight(codec: VideoCodec) -> f64 {
    CodecSpec::of(codec).weight / CodecSpec::of(TOP_CODEC).weight
}

#[cfg(test)]
mod tests {
    use super::*;
    use VideoCodec::{H264, Vp8, Vp9};

    /// A second of each of these: how many milliseconds of it H.264's encoder and VP9's were at work, and pictures left out.
    fn after(cores: usize, seconds: &[(u64, u64, u64)]) -> (EncoderRoom, Instant) {
        let mut room = EncoderRoom::new(cores);
        let mut load = Load { at: Instant::now(), encoding_us: [0; CODECS.len()], left_out: 0, short: false };
        room.measured(load);
        for (top, vp9, left_out) in seconds {
            load.at += Duration::from_secs(1);
            load.encoding_us[H264 as usize] += top * 1000;
            load.encoding_us[Vp9 as usize] += vp9 * 1000;
            load.left_out += left_out;
            room.measured(load);
        }
        (room, load.at)
    }

    fn may(room: &EncoderRoom, codec: VideoCodec, running: &[VideoCodec], now: Instant) -> May {
        room.may(codec, &|codec| codec == TOP_CODEC || running.contains(&codec), now)
    }

    fn yes(is: bool) -> May {
        if is { May::Yes } else { May::No }
    }

    /// How many milliseconds of a second H.264 may take, so that there is room for a codec on so many cores.
    fn most(cores: usize, codec: VideoCodec, running: &[VideoCodec]) -> u64 {
        (1..2000)
            .take_while(|ms| {
                let (room, now) = after(cores, &[(*ms, 0, 0); SECONDS]);
                may(&room, codec, running, now) == May::Yes
            })
            .last()
            .unwrap_or(0)
    }

    #[test]
    fn there_is_none_where_the_first_encoder_is_hardly_through_for_seconds() {
        let most = most(2, Vp8, &[]);
        for (seconds, room) in [
            (&[][..], true),
            (&[(most, 0, 0); 9], true),
            (&[(most + 1, 0, 0); 2], true),
            (&[(most + 1, 0, 0); 3], false),
            (&[(990, 0, 0), (990, 0, 0), (990, 0, 0), (300, 0, 0)], true),
        ] {
            let (second, now) = after(2, seconds);
            assert_eq!(may(&second, Vp8, &[], now), yes(room), "{seconds:?}");
        }
    }

    #[test]
    fn one_that_takes_longer_needs_more_time_and_each_that_runs_takes_its_own() {
        for cores in [1, 2, 4, 64] {
            let (vp8, vp9) = (most(cores, Vp8, &[]), most(cores, Vp9, &[]));
            assert!(vp8 > vp9, "{cores}: {vp8} {vp9}");
            let beside = most(cores, Vp8, &[Vp9]);
            assert!(beside <= vp8 && beside > 0, "{cores}: {beside} {vp8}");
            if cores <= 2 {
                assert!(beside < vp8, "{cores}: one that runs leaves less");
            }
            for (codec, most) in [(Vp8, vp8), (Vp9, vp9)] {
                assert!(most as f64 * weight(codec) <= TOO_BUSY * 1000.0, "{cores}: its own thread is through");
            }
        }
    }

    #[test]
    fn what_one_that_runs_really_takes_counts_where_that_is_more() {
        let (room, now) = after(2, &[(300, 400, 0); SECONDS]);
        assert_eq!(may(&room, Vp8, &[Vp9], now), May::Yes);
        let (room, now) = after(2, &[(550, 890, 0); SECONDS]);
        assert_eq!(may(&room, Vp8, &[Vp9], now), May::No);
    }

    #[test]
    fn who_takes_both_is_sent_the_lighter_where_the_heavier_has_no_time_left() {
        let late = |cores, running: &[VideoCodec]| {
            let (room, now) = after(cores, &[(450, 950, 0); SECONDS]);
            (may(&room, Vp9, running, now), may(&room, Vp8, running, now))
        };
        assert_eq!(late(4, &[Vp9]), (May::IfNothingElse, May::Yes));
        assert_eq!(late(2, &[Vp9]), (May::Yes, May::No), "there is no room for another either");
        assert_eq!(late(2, &[Vp9, Vp8]), (May::IfNothingElse, May::Yes), "the other runs already");
        let (room, now) = after(4, &[(450, 850, 0); SECONDS]);
        assert_eq!(may(&room, Vp9, &[Vp9], now), May::Yes);
    }

    #[test]
    fn the_codec_that_always_runs_is_never_refused() {
        let (room, now) = after(1, &[(990, 0, 5); SECONDS]);
        assert_eq!(may(&room, TOP_CODEC, &[], now), May::Yes);
        assert_eq!(may(&room, TOP_CODEC, &[Vp8], now), May::Yes, "whatever is lighter");
    }

    #[test]
    fn there_is_none_for_a_while_after_pictures_were_left_out_for_seconds() {
        let (room, now) = after(2, &[(200, 0, 3); SECONDS]);
        assert_eq!(may(&room, Vp8, &[], now), May::No);
        assert_eq!(may(&room, Vp8, &[], now + CALM), May::Yes);
        let (room, now) = after(2, &[(200, 0, 3), (200, 0, 3), (200, 0, 0), (200, 0, 3), (200, 0, 3)]);
        assert_eq!(may(&room, Vp8, &[], now), May::Yes, "a moment is none");
    }
    #[test]
    fn there_is_none_while_the_one_that_always_runs_has_too_little_time_nor_for_a_while_after() {
        let (mut room, mut now) = after(2, &[(200, 0, 0); SECONDS]);
        let mut second = |short| {
            now += Duration::from_secs(1);
            // What it waits for a core is no work of its own.
            let before = room.before.expect("there was a second before");
            room.measured(Load { at: now, short, ..before });
            may(&room, Vp8, &[], now)
        };
        assert_eq!([true, true, false, true, true].map(&mut second), [May::Yes; 5], "a moment is none");
        assert_eq!([true; 4].map(&mut second), [May::No; 4]);
        assert_eq!([false; 10].map(&mut second), [[May::No; 9].as_slice(), &[May::Yes]].concat()[..]);
        assert_eq!([true; 3].map(second), [May::Yes, May::Yes, May::No]);
    }
}
