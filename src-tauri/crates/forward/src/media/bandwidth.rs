//! Estimates how much a viewer's path carries, from the feedback on how its packets arrive.
//!
//! It follows the principles of Google's congestion control (draft-ietf-rmcat-gcc-02). A delay-based and a loss-based
//! controller each make an estimate, and the smaller one wins. On overuse the estimate falls to 0.85 of the acked bitrate
//! (section 5.5). With more than 10 % loss it falls by half the loss, and with less than 2 % it grows (section 6), but never
//! above 1.5 times the acked bitrate (section 5.5).
//!
//! Three things differ, because this sender has layers and no pacer:
//! - A keyframe is a burst, so a rising delay alone is no overuse. The smallest delay of the last 150 ms has to be above the
//!   path's own and still be rising, which does not happen while a burst drains.
//! - A path is taken to be good enough until it is congested, unless the first packets (`initial_probe.rs`) show otherwise.
//! - Loss counts only as far as it is above its limit by more than chance, and delay only as far as it is more than a busy
//!   receiver adds to it.
//!
//! There is no I/O and no clock here: microseconds since the viewer came are an argument.

mod acked_bitrate;
mod initial_probe;
mod keyframe_probe;
mod loss;
mod overuse;
mod packet_train;
mod padding_probe;

pub(crate) use initial_probe::InitialProbe;
pub(crate) use keyframe_probe::{KeyframeProbe, Outcome};
pub(crate) use padding_probe::PaddingProbe;

use acked_bitrate::AckedBitrate;
use loss::{LossEstimator, RecentLoss};
use overuse::OveruseDetector;
use std::time::Duration;

/// What feedback says about one packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PacketResult {
    /// When it was sent, in microseconds since the viewer came.
    pub(crate) sent_us: u64,
    /// When it arrived, in microseconds of the viewer's clock, whose zero is unknown; `None` if it was lost.
    pub(crate) arrived_us: Option<i64>,
    pub(crate) bytes: u32,
}

/// On overuse the estimate falls to this part of the acked bitrate, so that the queue drains.
const DECREASE: f32 = 0.85;
/// Growth a second while there is no congestion.
const INCREASE: f32 = 1.08;
/// Growth a second without transport-wide feedback. Only trying shows more then, so it is faster: twice in five seconds.
const BLIND_INCREASE: f32 = 1.15;
/// The estimate is at most this many times the acked bitrate, as nothing was measured above that.
const MOST_ABOVE_ACKED: f32 = 1.5;
/// More loss than this is congestion.
const MUCH_LOSS: f32 = 0.1;
/// More loss than this shows a path that is far too small, so the estimate falls to the acked bitrate.
const HEAVY_LOSS: f32 = 0.3;
/// With more loss than this the estimate does not grow.
const LITTLE_LOSS: f32 = 0.02;
/// The estimate is never below this, in bits a second, so that it can grow again.
const LEAST: f32 = 50_000.0;

/// The estimate for one viewer's path.
#[derive(Default)]
pub(crate) struct BandwidthEstimator {
    overuse: OveruseDetector,
    acked: AckedBitrate,
    loss: LossEstimator,
    /// Bits a second; `None` as long as nothing limits the path.
    estimate: Option<f32>,
    last_us: u64,
    congested_us: Option<u64>,
    /// Transport-wide feedback comes, so receiver reports and REMB are not needed.
    transport_wide: bool,
}

impl BandwidthEstimator {
    /// Bits a second of RTP; `None` as long as nothing limits the path.
    pub(crate) fn estimate(&self) -> Option<f32> {
        self.estimate
    }

    /// The queueing delay that the last acked packets met on the path.
    pub(crate) fn queue(&self) -> Duration {
        Duration::from_micros(self.overuse.newest_us() as u64)
    }

    /// There is no standing queue and was no congestion for a second, so the path may have room for more.
    pub(crate) fn is_calm(&self, now_us: u64) -> bool {
        self.transport_wide
            && !self.overuse.has_standing_queue()
            && self.congested_us.is_none_or(|at| now_us.saturating_sub(at) > 1_000_000)
    }

    /// The feedback on the next so many bytes was lost. They are taken to have arrived like the packets around them: lost
    /// feedback neither lowers the acked bitrate nor counts as loss.
    pub(crate) fn unreported(&mut self, bytes: u32) {
        self.acked.unreported((bytes as f32 * (1.0 - self.loss.lately())) as u32);
    }

    /// Takes transport-wide feedback. `sending` is the rate that is being sent, bits a second. True if it shows congestion.
    pub(crate) fn feedback(&mut self, packets: impl Iterator<Item = PacketResult>, sending: f32, now_us: u64) -> bool {
        self.transport_wide = true;
        for packet in packets {
            self.loss.packets(1.0, if packet.arrived_us.is_some() { 0.0 } else { 1.0 });
            if let Some(arrived_us) = packet.arrived_us {
                self.acked.packet(arrived_us, packet.bytes);
                self.overuse.packet(packet.sent_us, arrived_us);
            }
        }
        let acked = self.acked.bits_a_second();
        let lost = self.loss.take(now_us);
        if self.overuse.is_overused(self.estimate.is_some()) {
            self.overuse.start_over(now_us);
            return self.decrease(acked.unwrap_or(sending) * DECREASE, now_us);
        }
        // Packets that are lost while there is a standing queue were dropped at its end, and not by chance.
        let stands = self.overuse.has_standing_queue();
        let above = |lost: &RecentLoss, limit| lost.is_surely_above(limit) || (stands && lost.is_above(limit));
        match lost {
            Some(lost) if above(&lost, HEAVY_LOSS) => self.decrease(acked.unwrap_or(sending) * 0.9, now_us),
            Some(lost) if above(&lost, MUCH_LOSS) => self.decrease_by_loss(lost.fraction(), sending, now_us),
            Some(lost) if lost.fraction() > LITTLE_LOSS => self.hold(now_us),
            _ if stands => self.hold(now_us),
            _ => self.increase(INCREASE, acked.map(|rate| MOST_ABOVE_ACKED * rate + 10_000.0), now_us),
        }
    }

    /// Takes a receiver report on so many packets, of which a fraction was lost. It counts only where there is no transport-wide
    /// feedback. True if it shows congestion.
    pub(crate) fn report(&mut self, packets: f32, lost: f32, sending: f32, now_us: u64) -> bool {
        if self.transport_wide {
            return false;
        }
        self.loss.packets(packets, lost * packets);
        match self.loss.take(now_us) {
            None => false,
            Some(lost) if lost.is_surely_above(MUCH_LOSS) => self.decrease_by_loss(lost.fraction(), sending, now_us),
            Some(lost) if lost.fraction() > LITTLE_LOSS => self.hold(now_us),
            Some(_) => self.increase(BLIND_INCREASE, None, now_us),
        }
    }

    /// Takes a REMB, the viewer's own estimate. It is never much above what the viewer receives, so it counts only where it is
    /// well below what is sent. True if it shows congestion.
    pub(crate) fn remb(&mut self, bits_a_second: f32, sending: f32, now_us: u64) -> bool {
        if self.transport_wide || bits_a_second >= DECREASE * sending {
            return false;
        }
        self.decrease(bits_a_second, now_us)
    }

    /// The initial probe measured this, in bits a second.
    pub(crate) fn start_at(&mut self, bits_a_second: f32, now_us: u64) {
        self.last_us = now_us;
        self.estimate = Some(bits_a_second.max(LEAST));
    }

    /// A later probe measured this, in bits a second.
    pub(crate) fn probed(&mut self, bits_a_second: f32) {
        self.estimate = self.estimate.map(|estimate| estimate.max(bits_a_second));
    }

    /// Nothing limits the path until the next congestion.
    pub(crate) fn lift_limit(&mut self) {
        self.estimate = None;
    }

    fn decrease_by_loss(&mut self, lost: f32, sending: f32, now_us: u64) -> bool {
        let from = self.estimate.unwrap_or(sending).min(sending);
        self.decrease(from * (1.0 - 0.5 * lost), now_us)
    }

    fn decrease(&mut self, to: f32, now_us: u64) -> bool {
        self.last_us = now_us;
        self.congested_us = Some(now_us);
        self.loss.start_over();
        self.estimate = Some(self.estimate.unwrap_or(f32::MAX).min(to).max(LEAST));
        true
    }

    fn hold(&mut self, now_us: u64) -> bool {
        self.last_us = now_us;
        false
    }

    fn increase(&mut self, a_second: f32, most: Option<f32>, now_us: u64) -> bool {
        let passed = (now_us.saturating_sub(self.last_us) as f32 / 1e6).min(1.0);
        self.last_us = now_us;
        if let Some(estimate) = &mut self.estimate {
            let grown = *estimate * a_second.powf(passed);
            *estimate = most.map_or(grown, |most| grown.min(most)).max(*estimate);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steady(from_ms: u64, to_ms: u64, lost_every: Option<u64>) -> impl Iterator<Item = PacketResult> {
        (from_ms..to_ms).step_by(4).map(move |ms| PacketResult {
            sent_us: ms * 1000,
            arrived_us: lost_every.is_none_or(|n| ms / 4 % n != 0).then_some(ms as i64 * 1000 + 20_000),
            bytes: 1200,
        })
    }

    #[test]
    fn a_clean_path_is_never_limited() {
        let mut bandwidth = BandwidthEstimator::default();
        for ms in (0..10_000).step_by(100) {
            assert!(!bandwidth.feedback(steady(ms, ms + 100, None), 2.4e6, (ms + 150) * 1000));
        }
        assert_eq!(bandwidth.estimate(), None);
    }

    #[test]
    fn five_percent_loss_is_repaired_and_twenty_is_congestion() {
        let mut bandwidth = BandwidthEstimator::default();
        for ms in (0..5_000).step_by(100) {
            bandwidth.feedback(steady(ms, ms + 100, Some(20)), 2.4e6, (ms + 150) * 1000);
        }
        assert_eq!(bandwidth.estimate(), None);
        let congested = (5_000..8_000)
            .step_by(100)
            .any(|ms| bandwidth.feedback(steady(ms, ms + 100, Some(5)), 2.4e6, (ms + 150) * 1000));
        assert!(congested);
        assert!(bandwidth.estimate().is_some_and(|e| e < 2.3e6));
    }

    #[test]
    fn reports_and_remb_count_only_without_detailed_feedback() {
        let mut bandwidth = BandwidthEstimator::default();
        assert!(!bandwidth.remb(3e6, 2.5e6, 0), "a REMB above what is sent does not count");
        assert!(bandwidth.remb(1e6, 2.5e6, 0));
        assert_eq!(bandwidth.estimate(), Some(1e6));
        assert!(bandwidth.report(300.0, 0.2, 0.8e6, 1_000_000));
        assert_eq!(bandwidth.estimate(), Some(0.72e6));
        for second in 2..8 {
            assert!(!bandwidth.report(100.0, 0.0, 0.8e6, second * 1_000_000));
        }
        assert!(
            bandwidth.estimate().is_some_and(|e| e > 1.4e6),
            "without transport-wide feedback the estimate grows by trying"
        );
        bandwidth.feedback(std::iter::empty(), 1e6, 9_000_000);
        assert!(!bandwidth.remb(0.1e6, 1e6, 9_000_000) && !bandwidth.report(300.0, 0.5, 1e6, 9_000_000));
    }
}
