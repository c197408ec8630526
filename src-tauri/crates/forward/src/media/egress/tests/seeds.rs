//! Runs a case from ten seeds. The outcome depends on where in the keyframe interval things happen, so a single run shows little and
//! could be tuned for.

use super::link::Link;
use super::viewer::Shown;
use super::world::World;
use std::time::Duration;
use stream::{Rid, VideoCodec};

pub(super) const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub(super) const SEEDS: u64 = 10;

/// A broadcast that a viewer joins over an unknown path, at a point of the keyframe interval that depends on the seed.
pub(super) fn world(seed: u64) -> World {
    let mut world = World::new(VideoCodec::H264);
    world.run(ms(1 + seed * 397 % 1980));
    world.start = world.now;
    world.round_trip = None;
    world
}

/// A path to the viewer; its random loss depends on the seed.
pub(super) fn link(world: &World, seed: u64, capacity: impl Fn(Duration) -> u32 + 'static) -> Link {
    let mut link = Link::new(world, capacity);
    link.random = 1 + seed as u32;
    link
}

/// The figures of all seeds, sorted, for each quantity that is measured.
pub(super) struct Figures<const N: usize>([Vec<f32>; N]);

impl<const N: usize> Figures<N> {
    /// Runs the case and prints its figures: `cargo test -p forward egress -- --nocapture` shows them.
    pub(super) fn of(case: &str, names: [&str; N], run: impl Fn(u64) -> [f32; N]) -> Self {
        let all: Vec<[f32; N]> = (0..SEEDS).map(run).collect();
        let mut sorted = std::array::from_fn(|i| all.iter().map(|one| one[i]).collect::<Vec<_>>());
        sorted.iter_mut().for_each(|column| column.sort_by(f32::total_cmp));
        let figures = Self(sorted);
        for (i, name) in names.iter().enumerate() {
            println!(
                "{case}: {name}: median {:.3}, worst but one {:.3}, worst {:.3}",
                figures.0[i][SEEDS as usize / 2],
                figures.most_but_one(i),
                figures.most(i),
            );
        }
        figures
    }

    pub(super) fn most(&self, i: usize) -> f32 {
        self.0[i][SEEDS as usize - 1]
    }

    /// The 90th percentile.
    pub(super) fn most_but_one(&self, i: usize) -> f32 {
        self.0[i][SEEDS as usize - 2]
    }

    pub(super) fn least(&self, i: usize) -> f32 {
        self.0[i][0]
    }
}

/// How long after a time the viewer was sent a picture that satisfies this, in seconds; 99 if it never was.
pub(super) fn until(world: &World, viewer: usize, after: Duration, holds: impl Fn(&Shown) -> bool) -> f32 {
    let from = world.start + after;
    let found = world.viewers[viewer].shown.iter().find(|p| p.at >= from && holds(p));
    found.map_or(99.0, |p| (p.at - from).as_secs_f32())
}

/// The share of the pictures sent between two times that were of a layer.
pub(super) fn share(world: &World, viewer: usize, rid: Rid, from: Duration, to: Duration) -> f32 {
    let range = world.start + from..world.start + to;
    let sent: Vec<_> = world.viewers[viewer].shown.iter().filter(|p| range.contains(&p.at)).collect();
    sent.iter().filter(|p| p.rid == rid).count() as f32 / sent.len().max(1) as f32
}

/// How often the spatial layer changed between two times.
pub(super) fn switches(world: &World, viewer: usize, from: Duration, to: Duration) -> f32 {
    let range = world.start + from..world.start + to;
    let shown: Vec<_> = world.viewers[viewer].shown.iter().filter(|p| range.contains(&p.at)).collect();
    shown.windows(2).filter(|w| w[0].rid != w[1].rid).count() as f32
}

/// One viewer's longest freeze between two times, in seconds.
pub(super) fn freeze(link: &Link, viewer: usize, from: Duration, to: Duration) -> f32 {
    link.browser(viewer).longest_freeze(from, to).as_secs_f32()
}
