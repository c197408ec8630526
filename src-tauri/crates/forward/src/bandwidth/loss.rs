/// A verdict covers at least so many packets and so much time.
const LEAST_PACKETS: f32 = 20.0;
const LEAST_US: u64 = 300_000;
/// What was told counts a third as much after this long.
const MEMORY_US: f32 = 1_000_000.0;
/// Standard deviations above a limit before more than the limit is taken to be lost. Of packets lost by chance, one in
/// twenty, 300 ms show more than one in ten every ten seconds; with this it takes days.
const SURE: f32 = 3.0;

/// The loss-based controller's eyes.
#[derive(Default)]
pub(super) struct LossEstimator {
    fresh: Counts,
    /// Fading.
    before: Counts,
    since_us: u64,
}

/// Packets, and how many of them did not arrive.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    packets: f32,
    lost: f32,
}

/// What is known of the loss now.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecentLoss {
    /// Since the last verdict.
    fresh: Counts,
    /// Over about a second.
    all: Counts,
}

impl LossEstimator {
    pub(super) fn packets(&mut self, packets: f32, lost: f32) {
        self.fresh.packets += packets;
        self.fresh.lost += lost;
    }

    /// Once enough is known.
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

    /// What was told before the last verdict says nothing about what is sent from now on.
    pub(super) fn start_over(&mut self) {
        self.before = Counts::default();
    }
}

impl RecentLoss {
    /// The fraction lost lately.
    pub(super) fn fraction(&self) -> f32 {
        self.fresh.fraction()
    }

    /// More than this fraction was lost lately, be it by chance.
    pub(super) fn is_above(&self, limit: f32) -> bool {
        self.fresh.fraction() > limit
    }

    /// More than this fraction is lost, lately or over about a second, and not by chance.
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

    /// When more than a tenth is first seen to be lost, of packets every 4 ms, of which one in `n` is lost.
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
