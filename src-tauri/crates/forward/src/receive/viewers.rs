use crate::ice::Credentials;
use crate::shard::Joining;
use crate::transport::Transport;
use protocol::ViewerId;
use rtp::prefetch;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::SocketAddr;
use std::time::Instant;

/// All viewers, found by id, by ICE user name or by address, and their timers.
///
/// Twenty times a second comes a report of each viewer, and after as many of the others' nothing of it is in a cache any more.
/// So the way from an address to its viewer is one look into one map and one place in one list.
#[derive(Default)]
pub(super) struct Viewers {
    entries: Vec<Option<Entry>>,
    free: Vec<Slot>,
    ids: HashMap<ViewerId, Slot>,
    ufrags: HashMap<Vec<u8>, Slot>,
    addresses: HashMap<SocketAddr, Slot>,
    /// At least one entry for each viewer, at or before its timeout. One that is not its viewer's `scheduled` is stale.
    timers: BinaryHeap<Reverse<(Instant, Slot)>>,
    /// How many are not connected yet.
    joining: usize,
}

/// A viewer's place among the entries; another's after it was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot(usize);

pub(super) struct Entry {
    pub(super) viewer: ViewerId,
    pub(super) transport: Transport,
    pub(super) shard: usize,
    /// What its shard is given once it is connected.
    pub(super) waiting: Option<Joining>,
    /// The earliest of its timers in the heap.
    scheduled: Option<Instant>,
    /// Its keys in the two maps.
    ufrags: Vec<Vec<u8>>,
    addresses: Vec<SocketAddr>,
}

impl Entry {
    pub(super) fn new(transport: Transport, shard: usize, waiting: Joining) -> Entry {
        Entry {
            viewer: waiting.viewer,
            transport,
            shard,
            waiting: Some(waiting),
            scheduled: None,
            ufrags: Vec::new(),
            addresses: Vec::new(),
        }
    }
}

impl Viewers {
    pub(super) fn insert(&mut self, entry: Entry) {
        let viewer = entry.viewer;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            Slot(self.entries.len() - 1)
        });
        self.entries[slot.0] = Some(entry);
        self.ids.insert(viewer, slot);
        self.joining += 1;
        self.index_ufrags(slot);
        self.schedule(slot);
    }

    pub(super) fn remove(&mut self, slot: Slot) -> Option<Entry> {
        let entry = self.entries[slot.0].take()?;
        self.free.push(slot);
        self.ids.remove(&entry.viewer);
        if entry.waiting.is_some() {
            self.joining -= 1;
        }
        for ufrag in &entry.ufrags {
            self.ufrags.remove(ufrag);
        }
        for address in &entry.addresses {
            // Another viewer may have proved since that the address is its own.
            if self.addresses.get(address) == Some(&slot) {
                self.addresses.remove(address);
            }
        }
        Some(entry)
    }

    /// The viewer is connected: its shard, and what that is to be given.
    pub(super) fn joined(&mut self, slot: Slot) -> Option<(usize, Joining)> {
        let entry = self.entries[slot.0].as_mut()?;
        let mut joining = entry.waiting.take()?;
        joining.round_trip = entry.transport.round_trip();
        self.joining -= 1;
        Some((entry.shard, joining))
    }

    pub(super) fn any_joining(&self) -> bool {
        self.joining > 0
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut Entry> {
        self.entries[slot.0].as_mut()
    }

    pub(super) fn slots(&self) -> Vec<Slot> {
        self.ids.values().copied().collect()
    }

    pub(super) fn by_id(&self, viewer: ViewerId) -> Option<Slot> {
        self.ids.get(&viewer).copied()
    }

    pub(super) fn by_ufrag(&self, ufrag: &[u8]) -> Option<Slot> {
        self.ufrags.get(ufrag).copied()
    }

    pub(super) fn by_address(&self, address: &SocketAddr) -> Option<Slot> {
        self.addresses.get(address).copied()
    }

    /// Begins to fetch a viewer.
    pub(super) fn prefetch(&self, slot: Slot) {
        prefetch(&self.entries[slot.0]);
    }

    pub(super) fn restart(&mut self, slot: Slot, ice: Credentials) {
        if let Some(entry) = &mut self.entries[slot.0] {
            entry.transport.restart(ice);
            self.index_ufrags(slot);
        }
    }

    fn index_ufrags(&mut self, slot: Slot) {
        let Some(entry) = &mut self.entries[slot.0] else { return };
        for old in entry.ufrags.drain(..) {
            self.ufrags.remove(&old);
        }
        entry.ufrags.extend(entry.transport.ufrags().map(|ufrag| ufrag.as_bytes().to_vec()));
        for ufrag in &entry.ufrags {
            self.ufrags.insert(ufrag.clone(), slot);
        }
    }

    /// A viewer's check has passed: datagrams that come `from` there are its. Two viewers may prove the same address, one after
    /// the other behind a NAT, or one in the other's name: it is whose check passed last, so the true one has it back soon.
    pub(super) fn index_address(&mut self, slot: Slot, from: SocketAddr) {
        let Some(entry) = &mut self.entries[slot.0] else { return };
        let (transport, addresses) = (&entry.transport, &mut self.addresses);
        entry.addresses.retain(|old| {
            let kept = transport.remotes().any(|remote| remote == *old);
            if !kept && addresses.get(old) == Some(&slot) {
                addresses.remove(old);
            }
            kept
        });
        if !entry.addresses.contains(&from) {
            entry.addresses.push(from);
        }
        addresses.insert(from, slot);
    }

    /// How much is held: viewers, their names, their addresses, their timers.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 4] {
        [self.ids.len(), self.ufrags.len(), self.addresses.len(), self.timers.len()]
    }

    /// After anything happened to a viewer: sees to it that its timer is not missed.
    pub(super) fn schedule(&mut self, slot: Slot) {
        let Some(entry) = &mut self.entries[slot.0] else { return };
        let at = entry.transport.poll_timeout();
        // A deadline that moved away is looked at again when the old one comes: a check every few seconds costs no heap work.
        if entry.scheduled.is_none_or(|scheduled| at < scheduled) {
            entry.scheduled = Some(at);
            self.timers.push(Reverse((at, slot)));
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        self.timers.peek().map(|Reverse((at, _))| *at)
    }

    /// A viewer whose timeout is due. It must be scheduled again afterwards.
    pub(super) fn due(&mut self, now: Instant) -> Option<Slot> {
        while let Some(Reverse((at, slot))) = self.timers.peek().copied()
            && at <= now
        {
            self.timers.pop();
            let Some(entry) = &mut self.entries[slot.0] else { continue };
            if entry.scheduled != Some(at) {
                continue;
            }
            entry.scheduled = None;
            if entry.transport.poll_timeout() <= now {
                return Some(slot);
            }
            self.schedule(slot);
        }
        None
    }
}
