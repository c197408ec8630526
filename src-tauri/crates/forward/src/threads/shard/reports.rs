//! Decrypted RTCP on its way from the receiving thread to a shard, in batches of many viewers.

use protocol::ViewerId;
use rtp::rtcp::{Message, Packet, packets};
use std::time::Instant;

/// Decrypted RTCP of many viewers. A thousand viewers send twenty thousand datagrams of feedback a second, and a lock and an
/// allocation for each would cost more than reading them.
///
/// Each compound is parsed once, here: where its packets are is kept beside the bytes, and the shard reads the contents of a packet
/// when it acts on it.
#[derive(Default)]
pub(crate) struct Reports {
    /// Those that ask for packets, so they wake the shard.
    pub(super) urgent: Batch,
    /// Those that only inform.
    pub(super) informing: Batch,
}

/// Compound packets in the order in which they came.
#[derive(Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    /// The packets of all compounds that concern a sender.
    packets: Vec<Packet>,
    list: Vec<Report>,
}

struct Report {
    viewer: ViewerId,
    arrived: Instant,
    /// The end of its part in `bytes` and in `packets`.
    bytes_end: usize,
    packets_end: usize,
}

/// One compound packet of a [`Batch`].
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    packets: &'a [Packet],
    pub(super) arrived: Instant,
}

impl<'a> Compound<'a> {
    pub(super) fn messages(&self) -> impl Iterator<Item = Message<'a>> + use<'a> {
        let bytes = self.bytes;
        self.packets.iter().map(move |packet| packet.message(bytes))
    }
}

impl Reports {
    /// Adds a compound packet, unless nothing of it concerns a sender. True if it has a BYE.
    pub(crate) fn push(&mut self, viewer: ViewerId, plain: &[u8], arrived: Instant) -> bool {
        let (mut urgent, mut bye) = (false, false);
        let before = self.informing.packets.len();
        for packet in packets(plain).filter(|packet| packet.concerns_sender()) {
            urgent |= packet.asks();
            bye |= packet.is_bye();
            self.informing.packets.push(packet);
        }
        if self.informing.packets.len() == before {
            return false;
        }
        let batch = if urgent {
            self.urgent.packets.extend(self.informing.packets.drain(before..));
            &mut self.urgent
        } else {
            &mut self.informing
        };
        batch.end_compound(viewer, plain, arrived);
        bye
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.urgent.len() + self.informing.len()
    }

    /// Takes all, and keeps room for as many.
    pub(crate) fn take(&mut self) -> Reports {
        Reports { urgent: self.urgent.take(), informing: self.informing.take() }
    }
}

impl Batch {
    /// The packets since the last compound are those of this one.
    fn end_compound(&mut self, viewer: ViewerId, plain: &[u8], arrived: Instant) {
        self.bytes.extend_from_slice(plain);
        let (bytes_end, packets_end) = (self.bytes.len(), self.packets.len());
        self.list.push(Report { viewer, arrived, bytes_end, packets_end });
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// The viewer that sent the n-th.
    pub(super) fn viewer(&self, n: usize) -> ViewerId {
        self.list[n].viewer
    }

    /// The n-th compound packet.
    pub(super) fn compound(&self, n: usize) -> Compound<'_> {
        let before = n.checked_sub(1).map_or((0, 0), |n| (self.list[n].bytes_end, self.list[n].packets_end));
        let report = &self.list[n];
        Compound {
            bytes: &self.bytes[before.0..report.bytes_end],
            packets: &self.packets[before.1..report.packets_end],
            arrived: report.arrived,
        }
    }

    fn take(&mut self) -> Batch {
        let empty = Batch {
            bytes: Vec::with_capacity(self.bytes.len()),
            packets: Vec::with_capacity(self.packets.len()),
            list: Vec::with_capacity(self.list.len()),
        };
        std::mem::replace(self, empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rtcp_that_is_acted_on_wakes_a_shard() {
        let asks_for_something = |compound: &[u8]| {
            let mut reports = Reports::default();
            reports.push(ViewerId(1), compound, Instant::now());
            assert_eq!(reports.len(), 1);
            reports.urgent.len() == 1
        };
        let report = [0x80, 201, 0, 1, 0, 0, 0, 1];
        let feedback =
            |first: u8, kind: u8| [&report[..], &[0x80 | first, kind, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]].concat();
        assert!(!asks_for_something(&report));
        assert!(!asks_for_something(&feedback(15, 205)), "transport-wide feedback");
        assert!(!asks_for_something(&feedback(15, 206)), "REMB");
        assert!(asks_for_something(&feedback(1, 205)), "NACK");
        assert!(asks_for_something(&feedback(1, 206)), "PLI");
        assert!(asks_for_something(&feedback(4, 206)), "FIR");
        assert!(asks_for_something(&[report, [0x81, 203, 0, 1, 0, 0, 0, 1]].concat()), "BYE");
    }

    #[test]
    fn reports_keep_their_order_and_their_viewers() {
        let mut reports = Reports::default();
        let now = Instant::now();
        // A source description (SDES) does not concern a sender.
        let described_and_lost = [0x80, 202, 0, 0, 0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 9];
        let lost = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 8, 0x81, 203, 0, 1, 0, 0, 0, 1];
        let received = [0x80, 201, 0, 1, 0, 0, 0, 1];
        assert!(!reports.push(ViewerId(7), &described_and_lost, now));
        assert!(!reports.push(ViewerId(5), &received, now));
        assert!(!reports.push(ViewerId(8), &[], now));
        assert!(!reports.push(ViewerId(8), &described_and_lost[..4], now), "nothing is left of it");
        assert!(reports.push(ViewerId(7), &lost, now), "it has a BYE");
        assert!(!reports.push(ViewerId(9), &[3], now));
        let taken = reports.take();
        assert!(reports.is_empty());
        let read = |batch: &Batch| -> Vec<(u32, String)> {
            assert!((0..batch.len()).all(|n| batch.compound(n).arrived == now));
            (0..batch.len())
                .map(|n| (batch.viewer(n).0, format!("{:?}", batch.compound(n).messages().collect::<Vec<_>>())))
                .collect()
        };
        let urgent = [(7, "[Pli { ssrc: 9 }]".to_owned()), (7, "[Pli { ssrc: 8 }, Bye]".to_owned())];
        assert_eq!(read(&taken.urgent), urgent);
        let informing = [(5, "[Reports(ReportBlocks([]))]".to_owned()), (9, "[Malformed]".to_owned())];
        assert_eq!(read(&taken.informing), informing);
    }
}
