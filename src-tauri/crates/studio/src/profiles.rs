//! Which profile of the codec that is always encoded is made: the most that all take who watch it. Decisions only.

use protocol::ViewerId;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use stream::Profile;

/// How long there is no more than the last one took who has left: each change is a keyframe for everybody, and whoever reloads a
/// page, or comes back from a lost network, would cause two.
const LINGER: Duration = Duration::from_secs(30);

/// Who takes less than the most.
#[derive(Debug)]
pub(crate) struct Profiles {
    /// Answered, and not heard of yet.
    answered: BTreeSet<ViewerId>,
    /// There, or connecting.
    limited: BTreeSet<ViewerId>,
    /// What engines that the stream is handed to take of it.
    relays: Profile,
    /// Nobody is, since a while ago; until then it stays as it is.
    until: Option<Instant>,
    /// What was told.
    told: Profile,
}

impl Default for Profiles {
    /// Nobody is there, and the encoders begin with the most.
    fn default() -> Profiles {
        Profiles {
            answered: BTreeSet::new(),
            limited: BTreeSet::new(),
            relays: Profile::Main,
            until: None,
            told: Profile::Main,
        }
    }
}

impl Profiles {
    /// A joiner was answered that it is sent no more than this. Nothing follows from it before it is heard of: whoever only asks
    /// changes nothing for the others.
    pub(crate) fn answered(&mut self, viewer: ViewerId, takes: Profile) {
        if takes < Profile::Main {
            self.answered.insert(viewer);
        }
    }

    /// A joiner was heard of.
    pub(crate) fn there(&mut self, viewer: ViewerId) {
        if self.answered.remove(&viewer) {
            self.limited.insert(viewer);
            self.until = None;
        }
    }

    /// A viewer or joiner is gone.
    pub(crate) fn gone(&mut self, viewer: ViewerId, now: Instant) {
        self.answered.remove(&viewer);
        if self.limited.remove(&viewer) && self.limited.is_empty() && self.relays == Profile::Main {
            self.until = Some(now + LINGER);
        }
    }

    /// Engines take no more than this, for those who watch there.
    pub(crate) fn relays_take(&mut self, profile: Profile, now: Instant) {
        let before = std::mem::replace(&mut self.relays, profile);
        if before < Profile::Main && profile == Profile::Main && self.limited.is_empty() {
            self.until = Some(now + LINGER);
        }
    }

    /// When [`Profiles::poll`] may have something new to tell.
    pub(crate) fn timeout(&self) -> Option<Instant> {
        self.until
    }

    /// What is to be encoded from now on, where that is another than before.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Profile> {
        self.until = self.until.filter(|until| *until > now);
        let free = self.limited.is_empty() && self.relays == Profile::Main && self.until.is_none();
        let profile = if free { Profile::Main } else { Profile::Baseline };
        (std::mem::replace(&mut self.told, profile) != profile).then_some(profile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: ViewerId = ViewerId(1);
    const BERT: ViewerId = ViewerId(2);

    #[test]
    fn one_that_takes_less_is_enough_and_it_lasts_until_all_such_have_been_gone_for_30_s() {
        let start = Instant::now();
        let mut profiles = Profiles::default();
        profiles.answered(ANNA, Profile::Main);
        profiles.there(ANNA);
        assert_eq!(profiles.poll(start), None, "who takes main changes nothing");
        for viewer in [BERT, ViewerId(3)] {
            profiles.answered(viewer, Profile::Baseline);
            profiles.there(viewer);
        }
        assert_eq!(profiles.poll(start), Some(Profile::Baseline));
        assert_eq!(profiles.poll(start), None, "it is told once");
        profiles.gone(BERT, start);
        assert_eq!(profiles.timeout(), None, "the other one is there");
        profiles.gone(ViewerId(3), start);
        profiles.gone(ANNA, start);
        assert_eq!(profiles.timeout(), Some(start + LINGER));
        assert_eq!(profiles.poll(start + LINGER - Duration::from_millis(1)), None, "not at once");
        assert_eq!(profiles.poll(start + LINGER), Some(Profile::Main));
        assert_eq!(profiles.timeout(), None);
    }

    #[test]
    fn an_engine_counts_as_a_viewer_does_and_lingers_so() {
        let start = Instant::now();
        let mut profiles = Profiles::default();
        profiles.relays_take(Profile::Baseline, start);
        assert_eq!(profiles.poll(start), Some(Profile::Baseline));
        profiles.answered(BERT, Profile::Baseline);
        profiles.there(BERT);
        profiles.gone(BERT, start);
        assert_eq!((profiles.timeout(), profiles.poll(start + LINGER)), (None, None), "the engine is there");
        profiles.relays_take(Profile::Main, start);
        assert_eq!(profiles.poll(start), None, "it may come back");
        assert_eq!(profiles.poll(start + LINGER), Some(Profile::Main));
        profiles.relays_take(Profile::Main, start + LINGER);
        assert_eq!(profiles.timeout(), None, "nothing changed");
    }

    #[test]
    fn who_comes_back_in_time_costs_nobody_a_keyframe() {
        let start = Instant::now();
        let mut profiles = Profiles::default();
        let mut told = Vec::new();
        for turn in 0..100 {
            let (viewer, now) = (ViewerId(turn), start + Duration::from_secs(20) * turn);
            profiles.answered(viewer, Profile::Baseline);
            profiles.there(viewer);
            told.extend(profiles.poll(now));
            profiles.gone(viewer, now + Duration::from_secs(1));
            told.extend(profiles.poll(now + Duration::from_secs(1)));
        }
        assert_eq!(told, [Profile::Baseline]);
    }

    #[test]
    fn who_only_asks_changes_nothing_and_leaves_nothing() {
        let start = Instant::now();
        let mut profiles = Profiles::default();
        for number in 0..1000 {
            profiles.answered(ViewerId(number), Profile::Baseline);
            assert_eq!(profiles.poll(start), None);
            profiles.gone(ViewerId(number), start);
        }
        profiles.there(ANNA);
        assert_eq!(profiles.poll(start + LINGER), None, "it was gone before");
        assert!(profiles.answered.is_empty() && profiles.limited.is_empty());
    }
}
