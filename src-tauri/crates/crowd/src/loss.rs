//! Loss at the receiving end: packets that are thrown away unseen, by dice that fall the same way in each run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// How much a crowd loses: a setting that all viewers look at, and that may change while they watch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loss(Arc<AtomicU32>, Arc<AtomicBool>);

impl Loss {
    /// Percent of all RTP packets: picture, sound and repairs. RTCP, DTLS and STUN are spared.
    pub(crate) fn set(&self, percent: f64) {
        self.0.store((percent * 1e4) as u32, Ordering::Relaxed);
    }

    /// Whether light viewers ask for all that they were sent lately, again and again.
    pub(crate) fn set_greedy(&self, greedy: bool) {
        self.1.store(greedy, Ordering::Relaxed);
    }

    /// One viewer's dice.
    pub(crate) fn dice(&self, seed: u64) -> Dice {
        Dice { loss: self.clone(), state: seed }
    }
}

/// Decides for one viewer.
pub(crate) struct Dice {
    loss: Loss,
    state: u64,
}

impl Dice {
    /// See [`Loss::set_greedy`].
    pub(crate) fn is_greedy(&self) -> bool {
        self.loss.1.load(Ordering::Relaxed)
    }

    /// Whether this datagram, which arrived, is to be treated as if it had not.
    pub(crate) fn loses(&mut self, datagram: &[u8]) -> bool {
        let millionths = self.loss.0.load(Ordering::Relaxed);
        millionths > 0 && is_rtp(datagram) && self.roll() % 1_000_000 < u64::from(millionths)
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// RTP by the demultiplexing of RFC 7983 and RFC 5761.
pub(crate) fn is_rtp(datagram: &[u8]) -> bool {
    matches!(datagram, [128..=191, second, ..] if !(192..=223).contains(second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_as_asked_the_same_each_time_and_of_rtp_only() {
        let loss = Loss::default();
        let lost = |packet: &[u8]| {
            let mut dice = loss.dice(5);
            (0..100_000).filter(|_| dice.loses(packet)).count()
        };
        assert_eq!(lost(&[0x90, 96]), 0, "nothing is lost by itself");
        loss.set(1.0);
        assert!((900..1100).contains(&lost(&[0x90, 96])));
        assert_eq!(lost(&[0x90, 96]), lost(&[0x90, 96]));
        assert_eq!(lost(&[0x80, 200]) + lost(&[22, 254]) + lost(&[1, 1]), 0);
    }
}
