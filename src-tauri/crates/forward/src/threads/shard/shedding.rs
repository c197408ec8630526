//! Load shedding: what a shard leaves out when it cannot keep up, beginning with the viewers whose paths are worst anyway.
//!
//! It is a decision without I/O and clock. It takes when each picture was handed in and how late the shard takes it up, and says
//! what each viewer is given.

use std::time::{Duration, Instant};

/// More than the time between two pictures. A shard that is later than this does not keep up.
const BEHIND: Duration = Duration::from_millis(40);
/// A shard that is no later than this keeps up, and may have capacity to spare.
const IN_TIME: Duration = Duration::from_millis(20);
/// When the shard is later than this, all viewers are given base pictures only, until it is no later than [`BEHIND`]. Base pictures
/// are a quarter of the pictures and half of the bytes, and refer only to each other. This is a short-term measure: a keyframe for
/// many viewers takes this long by itself, and does not show how much is too much in the long run.
const FAR_BEHIND: Duration = Duration::from_millis(125);
/// A sound that was queued for longer is dropped, as it would be late and would delay what comes after it.
pub(super) const TOO_LATE: Duration = Duration::from_millis(250);
/// A viewer whose turn comes later is not given the picture. It is less than [`TOO_LATE`], as the rest of a keyframe is sent some
/// time after its first packets.
pub(super) const LAST_TURN: Duration = Duration::from_millis(200);

/// The least time between two measurements. The delay is measured at base pictures, as the pictures between them are smaller. At 30
/// pictures a second there is one every 133 ms, and those of several layers at one moment are measured once.
const MEASURE_INTERVAL: Duration = Duration::from_millis(100);
/// The shard is to catch up within this time.
const CATCH_UP: Duration = Duration::from_secs(1);
/// The upper temporal layers' share of the bytes.
const UPPER: f32 = 0.5;
/// A shard that keeps up takes this long to go from base pictures to all pictures for all viewers. This is much slower than the
/// way down, so that a shard at its limit tries it with a few viewers at a time, and the others see nothing of it.
const GIVE_BACK: Duration = Duration::from_secs(2);

/// Which viewers of a shard are given less, and how much less.
#[derive(Default)]
pub(super) struct Shedding {
    /// From 0 to 1: the share of viewers who are given base pictures only. From 1 to 2: all are given base pictures at most, and the
    /// part above 1 is the share of viewers who are given none.
    level: f32,
    /// It was later than [`FAR_BEHIND`], and has not caught up yet.
    far: bool,
    /// The last measurement: when that base picture was handed in, and how late it was taken up.
    last: Option<(Instant, Duration)>,
    /// Since the last measurement there was a keyframe, or the thread was stopped for a moment. Such a delay passes by itself, so the
    /// next measurement does not raise the level.
    passing: bool,
    /// How late the picture before was taken up, whether it was a base picture or not.
    before: Duration,
}

/// What a viewer is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    All,
    /// Pictures of temporal layer 0.
    Base,
    Nothing,
}

/// A picture that somebody watches.
#[derive(Clone, Copy)]
pub(super) struct PictureTurn {
    pub(super) handed_in: Instant,
    /// How much later it is taken up.
    pub(super) behind: Duration,
    /// Of temporal layer 0.
    pub(super) base: bool,
    pub(super) keyframe: bool,
}

impl Shedding {
    /// A picture is taken up. False if it is too late for all viewers.
    pub(super) fn picture(&mut self, turn: PictureTurn) -> bool {
        if turn.behind > FAR_BEHIND {
            self.far = true;
        } else if turn.behind <= BEHIND {
            self.far = false;
        }
        let before = std::mem::replace(&mut self.before, turn.behind);
        self.passing |= before <= BEHIND && turn.behind > FAR_BEHIND;
        if turn.base {
            self.measure(turn);
            self.passing |= turn.keyframe;
        }
        turn.behind <= LAST_TURN
    }

    /// Measures the delay, and compares it with the last measurement. A delay that passes does not raise the level: a keyframe is
    /// more work than there is time before the next picture, and a thread that was stopped for a moment catches up by itself.
    fn measure(&mut self, turn: PictureTurn) {
        let Some((at, behind)) = self.last else {
            self.last = Some((turn.handed_in, turn.behind));
            return;
        };
        let passed = turn.handed_in.saturating_duration_since(at);
        if passed < MEASURE_INTERVAL {
            return;
        }
        self.last = Some((turn.handed_in, turn.behind));
        let passed = passed.as_secs_f32();
        if turn.behind > BEHIND && !self.passing {
            let excess = (turn.behind - BEHIND).as_secs_f32() * passed / CATCH_UP.as_secs_f32();
            let grown = turn.behind.as_secs_f32() - behind.as_secs_f32() + excess;
            // This share of the work has to go.
            let too_much = (grown / (passed + grown)).max(0.0);
            if too_much > 0.0 && (self.far || self.level >= 1.0) {
                // All viewers are at base pictures, so it is a share of the work for those.
                let all = self.level.max(1.0);
                self.level = all + too_much * (2.0 - all);
            } else {
                self.level = (self.level + too_much / UPPER).min(1.0);
            }
        } else if turn.behind < IN_TIME {
            self.level = (self.level - passed / GIVE_BACK.as_secs_f32()).max(0.0);
        }
        self.passing = false;
    }

    /// Whether anybody is given less than everything.
    pub(super) fn any(&self) -> bool {
        self.far || self.level > 0.0
    }

    /// What the viewer at `rank` is given. Rank 0 has the worst path, and the best rank is below 1.
    pub(super) fn service(&self, rank: f32) -> Service {
        if rank < self.level - 1.0 {
            Service::Nothing
        } else if self.far || rank < self.level {
            Service::Base
        } else {
            Service::All
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEWERS: usize = 100;
    const INTERVAL: Duration = Duration::from_nanos(1_000_000_000 / 30);

    /// The result of a run: how late the latest picture was that anybody was given, the second in which somebody was given less than
    /// everything for the last time, and how many of the last 120 pictures each viewer was given, worst rank first.
    #[derive(Debug)]
    struct Served {
        oldest: Duration,
        less_until: u32,
        given: Vec<u32>,
    }

    /// Runs a shard that in each second has `capacity` times the time that it needs to send everything. There are 30 pictures a
    /// second. A quarter of them are base pictures, which are twice as large as the mean, and every other second there is a
    /// keyframe, five times as large.
    fn serve(seconds: u32, capacity: impl Fn(u32) -> f64) -> Served {
        let (mut shedding, base_time) = (Shedding::default(), Instant::now());
        let (mut free, mut oldest, mut less_until) = (Duration::ZERO, Duration::ZERO, 0);
        let mut given = vec![0; VIEWERS];
        for n in 0..30 * seconds {
            let at = n * INTERVAL;
            let (base, keyframe) = (n % 4 == 0, n % 60 == 0);
            free = free.max(at);
            let goes = shedding.picture(PictureTurn { handed_in: base_time + at, behind: free - at, base, keyframe });
            let weight = if keyframe { 5.0 } else { [2.0, 0.67, 0.67, 0.67][n as usize % 4] } / 1.07;
            for place in (0..VIEWERS).rev() {
                let wanted = match shedding.service(place as f32 / VIEWERS as f32) {
                    Service::All => true,
                    Service::Base => base,
                    Service::Nothing => false,
                };
                if goes && wanted && free - at <= LAST_TURN {
                    oldest = oldest.max(free - at);
                    free += INTERVAL.mul_f64(weight / VIEWERS as f64 / capacity(n / 30));
                    given[place] += u32::from(n + 120 >= 30 * seconds);
                } else {
                    less_until = n / 30 + 1;
                }
            }
        }
        Served { oldest, less_until, given }
    }

    #[test]
    fn a_shard_that_keeps_up_serves_everybody_everything() {
        let served = serve(20, |_| 1.25);
        assert_eq!(
            (served.less_until, served.given),
            (0, vec![120; VIEWERS]),
            "the delay of a keyframe passes by itself"
        );
    }

    #[test]
    fn with_three_quarters_of_the_time_the_best_ranks_are_given_most_and_nobody_less_than_base_pictures() {
        for seconds in 16..26 {
            let Served { oldest, given, .. } = serve(seconds, |_| 0.75);
            assert!(oldest <= LAST_TURN, "{oldest:?}");
            // While it catches up after a keyframe nobody is given upper temporal layers.
            assert!(given[60..].iter().all(|given| *given > 100), "{given:?}");
            // The two keyframes come too late for the last viewers. Their egress sends them with the next base picture.
            assert!(given.iter().all(|given| *given >= 28), "{given:?}");
            assert!(given[..10].iter().all(|given| *given < 60), "{given:?}");
            assert!(given.is_sorted_by(|worse, better| worse <= better), "{given:?}");
        }
    }

    #[test]
    fn with_a_tenth_of_the_time_some_are_given_base_pictures_and_the_others_nothing() {
        for seconds in 16..26 {
            let Served { oldest, given, .. } = serve(seconds, |_| 0.1);
            assert!(oldest <= LAST_TURN, "{oldest:?}");
            assert_eq!(given[..60], [0; 60], "{given:?}");
            assert!(given[92..].iter().all(|given| *given >= 28), "{given:?}");
        }
    }

    #[test]
    fn when_the_load_is_gone_everybody_is_served_again_within_four_seconds() {
        for capacity in [0.75, 0.5, 0.3, 0.1] {
            for end in 10..14 {
                let Served { less_until, given, .. } = serve(24, |second| if second < end { capacity } else { 1.25 });
                assert!((end..=end + 4).contains(&less_until), "{capacity}: {less_until} of {end}");
                assert_eq!(given, vec![120; VIEWERS]);
            }
        }
    }

    #[test]
    fn a_shard_that_was_stopped_for_a_moment_catches_up_with_base_pictures_for_all() {
        let (mut shedding, begin) = (Shedding::default(), Instant::now());
        let mut turn = |n: u32, behind| {
            let behind = Duration::from_millis(behind);
            let goes = shedding.picture(PictureTurn {
                handed_in: begin + n * INTERVAL,
                behind,
                base: n.is_multiple_of(4),
                keyframe: false,
            });
            (goes, shedding.service(0.0), shedding.service(0.99))
        };
        assert_eq!(turn(0, 0), (true, Service::All, Service::All));
        for (n, behind) in (1..).zip([251, 240, 210, 180, 150, 120, 90, 60]) {
            assert_eq!(turn(n, behind), (behind <= 200, Service::Base, Service::Base), "{behind}");
        }
        assert_eq!(turn(9, 30), (true, Service::All, Service::All), "and afterwards everybody has all pictures again");
    }

    #[test]
    fn the_layers_of_one_moment_are_measured_once() {
        let (mut shedding, begin) = (Shedding::default(), Instant::now());
        for n in 0..100 {
            for behind in [0, 15, 45] {
                let behind = Duration::from_millis(behind);
                shedding.picture(PictureTurn {
                    handed_in: begin + n * 4 * INTERVAL,
                    behind,
                    base: true,
                    keyframe: false,
                });
            }
        }
        assert!(!shedding.any(), "each layer waits for the one before, and the first is in time");
    }
}
