//! The one thread that receives: it owns every viewer's transport, answers checks, runs the DTLS handshakes (so that no
//! sending thread ever waits for one), and passes what concerns media on to the shard that owns the viewer.

mod viewers;

use crate::announce::Announcer;
use crate::dtls::Server;
use crate::event::Gone;
use crate::ice::{Check, Credentials};
use crate::negotiated::Negotiated;
use crate::sdp::Fingerprint;
use crate::shard::{Inbox, Joining};
use crate::socket::{Path, Receiver, Socket};
use crate::transport::{Drop, Output, Timeouts, Transport};
use mio::{Events, Interest, Poll, Token};
use protocol::{Rid, ViewerId};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use viewers::{Entry, Viewers};

/// What the handle asks for. It is taken before the datagrams that came after it.
pub(crate) enum Command {
    Join(Box<Join>),
    /// An ICE restart.
    Restart(ViewerId, Credentials),
    Cap(ViewerId, Rid),
    Close(ViewerId),
    /// Say goodbye to all and end.
    Stop,
}

/// A viewer whose offer was answered.
pub(crate) struct Join {
    pub(crate) viewer: ViewerId,
    pub(crate) ice: Credentials,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) negotiated: Negotiated,
    pub(crate) max: Rid,
    pub(crate) at: Instant,
}

/// How many commands may wait: joins of a second at many times the rate that one thread can do handshakes.
pub(crate) const MAX_COMMANDS: usize = 4096;

pub(crate) const SOCKET: Token = Token(0);
pub(crate) const COMMANDS: Token = Token(1);

/// How many batches are taken before timers get their turn.
const MAX_BATCHES: usize = 16;

/// While many viewers watch, their reports come one by one, thousands a second, and to be woken for each costs more than to
/// read it. So the thread rests after it found several at once, unless somebody is joining. What a repair loses by it, 2 ms in
/// the mean, is less than a path's jitter; when a datagram came is the kernel's word.
const REST: Duration = Duration::from_millis(4);
const BUSY: usize = 2;

pub(crate) struct Loop {
    poll: Poll,
    io: mio::net::UdpSocket,
    receiver: Receiver,
    commands: crossbeam_channel::Receiver<Command>,
    demux: Demux,
    /// The last look found [`BUSY`] datagrams or more.
    busy: bool,
}

/// Everything but the shell of the loop.
struct Demux {
    viewers: Viewers,
    server: Arc<Server>,
    timeouts: Timeouts,
    shards: Vec<Arc<Inbox>>,
    /// Viewers of each shard.
    loads: Vec<usize>,
    socket: Arc<Socket>,
    announcer: Arc<Announcer>,
    outputs: Vec<Output>,
    stopped: bool,
}

impl Loop {
    pub(crate) fn new(
        poll: Poll,
        socket: Arc<Socket>,
        commands: crossbeam_channel::Receiver<Command>,
        server: Arc<Server>,
        timeouts: Timeouts,
        shards: Vec<Arc<Inbox>>,
        announcer: Arc<Announcer>,
    ) -> io::Result<Loop> {
        let mut io = mio::net::UdpSocket::from_std(socket.try_clone_io()?);
        let receiver = Receiver::new(&io)?;
        poll.registry().register(&mut io, SOCKET, Interest::READABLE)?;
        let loads = vec![0; shards.len()];
        let demux = Demux {
            viewers: Viewers::default(),
            server,
            timeouts,
            shards,
            loads,
            socket,
            announcer,
            outputs: Vec::new(),
            stopped: false,
        };
        Ok(Loop { poll, io, receiver, commands, demux, busy: false })
    }

    /// Until [`Command::Stop`].
    pub(crate) fn run(mut self) {
        let mut events = Events::with_capacity(8);
        while !self.demux.stopped {
            self.wait(&mut events);
            self.busy = self.receive();
            self.demux.take_commands(&self.commands);
            self.demux.handle_timeouts(Instant::now());
        }
        self.demux.stop();
    }

    /// Until there is something to do.
    fn wait(&mut self, events: &mut Events) {
        let now = Instant::now();
        let timeout = self.demux.viewers.next_timeout().map(|at| at.saturating_duration_since(now));
        let mut poll = timeout;
        if self.busy && !self.demux.viewers.any_joining() {
            // A command ends the rest: it is a join, mostly.
            if let Ok(command) = self.commands.recv_timeout(timeout.map_or(REST, |timeout| timeout.min(REST))) {
                self.demux.carry_out_command(command);
            }
            poll = Some(Duration::ZERO);
        }
        if let Err(error) = self.poll.poll(events, poll)
            && error.kind() != io::ErrorKind::Interrupted
        {
            tracing::error!(%error, "waiting for datagrams failed; trying again");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// True if many datagrams are coming.
    fn receive(&mut self) -> bool {
        let (demux, commands) = (&mut self.demux, &self.commands);
        let mut datagrams = 0;
        for _ in 0..MAX_BATCHES {
            let mut first = true;
            let received = self.receiver.receive(&self.io, |path, datagram, came| {
                // A viewer may speak as soon as it has its answer, and the command was given before that.
                if std::mem::take(&mut first) {
                    demux.take_commands(commands);
                }
                demux.datagram(datagram, path, came);
            });
            match received {
                Ok(batch) => {
                    datagrams += batch.datagrams;
                    if !batch.full {
                        break;
                    }
                }
                // What the kernel reports here is about some datagram sent before.
                Err(error) => tracing::debug!(%error, "receiving failed"),
            }
        }
        datagrams >= BUSY
    }
}

impl Demux {
    fn take_commands(&mut self, commands: &crossbeam_channel::Receiver<Command>) {
        while let Ok(command) = commands.try_recv() {
            self.carry_out_command(command);
        }
    }

    fn carry_out_command(&mut self, command: Command) {
        match command {
            Command::Join(join) => self.join(*join),
            Command::Restart(viewer, ice) => self.viewers.restart(viewer, ice),
            Command::Cap(viewer, max) => {
                if let Some(entry) = self.viewers.get_mut(viewer) {
                    match &mut entry.waiting {
                        Some(waiting) => waiting.max = max,
                        None => self.shards[entry.shard].cap(viewer, max),
                    }
                }
            }
            Command::Close(viewer) => self.remove(viewer, None, Instant::now()),
            Command::Stop => self.stopped = true,
        }
    }

    fn join(&mut self, join: Join) {
        let shard = self.loads.iter().enumerate().min_by_key(|(_, load)| **load).map_or(0, |(shard, _)| shard);
        self.loads[shard] += 1;
        let transport = Transport::new(join.ice, self.server.clone(), join.fingerprint, self.timeouts, join.at);
        let waiting = Joining { viewer: join.viewer, negotiated: join.negotiated, max: join.max };
        self.viewers.insert(join.viewer, Entry::new(transport, shard, waiting));
    }

    fn datagram(&mut self, datagram: &mut [u8], path: Path, now: Instant) {
        let counters = &self.announcer.counters;
        counters.datagrams_received.one();
        // The user name first: a check finds its viewer from any address. Then the address.
        let viewer = if matches!(datagram, [0..=3, ..]) {
            let Some(check) = Check::parse(datagram) else {
                counters.dropped_stun.one();
                return;
            };
            let Some((viewer, entry)) = self.viewers.by_ufrag(check.ufrag()) else {
                counters.dropped_stun.one();
                return;
            };
            entry.transport.check(check, path, now, &mut self.outputs);
            self.viewers.index_addresses(viewer);
            viewer
        } else {
            let Some((viewer, entry)) = self.viewers.by_address(&path.remote) else {
                counters.dropped_unknown.one();
                return;
            };
            entry.transport.datagram(datagram, path, now, &mut self.outputs);
            viewer
        };
        self.carry_out(viewer, now);
    }

    fn handle_timeouts(&mut self, now: Instant) {
        while let Some(viewer) = self.viewers.due(now) {
            if let Some(entry) = self.viewers.get_mut(viewer) {
                entry.transport.handle_timeout(now, &mut self.outputs);
            }
            self.carry_out(viewer, now);
        }
    }

    /// Does what a transport said.
    fn carry_out(&mut self, viewer: ViewerId, now: Instant) {
        let mut outputs = std::mem::take(&mut self.outputs);
        for output in outputs.drain(..) {
            match output {
                Output::Transmit(path, datagram) => self.transmit(&path, &datagram),
                Output::Connected(sealer, path) => {
                    self.announcer.counters.connected.one();
                    if let Some((shard, joining)) = self.viewers.joined(viewer) {
                        self.shards[shard].add(joining, *sealer, path);
                    }
                }
                Output::Path(path) => {
                    self.announcer.counters.paths_changed.one();
                    if let Some(entry) = self.viewers.get_mut(viewer) {
                        self.shards[entry.shard].path(viewer, path);
                    }
                }
                Output::Rtcp(plain) => {
                    if let Some(entry) = self.viewers.get_mut(viewer)
                        && !self.shards[entry.shard].rtcp(viewer, plain, now)
                    {
                        self.announcer.counters.dropped_flood.one();
                    }
                }
                Output::Dropped(why) => self.count(why),
                Output::Gone(why) => self.remove(viewer, Some(why), now),
            }
        }
        self.outputs = outputs;
        self.viewers.schedule(viewer);
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
            Drop::Unauthenticated => counters.dropped_unauthenticated.one(),
            Drop::Replayed => counters.dropped_replayed.one(),
            Drop::Fingerprint => counters.dropped_fingerprint.one(),
        }
    }

    /// The one way out. What is in the shard is freed there, before the event.
    fn remove(&mut self, viewer: ViewerId, why: Option<Gone>, now: Instant) {
        let Some(entry) = self.viewers.remove(viewer) else { return };
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

    fn stop(mut self) {
        let now = Instant::now();
        for viewer in self.viewers.ids() {
            self.remove(viewer, None, now);
        }
        for shard in &self.shards {
            shard.stop();
        }
    }
}
