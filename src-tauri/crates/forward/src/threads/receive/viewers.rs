//! All viewers as one owner of the port's datagrams: each datagram goes to the transport of its viewer, and what that puts out is
//! carried out.

use super::command::{Command, Join};
use super::commands::Commands;
use super::gathered::Gathered;
use super::handshakes::{Begin, Handshakes, Source};
use super::transports::{Entry, Transports};
use crate::connection::dtls::Server;
use crate::connection::transport::{self, Output, Timeouts, Transport};
use crate::event::Gone;
use crate::threads::announce::Announcer;
use crate::threads::shard::{Inbox, Joining, Reports};
use port::{Check, Owner, Path, Peer, Proof, Registry, Response, Socket};
use std::sync::Arc;
use std::time::Instant;

/// All viewers of a [`Forwarder`](crate::Forwarder), as an owner of datagrams: to be given to [`Port::start`](port::Port::start).
/// It is dropped when the port is closed or was never started; then the threads that send end.
pub struct Viewers {
    commands: Arc<Commands>,
    transports: Transports,
    handshakes: Handshakes,
    server: Arc<Server>,
    timeouts: Timeouts,
    shards: Vec<Arc<Inbox>>,
    /// How many viewers each shard has.
    loads: Vec<usize>,
    socket: Arc<Socket>,
    announcer: Arc<Announcer>,
    /// What a transport puts out, until it is carried out. It is kept so that no datagram costs an allocation.
    outputs: Vec<Output>,
    /// The viewer of the last call of [`Owner::prefetch`], whose datagram is next.
    soon: Option<Peer>,
    /// The reports for each shard, gathered until [`Owner::pass_on`].
    reports: Vec<Reports>,
    stopped: bool,
}

impl Viewers {
    pub(crate) fn new(
        commands: Arc<Commands>,
        server: Arc<Server>,
        timeouts: Timeouts,
        handshakes_of_one_address: usize,
        shards: Vec<Arc<Inbox>>,
        socket: Arc<Socket>,
        announcer: Arc<Announcer>,
    ) -> Viewers {
        Viewers {
            commands,
            transports: Transports::default(),
            handshakes: Handshakes::new(handshakes_of_one_address),
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

    fn carry_out_command(&mut self, command: Command, registry: &mut Registry<'_>) {
        match command {
            Command::Join(join) => self.join(*join, registry),
            Command::Restart(viewer, ice) => {
                if let Some(peer) = self.transports.by_id(viewer) {
                    self.transports.restart(peer, ice, registry);
                }
            }
            Command::Cap(viewer, max) => {
                let peer = self.transports.by_id(viewer);
                if let Some(entry) = peer.and_then(|peer| self.transports.get_mut(peer)) {
                    match &mut entry.waiting {
                        Some(waiting) => waiting.max = max,
                        None => self.shards[entry.shard].cap(viewer, max),
                    }
                }
            }
            Command::Hold(viewer, held) => {
                let peer = self.transports.by_id(viewer);
                if let Some(entry) = peer.and_then(|peer| self.transports.get_mut(peer)) {
                    match &mut entry.waiting {
                        Some(waiting) => waiting.held = held,
                        None => self.shards[entry.shard].hold(viewer, held),
                    }
                }
            }
            Command::Close(viewer) => {
                if let Some(peer) = self.transports.by_id(viewer) {
                    self.remove(peer, None, Instant::now(), registry);
                }
            }
            Command::Stop => self.stop(registry),
        }
    }

    fn join(&mut self, join: Join, registry: &mut Registry<'_>) {
        let shard = self.loads.iter().enumerate().min_by_key(|(_, load)| **load).map_or(0, |(shard, _)| shard);
        self.loads[shard] += 1;
        let transport = Transport::new(join.ice, self.server.clone(), join.fingerprint, self.timeouts, join.at);
        let waiting =
            Joining { viewer: join.viewer, negotiated: join.negotiated, max: join.max, held: None, round_trip: None };
        self.transports.insert(Entry::new(transport, shard, waiting), registry);
    }

    /// Carries out what a transport put out. `datagram` is the one it was given, where there was one, with a report opened in place.
    fn carry_out(&mut self, peer: Peer, datagram: &[u8], now: Instant, registry: &mut Registry<'_>) {
        let mut outputs = std::mem::take(&mut self.outputs);
        let mut gathered = Gathered::default();
        for output in outputs.drain(..) {
            // Media begins behind the handshake's last flight, and a viewer is told why it goes before it is gone.
            if !matches!(output, Output::Transmit(..) | Output::Check(..)) {
                gathered.send(&self.socket);
            }
            match output {
                Output::Transmit(path, datagram) => gathered.put(path, datagram, &self.socket),
                Output::Check(path, transaction, datagram) => {
                    self.announcer.counters.checks_sent.one();
                    self.transports.expect(peer, transaction, registry);
                    gathered.put(path, datagram, &self.socket);
                }
                Output::Connected(sealer, path) => {
                    self.announcer.counters.connected.one();
                    self.end_handshake(peer);
                    if let Some((shard, joining)) = self.transports.joined(peer) {
                        self.shards[shard].add(joining, *sealer, path);
                    }
                }
                Output::Path(path) => {
                    self.announcer.counters.paths_changed.one();
                    if let Some(entry) = self.transports.get_mut(peer) {
                        self.shards[entry.shard].path(entry.viewer, path);
                    }
                }
                Output::Rtcp(len) => {
                    if let Some(entry) = self.transports.get_mut(peer)
                        && self.reports[entry.shard].push(entry.viewer, &datagram[..len], now)
                    {
                        entry.transport.goodbye(now);
                    }
                }
                Output::Dropped(why) => self.count(why),
                Output::Gone(why) => self.remove(peer, Some(why), now, registry),
            }
        }
        gathered.send(&self.socket);
        self.outputs = outputs;
        self.transports.schedule(peer);
    }

    fn count(&self, why: transport::DropReason) {
        let counters = &self.announcer.counters;
        match why {
            transport::DropReason::Unknown => counters.dropped_unknown.one(),
            transport::DropReason::Forged => counters.dropped_stun.one(),
            transport::DropReason::ReplayedCheck => counters.dropped_replayed_check.one(),
            transport::DropReason::Dtls => counters.dropped_dtls.one(),
            transport::DropReason::Unauthenticated => counters.dropped_unauthenticated.one(),
            transport::DropReason::Replayed => counters.dropped_replayed.one(),
            transport::DropReason::Flood => counters.dropped_flood.one(),
            transport::DropReason::Fingerprint => counters.dropped_fingerprint.one(),
        }
    }

    /// Whether a datagram of DTLS may be read: the first of a handshake only if its address may begin one.
    fn may_shake_hands(&mut self, peer: Peer, path: &Path, now: Instant, registry: &mut Registry<'_>) -> bool {
        let Some(entry) = self.transports.get_mut(peer) else { return false };
        if entry.waiting.is_none() || entry.handshake.is_some() {
            return true;
        }
        let Some(source) = Source::of(path, entry.transport.is_validated(path, now)) else { return true };
        match self.handshakes.begin(peer, source, now) {
            Begin::No => return false,
            Begin::Yes => entry.handshake = Some(source),
            Begin::InsteadOf(stale) => {
                entry.handshake = Some(source);
                self.remove(stale, Some(Gone::Failed), now, registry);
            }
        }
        true
    }

    fn end_handshake(&mut self, peer: Peer) {
        if let Some(source) = self.transports.get_mut(peer).and_then(|entry| entry.handshake.take()) {
            self.handshakes.end(peer, source);
        }
    }

    /// Every viewer leaves through here. A shard that has it frees what it holds of it before the event is told.
    fn remove(&mut self, peer: Peer, why: Option<Gone>, now: Instant, registry: &mut Registry<'_>) {
        self.end_handshake(peer);
        let Some(entry) = self.transports.remove(peer, registry) else { return };
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

    /// How many handshakes are under way.
    #[cfg(test)]
    pub(super) fn handshakes(&self) -> usize {
        self.handshakes.len()
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 2] {
        self.transports.sizes()
    }

    /// Says goodbye to all, and ends the threads that send.
    fn stop(&mut self, registry: &mut Registry<'_>) {
        let now = Instant::now();
        for peer in self.transports.peers() {
            self.remove(peer, None, now, registry);
        }
        self.stop_shards();
    }

    fn stop_shards(&mut self) {
        if !std::mem::replace(&mut self.stopped, true) {
            self.shards.iter().for_each(|shard| shard.stop());
        }
    }
}

impl Drop for Viewers {
    fn drop(&mut self) {
        self.stop_shards();
    }
}

impl Owner for Viewers {
    fn take_commands(&mut self, registry: &mut Registry<'_>) {
        for command in self.commands.take() {
            self.carry_out_command(command, registry);
        }
    }

    fn prefetch(&mut self, soon: Option<Peer>) {
        // The viewer's state is fetched two datagrams ahead, and what the state points to one ahead, once it can be read.
        if let Some(next) = std::mem::replace(&mut self.soon, soon)
            && let Some(entry) = self.transports.get_mut(next)
        {
            entry.transport.prefetch();
        }
        if let Some(soon) = soon {
            self.transports.prefetch(soon);
        }
    }

    fn check(&mut self, peer: Peer, check: Check, path: Path, now: Instant, registry: &mut Registry<'_>) {
        let Some(entry) = self.transports.get_mut(peer) else { return };
        if entry.transport.check(check, path, now, &mut self.outputs) {
            if !std::mem::replace(&mut entry.checked, true) {
                self.announcer.checked(entry.viewer);
            }
            self.transports.claim(peer, path, Proof::Sends, registry);
        }
        self.carry_out(peer, &[], now, registry);
    }

    fn response(&mut self, peer: Peer, response: Response, path: Path, now: Instant, registry: &mut Registry<'_>) {
        let Some(entry) = self.transports.get_mut(peer) else { return };
        if entry.transport.response(response, path, now, &mut self.outputs) {
            self.announcer.counters.checks_answered.one();
            self.transports.claim(peer, path, Proof::Receives, registry);
        }
        self.carry_out(peer, &[], now, registry);
    }

    fn datagram(&mut self, peer: Peer, datagram: &mut [u8], path: Path, now: Instant, registry: &mut Registry<'_>) {
        // RFC 7983 7: the first byte tells DTLS.
        if matches!(datagram, [20..=63, ..]) && !self.may_shake_hands(peer, &path, now, registry) {
            return self.count(transport::DropReason::Dtls);
        }
        let Some(entry) = self.transports.get_mut(peer) else { return };
        entry.transport.datagram(datagram, path, now, &mut self.outputs);
        self.carry_out(peer, datagram, now, registry);
    }

    /// Hands each shard the reports of a whole batch of datagrams, so that its lock is taken once for all of them.
    fn pass_on(&mut self) {
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

    fn next_timeout(&self) -> Option<Instant> {
        self.transports.next_timeout()
    }

    fn handle_timeouts(&mut self, now: Instant, registry: &mut Registry<'_>) {
        while let Some(peer) = self.transports.due(now) {
            if let Some(entry) = self.transports.get_mut(peer) {
                entry.transport.handle_timeout(now, &mut self.outputs);
            }
            self.carry_out(peer, &[], now, registry);
        }
    }

    fn any_joining(&self) -> bool {
        self.transports.any_joining()
    }
}
