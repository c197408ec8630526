//! The pictures that did not fit into one call, and when the next packets of them go.

use super::PathEstimate;
use crate::egress::header::Extras;
use crate::packetise::Picture;
use crate::rewrite::PictureNumbers;
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

/// Packets handed on in one call: longer bursts overrun the queues of access points, and break the sound of browsers.
pub(super) const BURST: usize = 16;
/// Between two bursts: 16 packets in 3 ms are 50 Mbit/s, so that the largest keyframe (64 packets) is out after 9 ms.
const SPREAD: Duration = Duration::from_millis(3);
/// Packets of a burst where the path is known to carry little; they go at the rate it carries.
const THIN_BURST: usize = 4;
/// Where a picture takes the path longer than this, it waits here instead of in a queue on the way: upper temporal layers can
/// be left out behind it, and sound and repairs go past it.
const LONG: Duration = Duration::from_millis(50);
/// Times what the path carries: draft-ietf-rmcat-gcc-02, section 4.
const PACE: f32 = 1.0;

/// One viewer's pictures that wait to be sent.
#[derive(Default)]
pub(super) struct SendQueue {
    pictures: VecDeque<Pending>,
    next_burst: Option<Instant>,
    pacing: Pacing,
}

/// How fast the queue is emptied.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Pacing {
    /// In bursts, as on a path that is not known to be limited.
    #[default]
    Bursts,
    /// At the rate that the path carries, until the queue is empty.
    PathRate,
}

/// A picture that waits, or of which a part was sent.
pub(super) struct Pending {
    pub(super) picture: Arc<Picture>,
    pub(super) timestamp: u32,
    pub(super) extras: Extras,
    since: Instant,
    /// Given when its first packet goes, so that what is dropped before leaves no gap.
    pub(super) numbers: Option<PictureNumbers>,
    pub(super) next_packet: usize,
}

impl Pending {
    /// Bytes that were not sent yet.
    fn rest(&self) -> usize {
        self.picture.packets[self.next_packet..].iter().map(|packet| packet.len()).sum()
    }
}

impl SendQueue {
    pub(super) fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }

    /// When the next burst is due.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.next_burst.filter(|_| !self.pictures.is_empty())
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        !self.pictures.is_empty() && self.next_burst.is_none_or(|at| now >= at)
    }

    /// The oldest picture has waited longer than this.
    pub(super) fn waits_longer_than(&self, longest: Duration, now: Instant) -> bool {
        self.pictures.front().is_some_and(|oldest| now.saturating_duration_since(oldest.since) > longest)
    }

    pub(super) fn push(&mut self, picture: &Arc<Picture>, timestamp: u32, now: Instant) {
        let extras = Extras { capture: Some(0), introduce: picture.keyframe };
        self.pictures.push_back(Pending {
            picture: Arc::clone(picture),
            timestamp,
            extras,
            since: now,
            numbers: None,
            next_packet: 0,
        });
    }

    pub(super) fn pop(&mut self) -> Option<Pending> {
        self.pictures.pop_front()
    }

    /// Puts back a picture of which a part was sent.
    pub(super) fn put_back(&mut self, front: Pending) {
        self.pictures.push_front(front);
    }

    /// How many packets the next burst has at most, and the rate to pace it at, bits a second, where the path is limited. What
    /// takes the path long is paced, with all that comes behind it, until nothing waits any more.
    pub(super) fn pace(&mut self, path: &PathEstimate) -> (usize, Option<f32>) {
        if path.takes_long(self.pictures.iter().map(|waiting| waiting.picture.bytes).sum()) {
            self.pacing = Pacing::PathRate;
        }
        match (self.pacing, path.capacity) {
            (Pacing::PathRate, Some(capacity)) => (THIN_BURST, Some(PACE * capacity)),
            _ => {
                self.pacing = Pacing::Bursts;
                (BURST, None)
            }
        }
    }

    /// A burst of so many bits was sent, paced at `rate`.
    pub(super) fn burst_sent(&mut self, bits: f32, rate: Option<f32>, now: Instant) {
        let wait = rate.map_or(SPREAD, |rate| Duration::from_secs_f32(bits / rate));
        self.next_burst = (!self.pictures.is_empty()).then(|| now + wait);
        if self.pictures.is_empty() {
            self.pacing = Pacing::Bursts;
        }
    }

    /// Nothing is sent before this.
    pub(super) fn hold_until(&mut self, at: Instant) {
        self.next_burst = self.next_burst.max(Some(at));
    }

    /// Takes out the picture that was begun, where what is left of it takes the path long.
    pub(super) fn take_long_rest(&mut self, path: &PathEstimate) -> Option<Pending> {
        let long = |front: &Pending| front.numbers.is_some() && path.takes_long(front.rest());
        if self.pictures.front().is_some_and(long) { self.pictures.pop_front() } else { None }
    }

    /// Drops what waits, but not a picture that was begun, as its packets are numbered already. How many were dropped.
    pub(super) fn drop_waiting(&mut self) -> usize {
        let begun = usize::from(self.pictures.front().is_some_and(|front| front.numbers.is_some()));
        let dropped = self.pictures.len().saturating_sub(begun);
        self.pictures.truncate(begun);
        dropped
    }
}

impl PathEstimate {
    /// So many bytes occupy the path for long.
    pub(super) fn takes_long(&self, bytes: usize) -> bool {
        self.capacity.is_some_and(|capacity| bytes as f32 * 8.0 > capacity * LONG.as_secs_f32())
    }
}
