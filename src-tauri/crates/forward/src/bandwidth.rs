//! How much a viewer's path carries, told from how its packets arrive.
//!
//! It follows the principles of Google's congestion control (draft-ietf-rmcat-gcc-02): a delay-based and a loss-based
//! controller, the smaller of both wins; on overuse to 0.85 of what arrived (section 5.5), on more than 10 % loss down by half
//! the loss, below 2 % up (section 6), never above 1.5 times what arrived (section 5.5). Two things differ, because our sender
//! has layers and no pacer. A keyframe is a burst, so a rising delay alone is no overuse: the *smallest* delay of the last
//! 150 ms has to stand above the path's own and still be rising, which a burst that drains never does. And a path is
//! taken to be good enough until something goes wrong, unless a viewer's first packets (`opening.rs`) show it to be thin. And chance is no congestion: loss counts where it is above its
//! limit by more than chance makes it, and delay where it is above what a busy receiver makes of it.
//!
//! No I/O and no clock: microseconds since the viewer came are an argument.

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

/// A packet that feedback told of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PacketResult {
    /// When it was sent, microseconds.
    pub(crate) sent_us: u64,
    /// When it arrived by the viewer's clock, microseconds from anywhere; `None` where it did not.
    pub(crate) arrived_us: Option<i64>,
    pub(crate) bytes: u32,
}

/// On overuse the estimate goes to this part of what arrives, so that the queue drains.
const DECREASE: f32 = 0.85;
/// Growth a second while nothing is wrong.
const INCREASE: f32 = 1.08;
/// Growth a second without feedback on single packets, where only trying tells: twice in five seconds.
const BLIND_INCREASE: f32 = 1.15;
/// Never above this many times what arrives: more has not been shown.
const MOST_ABOVE_ACKED: f32 = 1.5;
/// Loss that is taken for congestion, and loss that says the path is too small by far.
const MUCH_LOSS: f32 = 0.1;
const HEAVY_LOSS: f32 = 0.3;
const LITTLE_LOSS: f32 = 0.02;
const LEAST: f32 = 50_000.0;

/// One viewer's path.
#[derive(Default)]
pub(crate) struct BandwidthEstimator {
    overuse: OveruseDetector,
    acked: AckedBitrate,
    loss: LossEstimator,
    /// Bits a second; nothing is known of a good path before the first congestion.
    estimate: Option<f32>,
    last_us: u64,
    congested_us: Option<u64>,
    /// Feedback on single packets comes: reports are not needed.
    transport_wide: bool,
}

impl BandwidthEstimator {
    /// Bits a second of RTP; `None`: nothing has gone wrong yet.
    pub(crate) fn estimate(&self) -> Option<f32> {
        self.estimate
    }

    /// What stood in the path's queue when the last packets told of were sent.
    pub(crate) fn queue(&self) -> Duration {
        Duration::from_micros(self.overuse.newest_us() as u64)
    }

    /// Nothing stands in the path's queue, and has not for a second: there may be room for more.
    pub(crate) fn is_calm(&self, now_us: u64) -> bool {
        self.transport_wide
            && !self.overuse.has_standing_queue()
            && self.congested_us.is_none_or(|at| now_us.saturating_sub(at) > 1_000_000)
    }

    /// So many bytes were sent next, of which nothing will be told, as the feedback on them was lost. They are
    /// taken to have arrived like those around them: neither is less arriving nor more lost because nobody tells.
    pub(crate) fn unreported(&mut self, bytes: u32) {
        self.acked.unreported((bytes as f32 * (1.0 - self.loss.lately())) as u32);
    }

    /// Transport-wide feedback. `sending` is what is being sent, bits a second. True when it shows congestion.
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
        // What is lost while a queue stands was dropped at its end.
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

    /// A receiver report on so many packets, a fraction of them lost: all there is where transport-wide feedback was not
    /// agreed on.
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

    /// The viewer's own estimate, where it makes one. It is never above what it was shown by much: only far less than is being
    /// sent says something.
    pub(crate) fn remb(&mut self, bits_a_second: f32, sending: f32, now_us: u64) -> bool {
        if self.transport_wide || bits_a_second >= DECREASE * sending {
            return false;
        }
        self.decrease(bits_a_second, now_us)
    }

    /// The first packets showed this much.
    pub(crate) fn start_at(&mut self, bits_a_second: f32, now_us: u64) {
        self.last_us = now_us;
        self.estimate = Some(bits_a_second.max(LEAST));
    }

    /// A probe showed this much.
    pub(crate) fn probed(&mut self, bits_a_second: f32) {
        self.estimate = self.estimate.map(|estimate| estimate.max(bits_a_second));
    }

    /// Nothing limits the path until something goes wrong again.
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
        assert!(!bandwidth.remb(3e6, 2.5e6, 0), "more than is sent says nothing");
        assert!(bandwidth.remb(1e6, 2.5e6, 0));
        assert_eq!(bandwidth.estimate(), Some(1e6));
        assert!(bandwidth.report(300.0, 0.2, 0.8e6, 1_000_000));
        assert_eq!(bandwidth.estimate(), Some(0.72e6));
        for second in 2..8 {
            assert!(!bandwidth.report(100.0, 0.0, 0.8e6, second * 1_000_000));
        }
        assert!(bandwidth.estimate().is_some_and(|e| e > 1.4e6), "trying is the only way up");
        bandwidth.feedback(std::iter::empty(), 1e6, 9_000_000);
        assert!(!bandwidth.remb(0.1e6, 1e6, 9_000_000) && !bandwidth.report(300.0, 0.5, 1e6, 9_000_000));
    }
}
