//! A shard's viewers, in one list, as every picture goes to all of them.

use super::deferred_reports::DeferredReports;
use super::viewer::{ShardContext, Viewer};
use protocol::ViewerId;
use rtp::prefetch;
use std::collections::HashMap;
use std::time::Instant;

#[derive(Default)]
pub(super) struct ViewerList {
    list: Vec<Viewer>,
    places: HashMap<ViewerId, usize>,
    pub(super) deferred: DeferredReports,
}

impl ViewerList {
    pub(super) fn insert(&mut self, viewer: Viewer) {
        if let Some(place) = self.places.get(&viewer.id) {
            self.list[*place] = viewer;
            return;
        }
        self.places.insert(viewer.id, self.list.len());
        self.list.push(viewer);
    }

    pub(super) fn remove(&mut self, id: ViewerId) -> Option<Viewer> {
        let place = self.places.remove(&id)?;
        let viewer = self.list.swap_remove(place);
        if let Some(moved) = self.list.get(place) {
            self.places.insert(moved.id, place);
        }
        Some(viewer)
    }

    pub(super) fn get_mut(&mut self, id: ViewerId) -> Option<&mut Viewer> {
        self.places.get(&id).map(|place| &mut self.list[*place])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn has(&self, id: ViewerId) -> bool {
        self.places.contains_key(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Viewer> {
        self.list.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Viewer> {
        self.list.iter_mut()
    }

    /// Walks along all viewers. Each reads its deferred reports first. While one viewer is served the next ones are loaded into the
    /// cache. A walk takes some time, so each viewer is given its own time, from which its delays are measured.
    pub(super) fn walk(
        &mut self,
        cx: &mut ShardContext,
        start: Instant,
        mut each: impl FnMut(&mut Viewer, &mut ShardContext, Instant),
    ) {
        let began = Instant::now();
        let mut deferred = self.deferred.take(|id| self.places.get(&id).copied());
        cx.unread += deferred.of_nobody;
        for place in 0..self.list.len() {
            if let Some(soon) = self.list.get(place + 2) {
                prefetch(soon);
            }
            if let Some(next) = self.list.get(place + 1) {
                next.prefetch();
            }
            let now = start + began.elapsed();
            let viewer = &mut self.list[place];
            while let Some(compound) = deferred.next(place) {
                viewer.read(&compound, cx, now);
            }
            each(viewer, cx, now);
        }
    }

    /// Reads deferred reports for which no picture came in time.
    pub(super) fn deliver_late_reports(&mut self, cx: &mut ShardContext, now: Instant) {
        if self.deferred.is_due(now) {
            self.walk(cx, now, |_, _, _| {});
        }
    }

    /// Ranks the viewers: 0 for the one whose pictures are latest, and up to 1. The best ranks come first in the list, so that in a
    /// long walk it is the others for whom it gets too late.
    pub(super) fn rank(&mut self) {
        self.list.sort_by(|a, b| a.egress.lateness().total_cmp(&b.egress.lateness()));
        let count = self.list.len();
        for (place, viewer) in self.list.iter_mut().enumerate() {
            viewer.rank = (count - 1 - place) as f32 / count as f32;
            self.places.insert(viewer.id, place);
        }
    }
}
