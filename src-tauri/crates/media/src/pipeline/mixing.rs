//! What the owner wants of the mixer, and what the mixer tells: between it and the thread `media-sound`.

use super::lock;
use protocol::{MixerSettings, StripLevels};
use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

/// Who asked for the levels within this looks at them.
const LOOKS: Duration = Duration::from_secs(2);

/// Both sides of the mixer.
#[derive(Debug, Default)]
pub(super) struct Mixing(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    settings: MixerSettings,
    levels: Vec<StripLevels>,
    /// When somebody looked last.
    looked: Option<Instant>,
}

impl Mixing {
    /// What each strip is to do from now on.
    pub(super) fn set(&self, settings: MixerSettings) {
        lock(&self.0).settings = settings;
    }

    /// What each is to do, and whether somebody looks at how loud they are.
    pub(super) fn wanted(&self, now: Instant) -> (MixerSettings, bool) {
        let state = lock(&self.0);
        (state.settings, state.looked.is_some_and(|looked| now.saturating_duration_since(looked) < LOOKS))
    }

    /// How loud they were in the last moment.
    pub(super) fn tell(&self, levels: Vec<StripLevels>) {
        lock(&self.0).levels = levels;
    }

    /// As they were told last.
    pub(super) fn levels(&self, now: Instant) -> Vec<StripLevels> {
        let mut state = lock(&self.0);
        state.looked = Some(now);
        state.levels.clone()
    }
}
