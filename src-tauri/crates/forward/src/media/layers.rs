//! Which layer a viewer is to be sent: a decision as a value, carried out elsewhere.
//!
//! The target moves down at once when there is congestion and the layer costs more than the path carries. It moves up only where
//! the path was measured to carry a tenth more than the layer costs, and not soon after a climb that failed: after 5 s at first,
//! and after twice as long each time, up to 40 s.

use std::time::{Duration, Instant};
use stream::Rid;

/// The highest temporal layer: every picture.
pub(crate) const ALL_PICTURES: u8 = 2;
/// The path has to carry this many times what a layer costs before the target moves up to it.
const HEADROOM: f32 = 1.1;
/// Without congestion a layer is kept until it costs this many times what the path carries, as costs and estimates fluctuate.
const TOLERANCE: f32 = 1.25;
/// Congestion so soon after a climb was caused by the climb.
const CAUSED: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(40);
/// After a climb that held for this long the next failed one counts as the first.
const FORGIVEN: Duration = Duration::from_secs(30);

/// All targets in rising order. Base pictures alone are for the smallest layer that is encoded; the larger layers begin at half
/// of the pictures.
const LADDER: [TargetLayer; 9] = [
    TargetLayer { rid: Rid::Q, temporal: 0 },
    TargetLayer { rid: Rid::Q, temporal: 1 },
    TargetLayer { rid: Rid::Q, temporal: 2 },
    TargetLayer { rid: Rid::H, temporal: 0 },
    TargetLayer { rid: Rid::H, temporal: 1 },
    TargetLayer { rid: Rid::H, temporal: 2 },
    TargetLayer { rid: Rid::F, temporal: 0 },
    TargetLayer { rid: Rid::F, temporal: 1 },
    TargetLayer { rid: Rid::F, temporal: 2 },
];

/// What a viewer is to be sent as soon as possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TargetLayer {
    pub(crate) rid: Rid,
    /// The highest temporal layer.
    pub(crate) temporal: u8,
}

impl TargetLayer {
    /// Every picture of a layer.
    pub(crate) fn all_of(rid: Rid) -> Self {
        Self { rid, temporal: ALL_PICTURES }
    }
}

/// Selects the layer for one viewer.
pub(crate) struct LayerSelector {
    max: Rid,
    /// The layer that the viewer wants to have and no other, as far as the cap and the path allow it.
    held: Option<Rid>,
    /// [`LayerSelector::cap`] or [`LayerSelector::hold`] was called, and nobody has acted on it yet.
    cap_is_new: bool,
    target: TargetLayer,
    climbed: Option<Instant>,
    pause: Duration,
    no_climb_before: Option<Instant>,
}

impl LayerSelector {
    pub(crate) fn new(max: Rid) -> Self {
        Self {
            max,
            held: None,
            cap_is_new: false,
            target: TargetLayer::all_of(max),
            climbed: None,
            pause: FIRST_PAUSE,
            no_climb_before: None,
        }
    }

    /// Start with the smallest layer on a path that is unknown, until [`LayerSelector::decide`] is called.
    pub(crate) fn start_small(&mut self) {
        self.target = TargetLayer::all_of(Rid::Q);
    }

    /// Send no layer above this.
    pub(crate) fn cap(&mut self, max: Rid) {
        self.bound(|selector| selector.max = max);
    }

    /// Send no layer above this one, and none below it while the path carries so much as its base pictures: who holds a layer is
    /// rather sent fewer pictures than smaller ones. With none it is what fits best again.
    pub(crate) fn hold(&mut self, held: Option<Rid>) {
        self.bound(|selector| selector.held = held);
    }

    fn bound(&mut self, change: impl FnOnce(&mut Self)) {
        let before = self.top();
        change(self);
        self.cap_is_new = true;
        let top = self.top();
        if self.target > top || (self.target == before && before < top) {
            self.target = top;
        }
    }

    /// Whether the cap or what is held was set since this was asked last, so that the layer has to be chosen anew.
    pub(crate) fn take_new_cap(&mut self) -> bool {
        std::mem::take(&mut self.cap_is_new)
    }

    /// The cap, where it is one.
    pub(crate) fn capped(&self) -> Option<Rid> {
        (self.max < Rid::F).then_some(self.max)
    }

    pub(crate) fn target(&self) -> TargetLayer {
        self.target
    }

    /// The highest target that the cap and what is held allow.
    pub(crate) fn top(&self) -> TargetLayer {
        TargetLayer::all_of(self.held.map_or(self.max, |held| held.min(self.max)))
    }

    /// Decides anew. `capacity` is what the path carries, bits a second, and `None` where nothing limits it; `cost` is what a target
    /// costs, and `None` where it is not encoded. True if the target changed.
    pub(crate) fn decide(
        &mut self,
        capacity: Option<f32>,
        congested: bool,
        cost: impl Fn(TargetLayer) -> Option<f32>,
        now: Instant,
    ) -> bool {
        let before = self.target;
        let Some(capacity) = capacity else {
            self.target = self.top();
            return self.target != before;
        };
        let costs = cost(self.target).unwrap_or(f32::MAX);
        if (congested && costs > capacity) || costs > TOLERANCE * capacity {
            self.target = self.highest(capacity, &cost).min(self.target);
            self.fell(now);
        } else if self.no_climb_before.is_none_or(|at| now >= at) {
            let reach = self.highest(capacity / HEADROOM, &cost);
            if reach > self.target {
                self.target = reach;
                self.climbed = Some(now);
            }
        }
        self.target != before
    }

    fn highest(&self, limit: f32, cost: impl Fn(TargetLayer) -> Option<f32>) -> TargetLayer {
        let top = self.top();
        let allowed = LADDER.iter().filter(|target| **target <= top);
        let had: Vec<(TargetLayer, f32)> = allowed.filter_map(|target| Some((*target, cost(*target)?))).collect();
        let smallest = had.first().map(|(target, _)| target.rid);
        let sensible =
            |target: &TargetLayer| target.temporal > 0 || Some(target.rid) == smallest || Some(target.rid) == self.held;
        let found = had.iter().rev().find(|(target, cost)| sensible(target) && *cost <= limit).or(had.first());
        found.map_or(self.target, |(target, _)| *target)
    }

    fn fell(&mut self, now: Instant) {
        match self.climbed.take().map(|at| now.saturating_duration_since(at)) {
            Some(held) if held < CAUSED => {
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

    fn cost(target: TargetLayer) -> Option<f32> {
        let spatial = [150e3, 500e3, 2500e3][target.rid.index()];
        Some(spatial * [0.5, 0.75, 1.0][usize::from(target.temporal)])
    }

    fn target(rid: Rid, temporal: u8) -> TargetLayer {
        TargetLayer { rid, temporal }
    }

    #[test]
    fn without_an_estimate_the_top_layer_is_sent() {
        let mut selector = LayerSelector::new(Rid::F);
        assert!(!selector.decide(None, false, cost, Instant::now()));
        assert_eq!(selector.target(), target(Rid::F, 2));
        selector.cap(Rid::H);
        assert_eq!(selector.target(), target(Rid::H, 2));
        selector.cap(Rid::F);
        assert_eq!(selector.target(), target(Rid::F, 2));
    }

    #[test]
    fn congestion_moves_the_target_down_to_what_fits_and_fluctuation_does_not() {
        let now = Instant::now();
        let mut selector = LayerSelector::new(Rid::F);
        assert!(!selector.decide(Some(2.2e6), false, cost, now), "within the tolerance, and without congestion");
        assert!(selector.decide(Some(2.2e6), true, cost, now));
        assert_eq!(selector.target(), target(Rid::F, 1));
        assert!(selector.decide(Some(1.7e6), true, cost, now));
        assert_eq!(
            selector.target(),
            target(Rid::H, 2),
            "a smaller layer is better than base pictures of a larger one"
        );
        assert!(selector.decide(Some(60e3), true, cost, now));
        assert_eq!(selector.target(), target(Rid::Q, 0), "the lowest target");
        assert!(!selector.decide(Some(82e3), false, cost, now), "a climb needs a tenth of headroom");
        assert!(selector.decide(Some(125e3), false, cost, now));
        assert_eq!(selector.target(), target(Rid::Q, 1));
    }

    #[test]
    fn a_climb_that_fails_is_tried_again_later_each_time() {
        let start = Instant::now();
        let mut selector = LayerSelector::new(Rid::F);
        selector.decide(Some(1e6), true, cost, start);
        let mut climbs = Vec::new();
        for ms in (0..120_000).step_by(100) {
            let now = start + Duration::from_millis(ms);
            if selector.decide(Some(3e6), false, cost, now) {
                climbs.push(ms / 1000);
            } else if selector.target().rid == Rid::F {
                selector.decide(Some(1e6), true, cost, now);
            }
        }
        assert_eq!(climbs, [0, 5, 15, 35, 75, 115], "the pause doubles from 5 s up to 40 s");
    }

    #[test]
    fn who_holds_a_layer_is_sent_it_whatever_more_there_is_and_fewer_pictures_of_it_before_smaller_ones() {
        let now = Instant::now();
        let mut selector = LayerSelector::new(Rid::F);
        selector.hold(Some(Rid::H));
        assert!(selector.take_new_cap());
        assert_eq!(selector.target(), target(Rid::H, 2));
        assert!(!selector.decide(None, false, cost, now), "nothing limits it, and it is not moved");
        assert!(!selector.decide(Some(9e6), false, cost, now));
        assert!(selector.decide(Some(260e3), true, cost, now));
        assert_eq!(
            selector.target(),
            target(Rid::H, 0),
            "a quarter of the pictures, where one that holds none has the smaller layer"
        );
        assert!(selector.decide(Some(200e3), true, cost, now));
        assert_eq!(selector.target(), target(Rid::Q, 2), "never more than the path carries");
        assert!(selector.decide(Some(600e3), false, cost, now), "and back when it does");
        assert_eq!(selector.target(), target(Rid::H, 2));
        selector.cap(Rid::Q);
        assert_eq!(selector.target(), target(Rid::Q, 2), "what the broadcaster allows is above what the viewer wants");
        selector.cap(Rid::F);
        assert_eq!(selector.target(), target(Rid::H, 2));
        selector.hold(None);
        assert_eq!(selector.target(), target(Rid::F, 2));
    }

    #[test]
    fn where_only_one_layer_is_encoded_its_temporal_layers_are_left_out() {
        let mut selector = LayerSelector::new(Rid::F);
        let only = |target: TargetLayer| cost(target).filter(|_| target.rid == Rid::F);
        selector.decide(Some(1.3e6), true, only, Instant::now());
        assert_eq!(selector.target(), target(Rid::F, 0));
    }
}
