//! How pictures are sent: at once if they fit into one burst, else from the queue.

use super::VideoEgress;
use super::queue::BURST;
use crate::media::egress::context::Context;
use crate::media::egress::header::Extras;
use crate::media::rewrite::PictureNumbers;
use crate::media::sink::PacketSink;
use rtp::packetise::Picture;
use std::sync::Arc;

/// Which of the pictures that are sent at once carry their capture time. Those from the queue all do.
#[derive(Default)]
pub(super) enum CaptureTime {
    /// Base pictures do, and receivers extrapolate from there.
    #[default]
    Base,
    /// The next picture above the base does as well, after a start from the history: with the compressed timestamps of such a
    /// start receivers cannot extrapolate.
    Next,
}

impl CaptureTime {
    fn goes_with(&mut self, p: &Picture) -> bool {
        p.temporal == 0 || matches!(std::mem::take(self), Self::Next)
    }
}

impl VideoEgress {
    /// Sends one burst from the queue, if it is due.
    pub(in crate::media::egress) fn send_pending<S: PacketSink>(&mut self, cx: &mut Context<'_, S>) {
        if !self.queue.is_due(cx.now) {
            return;
        }
        let (mut room, mut rate) = self.queue.pace(&self.path);
        let before = cx.flow.totals.bytes;
        while room > 0
            && let Some(mut front) = self.queue.pop()
        {
            let numbers = match front.numbers {
                Some(numbers) => numbers,
                None => self.begin_picture(&front.picture, front.timestamp, cx),
            };
            front.numbers = Some(numbers);
            rate = rate.map(|rate| cx.flow.keyframe_probe.rate().unwrap_or(rate));
            let end = front.picture.packets.len().min(front.next_packet + room);
            self.write(&front.picture, front.next_packet..end, numbers, front.extras, cx);
            room -= end - front.next_packet;
            if end < front.picture.packets.len() {
                front.next_packet = end;
                self.queue.put_back(front);
                break;
            }
        }
        let bits = 8.0 * (cx.flow.totals.bytes - before) as f32;
        self.queue.burst_sent(bits, rate, cx.now);
        cx.out.flush_picture();
    }

    /// Clears the queue for a keyframe that follows at once. A picture that was begun is abandoned too, if its rest would occupy the
    /// path for long. Its unsent sequence numbers go to the keyframe, so the viewer sees no gap and asks for nothing. The viewer
    /// discards the incomplete picture, as the next packet has another timestamp, and a keyframe refers to nothing before it.
    pub(super) fn make_way<S: PacketSink>(&mut self, cx: &mut Context<'_, S>) {
        if let Some(abandoned) = self.queue.take_long_rest(&self.path) {
            self.numbering.give_back((abandoned.picture.packets.len() - abandoned.next_packet) as u16);
            self.sent.cut(abandoned.next_packet as u16);
            cx.flow.keyframe_probe.picture_abandoned();
            cx.flow.totals.dropped += 1;
        }
        self.drop_waiting(cx);
    }

    /// Drops what is queued, but not a picture that was begun, as its packets are numbered already.
    pub(super) fn drop_waiting<S: PacketSink>(&mut self, cx: &mut Context<'_, S>) {
        cx.flow.totals.dropped += self.queue.drop_waiting() as u64;
    }

    /// Sends a live picture now if it fits into one burst and nothing is queued before it; queues it otherwise.
    pub(super) fn offer<S: PacketSink>(
        &mut self,
        p: &Arc<Picture>,
        timestamp: u32,
        introduce: bool,
        cx: &mut Context<'_, S>,
    ) {
        if self.path.takes_long(p.bytes) || !self.queue.is_empty() || p.packets.len() > BURST {
            self.queue.push(p, timestamp, cx.now);
            return;
        }
        let extras = Extras { capture: self.capture_time.goes_with(p).then_some(0), introduce };
        let numbers = self.begin_picture(p, timestamp, cx);
        self.write(p, 0..p.packets.len(), numbers, extras, cx);
        cx.out.flush_picture();
    }

    fn begin_picture<S>(&mut self, p: &Picture, timestamp: u32, cx: &mut Context<'_, S>) -> PictureNumbers {
        if p.keyframe {
            cx.flow.keyframe_probe.keyframe_begins(cx.flow.now_us());
        }
        let numbers = self.numbering.assign(p, timestamp);
        if self.repairs_allowed {
            self.sent.remember(p, numbers);
        }
        numbers
    }

    fn write<S: PacketSink>(
        &mut self,
        p: &Picture,
        range: std::ops::Range<usize>,
        numbers: PictureNumbers,
        mut extras: Extras,
        cx: &mut Context<'_, S>,
    ) {
        if extras.capture.is_some() {
            extras.capture = self.header.carries_capture_time().then(|| cx.clock.ntp(p.captured));
        }
        self.header.set_payload_type(self.payload_types.of(p.codec).0);
        self.header.begin(numbers.timestamp, cx.abs_send_time(), extras);
        let numbered = self.header.is_numbered();
        let last = p.packets.len().saturating_sub(1);
        let mut bytes = 0;
        for index in range.clone() {
            let payload = &p.packets[index];
            bytes += payload.len();
            let transport_seq = cx.flow.next(numbered, payload.len() + self.header.len());
            let header = self.header.packet(numbers.sequence.wrapping_add(index as u16), index == last, transport_seq);
            match numbers.descriptor_of(p.codec, index, p.packets.len()) {
                None => cx.out.rtp(header, &[payload]),
                Some(descriptor) => cx.out.rtp(header, &[&descriptor, payload]),
            }
        }
        if range.end == p.packets.len() {
            cx.flow.keyframe_probe.picture_ends(cx.flow.now_us());
        }
        self.nack_responder.earn(bytes);
        self.packets = self.packets.wrapping_add(range.len() as u32);
        self.octets = self.octets.wrapping_add(bytes as u32);
    }
}
