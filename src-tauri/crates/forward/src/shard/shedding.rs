//! What a shard leaves out when it cannot keep up: first for the viewers who are worst off anyway.
//!
//! A decision without I/O and without a clock: how far behind the shard is comes in with each picture, what a viewer is given
//! goes out.

use std::time::Duration;

/// More than the time between two pictures, so it is no single burst: the shard does not keep up.
const BEHIND: Duration = Duration::from_millis(40);
/// Half of that: it keeps up, and may have room to spare.
const IN_TIME: Duration = Duration::from_millis(20);
/// So far behind there is no time to find out how much has to go: only base pictures, for all. They are a quarter of the
/// pictures and half of the bytes, and nothing but the others refers to the others.
const FAR_BEHIND: Duration = Duration::from_millis(125);
/// What waited longer is left out for all: it would only be late, and make what comes after it late as well.
pub(super) const TOO_LATE: Duration = Duration::from_millis(250);

/// A picture that finds the shard behind takes the upper layers from so many more of the viewers: all of them within ten
/// pictures, a third of a second. By then a shard that has half the time it needs is 170 ms behind, short of [`TOO_LATE`].
const MORE: f32 = 0.1;
/// A picture in time gives them back to so many, all of them within two seconds at 30 pictures a second. That is much slower
/// than the way down: a shard just at its limit tries a few viewers more and takes them back, and the others see nothing.
const LESS: f32 = 1.0 / 60.0;

/// How many of its viewers a shard serves less, and how much less.
#[derive(Default)]
pub(super) struct Shedding {
    /// From 0 to 1, the share of the viewers who are given base pictures only; from 1 to 2, with all at base pictures, the share
    /// who are given none.
    level: f32,
    /// How far behind the picture before was.
    last: Duration,
    /// The same of the base picture before, while only base pictures go to anybody.
    last_base: Option<Duration>,
}

/// What a viewer is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    All,
    /// Pictures of temporal layer 0.
    Base,
    Nothing,
}

impl Shedding {
    /// A picture that somebody watches has its turn, so long after it was handed in. False if it is too late for all.
    ///
    /// A shard that was kept from its core for once finds several pictures, each less late than the one before: it catches up,
    /// and nobody has to be given less for that. Whether base pictures alone are too much only they can tell.
    pub(super) fn picture(&mut self, behind: Duration, base: bool) -> bool {
        let (grows, tells) = match self.last_base {
            None => (behind >= self.last, true),
            Some(last_base) => (behind >= last_base, base),
        };
        if behind > BEHIND && grows && tells {
            self.level = (self.level + MORE).min(2.0);
        } else if behind < IN_TIME {
            self.level = (self.level - LESS).max(0.0);
        }
        if behind > FAR_BEHIND {
            self.level = self.level.max(1.0);
        }
        self.last = behind;
        if self.level < 1.0 {
            self.last_base = None;
        } else if base {
            self.last_base = Some(behind);
        } else {
            // The first base picture after this has nothing to be compared with.
            self.last_base.get_or_insert(Duration::MAX);
        }
        behind <= TOO_LATE
    }

    /// Somebody is given less.
    pub(super) fn any(&self) -> bool {
        self.level > 0.0
    }

    /// What the viewer at `rank` is given: 0 for the one who is worst off, below 1 for the best.
    pub(super) fn share(&self, rank: f32) -> Share {
        if rank < self.level - 1.0 {
            Share::Nothing
        } else if rank < self.level {
            Share::Base
        } else {
            Share::All
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shard whose picture takes `each` for a viewer; 30 pictures a second, a quarter of them base pictures, for `seconds`.
    /// Returns the furthest it was behind, and for each viewer how many pictures it was given in the last two seconds.
    fn serve(viewers: usize, each: Duration, seconds: u32) -> (Duration, Vec<u32>) {
        let interval = Duration::from_secs(1) / 30;
        let mut shedding = Shedding::default();
        let (mut free, mut furthest, mut given) = (Duration::ZERO, Duration::ZERO, vec![0; viewers]);
        for n in 0..30 * seconds {
            let handed_in = n * interval;
            let begin = free.max(handed_in);
            let behind = begin - handed_in;
            furthest = furthest.max(behind);
            free = begin;
            if !shedding.picture(behind, n % 4 == 0) {
                continue;
            }
            for (place, given) in given.iter_mut().enumerate() {
                let sent = match shedding.share(place as f32 / viewers as f32) {
                    Share::All => true,
                    Share::Base => n % 4 == 0,
                    Share::Nothing => false,
                };
                if sent {
                    free += each;
                    *given += u32::from(n + 60 >= 30 * seconds);
                }
            }
        }
        (furthest, given)
    }

    #[test]
    fn a_shard_that_keeps_up_serves_everybody_everything() {
        let (_, given) = serve(100, Duration::from_micros(320), 10);
        assert_eq!(given, vec![60; 100], "32 of 33 ms");
    }

    #[test]
    fn with_half_the_time_it_needs_the_best_off_see_all_and_nobody_less_than_the_base() {
        let (furthest, given) = serve(100, Duration::from_micros(660), 20);
        assert!(furthest <= TOO_LATE, "{furthest:?}");
        assert!(given.iter().all(|given| *given >= 15), "{given:?}");
        assert_eq!(given[80..], [60; 20], "{given:?}");
        assert!(given[..20].iter().all(|given| *given < 25), "{given:?}");
        assert!(given.is_sorted_by(|worse, better| worse <= better), "{given:?}");
    }

    #[test]
    fn with_a_tenth_of_it_some_are_given_nothing_and_nothing_waits_longer_than_a_quarter_of_a_second() {
        let (furthest, given) = serve(100, Duration::from_micros(3300), 20);
        assert!(furthest <= TOO_LATE + Duration::from_millis(330), "one picture may take that long: {furthest:?}");
        assert_eq!(given[..30], [0; 30], "{given:?}");
        assert!(given[95..].iter().all(|given| *given >= 10), "{given:?}");
    }

    #[test]
    fn when_the_load_is_gone_everybody_is_served_again_within_four_seconds() {
        let mut shedding = Shedding { level: 2.0, ..Shedding::default() };
        let pictures = (1..).find(|_| {
            shedding.picture(Duration::ZERO, false);
            !shedding.any()
        });
        assert!(pictures.is_some_and(|n| n <= 121), "{pictures:?}");
    }

    #[test]
    fn a_shard_that_was_stopped_for_once_catches_up_with_base_pictures_for_all() {
        let mut shedding = Shedding::default();
        for (n, behind) in [240, 210, 180, 150, 120, 90, 60, 30].into_iter().enumerate() {
            assert!(shedding.picture(Duration::from_millis(behind), n % 4 == 1));
            assert!(
                behind < 60 || shedding.share(0.0) == Share::Base && shedding.share(0.99) == Share::Base,
                "{behind}"
            );
        }
        assert!(!shedding.picture(Duration::from_millis(251), true));
    }
}
