//! What a shard leaves out when it cannot keep up: first for the viewers who are worst off anyway.
//!
//! A decision without I/O and without a clock: when each picture was handed in and how far behind the shard is come in, what a
//! viewer is given goes out.

use std::time::{Duration, Instant};

/// More than the time between two pictures, so it is no single burst: the shard does not keep up.
const BEHIND: Duration = Duration::from_millis(40);
/// Half of that: it keeps up, and may have room to spare.
const IN_TIME: Duration = Duration::from_millis(20);
/// So far behind only base pictures go, to all, until it is not [`BEHIND`] any more: they are a quarter of the pictures and half
/// of the bytes, and nothing but the others refers to the others. That is for the moment: a keyframe for many viewers takes so
/// long by itself, and says nothing of what is too much in the long run.
const FAR_BEHIND: Duration = Duration::from_millis(125);
/// What waited longer is left out: it would only be late, and make what comes after it late as well.
pub(super) const TOO_LATE: Duration = Duration::from_millis(250);
/// A viewer whose turn comes later is not given the picture: the rest of a keyframe follows its first packets, and had come up to
/// 50 ms after them with 800 viewers in half of the time they need.
pub(super) const LAST_TURN: Duration = Duration::from_millis(200);

/// How far behind the shard is says most at base pictures, as the pictures between them are smaller; a group of four is 133 ms
/// at 30 pictures a second. Layers' pictures of one moment are looked at once.
const LOOK: Duration = Duration::from_millis(100);
/// What it is behind is to be gone in so long.
const CATCH_UP: Duration = Duration::from_secs(1);
/// The share of a viewer's bytes that upper temporal layers are.
const UPPER: f32 = 0.5;
/// A shard in time gives back what it took from all viewers in so long. That is much slower than the way down: a shard just at its
/// limit tries a few viewers more and takes them back, and the others see nothing.
const GIVE_BACK: Duration = Duration::from_secs(2);

/// How many of its viewers a shard serves less, and how much less.
#[derive(Default)]
pub(super) struct Shedding {
    /// From 0 to 1, the share of the viewers who are given base pictures only; from 1 to 2, with all at base pictures, the share
    /// who are given none.
    level: f32,
    /// It was [`FAR_BEHIND`] and has not caught up.
    far: bool,
    /// The base picture that was looked at last: when it was handed in, and how far behind the shard was.
    last: Option<(Instant, Duration)>,
    /// Since then was a keyframe, or the shard was stopped for a while: it is behind for once.
    once: bool,
    /// How far behind it was at the picture before, base or not.
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
    /// So long after that it has its turn.
    pub(super) behind: Duration,
    /// Of temporal layer 0.
    pub(super) base: bool,
    pub(super) keyframe: bool,
}

impl Shedding {
    /// A picture has its turn. False if it is too late for all.
    pub(super) fn picture(&mut self, turn: PictureTurn) -> bool {
        if turn.behind > FAR_BEHIND {
            self.far = true;
        } else if turn.behind <= BEHIND {
            self.far = false;
        }
        let before = std::mem::replace(&mut self.before, turn.behind);
        self.once |= before <= BEHIND && turn.behind > FAR_BEHIND;
        if turn.base {
            self.look(turn);
            self.once |= turn.keyframe;
        }
        turn.behind <= LAST_TURN
    }

    /// Compares with the base picture before. A shard that was kept from its core for once finds several pictures, each less late
    /// than the one before: it catches up, and nobody has to be given less in the long run for that. Nor for a keyframe, which is
    /// more work than there is time before the next picture.
    fn look(&mut self, turn: PictureTurn) {
        let Some((at, behind)) = self.last else {
            self.last = Some((turn.handed_in, turn.behind));
            return;
        };
        let passed = turn.handed_in.saturating_duration_since(at);
        if passed < LOOK {
            return;
        }
        self.last = Some((turn.handed_in, turn.behind));
        let passed = passed.as_secs_f32();
        if turn.behind > BEHIND && !self.once {
            let excess = (turn.behind - BEHIND).as_secs_f32() * passed / CATCH_UP.as_secs_f32();
            let grown = turn.behind.as_secs_f32() - behind.as_secs_f32() + excess;
            // Of the work that there was, so much has to go.
            let too_much = (grown / (passed + grown)).max(0.0);
            if too_much > 0.0 && (self.far || self.level >= 1.0) {
                // It was the work of base pictures.
                let all = self.level.max(1.0);
                self.level = all + too_much * (2.0 - all);
            } else {
                self.level = (self.level + too_much / UPPER).min(1.0);
            }
        } else if turn.behind < IN_TIME {
            self.level = (self.level - passed / GIVE_BACK.as_secs_f32()).max(0.0);
        }
        self.once = false;
    }

    /// Somebody is given less.
    pub(super) fn any(&self) -> bool {
        self.far || self.level > 0.0
    }

    /// What the viewer at `rank` is given: 0 for the one who is worst off, below 1 for the best.
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

    /// What came of it: the oldest picture that anybody was given, how many seconds were over when the last one got less than all,
    /// and for each viewer, the worst first, how many of the last four seconds' 120 it was given.
    #[derive(Debug)]
    struct Served {
        oldest: Duration,
        less_until: u32,
        given: Vec<u32>,
    }

    /// A shard that has `capacity` of the time that it needs for everything, in each second. 30 pictures a second; a quarter of
    /// them are base pictures, twice as large as the mean, and every other second there is a keyframe of five times the mean.
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
            "a keyframe makes it late, but for once"
        );
    }

    #[test]
    fn with_three_quarters_of_the_time_the_best_off_see_most_and_nobody_less_than_the_base() {
        for seconds in 16..26 {
            let Served { oldest, given, .. } = serve(seconds, |_| 0.75);
            assert!(oldest <= LAST_TURN, "{oldest:?}");
            // While it catches up with a keyframe nobody is given upper layers.
            assert!(given[60..].iter().all(|given| *given > 100), "{given:?}");
            // The turn of the last comes too late in the two keyframes, which their egress sends with the next base picture.
            assert!(given.iter().all(|given| *given >= 28), "{given:?}");
            assert!(given[..10].iter().all(|given| *given < 60), "{given:?}");
            assert!(given.is_sorted_by(|worse, better| worse <= better), "{given:?}");
        }
    }

    #[test]
    fn with_a_tenth_of_it_some_go_on_with_base_pictures_and_the_others_are_given_nothing() {
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
    fn a_shard_that_was_stopped_for_once_catches_up_with_base_pictures_for_all() {
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
        assert_eq!(turn(9, 30), (true, Service::All, Service::All), "and then nobody has less than before");
    }

    #[test]
    fn the_layers_of_one_moment_are_looked_at_once() {
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
