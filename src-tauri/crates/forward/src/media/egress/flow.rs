//! What was sent to one viewer: counters, the rate, and the packets that feedback will be about.

use super::EgressTotals;
use crate::media::bandwidth::KeyframeProbe;
use rtp::prefetch;
use rtp::rtcp::MOST_NUMBERS;
use std::time::{Duration, Instant};

/// The flow of packets to one viewer: picture, sound and retransmissions together.
pub(super) struct Flow {
    pub(super) totals: EgressTotals,
    /// Both the packets that are sent and the feedback on them drive this probe.
    pub(super) keyframe_probe: KeyframeProbe,
    start: Instant,
    now_us: u64,
    transport_seq: u16,
    sent: Option<SentPackets>,
    rate: RateMeter,
    /// Packets that were looked up because the viewer's reports named them.
    #[cfg(test)]
    pub(super) looked_up: usize,
}

impl Flow {
    /// `transport_wide` says that transport-wide feedback was negotiated.
    pub(super) fn new(transport_wide: bool, now: Instant) -> Self {
        Self {
            totals: EgressTotals::default(),
            keyframe_probe: KeyframeProbe::default(),
            start: now,
            now_us: 0,
            transport_seq: 0,
            sent: transport_wide.then(|| Box::new([SentPacket::default(); HISTORY])),
            rate: RateMeter { start: now, bytes: 0, rate: 0.0 },
            #[cfg(test)]
            looked_up: 0,
        }
    }

    /// Sets the time at which the next packets are sent.
    pub(super) fn at(&mut self, now: Instant) {
        self.now_us = now.saturating_duration_since(self.start).as_micros() as u64;
    }

    /// Microseconds since the viewer came.
    pub(super) fn now_us(&self) -> u64 {
        self.now_us
    }

    /// Counts a packet that is sent now, and returns its transport-wide sequence number
    /// (draft-holmer-rmcat-transport-wide-cc-extensions-01). Only a `numbered` packet uses it up.
    pub(super) fn next(&mut self, numbered: bool, bytes: usize) -> u16 {
        self.totals.packets += 1;
        self.totals.bytes += bytes as u64;
        self.rate.bytes += bytes as u64;
        let transport_seq = self.transport_seq;
        if numbered {
            self.transport_seq = transport_seq.wrapping_add(1);
            if let Some(sent) = &mut self.sent {
                sent[usize::from(transport_seq) % HISTORY] =
                    SentPacket { sent_us: self.now_us as u32, bytes: bytes as u16 };
            }
        }
        transport_seq
    }

    /// Starts to load the entries of the next packets, and of those that the next feedback covers, into the cache.
    pub(super) fn prefetch(&self) {
        if let Some(sent) = &self.sent {
            let first = self.transport_seq.wrapping_sub(SINCE_FEEDBACK);
            for ahead in (0..SINCE_FEEDBACK + 2 * LINE).step_by(usize::from(LINE)) {
                prefetch(&sent[usize::from(first.wrapping_add(ahead)) % HISTORY]);
            }
        }
    }

    /// The transport-wide sequence number of the next numbered packet.
    pub(super) fn next_transport_seq(&self) -> u16 {
        self.transport_seq
    }

    /// Which of the `count` transport-wide numbers from `first` on may be remembered: how many to go past, and how many follow then,
    /// which are at most [`HISTORY`].
    pub(super) fn remembered(&self, first: u16, count: u16) -> (u16, u16) {
        let oldest = self.transport_seq.wrapping_sub(HISTORY as u16);
        let past = oldest.wrapping_sub(first);
        let inside = first.wrapping_sub(oldest);
        if usize::from(inside) < HISTORY {
            (0, count.min(HISTORY as u16 - inside))
        } else {
            (past.min(count), count.saturating_sub(past).min(HISTORY as u16))
        }
    }

    /// When a packet was sent, in microseconds, and its size. Each packet is returned once, so repeated feedback has no effect.
    pub(super) fn take_sent(&mut self, transport_seq: u16) -> Option<(u64, u32)> {
        #[cfg(test)]
        (self.looked_up += 1);
        let back = self.transport_seq.wrapping_sub(transport_seq);
        if back == 0 || usize::from(back) > HISTORY {
            return None;
        }
        let packet = std::mem::take(&mut self.sent.as_mut()?[usize::from(transport_seq) % HISTORY]);
        let ago = (self.now_us as u32).wrapping_sub(packet.sent_us);
        (packet.bytes > 0).then(|| (self.now_us.saturating_sub(u64::from(ago)), u32::from(packet.bytes)))
    }

    /// Called about once a second.
    pub(super) fn tick(&mut self, now: Instant) {
        self.rate.close(now);
    }

    /// Bits a second over the last second.
    pub(super) fn rate(&self, now: Instant) -> f32 {
        let passed = now.saturating_duration_since(self.rate.start).as_secs_f32();
        let bits = 8.0 * self.rate.bytes as f32;
        // The second before counts less the more of this one has passed, so that the rate falls to zero when nothing is sent.
        if passed >= 1.0 { bits / passed } else { bits + self.rate.rate * (1.0 - passed) }
    }
}

/// Packets that are remembered for feedback: more than a second of 2.5 Mbit/s with sound. Later feedback is of no use, and who
/// reports is charged for no more.
const HISTORY: usize = MOST_NUMBERS;

/// About how many packets the next feedback covers: 50 ms of 300 packets a second, and a round trip more.
const SINCE_FEEDBACK: u16 = 24;
/// Entries in one cache line.
const LINE: u16 = 8;

/// Indexed by the last bits of the transport-wide sequence number.
type SentPackets = Box<[SentPacket; HISTORY]>;

#[derive(Clone, Copy, Default)]
struct SentPacket {
    /// Microseconds, modulo 2^32.
    sent_us: u32,
    bytes: u16,
}

struct RateMeter {
    start: Instant,
    bytes: u64,
    rate: f32,
}

impl RateMeter {
    fn close(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.start);
        if passed < Duration::from_millis(500) {
            return;
        }
        self.rate = 8.0 * self.bytes as f32 / passed.as_secs_f32();
        (self.start, self.bytes) = (now, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn of_any_range_the_remembered_part_is_found_and_is_never_longer_than_the_history(
            next: u16,
            first: u16,
            count in 0..1u16 << 15,
        ) {
            let mut flow = Flow::new(true, Instant::now());
            flow.transport_seq = next;
            let (past, known) = flow.remembered(first, count);
            prop_assert!(usize::from(known) <= HISTORY && past + known <= count);
            let is_remembered = |i: u16| (1..=HISTORY as u16).contains(&next.wrapping_sub(first.wrapping_add(i)));
            for i in 0..count {
                prop_assert_eq!((past..past + known).contains(&i), is_remembered(i), "{}", i);
            }
        }
    }
}
