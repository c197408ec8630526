//! Every viewer's transport, its timer, and what it has claimed of the port.

use crate::connection::transport::Transport;
use crate::threads::shard::Joining;
use port::{Claims, Credentials, Path, Peer, Registry};
use protocol::ViewerId;
use rtp::prefetch;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Instant;

/// All viewers' transports, by the number that the port knows each by, and their timers.
///
/// Twenty times a second comes a report of each viewer, and after as many of the others' nothing of it is in a cache any more.
/// So the way from an address to its viewer is one look into the port's map and one place in one list.
#[derive(Default)]
pub(super) struct Transports {
    entries: Vec<Option<Entry>>,
    free: Vec<Peer>,
    ids: HashMap<ViewerId, Peer>,
    /// At least one entry for each viewer, at or before its timeout. One that is not its viewer's `scheduled` is stale.
    timers: BinaryHeap<Reverse<(Instant, Peer)>>,
    /// How many are not connected yet.
    joining: usize,
}

pub(super) struct Entry {
    pub(super) viewer: ViewerId,
    pub(super) transport: Transport,
    pub(super) shard: usize,
    /// What its shard is given once it is connected.
    pub(super) waiting: Option<Joining>,
    /// The earliest of its timers in the heap.
    scheduled: Option<Instant>,
    claims: Claims,
}

impl Entry {
    pub(super) fn new(transport: Transport, shard: usize, waiting: Joining) -> Entry {
        Entry {
            viewer: waiting.viewer,
            transport,
            shard,
            waiting: Some(waiting),
            scheduled: None,
            claims: Claims::default(),
        }
    }
}

impl Transports {
    pub(super) fn insert(&mut self, entry: Entry, registry: &mut Registry<'_>) {
        let viewer = entry.viewer;
        let peer = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            Peer(self.entries.len() - 1)
        });
        self.entries[peer.0] = Some(entry);
        self.ids.insert(viewer, peer);
        self.joining += 1;
        self.name(peer, registry);
        self.schedule(peer);
    }

    pub(super) fn remove(&mut self, peer: Peer, registry: &mut Registry<'_>) -> Option<Entry> {
        let mut entry = self.entries[peer.0].take()?;
        self.free.push(peer);
        self.ids.remove(&entry.viewer);
        if entry.waiting.is_some() {
            self.joining -= 1;
        }
        registry.release(peer, std::mem::take(&mut entry.claims));
        Some(entry)
    }

    /// The viewer is connected: its shard, and what that is to be given.
    pub(super) fn joined(&mut self, peer: Peer) -> Option<(usize, Joining)> {
        let entry = self.entries[peer.0].as_mut()?;
        let mut joining = entry.waiting.take()?;
        joining.round_trip = entry.transport.round_trip();
        self.joining -= 1;
        Some((entry.shard, joining))
    }

    pub(super) fn any_joining(&self) -> bool {
        self.joining > 0
    }

    pub(super) fn get_mut(&mut self, peer: Peer) -> Option<&mut Entry> {
        self.entries[peer.0].as_mut()
    }

    pub(super) fn peers(&self) -> Vec<Peer> {
        self.ids.values().copied().collect()
    }

    pub(super) fn by_id(&self, viewer: ViewerId) -> Option<Peer> {
        self.ids.get(&viewer).copied()
    }

    /// Begins to fetch a viewer.
    pub(super) fn prefetch(&self, peer: Peer) {
        prefetch(&self.entries[peer.0]);
    }

    pub(super) fn restart(&mut self, peer: Peer, ice: Credentials, registry: &mut Registry<'_>) {
        if let Some(entry) = &mut self.entries[peer.0] {
            entry.transport.restart(ice);
            self.name(peer, registry);
        }
    }

    fn name(&mut self, peer: Peer, registry: &mut Registry<'_>) {
        let Some(entry) = &mut self.entries[peer.0] else { return };
        registry.name(peer, &mut entry.claims, entry.transport.ufrags());
    }

    /// A viewer's check has passed: datagrams along this path are its.
    pub(super) fn claim(&mut self, peer: Peer, path: Path, registry: &mut Registry<'_>) {
        let Some(entry) = &mut self.entries[peer.0] else { return };
        let transport = &entry.transport;
        registry.claim(peer, &mut entry.claims, path, |old| transport.knows(old));
    }

    /// How much is held: viewers, and their timers.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 2] {
        [self.ids.len(), self.timers.len()]
    }

    /// After anything happened to a viewer: sees to it that its timer is not missed.
    pub(super) fn schedule(&mut self, peer: Peer) {
        let Some(entry) = &mut self.entries[peer.0] else { return };
        let at = entry.transport.poll_timeout();
        // A deadline that moved away is looked at again when the old one comes: a check every few seconds costs no heap work.
        if entry.scheduled.is_none_or(|scheduled| at < scheduled) {
            entry.scheduled = Some(at);
            self.timers.push(Reverse((at, peer)));
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        self.timers.peek().map(|Reverse((at, _))| *at)
    }

    /// A viewer whose timeout is due. It must be scheduled again afterwards.
    pub(super) fn due(&mut self, now: Instant) -> Option<Peer> {
        while let Some(Reverse((at, peer))) = self.timers.peek().copied()
            && at <= now
        {
            self.timers.pop();
            let Some(entry) = &mut self.entries[peer.0] else { continue };
            if entry.scheduled != Some(at) {
                continue;
            }
            entry.scheduled = None;
            if entry.transport.poll_timeout() <= now {
                return Some(peer);
            }
            self.schedule(peer);
        }
        None
    }
}
