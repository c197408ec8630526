use super::inbox::{Compound, Joining};
use super::interest::Interest;
use super::run::{Run, Sink};
use crate::egress::{Egress, LayerBits};
use crate::history::History;
use port::Path;
use protocol::ViewerId;
use rtp::srtp::Sealer;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;
use stream::{Clock, Rid, VideoCodec};

/// What a shard serves its viewers with, one after the other, and what they leave to be done.
pub(super) struct ShardContext {
    pub(super) history: History,
    pub(super) run: Run,
    pub(super) interest: Interest,
    /// Of viewers; an entry that is not the viewer's `scheduled` is stale.
    pub(super) timers: BinaryHeap<Reverse<(Instant, ViewerId)>>,
    /// Keyframes that could not be asked for yet, and when they can be.
    pub(super) keyframes: Vec<((VideoCodec, Rid), Instant)>,
    /// Reports that could not be read.
    pub(super) malformed: u64,
}

/// One viewer's media and the way to it.
pub(super) struct Viewer {
    pub(super) id: ViewerId,
    pub(super) egress: Egress,
    sealer: Sealer,
    pub(super) path: Path,
    /// Its timer in the shard's heap.
    scheduled: Option<Instant>,
    /// Repairs that are in the totals.
    pub(super) repairs_counted: u64,
    /// What it waits for; see [`Egress::interest`].
    pub(super) interest: LayerBits,
    /// How well off it is among the shard's viewers, from 0 to 1; see [`Shedding`](super::shedding::Shedding). Who has just come
    /// is spared.
    pub(super) rank: f32,
}

impl Viewer {
    pub(super) fn new(joining: &Joining, sealer: Sealer, path: Path, clock: Clock, now: Instant) -> Viewer {
        let egress = Egress::new(&joining.negotiated, joining.max, clock, rand::random(), joining.round_trip, now);
        let id = joining.viewer;
        Viewer { id, egress, sealer, path, scheduled: None, repairs_counted: 0, interest: 0, rank: 1.0 }
    }

    /// Begins to fetch what it keeps elsewhere; it is to be sent something soon.
    pub(super) fn prefetch(&self) {
        self.sealer.prefetch();
        self.egress.prefetch();
    }

    /// Lets the egress do something: what it sends goes out, and what follows from it is seen to: its timer, its wishes, and what
    /// it waits for now.
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
    }

    /// Sees to it that its timer is in the heap.
    pub(super) fn schedule(&mut self, timers: &mut BinaryHeap<Reverse<(Instant, ViewerId)>>) {
        if let Some(at) = self.egress.poll_timeout()
            && self.scheduled.is_none_or(|scheduled| at < scheduled)
        {
            self.scheduled = Some(at);
            timers.push(Reverse((at, self.id)));
        }
    }

    /// A timer of the heap is not for now: it is not this viewer's any more, or nothing is due then.
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

    /// A timer of the heap came: is it this viewer's?
    pub(super) fn is_due(&mut self, at: Instant) -> bool {
        let due = self.scheduled == Some(at);
        if due {
            self.scheduled = None;
        }
        due
    }
}
