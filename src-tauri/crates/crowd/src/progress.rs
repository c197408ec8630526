//! What is known of a viewer from outside, while it runs and after.

use crate::reception::Reception;
use crate::sequence::Sequence;
use crate::trace::Traced;
use std::time::{Duration, Instant};

#[derive(Default)]
pub(crate) struct Progress {
    pub(crate) started: Option<Instant>,
    pub(crate) answered: Option<Instant>,
    pub(crate) connected: Option<Instant>,
    pub(crate) video: Reception,
    pub(crate) sound: Sequence,
    /// When the last packet of sound came, and the longest time between two.
    pub(crate) last_sound: Option<Instant>,
    pub(crate) longest_sound_gap: Duration,
    /// Video packets that came again, not by RTX.
    pub(crate) twice: u64,
    /// Packets that came by RTX: repairs, and repetitions that probe the path. str0m does not tell.
    pub(crate) rtx: u64,
    /// Packets of the sample whose seal was false.
    pub(crate) unauthentic: u64,
    pub(crate) codec: Option<&'static str>,
    /// The session at a WHEP endpoint: the last part of its URL.
    pub(crate) session: Option<String>,
    /// Why it ended, if it did not end as planned.
    pub(crate) error: Option<String>,
    /// Some: every packet is written down.
    pub(crate) trace: Option<Vec<Traced>>,
    /// When the window began that counts are of, and what there was before it.
    pub(crate) window: Option<Instant>,
    pub(crate) sound_before: (u64, u64),
    pub(crate) rtx_before: u64,
}

/// Sequence numbers at the end of a stream that may still be on their way: about a second of video.
pub(crate) const UNDER_WAY: u64 = 300;
/// The same of sound.
pub(crate) const SOUND_UNDER_WAY: u64 = 50;

impl Progress {
    /// A packet of sound came.
    pub(crate) fn sound(&mut self, number: u64, now: Instant) {
        self.sound.insert(number);
        if let Some(last) = self.last_sound.replace(now) {
            self.longest_sound_gap = self.longest_sound_gap.max(now.saturating_duration_since(last));
        }
    }

    /// From here on everything but the join is counted anew.
    pub(crate) fn begin_window(&mut self, now: Instant) {
        self.window = Some(now);
        self.video.begin_window(UNDER_WAY);
        self.sound_before = (self.sound.received(), self.sound.lost(SOUND_UNDER_WAY));
        self.rtx_before = self.rtx;
        self.longest_sound_gap = Duration::ZERO;
        if let Some(trace) = &mut self.trace {
            trace.clear();
        }
    }
}
