//! How pictures go out: at once where they fit into one call, spread where they do not.

use super::VideoEgress;
use crate::bandwidth::Stretch;
use crate::egress::call::Call;
use crate::egress::header::Extras;
use crate::packetise::Picture;
use crate::rewrite::Name;
use crate::sink::PacketSink;
use std::{
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

/// A picture that did not fit into one call, and those behind it.
pub(super) struct Pending {
    picture: Arc<Picture>,
    timestamp: u32,
    extras: Extras,
    pub(super) since: Instant,
    /// Given when its first packet goes, so that what is dropped before leaves no gap.
    name: Option<Name>,
    next_packet: usize,
}

impl VideoEgress {
    /// One burst of what waits, if it is time.
    pub(in crate::egress) fn send_pending<S: PacketSink>(&mut self, call: &mut Call<'_, S>) {
        if self.pending.is_empty() || self.next_burst.is_some_and(|at| call.now < at) {
            return;
        }
        let mut room = if self.is_thin() { THIN_BURST } else { BURST };
        let mut pace = self.path.carries.filter(|_| self.thin).map(|carries| PACE * carries);
        let before = call.flow.totals.bytes;
        while room > 0
            && let Some(mut front) = self.pending.pop_front()
        {
            let name = match front.name {
                Some(name) => name,
                None => self.begin_picture(&front.picture, front.timestamp, call),
            };
            front.name = Some(name);
            // A trial ends with its keyframe.
            let tried = self.path.trial.filter(|_| call.flow.trial.is_some_and(|trial| trial.until_us.is_none()));
            pace = pace.map(|pace| tried.unwrap_or(pace));
            let end = front.picture.packets.len().min(front.next_packet + room);
            self.write(&front.picture, front.next_packet..end, name, front.extras, call);
            room -= end - front.next_packet;
            if end < front.picture.packets.len() {
                front.next_packet = end;
                self.pending.push_front(front);
                break;
            }
        }
        let bits = 8.0 * (call.flow.totals.bytes - before) as f32;
        let wait = pace.map_or(SPREAD, |pace| Duration::from_secs_f32(bits / pace));
        self.next_burst = (!self.pending.is_empty()).then(|| call.now + wait);
        self.thin &= !self.pending.is_empty();
        call.out.flush_picture();
    }

    /// A keyframe follows at once: forget what waits, and also the rest of a picture that was begun, where that would keep the
    /// path busy for long. Its numbers go to the keyframe. So a viewer sees no gap and asks for nothing; what it has of the
    /// picture it throws away, as the packet after it has another timestamp, and a keyframe needs nothing that was before.
    pub(super) fn make_way<S: PacketSink>(&mut self, call: &mut Call<'_, S>) {
        let rest = |front: &Pending| front.picture.packets[front.next_packet..].iter().map(|packet| packet.len()).sum();
        if let Some(front) = self.pending.front().filter(|front| front.name.is_some())
            && self.takes_long(rest(front))
        {
            self.numbers.give_back((front.picture.packets.len() - front.next_packet) as u16);
            self.sent.cut(front.next_packet as u16);
            self.pending.pop_front();
            call.flow.trial = None;
            call.flow.totals.dropped += 1;
        }
        self.drop_pending(call);
    }

    /// Forget what waits, but finish a picture that was begun: its packets are numbered already.
    pub(super) fn drop_pending<S: PacketSink>(&mut self, call: &mut Call<'_, S>) {
        let begun = usize::from(self.pending.front().is_some_and(|front| front.name.is_some()));
        call.flow.totals.dropped += self.pending.len().saturating_sub(begun) as u64;
        self.pending.truncate(begun);
    }

    pub(super) fn queue(&mut self, p: &Arc<Picture>, timestamp: u32, now: Instant) {
        let extras = Extras { capture: Some(0), introduce: p.keyframe };
        self.pending.push_back(Pending {
            picture: Arc::clone(p),
            timestamp,
            extras,
            since: now,
            name: None,
            next_packet: 0,
        });
    }

    /// Send a live picture now if it fits into one call and nothing waits.
    pub(super) fn offer<S: PacketSink>(
        &mut self,
        p: &Arc<Picture>,
        timestamp: u32,
        introduce: bool,
        call: &mut Call<'_, S>,
    ) {
        if self.takes_long(p.bytes) || !self.pending.is_empty() || p.packets.len() > BURST {
            self.queue(p, timestamp, call.now);
            return;
        }
        let told = p.temporal == 0 || std::mem::take(&mut self.tell_capture);
        let extras = Extras { capture: told.then_some(0), introduce };
        let name = self.begin_picture(p, timestamp, call);
        self.write(p, 0..p.packets.len(), name, extras, call);
        call.out.flush_picture();
    }

    /// What waits, with what has gone of it, takes the path long: it is sent at the path's rate until nothing waits.
    fn is_thin(&mut self) -> bool {
        self.thin |= self.takes_long(self.pending.iter().map(|waiting| waiting.picture.bytes).sum());
        self.thin &= self.path.carries.is_some();
        self.thin
    }

    fn takes_long(&self, bytes: usize) -> bool {
        self.path.carries.is_some_and(|carries| bytes as f32 * 8.0 > carries * LONG.as_secs_f32())
    }

    fn begin_picture<S>(&mut self, p: &Picture, timestamp: u32, call: &mut Call<'_, S>) -> Name {
        if p.keyframe && self.path.trial.is_some() {
            call.flow.trial = Some(Stretch { from_us: call.flow.now_us(), until_us: None });
        }
        let name = self.numbers.name(p, timestamp);
        if self.repairs_allowed {
            self.sent.remember(p, name);
        }
        name
    }

    fn write<S: PacketSink>(
        &mut self,
        p: &Picture,
        range: std::ops::Range<usize>,
        name: Name,
        mut extras: Extras,
        call: &mut Call<'_, S>,
    ) {
        if extras.capture.is_some() {
            extras.capture = self.header.carries_capture_time().then(|| call.clock.ntp(p.captured));
        }
        self.header.begin(name.timestamp, call.abs_send_time(), extras);
        let numbered = self.header.is_numbered();
        let last = p.packets.len().saturating_sub(1);
        let mut bytes = 0;
        for index in range.clone() {
            let payload = &p.packets[index];
            bytes += payload.len();
            let wide = call.flow.next(numbered, payload.len() + self.header.len());
            let header = self.header.packet(name.sequence.wrapping_add(index as u16), index == last, wide);
            match name.descriptor_of(p.codec, index) {
                None => call.out.rtp(header, &[payload]),
                Some(descriptor) => call.out.rtp(header, &[&descriptor, payload]),
            }
        }
        let now_us = call.flow.now_us();
        if let Some(trial) = call.flow.trial.as_mut().filter(|_| range.end == p.packets.len()) {
            trial.until_us.get_or_insert(now_us);
        }
        self.repairs.earn(bytes);
        self.packets = self.packets.wrapping_add(range.len() as u32);
        self.octets = self.octets.wrapping_add(bytes as u32);
    }
}
