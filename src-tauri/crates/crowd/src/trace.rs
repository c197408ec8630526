//! One viewer's stream, packet by packet, so that it can be sent again.

use std::time::{Duration, Instant};

/// One packet as it came.
#[derive(Clone, Copy, Debug)]
pub struct Traced {
    /// When.
    pub at: Instant,
    /// The RTP timestamp, which all packets of a picture share.
    pub timestamp: u32,
    /// Sound, else picture.
    pub sound: bool,
    /// Bytes of UDP payload: header, sealed payload, tag.
    pub bytes: u16,
}

/// What a sender hands over together: a picture, or a packet of sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// From the start of the trace.
    pub due: Duration,
    /// Sound, else picture.
    pub sound: bool,
    /// The sizes of its packets, in order.
    pub bytes: Vec<u16>,
}

/// A stream of a few seconds, to be repeated.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// In the order they came.
    pub batches: Vec<Batch>,
    /// After this it begins again.
    pub period: Duration,
}

impl Trace {
    /// Whole pictures only: the first and the last batch of each kind may have been cut.
    pub(crate) fn of(packets: &[Traced]) -> Trace {
        let mut batches: Vec<(u32, Instant, Batch)> = Vec::new();
        for packet in packets {
            // Sound may come between two packets of a picture; the batch to join is the last of its kind.
            let last = batches.iter_mut().rev().find(|(.., batch)| batch.sound == packet.sound);
            match last {
                Some((timestamp, _, batch)) if *timestamp == packet.timestamp => batch.bytes.push(packet.bytes),
                _ => {
                    let batch = Batch { due: Duration::ZERO, sound: packet.sound, bytes: vec![packet.bytes] };
                    batches.push((packet.timestamp, packet.at, batch));
                }
            }
        }
        let Some(first) = batches.iter().skip(1).position(|(.., batch)| !batch.sound).map(|at| at + 1) else {
            return Trace::default();
        };
        let last = batches.iter().rposition(|(.., batch)| !batch.sound).unwrap_or(first);
        let (begin, end) = (batches[first].1, batches[last].1);
        let cut = batches[first..last]
            .iter()
            .map(|(_, at, batch)| Batch { due: at.saturating_duration_since(begin), ..batch.clone() });
        Trace { batches: cut.collect(), period: end.saturating_duration_since(begin) }
    }

    /// Packets a second, sound included.
    pub fn packets_per_second(&self) -> f64 {
        self.per_second(|batch| batch.bytes.len() as f64)
    }

    /// Bytes of UDP payload a second, as kilobits.
    pub fn kbps(&self) -> f64 {
        self.per_second(|batch| batch.bytes.iter().map(|&b| f64::from(b)).sum::<f64>() * 8.0 / 1000.0)
    }

    fn per_second(&self, value: impl Fn(&Batch) -> f64) -> f64 {
        self.batches.iter().map(value).sum::<f64>() / self.period.as_secs_f64().max(1e-9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_gathered_and_what_may_be_cut_is_left_out() {
        let base = Instant::now();
        let packet =
            |ms, timestamp, sound, bytes| Traced { at: base + Duration::from_millis(ms), timestamp, sound, bytes };
        let trace = Trace::of(&[
            packet(0, 1, false, 900),
            packet(33, 2, false, 1000),
            packet(33, 960, true, 200),
            packet(34, 2, false, 700),
            packet(53, 1920, true, 210),
            packet(66, 3, false, 1000),
        ]);
        let due = Duration::from_millis;
        assert_eq!(
            trace.batches,
            [
                Batch { due: due(0), sound: false, bytes: vec![1000, 700] },
                Batch { due: due(0), sound: true, bytes: vec![200] },
                Batch { due: due(20), sound: true, bytes: vec![210] },
            ]
        );
        assert_eq!(trace.period, due(33));
        assert!((trace.packets_per_second() - 4.0 / 0.033).abs() < 0.1);
        assert!(Trace::of(&[packet(0, 1, false, 900)]).batches.is_empty());
    }
}
