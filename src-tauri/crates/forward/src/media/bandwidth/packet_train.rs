//! A packet train, the measurement that all probes are made of.

/// A train of fewer packets is too short to measure with.
pub(super) const LEAST_PACKETS: usize = 6;
/// A train that arrives at this part of its rate or more was carried at its full rate.
const CARRIED: f32 = 0.9;
/// The shortest time between first and last arrival that is trusted: feedback counts in steps of 0.25 ms, and browsers read
/// several packets at once.
const AT_ONCE_US: f32 = 1_000.0;

/// Packets sent close together. The spacing with which they arrive shows what the narrowest part of the path carries.
#[derive(Debug, Default)]
pub(super) struct PacketTrain {
    packets: usize,
    /// Bytes of all packets but the first, as n packets have n - 1 intervals between them.
    bytes: u32,
    arrived_us: Option<(i64, i64)>,
    sent_us: (u64, u64),
}

impl PacketTrain {
    /// Adds a packet that arrived.
    pub(super) fn packet(&mut self, sent_us: u64, arrived_us: i64, bytes: u32) {
        self.packets += 1;
        match &mut self.arrived_us {
            None => (self.arrived_us, self.sent_us) = (Some((arrived_us, arrived_us)), (sent_us, sent_us)),
            Some((_, last)) => {
                self.bytes += bytes;
                *last = arrived_us.max(*last);
                // Packets may arrive in another order than they were sent in.
                self.sent_us.1 = sent_us.max(self.sent_us.1);
            }
        }
    }

    /// What the path carried, bits a second; `None` if the train was too short.
    pub(super) fn rate(&self) -> Option<f32> {
        let (first, last) = self.arrived_us.filter(|_| self.packets >= LEAST_PACKETS)?;
        let rate = |us: f32| 8e6 * self.bytes as f32 / us.max(AT_ONCE_US);
        let sent = rate(self.sent_us.1.saturating_sub(self.sent_us.0) as f32);
        let arrived = rate((last - first) as f32);
        Some(if arrived >= CARRIED * sent { sent } else { CARRIED * arrived })
    }
}
