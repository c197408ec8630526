use super::viewers::{Entry, Slot, Viewers};
use super::{Command, Join};
use crate::announce::Announcer;
use crate::dtls::Server;
use crate::event::Gone;
use crate::ice::Check;
use crate::shard::{Inbox, Joining, Reports};
use crate::socket::{Path, Socket};
use crate::transport::{Drop, Output, Timeouts, Transport};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

/// Everything but the shell of the loop: whose a datagram is, and what follows from it.
pub(crate) struct Demux {
    viewers: Viewers,
    server: Arc<Server>,
    timeouts: Timeouts,
    shards: Vec<Arc<Inbox>>,
    /// Viewers of each shard.
    loads: Vec<usize>,
    socket: Arc<Socket>,
    announcer: Arc<Announcer>,
    outputs: Vec<Output>,
    /// The viewer of the last call of [`Demux::prefetch`].
    soon: Option<Slot>,
    /// For each shard, until [`Demux::pass_on`].
    reports: Vec<Reports>,
    stopped: bool,
}

impl Demux {
    pub(crate) fn new(
        server: Arc<Server>,
        timeouts: Timeouts,
        shards: Vec<Arc<Inbox>>,
        socket: Arc<Socket>,
        announcer: Arc<Announcer>,
    ) -> Demux {
        Demux {
            viewers: Viewers::default(),
            server,
            timeouts,
            loads: vec![0; shards.len()],
            reports: shards.iter().map(|_| Reports::default()).collect(),
            shards,
            socket,
            announcer,
            outputs: Vec::new(),
            soon: None,
            stopped: false,
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        self.viewers.next_timeout()
    }

    pub(super) fn any_joining(&self) -> bool {
        self.viewers.any_joining()
    }

    pub(super) fn take_commands(&mut self, commands: &crossbeam_channel::Receiver<Command>) {
        while let Ok(command) = commands.try_recv() {
            self.carry_out_command(command);
        }
    }

    pub(super) fn carry_out_command(&mut self, command: Command) {
        match command {
            Command::Join(join) => self.join(*join),
            Command::Restart(viewer, ice) => {
                if let Some(slot) = self.viewers.by_id(viewer) {
                    self.viewers.restart(slot, ice);
                }
            }
            Command::Cap(viewer, max) => {
                let slot = self.viewers.by_id(viewer);
                if let Some(entry) = slot.and_then(|slot| self.viewers.get_mut(slot)) {
                    match &mut entry.waiting {
                        Some(waiting) => waiting.max = max,
                        None => self.shards[entry.shard].cap(viewer, max),
                    }
                }
            }
            Command::Close(viewer) => {
                if let Some(slot) = self.viewers.by_id(viewer) {
                    self.remove(slot, None, Instant::now());
                }
            }
            Command::Stop => self.stopped = true,
        }
    }

    fn join(&mut self, join: Join) {
        let shard = self.loads.iter().enumerate().min_by_key(|(_, load)| **load).map_or(0, |(shard, _)| shard);
        self.loads[shard] += 1;
        let transport = Transport::new(join.ice, self.server.clone(), join.fingerprint, self.timeouts, join.at);
        let waiting = Joining { viewer: join.viewer, negotiated: join.negotiated, max: join.max, round_trip: None };
        self.viewers.insert(Entry::new(transport, shard, waiting));
    }

    /// A datagram from there has its turn soon.
    pub(super) fn prefetch(&mut self, from: &SocketAddr) {
        let soon = self.viewers.by_address(from);
        // The state first, and what that points to when its turn is next.
        if let Some(next) = std::mem::replace(&mut self.soon, soon)
            && let Some(entry) = self.viewers.get_mut(next)
        {
            entry.transport.prefetch();
        }
        if let Some(soon) = soon {
            self.viewers.prefetch(soon);
        }
    }

    pub(super) fn datagram(&mut self, datagram: &mut [u8], path: Path, now: Instant) {
        let counters = &self.announcer.counters;
        counters.datagrams_received.one();
        // The user name first: a check finds its viewer from any address. Then the address.
        let slot = if matches!(datagram, [0..=3, ..]) {
            let Some((check, slot)) =
                Check::parse(datagram).and_then(|check| self.viewers.by_ufrag(check.ufrag()).map(|slot| (check, slot)))
            else {
                counters.dropped_stun.one();
                return;
            };
            let Some(entry) = self.viewers.get_mut(slot) else { return };
            if entry.transport.check(check, path, now, &mut self.outputs) {
                self.viewers.index_address(slot, path.remote);
            }
            slot
        } else {
            let Some(slot) = self.viewers.by_address(&path.remote) else {
                counters.dropped_unknown.one();
                return;
            };
            let Some(entry) = self.viewers.get_mut(slot) else { return };
            entry.transport.datagram(datagram, path, now, &mut self.outputs);
            slot
        };
        self.carry_out(slot, datagram, now);
    }

    /// Gives the shards what came for them in one go.
    pub(super) fn pass_on(&mut self) {
        for (shard, reports) in self.shards.iter().zip(&mut self.reports) {
            if reports.is_empty() {
                continue;
            }
            let count = reports.len() as u64;
            if !shard.reports(reports.take()) {
                self.announcer.counters.dropped_flood.add(count);
            }
        }
    }

    pub(super) fn handle_timeouts(&mut self, now: Instant) {
        while let Some(slot) = self.viewers.due(now) {
            if let Some(entry) = self.viewers.get_mut(slot) {
                entry.transport.handle_timeout(now, &mut self.outputs);
            }
            self.carry_out(slot, &[], now);
        }
    }

    /// Does what a transport said, of a datagram maybe.
    fn carry_out(&mut self, slot: Slot, datagram: &[u8], now: Instant) {
        let mut outputs = std::mem::take(&mut self.outputs);
        for output in outputs.drain(..) {
            match output {
                Output::Transmit(path, datagram) => self.transmit(&path, &datagram),
                Output::Connected(sealer, path) => {
                    self.announcer.counters.connected.one();
                    if let Some((shard, joining)) = self.viewers.joined(slot) {
                        self.shards[shard].add(joining, *sealer, path);
                    }
                }
                Output::Path(path) => {
                    self.announcer.counters.paths_changed.one();
                    if let Some(entry) = self.viewers.get_mut(slot) {
                        self.shards[entry.shard].path(entry.viewer, path);
                    }
                }
                Output::Rtcp(len) => {
                    if let Some(entry) = self.viewers.get_mut(slot)
                        && self.reports[entry.shard].push(entry.viewer, &datagram[..len], now)
                    {
                        entry.transport.goodbye(now);
                    }
                }
                Output::Dropped(why) => self.count(why),
                Output::Gone(why) => self.remove(slot, Some(why), now),
            }
        }
        self.outputs = outputs;
        self.viewers.schedule(slot);
    }

    fn transmit(&self, path: &Path, datagram: &[u8]) {
        if let Err(error) = self.socket.send(path, datagram, datagram.len()) {
            tracing::debug!(%error, "a datagram of a join was not sent");
        }
    }

    fn count(&self, why: Drop) {
        let counters = &self.announcer.counters;
        match why {
            Drop::Unknown => counters.dropped_unknown.one(),
            Drop::Forged => counters.dropped_stun.one(),
            Drop::ReplayedCheck => counters.dropped_replayed_check.one(),
            Drop::Dtls => counters.dropped_dtls.one(),
            Drop::Unauthenticated => counters.dropped_unauthenticated.one(),
            Drop::Replayed => counters.dropped_replayed.one(),
            Drop::Flood => counters.dropped_flood.one(),
            Drop::Fingerprint => counters.dropped_fingerprint.one(),
        }
    }

    /// The one way out. What is in the shard is freed there, before the event.
    fn remove(&mut self, slot: Slot, why: Option<Gone>, now: Instant) {
        let Some(entry) = self.viewers.remove(slot) else { return };
        let viewer = entry.viewer;
        self.loads[entry.shard] -= 1;
        match why {
            Some(Gone::Failed) => self.announcer.counters.failed.one(),
            Some(Gone::Timeout) => self.announcer.counters.timed_out.one(),
            _ => {}
        }
        if entry.waiting.is_some() {
            drop(entry);
            if let Some(why) = why {
                self.announcer.gone(viewer, why);
            }
            return;
        }
        let farewell = entry.transport.close(now);
        self.shards[entry.shard].remove(viewer, farewell, why);
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 4] {
        self.viewers.sizes()
    }

    pub(super) fn stop(mut self) {
        let now = Instant::now();
        for slot in self.viewers.slots() {
            self.remove(slot, None, now);
        }
        for shard in &self.shards {
            shard.stop();
        }
    }
}
