//! The sound, towards one viewer.

use super::context::Context;
use super::header::{Extras, Header};
use crate::connection::negotiated::NegotiatedAudio;
use crate::media::sink::PacketSink;
use rtp::packetise::Sound;
use rtp::rtcp::SenderReport;
use std::time::{Duration, Instant};
use stream::Clock;

/// How often the capture time and the mid are sent. Receivers extrapolate the capture time in between.
const ANNOUNCE_INTERVAL: Duration = Duration::from_secs(1);

/// The weight of a new packet in the rate.
const SMOOTHING: f32 = 0.05;

/// The sound, towards one viewer.
pub(super) struct SoundEgress {
    ssrc: u32,
    header: Header,
    sequence: u16,
    offset: u32,
    /// The RTP timestamp of the last sound, and when it was captured.
    last: Option<(u32, Instant)>,
    announced: Option<Instant>,
    packets: u32,
    octets: u32,
    rate: f32,
}

impl SoundEgress {
    pub(super) fn new(n: &NegotiatedAudio, seeds: [u32; 2]) -> Self {
        Self {
            ssrc: n.ssrc,
            header: Header::new(n.pt, n.ssrc, n.extensions, &n.mid),
            sequence: (seeds[0] & 0x7fff) as u16,
            offset: seeds[1],
            last: None,
            announced: None,
            packets: 0,
            octets: 0,
            rate: 0.0,
        }
    }

    pub(super) fn ssrc(&self) -> u32 {
        self.ssrc
    }

    pub(super) fn sound<S: PacketSink>(&mut self, s: &Sound, cx: &mut Context<'_, S>) {
        let timestamp = s.rtp_timestamp.wrapping_add(self.offset);
        let step = self.last.map_or(0, |(last, _)| timestamp.wrapping_sub(last));
        self.last = Some((timestamp, s.captured));
        let now = cx.now;
        let announce = self.announced.is_none_or(|at| now.saturating_duration_since(at) >= ANNOUNCE_INTERVAL);
        if announce {
            self.announced = Some(now);
        }
        let extras = Extras { capture: announce.then(|| cx.clock.ntp(s.captured)), introduce: announce };
        self.header.begin(timestamp, cx.abs_send_time(), extras);
        let bytes = s.payload.len() + self.header.len();
        if (1..48_000).contains(&step) {
            self.rate += SMOOTHING * (8.0 * bytes as f32 * 48_000.0 / step as f32 - self.rate);
        }
        let transport_seq = cx.flow.next(self.header.is_numbered(), bytes);
        cx.out.rtp(self.header.packet(self.sequence, false, transport_seq), &[&s.payload]);
        cx.out.flush_picture();
        self.sequence = self.sequence.wrapping_add(1);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(s.payload.len() as u32);
    }

    /// A sender report; `None` before the first sound. `lip_sync` is how far it is dated ahead.
    pub(super) fn report(&self, clock: &Clock, now: Instant, lip_sync: Duration) -> Option<SenderReport> {
        let (timestamp, heard) = self.last?;
        let since = now.saturating_duration_since(heard).as_micros() as u64 * 48 / 1000;
        Some(SenderReport {
            ssrc: self.ssrc,
            ntp: clock.ntp(now + lip_sync),
            rtp: timestamp.wrapping_add(since as u32),
            packets: self.packets,
            octets: self.octets,
        })
    }

    /// Bits a second, over the last half second or so.
    pub(super) fn rate(&self) -> f32 {
        self.rate
    }

    /// Packets sent.
    pub(super) fn packets(&self) -> u32 {
        self.packets
    }
}
