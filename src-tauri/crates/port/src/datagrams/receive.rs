//! The one thread that receives: takes what came from the socket, and gives owners their turns.

use super::Counters;
use super::arrival_rate::ArrivalRate;
use super::batching_interval::BatchingInterval;
use super::demux::Demux;
use super::owner::Owners;
use super::receiver::Receiver;
use crate::Socket;
use mio::{Events, Interest, Poll, Token};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

const SOCKET: Token = Token(0);
pub(crate) const WAKE: Token = Token(1);

/// How many batches are taken before timers get their turn.
const MAX_BATCHES: usize = 16;

pub(crate) struct Loop<O> {
    poll: Poll,
    io: mio::net::UdpSocket,
    receiver: Receiver,
    demux: Demux<O>,
    rate: ArrivalRate,
    interval: BatchingInterval,
    /// There was more than one turn takes.
    more: bool,
}

impl<O: Owners> Loop<O> {
    pub(crate) fn new(poll: Poll, socket: &Socket, owners: O, counters: Arc<Counters>) -> io::Result<Loop<O>> {
        let mut io = mio::net::UdpSocket::from_std(socket.try_clone_io()?);
        let receiver = Receiver::new(&io)?;
        poll.registry().register(&mut io, SOCKET, Interest::READABLE)?;
        let now = Instant::now();
        let (rate, interval) = (ArrivalRate::new(now), BatchingInterval::new(socket.receive_buffer()?, now));
        Ok(Loop { poll, io, receiver, demux: Demux::with(owners, counters), rate, interval, more: false })
    }

    /// Until the port is closed.
    pub(crate) fn run(mut self, is_closed: impl Fn() -> bool) {
        threads::ask_for(threads::Priority::Sending);
        let mut events = Events::with_capacity(8);
        // Nobody was woken for what was asked for before the thread was there.
        self.demux.take_commands();
        while !is_closed() {
            self.wait(&mut events);
            threads::turn();
            self.receive();
            self.demux.pass_on();
            self.demux.take_commands();
            self.demux.handle_timeouts(Instant::now());
        }
        // Who held the last handle may have asked for goodbyes before it let go.
        self.demux.take_commands();
    }

    /// Until there is something to do.
    fn wait(&mut self, events: &mut Events) {
        let now = Instant::now();
        let mut timeout = self.demux.next_timeout().map(|at| at.saturating_duration_since(now));
        if std::mem::take(&mut self.more) {
            // What is left is not told of again.
            timeout = Some(Duration::ZERO);
        }
        if self.rate.is_worth_batching() && !self.demux.any_joining() {
            // A command unparks the thread before the interval is over: it is a join, mostly. Whether anything arrived is seen by reading.
            let interval = self.interval.length();
            std::thread::park_timeout(timeout.map_or(interval, |timeout| timeout.min(interval)));
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
        let demux = &mut self.demux;
        let (mut datagrams, mut bytes) = (0, 0);
        self.more = true;
        for _ in 0..MAX_BATCHES {
            let mut first = true;
            let received = self.receiver.receive(&self.io, |path, soon, datagram, came| {
                // A peer may speak as soon as it has its answer, and the command was given before that.
                if std::mem::take(&mut first) {
                    demux.take_commands();
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
        self.rate.read(datagrams, now);
        self.interval.read(datagrams, bytes, now);
    }
}
