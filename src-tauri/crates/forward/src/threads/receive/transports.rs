//! Every viewer's transport, its timer, and what it has claimed of the port.

use super::handshakes::Source;
use crate::connection::transport::Transport;
use crate::threads::shard::Joining;
use port::{Claims, IceSession, Path, Peer, Proof, Registry, Transaction};
use protocol::ViewerId;
use rtp::prefetch;
use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

/// All viewers' transports, by the number that the port knows each by, and their timers.
///
/// Each viewer reports twenty times a second, and by the time of its next report the other viewers' reports have displaced its state
/// from the processor's caches. So what leads from an address to its viewer is one lookup in the port's map and one index into one
/// list.
#[derive(Default)]
pub(super) struct Transports {
    entries: Vec<Option<Entry>>,
    free: Vec<Peer>,
    ids: HashMap<ViewerId, Peer>,
    /// One entry for each viewer, its `scheduled`, at or before its timeout.
    timers: BTreeSet<(Instant, Peer)>,
    /// How many are not connected yet.
    joining: usize,
}

pub(super) struct Entry {
    pub(super) viewer: ViewerId,
    pub(super) transport: Transport,
    pub(super) shard: usize,
    /// What its shard is given once it is connected.
    pub(super) waiting: Option<Joining>,
    /// A check of it has passed, and its owner was told.
    pub(super) checked: bool,
    /// What its handshake counts against while that is under way.
    pub(super) handshake: Option<Source>,
    /// Its entry among the timers.
    scheduled: Option<Instant>,
    /// What it has in the port's table.
    claims: Claims,
}

/// A timer is moved to a later time if that is so much later: less than the time between two checks of ours, and more than a viewer's
/// own checks move its deadline by.
const MOVED_FAR: Duration = Duration::from_millis(3500);

impl Entry {
    pub(super) fn new(transport: Transport, shard: usize, waiting: Joining) -> Entry {
        Entry {
            viewer: waiting.viewer,
            transport,
            shard,
            waiting: Some(waiting),
            checked: false,
            handshake: None,
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
        if let Some(at) = entry.scheduled {
            self.timers.remove(&(at, peer));
        }
        if entry.waiting.is_some() {
            self.joining -= 1;
        }
        registry.release(peer, std::mem::take(&mut entry.claims));
        Some(entry)
    }

    /// The viewer is connected. Returns the shard that it was given to, and what the shard needs to know of it.
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

    /// Begins to fetch a viewer's state from memory, before its datagram is read.
    pub(super) fn prefetch(&self, peer: Peer) {
        prefetch(&self.entries[peer.0]);
    }

    pub(super) fn restart(&mut self, peer: Peer, ice: IceSession, registry: &mut Registry<'_>) {
        if let Some(entry) = &mut self.entries[peer.0] {
            entry.transport.restart(ice);
            self.name(peer, registry);
        }
    }

    fn name(&mut self, peer: Peer, registry: &mut Registry<'_>) {
        let Some(entry) = &mut self.entries[peer.0] else { return };
        registry.name(peer, &mut entry.claims, entry.transport.ufrags());
    }

    /// A viewer has shown that it sends from or receives at the other end of this path: datagrams from there are its.
    pub(super) fn claim(&mut self, peer: Peer, path: Path, proof: Proof, registry: &mut Registry<'_>) {
        let Some(entry) = &mut self.entries[peer.0] else { return };
        let transport = &entry.transport;
        registry.claim(peer, &mut entry.claims, path, proof, |old| transport.knows(old));
    }

    /// The response to this check is the viewer's.
    pub(super) fn expect(&mut self, peer: Peer, transaction: Transaction, registry: &mut Registry<'_>) {
        let Some(entry) = &mut self.entries[peer.0] else { return };
        registry.expect(peer, &mut entry.claims, transaction);
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
        // A deadline that moved away a little is looked at again when the old one comes, so that not every check of a viewer's touches
        // the timers. One that moved far, as with each check of ours, would wake the thread for nothing.
        if entry.scheduled.is_none_or(|scheduled| at < scheduled || at > scheduled + MOVED_FAR) {
            if let Some(other) = entry.scheduled.replace(at) {
                self.timers.remove(&(other, peer));
            }
            self.timers.insert((at, peer));
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// A viewer whose timeout is due. It must be scheduled again afterwards.
    pub(super) fn due(&mut self, now: Instant) -> Option<Peer> {
        while let Some((at, peer)) = self.timers.first().copied()
            && at <= now
        {
            self.timers.pop_first();
            let Some(entry) = &mut self.entries[peer.0] else { continue };
            entry.scheduled = None;
            if entry.transport.poll_timeout() <= now {
                return Some(peer);
            }
            self.schedule(peer);
        }
        None
    }
}
