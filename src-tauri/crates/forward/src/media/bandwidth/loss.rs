//! Loss: what the loss-based controller goes by.

/// Loss is judged over at least so many packets and so much time.
const LEAST_PACKETS: f32 = 20.0;
const LEAST_US: u64 = 300_000;
/// After this long earlier packets weigh a third (1/e).
const MEMORY_US: f32 = 1_000_000.0;
/// How many standard deviations the loss has to be above a limit before it is taken to exceed it. Otherwise a path that loses one
/// packet in twenty by chance would seem to lose one in ten every few seconds.
const SURE: f32 = 3.0;

/// Estimates the fraction of packets that is lost.
#[derive(Default)]
pub(super) struct LossEstimator {
    /// Since the last judgement.
    fresh: Counts,
    /// Before that, with fading weight.
    before: Counts,
    since_us: u64,
}

/// Packets, and how many of them did not arrive.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    packets: f32,
    lost: f32,
}

/// The loss at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecentLoss {
    /// Since the moment before.
    fresh: Counts,
    /// Over about a second.
    all: Counts,
}

impl LossEstimator {
    pub(super) fn packets(&mut self, packets: f32, lost: f32) {
        self.fresh.packets += packets;
        self.fresh.lost += lost;
    }

    /// The loss since the last call, once enough packets were reported.
    pub(super) fn take(&mut self, now_us: u64) -> Option<RecentLoss> {
        let passed = now_us.saturating_sub(self.since_us);
        if self.fresh.packets < LEAST_PACKETS || passed < LEAST_US {
            return None;
        }
        let fresh = std::mem::take(&mut self.fresh);
        let kept = (-(passed as f32) / MEMORY_US).exp();
        let all =
            Counts { packets: kept * self.before.packets + fresh.packets, lost: kept * self.before.lost + fresh.lost };
        (self.before, self.since_us) = (all, now_us);
        Some(RecentLoss { fresh, all })
    }

    /// The fraction lost over about a second.
    pub(super) fn lately(&self) -> f32 {
        Counts { packets: self.before.packets + self.fresh.packets, lost: self.before.lost + self.fresh.lost }
            .fraction()
    }

    /// The estimate has just changed, so earlier loss says nothing about it.
    pub(super) fn start_over(&mut self) {
        self.before = Counts::default();
    }
}

impl RecentLoss {
    /// The fraction lost since the moment before.
    pub(super) fn fraction(&self) -> f32 {
        self.fresh.fraction()
    }

    /// More than this fraction was lost since the moment before, possibly by chance.
    pub(super) fn is_above(&self, limit: f32) -> bool {
        self.fresh.fraction() > limit
    }

    /// More than this fraction was lost, since the moment before or over about a second, and by more than chance.
    pub(super) fn is_surely_above(&self, limit: f32) -> bool {
        self.all.is_surely_above(limit) || self.fresh.is_surely_above(limit)
    }
}

impl Counts {
    fn fraction(&self) -> f32 {
        if self.packets > 0.0 { self.lost / self.packets } else { 0.0 }
    }

    fn is_surely_above(&self, limit: f32) -> bool {
        self.lost > limit * self.packets + SURE * (limit * (1.0 - limit) * self.packets).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Loses one in `n` of packets sent every 4 ms, and returns when the loss is first found to be above a tenth, in milliseconds.
    fn seen(n: u64) -> Option<u64> {
        let mut loss = LossEstimator::default();
        (0..60_000_u64).step_by(4).find(|ms| {
            let random =
                (ms / 4 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            loss.packets(1.0, if (random >> 33).is_multiple_of(n) { 1.0 } else { 0.0 });
            loss.take(ms * 1000).is_some_and(|loss| loss.is_surely_above(0.1))
        })
    }

    #[test]
    fn chance_is_no_congestion_and_more_than_a_tenth_is_seen_soon() {
        assert_eq!(seen(20), None, "5 % in a minute");
        assert!(seen(4).is_some_and(|ms| ms < 1500), "25 %: {:?}", seen(4));
        assert!(seen(2).is_some_and(|ms| ms < 700), "50 %: {:?}", seen(2));
    }

    #[test]
    fn a_few_packets_say_nothing() {
        let mut loss = LossEstimator::default();
        loss.packets(2.0, 1.0);
        assert!(loss.take(10_000_000).is_none());
        loss.packets(20.0, 4.0);
        assert!(loss.take(10_000_000).is_some_and(|loss| !loss.is_surely_above(0.1)));
    }
}
