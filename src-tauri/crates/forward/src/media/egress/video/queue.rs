//! The queue of pictures that did not fit into one burst, and the pacing of its packets.

use super::PathEstimate;
use crate::media::egress::header::Extras;
use crate::media::rewrite::PictureNumbers;
use rtp::packetise::Picture;
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

/// Packets of one burst. Longer ones overrun the queues of access points, and disturb the sound in browsers.
pub(super) const BURST: usize = 16;
/// Between two bursts: 16 packets in 3 ms are 50 Mbit/s, so that the largest keyframe (64 packets) is sent within 9 ms.
const SPREAD: Duration = Duration::from_millis(3);
/// Packets of a burst that is paced at the rate of the path.
const THIN_BURST: usize = 4;
/// A picture that takes the path longer than this is queued here and not on the path: upper temporal layers can be left out
/// behind it, and sound and retransmissions overtake it.
const LONG: Duration = Duration::from_millis(50);
/// The pacing rate over the estimate (draft-ietf-rmcat-gcc-02, section 4).
const PACE: f32 = 1.0;

/// One viewer's queue of pictures.
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

/// A picture in the queue. A part of it may have been sent.
pub(super) struct Pending {
    pub(super) picture: Arc<Picture>,
    pub(super) timestamp: u32,
    pub(super) extras: Extras,
    since: Instant,
    /// Assigned when its first packet is sent, so that pictures dropped before that leave no gap.
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

    /// The most packets of the next burst, and the rate to pace it at in bits a second, if it has to be paced. Once the queue takes
    /// the path long, it is paced until it is empty.
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

    /// Takes out a picture that was begun, if its rest takes the path long.
    pub(super) fn take_long_rest(&mut self, path: &PathEstimate) -> Option<Pending> {
        let long = |front: &Pending| front.numbers.is_some() && path.takes_long(front.rest());
        if self.pictures.front().is_some_and(long) { self.pictures.pop_front() } else { None }
    }

    /// Drops all pictures but one that was begun, as its packets are numbered already. Returns how many were dropped.
    pub(super) fn drop_waiting(&mut self) -> usize {
        let begun = usize::from(self.pictures.front().is_some_and(|front| front.numbers.is_some()));
        let dropped = self.pictures.len().saturating_sub(begun);
        self.pictures.truncate(begun);
        dropped
    }
}

impl PathEstimate {
    /// Whether so many bytes occupy the path for long.
    pub(super) fn takes_long(&self, bytes: usize) -> bool {
        self.capacity.is_some_and(|capacity| bytes as f32 * 8.0 > capacity * LONG.as_secs_f32())
    }
}
