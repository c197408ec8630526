use crate::ice::Credentials;
use crate::shard::Joining;
use crate::transport::Transport;
use protocol::ViewerId;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::SocketAddr;
use std::time::Instant;

/// All viewers, found by id, by ICE user name or by address, and their timers.
#[derive(Default)]
pub(super) struct Viewers {
    entries: HashMap<ViewerId, Entry>,
    ufrags: HashMap<Vec<u8>, ViewerId>,
    addresses: HashMap<SocketAddr, ViewerId>,
    /// At least one entry for each viewer, at or before its timeout.
    timers: BinaryHeap<Reverse<(Instant, ViewerId)>>,
    /// How many are not connected yet.
    joining: usize,
}

pub(super) struct Entry {
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
        Entry { transport, shard, waiting: Some(waiting), scheduled: None, ufrags: Vec::new(), addresses: Vec::new() }
    }
}

impl Viewers {
    pub(super) fn insert(&mut self, viewer: ViewerId, entry: Entry) {
        self.entries.insert(viewer, entry);
        self.joining += 1;
        self.index_ufrags(viewer);
        self.schedule(viewer);
    }

    pub(super) fn remove(&mut self, viewer: ViewerId) -> Option<Entry> {
        let entry = self.entries.remove(&viewer)?;
        if entry.waiting.is_some() {
            self.joining -= 1;
        }
        for ufrag in &entry.ufrags {
            self.ufrags.remove(ufrag);
        }
        for address in &entry.addresses {
            // Another viewer may have proved since that the address is its own.
            if self.addresses.get(address) == Some(&viewer) {
                self.addresses.remove(address);
            }
        }
        Some(entry)
    }

    /// The viewer is connected: its shard, and what that is to be given.
    pub(super) fn joined(&mut self, viewer: ViewerId) -> Option<(usize, Joining)> {
        let entry = self.entries.get_mut(&viewer)?;
        let joining = entry.waiting.take()?;
        self.joining -= 1;
        Some((entry.shard, joining))
    }

    pub(super) fn any_joining(&self) -> bool {
        self.joining > 0
    }

    pub(super) fn get_mut(&mut self, viewer: ViewerId) -> Option<&mut Entry> {
        self.entries.get_mut(&viewer)
    }

    pub(super) fn ids(&self) -> Vec<ViewerId> {
        self.entries.keys().copied().collect()
    }

    pub(super) fn restart(&mut self, viewer: ViewerId, ice: Credentials) {
        if let Some(entry) = self.entries.get_mut(&viewer) {
            entry.transport.restart(ice);
            self.index_ufrags(viewer);
        }
    }

    pub(super) fn by_ufrag(&mut self, ufrag: &[u8]) -> Option<(ViewerId, &mut Entry)> {
        let viewer = *self.ufrags.get(ufrag)?;
        self.entries.get_mut(&viewer).map(|entry| (viewer, entry))
    }

    pub(super) fn by_address(&mut self, address: &SocketAddr) -> Option<(ViewerId, &mut Entry)> {
        let viewer = *self.addresses.get(address)?;
        self.entries.get_mut(&viewer).map(|entry| (viewer, entry))
    }

    fn index_ufrags(&mut self, viewer: ViewerId) {
        let Some(entry) = self.entries.get_mut(&viewer) else { return };
        for old in entry.ufrags.drain(..) {
            self.ufrags.remove(&old);
        }
        entry.ufrags.extend(entry.transport.ufrags().map(|ufrag| ufrag.as_bytes().to_vec()));
        for ufrag in &entry.ufrags {
            self.ufrags.insert(ufrag.clone(), viewer);
        }
    }

    /// A viewer's check has passed: datagrams that come `from` there are its. Two viewers may prove the same address, one after
    /// the other behind a NAT, or one in the other's name: it is whose check passed last, so the true one has it back soon.
    pub(super) fn index_address(&mut self, viewer: ViewerId, from: SocketAddr) {
        let Some(entry) = self.entries.get_mut(&viewer) else { return };
        let (transport, addresses) = (&entry.transport, &mut self.addresses);
        entry.addresses.retain(|old| {
            let kept = transport.remotes().any(|remote| remote == *old);
            if !kept && addresses.get(old) == Some(&viewer) {
                addresses.remove(old);
            }
            kept
        });
        if !entry.addresses.contains(&from) {
            entry.addresses.push(from);
        }
        addresses.insert(from, viewer);
    }

    /// How much is held: viewers, their names, their addresses, their timers.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 4] {
        [self.entries.len(), self.ufrags.len(), self.addresses.len(), self.timers.len()]
    }

    /// After anything happened to a viewer: sees to it that its timer is not missed.
    pub(super) fn schedule(&mut self, viewer: ViewerId) {
        let Some(entry) = self.entries.get_mut(&viewer) else { return };
        let at = entry.transport.poll_timeout();
        // A deadline that moved away is looked at again when the old one comes: a check every few seconds costs no heap work.
        if entry.scheduled.is_none_or(|scheduled| at < scheduled) {
            entry.scheduled = Some(at);
            self.timers.push(Reverse((at, viewer)));
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        self.timers.peek().map(|Reverse((at, _))| *at)
    }

    /// A viewer whose timeout is due. It must be scheduled again afterwards.
    pub(super) fn due(&mut self, now: Instant) -> Option<ViewerId> {
        while let Some(Reverse((at, viewer))) = self.timers.peek().copied()
            && at <= now
        {
            self.timers.pop();
            let Some(entry) = self.entries.get_mut(&viewer) else { continue };
            if entry.scheduled != Some(at) {
                continue;
            }
            entry.scheduled = None;
            if entry.transport.poll_timeout() <= now {
                return Some(viewer);
            }
            self.schedule(viewer);
        }
        None
    }
}
