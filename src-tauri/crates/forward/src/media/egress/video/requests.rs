//! Requests for pictures, in both directions: a viewer's PLI and FIR, and the keyframes that the encoder is asked for.

use crate::media::history::CodecLayer;
use std::time::{Duration, Instant};

/// A viewer is answered at most this often, and the encoder is asked at most this often.
const INTERVAL: Duration = Duration::from_secs(1);
/// A viewer that was answered so many times in a row is answered only at the longer interval.
const ANSWERS: u32 = 4;
const LONG_INTERVAL: Duration = Duration::from_secs(4);

/// Limits how often one viewer's PLI and FIR are answered.
///
/// On a path that collapses, a viewer needs some answers one after the other. But each answer costs as much as half a second of
/// pictures and more, and a keyframe comes every few seconds anyway. So a viewer that keeps asking is answered more rarely, and no answer
/// follows before the one before it could have been sent at the layer's rate: whatever it asks for, it is sent twice its rate at most.
///
/// What comes as the start of a layer is in the history, so that asking costs no keyframe. Where it is not, or is much, the encoder is asked
/// for one: by each viewer at most once an interval, by all together once a second for each layer (`studio`'s wishes). Of AV1, whose
/// keyframes take the longest, that is only where as many bytes came since the last one as it has ([`crate::media::history`]): keyframes that
/// viewers ask for are never more than half of what is sent.
#[derive(Default)]
pub(super) struct AnswerLimit {
    not_before: Option<Instant>,
    last: Option<Instant>,
    /// Answers in a row: each came no later than twice the interval after the one before.
    in_a_row: u32,
}

impl AnswerLimit {
    pub(super) fn allows(&self, now: Instant) -> bool {
        self.not_before.is_none_or(|at| now >= at)
    }

    /// An answer is being sent, which takes so long at the layer's rate.
    pub(super) fn answered(&mut self, takes: Duration, now: Instant) {
        let interval = |answers| if answers < ANSWERS { INTERVAL } else { LONG_INTERVAL };
        let follows = self.last.is_some_and(|at| now < at + 2 * interval(self.in_a_row));
        self.in_a_row = if follows { self.in_a_row + 1 } else { 1 };
        self.last = Some(now);
        self.not_before = Some(now + interval(self.in_a_row).max(takes.min(LONG_INTERVAL)));
    }

    /// A start from the history was sent unasked, so a request that is on its way is about what was before.
    pub(super) fn restarted(&mut self, now: Instant) {
        self.not_before = Some(now + INTERVAL / 2);
    }
}

/// A keyframe that the history does not have, to be asked of the encoder.
#[derive(Default)]
pub(super) struct KeyframeRequest {
    wanted: Option<CodecLayer>,
    last: Option<Instant>,
}

impl KeyframeRequest {
    pub(super) fn want(&mut self, layer: CodecLayer, now: Instant) {
        if self.last.is_none_or(|at| now.saturating_duration_since(at) >= INTERVAL) {
            self.last = Some(now);
            self.wanted = Some(layer);
        }
    }

    /// The layer to ask for; each request is taken once.
    pub(super) fn take(&mut self) -> Option<CodecLayer> {
        self.wanted.take()
    }
}
