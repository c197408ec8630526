//! What the owner wants of the mixer, and what the mixer tells: between it and the thread `media-sound`.

use super::lock;
use crate::MoreMicrophones;
use protocol::{MixerSettings, StripLevels};
use std::{
    sync::{Arc, Mutex},
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
    /// Shared with whoever reads it, a hundred times a second.
    microphones: Arc<MoreMicrophones>,
    /// What is heard of what this computer plays; None: all of it.
    program: Option<Arc<str>>,
    headphones: Option<Arc<str>>,
    levels: Vec<StripLevels>,
    /// When somebody looked last.
    looked: Option<Instant>,
    /// How loud the sum is.
    sum: Option<f32>,
    /// When somebody asked for that last.
    asked: Option<Instant>,
}

/// What somebody looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Looks {
    /// How loud the strips are.
    pub(super) strips: bool,
    /// How loud their sum is.
    pub(super) sum: bool,
}

impl Mixing {
    /// What each strip is to do from now on.
    pub(super) fn set(&self, settings: MixerSettings) {
        lock(&self.0).settings = settings;
    }

    /// These microphones are heard beside the first from now on.
    pub(super) fn set_microphones(&self, microphones: MoreMicrophones) {
        lock(&self.0).microphones = Arc::new(microphones);
    }

    /// Which those are.
    pub(super) fn microphones(&self) -> Arc<MoreMicrophones> {
        Arc::clone(&lock(&self.0).microphones)
    }

    /// Of what this computer plays this program alone is heard from now on, or all of it.
    pub(super) fn set_program(&self, program: Option<String>) {
        lock(&self.0).program = program.map(Arc::from);
    }

    /// Which that is.
    pub(super) fn program(&self) -> Option<Arc<str>> {
        lock(&self.0).program.clone()
    }

    /// The broadcaster listens on this output from now on, or on none.
    pub(super) fn set_headphones(&self, output: Option<String>) {
        lock(&self.0).headphones = output.map(Arc::from);
    }

    /// Which that is.
    pub(super) fn headphones(&self) -> Option<Arc<str>> {
        lock(&self.0).headphones.clone()
    }

    /// What each is to do, and what of how loud they are somebody looks at.
    pub(super) fn wanted(&self, now: Instant) -> (MixerSettings, Looks) {
        let state = lock(&self.0);
        let lately = |at: Option<Instant>| at.is_some_and(|at| now.saturating_duration_since(at) < LOOKS);
        (state.settings, Looks { strips: lately(state.looked), sum: lately(state.asked) })
    }

    /// How loud they were in the last moment, and their sum.
    pub(super) fn tell(&self, levels: Vec<StripLevels>, sum: Option<f32>) {
        let mut state = lock(&self.0);
        (state.levels, state.sum) = (levels, sum);
    }

    /// How loud the sum was when that was told last. It is reckoned while somebody asks.
    pub(super) fn sum(&self, now: Instant) -> Option<f32> {
        let mut state = lock(&self.0);
        state.asked = Some(now);
        state.sum
    }

    /// As they were told last.
    pub(super) fn levels(&self, now: Instant) -> Vec<StripLevels> {
        let mut state = lock(&self.0);
        state.looked = Some(now);
        state.levels.clone()
    }
}
