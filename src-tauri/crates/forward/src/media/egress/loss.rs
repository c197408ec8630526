//! The loss that a viewer's receiver reports show.

use rtp::rtcp::ReportBlock;
use std::time::{Duration, Instant};

/// After this long a report weighs a third (1/e).
const MEMORY: Duration = Duration::from_secs(5);
/// More packets than any report covers.
const MOST_PACKETS: u32 = 10_000;

/// The loss that a viewer reports. It is taken over about five seconds, as one report may cover two packets of which one was lost.
#[derive(Default)]
pub(super) struct ReportedLoss {
    last: Option<(u32, Instant)>,
    packets: f32,
    lost: f32,
}

impl ReportedLoss {
    /// Takes a report block; returns how many packets it covers and the fraction that was lost. `sent` is how many packets were sent
    /// in all, which the first block covers.
    pub(super) fn take(&mut self, block: ReportBlock, sent: u32, now: Instant) -> (f32, f32) {
        let (packets, kept) = match self.last {
            Some((highest, at)) => {
                let passed = now.saturating_duration_since(at);
                (block.highest.wrapping_sub(highest), (-passed.as_secs_f32() / MEMORY.as_secs_f32()).exp())
            }
            None => (sent, 0.0),
        };
        // A highest sequence number that went back starts a new count.
        let packets = if packets > MOST_PACKETS { 0.0 } else { packets as f32 };
        let lost = f32::from(block.fraction_lost) / 256.0;
        self.last = Some((block.highest, now));
        self.packets = kept * self.packets + packets;
        self.lost = kept * self.lost + packets * lost;
        (packets, lost)
    }

    /// The fraction that was lost.
    pub(super) fn fraction(&self) -> f32 {
        if self.packets > 0.0 { self.lost / self.packets } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_on_two_packets_does_not_make_it_jump() {
        let start = Instant::now();
        let mut loss = ReportedLoss::default();
        let block = |highest, fraction_lost| ReportBlock {
            ssrc: 1,
            fraction_lost,
            highest,
            jitter: 0,
            last_report: 0,
            delay: 0,
        };
        let mut highest = 1000;
        for second in 0..10 {
            loss.take(block(highest, 13), 270, start + Duration::from_secs(second));
            highest += 270;
        }
        assert!((loss.fraction() - 0.05).abs() < 0.002, "{}", loss.fraction());
        let reported = loss.take(block(highest - 268, 128), 0, start + Duration::from_secs(10));
        assert_eq!(reported, (2.0, 0.5));
        assert!((loss.fraction() - 0.05).abs() < 0.005, "{}", loss.fraction());
        for second in 11..31 {
            loss.take(block(highest, 0), 0, start + Duration::from_secs(second));
            highest += 270;
        }
        assert!(loss.fraction() < 0.002, "{}", loss.fraction());
    }
}
