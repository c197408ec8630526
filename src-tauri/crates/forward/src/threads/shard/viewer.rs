//! One viewer of a shard.

use super::inbox::Joining;
use super::interest::Interest;
use super::reports::Compound;
use super::run::{Run, Sink};
use crate::media::egress::{Egress, LayerBits};
use crate::media::history::History;
use port::Path;
use protocol::ViewerId;
use rtp::srtp::Sealer;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;
use stream::{Clock, Rid, VideoCodec};

/// What a shard needs to serve any viewer, and what is left to do for them.
pub(super) struct ShardContext {
    pub(super) history: History,
    pub(super) run: Run,
    pub(super) interest: Interest,
    /// The viewers' timers. An entry that is not the viewer's `scheduled` is stale.
    pub(super) timers: BinaryHeap<Reverse<(Instant, ViewerId)>>,
    /// Keyframes that are wanted, and when the encoder can be asked for them.
    pub(super) keyframes: Vec<((VideoCodec, Rid), Instant)>,
    /// RTCP packets that could not be read.
    pub(super) malformed: u64,
    /// Compound packets that asked for more than one may.
    pub(super) excessive: u64,
    /// Compound packets that waited for the turn of a viewer who was removed.
    pub(super) unread: u64,
}

/// One viewer's media, and how to reach the viewer.
pub(super) struct Viewer {
    pub(super) id: ViewerId,
    pub(super) egress: Egress,
    sealer: Sealer,
    pub(super) path: Path,
    /// Its timer in the shard's heap.
    scheduled: Option<Instant>,
    /// Retransmissions that are in the shared counters already.
    pub(super) repairs_counted: u64,
    /// What it waits for, as bits; see [`Egress::interest`].
    pub(super) interest: LayerBits,
    /// Its rank among the shard's viewers, from 0 for the worst path to 1; see [`Shedding`](super::shedding::Shedding). It has the
    /// best rank until the viewers are ranked the next time.
    pub(super) rank: f32,
}

impl Viewer {
    pub(super) fn new(joining: &Joining, sealer: Sealer, path: Path, clock: Clock, now: Instant) -> Viewer {
        let mut egress = Egress::new(&joining.negotiated, joining.max, clock, rand::random(), joining.round_trip, now);
        if joining.held.is_some() {
            egress.hold(joining.held);
        }
        let id = joining.viewer;
        Viewer { id, egress, sealer, path, scheduled: None, repairs_counted: 0, interest: 0, rank: 1.0 }
    }

    /// Starts to load its state on the heap into the cache, as something is sent soon.
    pub(super) fn prefetch(&self) {
        self.sealer.prefetch();
        self.egress.prefetch();
    }

    /// Calls the egress, sends its packets, and takes up what may have changed: its timer, its keyframe request, and the layers it
    /// waits for.
    pub(super) fn drive<T>(
        &mut self,
        cx: &mut ShardContext,
        now: Instant,
        f: impl FnOnce(&mut Egress, &History, &mut Sink<'_>) -> T,
    ) -> T {
        let mut sink = cx.run.sink(&mut self.sealer, &self.path);
        let result = f(&mut self.egress, &cx.history, &mut sink);
        sink.finish();
        self.schedule(&mut cx.timers);
        if let Some(wanted) = self.egress.wants_keyframe()
            && cx.keyframes.iter().all(|(known, _)| *known != wanted)
        {
            cx.keyframes.push((wanted, now));
        }
        let waits_for = self.egress.interest();
        cx.interest.moved(self.interest, waits_for);
        self.interest = waits_for;
        result
    }

    /// Lets the egress act on a compound packet.
    pub(super) fn read(&mut self, compound: &Compound<'_>, cx: &mut ShardContext, now: Instant) {
        let outcome = self.drive(cx, now, |egress, history, sink| {
            egress.rtcp(compound.messages(), compound.arrived, history, now, sink)
        });
        cx.malformed += u64::from(outcome.malformed);
        cx.excessive += u64::from(outcome.excessive);
    }

    /// Pushes its timer to the heap, if it is earlier than the one that is there.
    pub(super) fn schedule(&mut self, timers: &mut BinaryHeap<Reverse<(Instant, ViewerId)>>) {
        if let Some(at) = self.egress.poll_timeout()
            && self.scheduled.is_none_or(|scheduled| at < scheduled)
        {
            self.scheduled = Some(at);
            timers.push(Reverse((at, self.id)));
        }
    }

    /// Whether a timer of the heap is stale or was moved to a later time.
    pub(super) fn moves_on(&mut self, at: Instant) -> bool {
        if self.scheduled != Some(at) {
            return true;
        }
        let later = self.egress.poll_timeout().is_none_or(|due| due > at);
        if later {
            self.scheduled = None;
        }
        later
    }

    /// Whether a timer of the heap that came is this viewer's.
    pub(super) fn is_due(&mut self, at: Instant) -> bool {
        let due = self.scheduled == Some(at);
        if due {
            self.scheduled = None;
        }
        due
    }
}
