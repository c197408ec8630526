//! Probing with padding: repeated packets show whether the path carries the next layer.

use super::packet_train::{LEAST_PACKETS, PacketTrain};

/// How long a probe lasts. It is short so that its queue on a path that is too small drains soon.
const LENGTH_US: u64 = 20_000;
/// The stream's own packets between the padding raise the measured rate, but by no more than this factor; more is chance.
const MOST: f32 = 1.2;
/// Feedback that has not come by then was lost.
const PATIENCE_US: u64 = 1_000_000;

/// A probe cluster: a short train of repeated packets at a higher rate, which shows whether the path carries it.
#[derive(Debug)]
pub(crate) struct PaddingProbe {
    rate: f32,
    started_us: u64,
    size: usize,
    sent: usize,
    /// The transport-wide number of the first packet, and of the one after the last.
    first: u16,
    end: Option<u16>,
    train: PacketTrain,
}

impl PaddingProbe {
    /// `rate` bits a second, in packets of about `packet` bytes; `first` is the next transport-wide number.
    pub(crate) fn new(rate: f32, packet: usize, first: u16, now_us: u64) -> Self {
        let size = (rate * LENGTH_US as f32 / 8e6) as usize;
        Self {
            rate,
            started_us: now_us,
            size: size.max(LEAST_PACKETS * packet),
            sent: 0,
            first,
            end: None,
            train: PacketTrain::default(),
        }
    }

    /// Bytes to send now; `None` when all of it was sent.
    pub(crate) fn due(&self, now_us: u64) -> Option<usize> {
        let due = (self.rate * (now_us - self.started_us) as f32 / 8e6) as usize + 1;
        (self.sent < self.size).then(|| due.min(self.size).saturating_sub(self.sent))
    }

    /// `bytes` were sent; `next` is the next transport-wide number.
    pub(crate) fn sent(&mut self, bytes: usize, next: u16) {
        self.sent += bytes;
        if self.sent >= self.size {
            self.end = Some(next);
        }
    }

    /// Takes feedback on a packet; the stream's own packets in between count as well. True once all feedback on it has come.
    pub(crate) fn feedback(&mut self, number: u16, sent_us: u64, arrived_us: Option<i64>, bytes: u32) -> bool {
        let Some(end) = self.end else { return false };
        let length = end.wrapping_sub(self.first);
        let at = number.wrapping_sub(self.first);
        if at >= length {
            return at < 1 << 15;
        }
        if let Some(arrived_us) = arrived_us {
            self.train.packet(sent_us, arrived_us, bytes);
        }
        at + 1 == length
    }

    /// What the path carried, bits a second; `None` if too few packets were reported.
    pub(crate) fn result(&self) -> Option<f32> {
        self.train.rate().map(|carried| carried.min(MOST * self.rate))
    }

    /// Its feedback was lost.
    pub(crate) fn has_expired(&self, now_us: u64) -> bool {
        now_us - self.started_us > PATIENCE_US
    }
}
