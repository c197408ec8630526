use super::EgressTotals;
use crate::bandwidth::KeyframeProbe;
use rtp::prefetch;
use std::time::{Duration, Instant};

/// What goes out to one viewer, picture, sound and repairs together.
pub(super) struct Flow {
    pub(super) totals: EgressTotals,
    /// Its keyframes measure the path now and then. It is here because what is sent and what is reported both drive it.
    pub(super) keyframe_probe: KeyframeProbe,
    start: Instant,
    now_us: u64,
    wide: u16,
    log: Option<Log>,
    second: Second,
}

impl Flow {
    /// `told`: feedback will tell of single packets.
    pub(super) fn new(told: bool, now: Instant) -> Self {
        Self {
            totals: EgressTotals::default(),
            keyframe_probe: KeyframeProbe::default(),
            start: now,
            now_us: 0,
            wide: 0,
            log: told.then(|| Box::new([Sent::default(); REMEMBERED])),
            second: Second { start: now, bytes: 0, rate: 0.0 },
        }
    }

    /// What is sent next is sent now.
    pub(super) fn at(&mut self, now: Instant) {
        self.now_us = now.saturating_duration_since(self.start).as_micros() as u64;
    }

    /// Microseconds since the viewer came.
    pub(super) fn now_us(&self) -> u64 {
        self.now_us
    }

    /// The transport-wide number of the packet that is sent now (draft-holmer-rmcat-transport-wide-cc-extensions-01), which
    /// only numbered packets take.
    pub(super) fn next(&mut self, numbered: bool, bytes: usize) -> u16 {
        self.totals.packets += 1;
        self.totals.bytes += bytes as u64;
        self.second.bytes += bytes as u64;
        let wide = self.wide;
        if numbered {
            self.wide = wide.wrapping_add(1);
            if let Some(log) = &mut self.log {
                log[usize::from(wide) % REMEMBERED] = Sent { sent_us: self.now_us as u32, bytes: bytes as u16 };
            }
        }
        wide
    }

    /// Begins to fetch what the next packets will be noted in, and what the next feedback is about.
    pub(super) fn prefetch(&self) {
        if let Some(log) = &self.log {
            let first = self.wide.wrapping_sub(LATELY);
            for ahead in (0..LATELY + 2 * LINE).step_by(usize::from(LINE)) {
                prefetch(&log[usize::from(first.wrapping_add(ahead)) % REMEMBERED]);
            }
        }
    }

    /// The number the next numbered packet takes.
    pub(super) fn next_wide(&self) -> u16 {
        self.wide
    }

    /// When a packet was sent, in microseconds, and its size. Told once: feedback that repeats itself counts once.
    pub(super) fn told(&mut self, wide: u16) -> Option<(u64, u32)> {
        let back = self.wide.wrapping_sub(wide);
        if back == 0 || usize::from(back) > REMEMBERED {
            return None;
        }
        let sent = std::mem::take(&mut self.log.as_mut()?[usize::from(wide) % REMEMBERED]);
        let ago = (self.now_us as u32).wrapping_sub(sent.sent_us);
        (sent.bytes > 0).then(|| (self.now_us.saturating_sub(u64::from(ago)), u32::from(sent.bytes)))
    }

    /// Called about once a second.
    pub(super) fn tick(&mut self, now: Instant) {
        self.second.close(now);
    }

    /// Bits a second over the last second.
    pub(super) fn rate(&self, now: Instant) -> f32 {
        let passed = now.saturating_duration_since(self.second.start).as_secs_f32();
        let bits = 8.0 * self.second.bytes as f32;
        // The second that runs counts as far as it goes: a viewer that gets nothing any more fades to zero.
        if passed >= 1.0 { bits / passed } else { bits + self.second.rate * (1.0 - passed) }
    }
}

/// 1.4 s at 2.5 Mbit/s with sound; feedback that comes later than that is of no use.
const REMEMBERED: usize = 512;

/// Packets since the last feedback: 50 ms of 300 a second, and the way.
const LATELY: u16 = 24;
/// So many fit into one line of a cache.
const LINE: u16 = 8;

/// By the transport-wide number's last bits.
type Log = Box<[Sent; REMEMBERED]>;

#[derive(Clone, Copy, Default)]
struct Sent {
    /// The low half of the microseconds.
    sent_us: u32,
    bytes: u16,
}

struct Second {
    start: Instant,
    bytes: u64,
    rate: f32,
}

impl Second {
    fn close(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.start);
        if passed < Duration::from_millis(500) {
            return;
        }
        self.rate = 8.0 * self.bytes as f32 / passed.as_secs_f32();
        (self.start, self.bytes) = (now, 0);
    }
}
