//! Which layers of VP8 are encoded: those that are watched, and for a while those that were. Decisions only.

use protocol::Rid;
use std::time::{Duration, Instant};

/// How long a layer goes on being encoded unwatched: longer than it takes to reload a page, or to come back from a lost
/// network, so that whoever does finds a first picture in the history.
const LINGER: Duration = Duration::from_secs(30);

/// What viewers want of VP8, by layer.
#[derive(Debug, Default)]
pub(crate) struct Vp8 {
    layers: [Demand; 3],
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Demand {
    #[default]
    None,
    Watched,
    Lingering {
        until: Instant,
    },
}

impl Vp8 {
    /// Viewers want these layers now. Some: encode these from now on.
    pub(crate) fn wanted(&mut self, rids: &[Rid], now: Instant) -> Option<Vec<Rid>> {
        let before = self.encoded();
        for rid in Rid::ALL {
            let demand = &mut self.layers[rid.index()];
            if rids.contains(&rid) {
                *demand = Demand::Watched;
            } else if *demand == Demand::Watched {
                *demand = Demand::Lingering { until: now + LINGER };
            }
        }
        self.changed(before)
    }

    /// When [`Vp8::expire`] has something to do.
    pub(crate) fn timeout(&self) -> Option<Instant> {
        self.layers
            .iter()
            .filter_map(|demand| match demand {
                Demand::Lingering { until } => Some(*until),
                Demand::None | Demand::Watched => None,
            })
            .min()
    }

    /// Time went by. Some: encode these from now on.
    pub(crate) fn expire(&mut self, now: Instant) -> Option<Vec<Rid>> {
        let before = self.encoded();
        for demand in &mut self.layers {
            if matches!(demand, Demand::Lingering { until } if *until <= now) {
                *demand = Demand::None;
            }
        }
        self.changed(before)
    }

    fn changed(&self, before: Vec<Rid>) -> Option<Vec<Rid>> {
        Some(self.encoded()).filter(|after| *after != before)
    }

    fn encoded(&self) -> Vec<Rid> {
        Rid::ALL.into_iter().filter(|rid| self.layers[rid.index()] != Demand::None).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_viewer_starts_it_and_it_outlives_the_last_by_30_s() {
        let start = Instant::now();
        let mut vp8 = Vp8::default();
        assert_eq!(vp8.wanted(&[Rid::F], start), Some(vec![Rid::F]));
        assert_eq!(vp8.timeout(), None);
        assert_eq!(vp8.wanted(&[], start), None, "it goes on for now");
        assert_eq!(vp8.timeout(), Some(start + LINGER));
        assert_eq!(vp8.expire(start + LINGER - Duration::from_millis(1)), None);
        assert_eq!(vp8.expire(start + LINGER), Some(vec![]));
        assert_eq!(vp8.timeout(), None);
    }

    #[test]
    fn who_comes_back_in_time_finds_it_running() {
        let start = Instant::now();
        let mut vp8 = Vp8::default();
        vp8.wanted(&[Rid::F], start);
        vp8.wanted(&[], start);
        assert_eq!(vp8.wanted(&[Rid::F], start + Duration::from_secs(10)), None);
        assert_eq!(vp8.expire(start + LINGER), None, "it is watched again");
    }

    #[test]
    fn each_layer_lingers_for_itself() {
        let start = Instant::now();
        let mut vp8 = Vp8::default();
        assert_eq!(vp8.wanted(&[Rid::H, Rid::F], start), Some(vec![Rid::H, Rid::F]));
        assert_eq!(vp8.wanted(&[Rid::F], start), None);
        assert_eq!(vp8.expire(start + LINGER), Some(vec![Rid::F]));
    }
}
