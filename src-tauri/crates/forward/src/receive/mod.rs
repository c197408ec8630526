//! The one thread that receives: it owns every viewer's transport, answers checks, runs the DTLS handshakes (so that no
//! sending thread ever waits for one), and passes what concerns media on to the shard that owns the viewer.

mod demux;
mod rest;
mod traffic;
mod viewers;

pub(crate) use demux::Demux;

use crate::ice::Credentials;
use crate::negotiated::Negotiated;
use crate::sdp::Fingerprint;
use crate::socket::{Receiver, Socket};
use mio::{Events, Interest, Poll, Token};
use protocol::ViewerId;
use rest::Rest;
use std::io;
use std::time::{Duration, Instant};
use stream::Rid;
use traffic::Traffic;

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

const SOCKET: Token = Token(0);
pub(crate) const COMMANDS: Token = Token(1);

/// How many batches are taken before timers get their turn.
const MAX_BATCHES: usize = 16;

pub(crate) struct Loop {
    poll: Poll,
    io: mio::net::UdpSocket,
    receiver: Receiver,
    commands: crossbeam_channel::Receiver<Command>,
    demux: Demux,
    traffic: Traffic,
    rest: Rest,
    /// There was more than one turn takes.
    more: bool,
}

impl Loop {
    pub(crate) fn new(
        poll: Poll,
        socket: &Socket,
        commands: crossbeam_channel::Receiver<Command>,
        demux: Demux,
    ) -> io::Result<Loop> {
        let mut io = mio::net::UdpSocket::from_std(socket.try_clone_io()?);
        let receiver = Receiver::new(&io)?;
        poll.registry().register(&mut io, SOCKET, Interest::READABLE)?;
        let now = Instant::now();
        let (traffic, rest) = (Traffic::new(now), Rest::new(socket.receive_buffer()?, now));
        Ok(Loop { poll, io, receiver, commands, demux, traffic, rest, more: false })
    }

    /// Until [`Command::Stop`].
    pub(crate) fn run(mut self) {
        let mut events = Events::with_capacity(8);
        while !self.demux.is_stopped() {
            self.wait(&mut events);
            self.receive();
            self.demux.pass_on();
            self.demux.take_commands(&self.commands);
            self.demux.handle_timeouts(Instant::now());
        }
        self.demux.stop();
    }

    /// Until there is something to do.
    fn wait(&mut self, events: &mut Events) {
        let now = Instant::now();
        let mut timeout = self.demux.next_timeout().map(|at| at.saturating_duration_since(now));
        if std::mem::take(&mut self.more) {
            // What is left is not told of again.
            timeout = Some(Duration::ZERO);
        }
        if self.traffic.is_busy() && !self.demux.any_joining() {
            // A command ends the rest: it is a join, mostly. Whether anything came is seen by reading.
            let rest = self.rest.length();
            std::thread::park_timeout(timeout.map_or(rest, |timeout| timeout.min(rest)));
            return;
        }
        if let Err(error) = self.poll.poll(events, timeout)
            && error.kind() != io::ErrorKind::Interrupted
        {
            tracing::error!(%error, "waiting for datagrams failed; trying again");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What came.
    fn receive(&mut self) {
        let (demux, commands) = (&mut self.demux, &self.commands);
        let (mut datagrams, mut bytes) = (0, 0);
        self.more = true;
        for _ in 0..MAX_BATCHES {
            let mut first = true;
            let received = self.receiver.receive(&self.io, |path, soon, datagram, came| {
                // A viewer may speak as soon as it has its answer, and the command was given before that.
                if std::mem::take(&mut first) {
                    demux.take_commands(commands);
                }
                if let Some(soon) = soon {
                    demux.prefetch(&soon);
                }
                demux.datagram(datagram, path, came);
            });
            match received {
                Ok(batch) => {
                    datagrams += batch.datagrams;
                    bytes += batch.bytes;
                    if !batch.full {
                        self.more = false;
                        break;
                    }
                }
                // What the kernel reports here is about some datagram sent before.
                Err(error) => tracing::debug!(%error, "receiving failed"),
            }
        }
        let now = Instant::now();
        self.traffic.read(datagrams, now);
        self.rest.read(datagrams, bytes, now);
    }
}

#[cfg(test)]
mod tests;
