use super::train::Train;

/// On top and without congestion for so long before a keyframe is sent faster than the path is known to carry.
const FIRST_PAUSE_US: u64 = 3_000_000;
/// After each trial that showed too little, and each time it went wrong afterwards, twice as long, up to this.
const LONGEST_PAUSE_US: u64 = 60_000_000;
/// Congestion so soon after a limit was forgotten was caused by that.
const CAUSED_US: u64 = 5_000_000;
/// A path that bore it for so long is trusted like any other.
const TRUSTED_US: u64 = 30_000_000;
/// Feedback that has not come by then will not.
const PATIENCE_US: u64 = 1_000_000;

/// When a limit that a congestion left behind may be forgotten. Above the top layer there is nothing to climb to, so nothing is
/// probed for; but keyframes go at what the path is known to carry, which would hold for ever. So once in a while, when all is
/// calm on top, a keyframe goes faster: it is a train that costs nothing.
#[derive(Debug)]
pub(crate) struct Release {
    calm_since_us: Option<u64>,
    pause_us: u64,
    not_before_us: u64,
    released_us: Option<u64>,
    /// When the keyframe that is being told of began, and what is told.
    trial: Option<(u64, Train)>,
    /// Something that was sent after it is told of.
    past: bool,
}

/// A keyframe that goes out as a trial.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    /// When its first packet went, microseconds.
    pub(crate) from_us: u64,
    /// When its last did.
    pub(crate) until_us: Option<u64>,
}

/// A trial is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// The path carried this much, bits a second.
    Carried(f32),
    /// Nothing can be told of it.
    Unknown,
}

impl Default for Release {
    fn default() -> Self {
        Self {
            calm_since_us: None,
            pause_us: FIRST_PAUSE_US,
            not_before_us: 0,
            released_us: None,
            trial: None,
            past: false,
        }
    }
}

impl Release {
    /// The path is limited, the viewer on top of what it may have, and nothing is wrong: is it time for a trial?
    pub(crate) fn is_due(&mut self, now_us: u64) -> bool {
        let since = *self.calm_since_us.get_or_insert(now_us);
        now_us >= self.not_before_us && now_us - since >= FIRST_PAUSE_US
    }

    /// There is something to climb to: that comes first.
    pub(crate) fn is_not_on_top(&mut self) {
        (self.calm_since_us, self.trial) = (None, None);
    }

    /// Something went wrong.
    pub(crate) fn congested(&mut self, now_us: u64) {
        self.calm_since_us = None;
        let held = self.released_us.take().map(|at| now_us.saturating_sub(at));
        if self.trial.take().is_some() || held.is_some_and(|held| held < CAUSED_US) {
            self.failed(now_us);
        } else if held.is_some_and(|held| held > TRUSTED_US) {
            self.pause_us = FIRST_PAUSE_US;
        }
    }

    /// A packet of any kind was told of, while `stretch` is or was under way.
    pub(crate) fn told(&mut self, stretch: Stretch, sent_us: u64, arrived_us: Option<i64>, bytes: u32) {
        self.past = stretch.until_us.is_some_and(|until| sent_us > until);
        if sent_us < stretch.from_us || self.past {
            return;
        }
        let (from, train) = self.trial.get_or_insert_with(|| (stretch.from_us, Train::default()));
        if *from != stretch.from_us {
            (*from, *train) = (stretch.from_us, Train::default());
        }
        if let Some(arrived_us) = arrived_us {
            train.packet(sent_us, arrived_us, bytes);
        }
    }

    /// What came of the trial, once all of it is told.
    pub(crate) fn outcome(&mut self, stretch: Stretch, now_us: u64) -> Option<Outcome> {
        let late = now_us.saturating_sub(stretch.until_us?) > PATIENCE_US;
        if !std::mem::take(&mut self.past) && !late {
            return None;
        }
        let train = self.trial.take().map(|(_, train)| train);
        Some(train.and_then(|train| train.rate()).map_or(Outcome::Unknown, Outcome::Carried))
    }

    /// It showed no more than was known.
    pub(crate) fn failed(&mut self, now_us: u64) {
        self.not_before_us = now_us + self.pause_us;
        self.pause_us = (2 * self.pause_us).min(LONGEST_PAUSE_US);
    }

    /// The limit is forgotten.
    pub(crate) fn released(&mut self, now_us: u64) {
        self.calm_since_us = None;
        self.released_us = Some(now_us);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_that_fail_become_rare_until_a_path_is_trusted() {
        let mut release = Release::default();
        let mut tried = Vec::new();
        for second in 0..200 {
            if release.is_due(second * 1_000_000) {
                tried.push(second);
                release.failed(second * 1_000_000);
            }
        }
        assert_eq!(tried, [3, 6, 12, 24, 48, 96, 156]);
        release.released(200_000_000);
        release.congested(203_000_000);
        assert!(!release.is_due(205_000_000) && !release.is_due(262_000_000) && release.is_due(264_000_000));
        release.released(264_000_000);
        release.congested(300_000_000);
        assert!(!release.is_due(301_000_000) && release.is_due(304_000_000));
        release.failed(304_000_000);
        assert!(release.is_due(307_000_000), "what was before is forgiven");
    }

    #[test]
    fn a_keyframe_tells_what_the_path_carries_once_something_after_it_is_told_of() {
        // 40 packets of 1,000 bytes, 1.5 ms apart (5.3 Mbit/s), arrive 1.5 or 3 ms apart.
        for (apart, carried) in [(1500, 5.33e6), (3000, 0.9 * 2.67e6)] {
            let mut release = Release::default();
            let mut stretch = Stretch { from_us: 1_000_000, until_us: None };
            release.told(stretch, 990_000, Some(0), 1000);
            for i in 0..40 {
                release.told(stretch, 1_000_000 + 1500 * i, Some(apart * i as i64), 1000);
            }
            assert_eq!(release.outcome(stretch, 1_100_000), None, "not all of it has been sent");
            stretch.until_us = Some(1_058_500);
            assert_eq!(release.outcome(stretch, 1_100_000), None, "and not all is told of");
            release.told(stretch, 1_090_000, Some(200_000), 1000);
            let Some(Outcome::Carried(seen)) = release.outcome(stretch, 1_150_000) else { panic!("told") };
            assert!((seen / carried - 1.0).abs() < 0.02, "{seen}");
            assert_eq!(release.outcome(stretch, 2_100_000), Some(Outcome::Unknown), "nobody will tell of it");
        }
    }
}
