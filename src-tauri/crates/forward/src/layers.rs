//! Which layer a viewer gets: a decision as a value, carried out elsewhere.
//!
//! Down at once when there is congestion and the layer costs more than the path carries. Up only where the path was shown to
//! carry a tenth more than the layer costs, and not soon after a climb that failed: 5 s, twice as long each time, at most 40.

use std::time::{Duration, Instant};
use stream::Rid;

/// The highest temporal layer: every picture.
pub(crate) const ALL_PICTURES: u8 = 2;
/// The path has to carry this much more than a layer costs before it is climbed to.
const HEADROOM: f32 = 1.1;
/// Without congestion a layer is kept though it seems to cost more than the path carries: costs and estimates waver.
const TOLERANCE: f32 = 1.25;
/// Congestion so soon after a climb was caused by it.
const TRIAL: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(40);
/// A climb that held so long makes earlier failures forgotten.
const FORGIVEN: Duration = Duration::from_secs(30);

/// From the least to the most. A quarter of the pictures is for the smallest layer only, or where there is no smaller one.
const LADDER: [Aim; 9] = [
    Aim { rid: Rid::Q, temporal: 0 },
    Aim { rid: Rid::Q, temporal: 1 },
    Aim { rid: Rid::Q, temporal: 2 },
    Aim { rid: Rid::H, temporal: 0 },
    Aim { rid: Rid::H, temporal: 1 },
    Aim { rid: Rid::H, temporal: 2 },
    Aim { rid: Rid::F, temporal: 0 },
    Aim { rid: Rid::F, temporal: 1 },
    Aim { rid: Rid::F, temporal: 2 },
];

/// What a viewer should be sent, as soon as it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Aim {
    pub(crate) rid: Rid,
    /// The highest temporal layer.
    pub(crate) temporal: u8,
}

impl Aim {
    /// Every picture of a layer.
    pub(crate) fn all_of(rid: Rid) -> Self {
        Self { rid, temporal: ALL_PICTURES }
    }
}

/// One viewer's choice of layers.
pub(crate) struct Layers {
    max: Rid,
    /// [`Layers::cap`] was called, and nobody has acted on it yet.
    cap_is_new: bool,
    aim: Aim,
    climbed: Option<Instant>,
    pause: Duration,
    no_climb_before: Option<Instant>,
}

impl Layers {
    pub(crate) fn new(max: Rid) -> Self {
        Self { max, cap_is_new: false, aim: Aim::all_of(max), climbed: None, pause: FIRST_PAUSE, no_climb_before: None }
    }

    /// Nothing is known of the path, and nothing is to be risked: the smallest, until [`Layers::decide`] is asked.
    pub(crate) fn begin_small(&mut self) {
        self.aim = Aim::all_of(Rid::Q);
    }

    /// Never send more than this.
    pub(crate) fn cap(&mut self, max: Rid) {
        let lifted = max > self.max && self.aim == self.top();
        (self.max, self.cap_is_new) = (max, true);
        if lifted || self.aim.rid > max {
            self.aim = self.top();
        }
    }

    /// Whether the cap was set since this was asked last, so that the layer has to be chosen anew.
    pub(crate) fn take_new_cap(&mut self) -> bool {
        std::mem::take(&mut self.cap_is_new)
    }

    pub(crate) fn aim(&self) -> Aim {
        self.aim
    }

    /// As high as it may go.
    pub(crate) fn top(&self) -> Aim {
        Aim::all_of(self.max)
    }

    /// Decide anew. `carries` is what the path carries, bits a second, if anything is known; `cost` what a choice costs, `None`
    /// where it cannot be had. True when the aim changed.
    pub(crate) fn decide(
        &mut self,
        carries: Option<f32>,
        congested: bool,
        cost: impl Fn(Aim) -> Option<f32>,
        now: Instant,
    ) -> bool {
        let before = self.aim;
        let Some(carries) = carries else {
            self.aim = self.top();
            return self.aim != before;
        };
        let costs = cost(self.aim).unwrap_or(f32::MAX);
        if (congested && costs > carries) || costs > TOLERANCE * carries {
            self.aim = self.highest(carries, &cost).min(self.aim);
            self.fell(now);
        } else if self.no_climb_before.is_none_or(|at| now >= at) {
            let reach = self.highest(carries / HEADROOM, &cost);
            if reach > self.aim {
                self.aim = reach;
                self.climbed = Some(now);
            }
        }
        self.aim != before
    }

    fn highest(&self, limit: f32, cost: impl Fn(Aim) -> Option<f32>) -> Aim {
        let allowed = LADDER.iter().filter(|aim| aim.rid <= self.max);
        let had: Vec<(Aim, f32)> = allowed.filter_map(|aim| Some((*aim, cost(*aim)?))).collect();
        let smallest = had.first().map(|(aim, _)| aim.rid);
        let sensible = |aim: &Aim| aim.temporal > 0 || Some(aim.rid) == smallest;
        let found = had.iter().rev().find(|(aim, cost)| sensible(aim) && *cost <= limit).or(had.first());
        found.map_or(self.aim, |(aim, _)| *aim)
    }

    fn fell(&mut self, now: Instant) {
        match self.climbed.take().map(|at| now.saturating_duration_since(at)) {
            Some(held) if held < TRIAL => {
                self.no_climb_before = Some(now + self.pause);
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            }
            Some(held) if held > FORGIVEN => self.pause = FIRST_PAUSE,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(aim: Aim) -> Option<f32> {
        let spatial = [150e3, 500e3, 2500e3][aim.rid.index()];
        Some(spatial * [0.5, 0.75, 1.0][usize::from(aim.temporal)])
    }

    fn aim(rid: Rid, temporal: u8) -> Aim {
        Aim { rid, temporal }
    }

    #[test]
    fn nothing_known_is_everything_allowed() {
        let mut layers = Layers::new(Rid::F);
        assert!(!layers.decide(None, false, cost, Instant::now()));
        assert_eq!(layers.aim(), aim(Rid::F, 2));
        layers.cap(Rid::H);
        assert_eq!(layers.aim(), aim(Rid::H, 2));
        layers.cap(Rid::F);
        assert_eq!(layers.aim(), aim(Rid::F, 2));
    }

    #[test]
    fn congestion_brings_it_down_to_what_fits_and_wavering_does_not() {
        let now = Instant::now();
        let mut layers = Layers::new(Rid::F);
        assert!(!layers.decide(Some(2.2e6), false, cost, now), "within the tolerance, and nothing is wrong");
        assert!(layers.decide(Some(2.2e6), true, cost, now));
        assert_eq!(layers.aim(), aim(Rid::F, 1));
        assert!(layers.decide(Some(1.7e6), true, cost, now));
        assert_eq!(
            layers.aim(),
            aim(Rid::H, 2),
            "a quarter of the pictures is no choice while there is a smaller layer"
        );
        assert!(layers.decide(Some(60e3), true, cost, now));
        assert_eq!(layers.aim(), aim(Rid::Q, 0), "the least there is");
        assert!(!layers.decide(Some(82e3), false, cost, now), "a tenth more is needed");
        assert!(layers.decide(Some(125e3), false, cost, now));
        assert_eq!(layers.aim(), aim(Rid::Q, 1));
    }

    #[test]
    fn a_climb_that_fails_is_tried_again_later_each_time() {
        let start = Instant::now();
        let mut layers = Layers::new(Rid::F);
        layers.decide(Some(1e6), true, cost, start);
        let mut climbs = Vec::new();
        for ms in (0..120_000).step_by(100) {
            let now = start + Duration::from_millis(ms);
            if layers.decide(Some(3e6), false, cost, now) {
                climbs.push(ms / 1000);
            } else if layers.aim().rid == Rid::F {
                layers.decide(Some(1e6), true, cost, now);
            }
        }
        assert_eq!(climbs, [0, 5, 15, 35, 75, 115], "5 s, 10, 20, 40 and no more");
    }

    #[test]
    fn where_only_one_layer_is_encoded_its_pictures_are_thinned() {
        let mut layers = Layers::new(Rid::F);
        let only = |aim: Aim| cost(aim).filter(|_| aim.rid == Rid::F);
        layers.decide(Some(1.3e6), true, only, Instant::now());
        assert_eq!(layers.aim(), aim(Rid::F, 0));
    }
}
