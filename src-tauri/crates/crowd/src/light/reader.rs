//! The thread that all light viewers of a crowd live on: what has arrived, and every viewer's turn each 50 ms.

use super::feedback::INTERVAL;
use super::socket::Receiver;
use super::viewer::Viewer;
use crate::progress::Progress;
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token, Waker};
use std::os::fd::AsFd;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

/// Turns are spread over so many times, so that feedback does not come in bursts of the whole crowd.
const SLOTS: u32 = 10;
const WAKE: Token = Token(usize::MAX);
/// Events a wait.
const EVENTS: usize = 256;

/// A viewer that got an answer.
pub(super) struct Seat {
    pub(super) viewer: Viewer,
    pub(super) socket: UdpSocket,
    pub(super) progress: Arc<Mutex<Progress>>,
}

/// Gives viewers to the thread; without it, the thread ends.
pub(super) struct Reader {
    send: Option<mpsc::Sender<Seat>>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    pub(super) fn start() -> anyhow::Result<Reader> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKE)?;
        let (send, receive) = mpsc::channel();
        let thread = std::thread::Builder::new().name("light-viewers".into()).spawn(move || {
            Room { poll, receive, seats: Vec::new(), receiver: Receiver::new() }.run();
        })?;
        Ok(Reader { send: Some(send), waker, thread: Some(thread) })
    }

    pub(super) fn take(&self, seat: Seat) {
        if let Some(send) = &self.send {
            // The thread ends after the sender only.
            send.send(seat).ok();
            self.waker.wake().ok();
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.send = None;
        self.waker.wake().ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

struct Room {
    poll: Poll,
    receive: mpsc::Receiver<Seat>,
    seats: Vec<Seat>,
    receiver: Receiver,
}

impl Room {
    fn run(mut self) {
        let mut events = Events::with_capacity(EVENTS);
        let step = INTERVAL / SLOTS;
        let (mut slot, mut due) = (0, Instant::now() + step);
        loop {
            let wait = due.saturating_duration_since(Instant::now());
            match self.poll.poll(&mut events, Some(wait)) {
                Err(error) if error.kind() != std::io::ErrorKind::Interrupted => panic!("epoll: {error}"),
                _ => {}
            }
            for event in &events {
                if event.token() != WAKE {
                    self.read(event.token().0);
                } else if !self.take() {
                    return;
                }
            }
            let now = Instant::now();
            if now >= due {
                for seat in self.seats.iter_mut().skip(slot as usize).step_by(SLOTS as usize) {
                    seat.viewer.tick(now, &mut progress(&seat.progress));
                    seat.send();
                }
                slot = (slot + 1) % SLOTS;
                // A thread that is late does not catch up: feedback then comes later, as a busy browser's does.
                due = (due + step).max(now - step);
            }
        }
    }

    /// False when there will be no more.
    fn take(&mut self) -> bool {
        loop {
            match self.receive.try_recv() {
                Ok(mut seat) => {
                    let token = Token(self.seats.len());
                    let registered = self.poll.registry().register(&mut seat.socket, token, Interest::READABLE);
                    registered.expect("a socket can be waited for");
                    seat.viewer.check(Instant::now());
                    seat.send();
                    self.seats.push(seat);
                }
                Err(mpsc::TryRecvError::Empty) => return true,
                Err(mpsc::TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn read(&mut self, at: usize) {
        let Some(seat) = self.seats.get_mut(at) else { return };
        let mut progress = progress(&seat.progress);
        // Until a call brings less than it could: the next datagram wakes us again.
        loop {
            let drained = self.receiver.receive(seat.socket.as_fd(), |datagram, from, at| {
                seat.viewer.datagram(datagram, || from.address(), at, &mut progress);
            });
            match drained {
                Ok(false) => {}
                Ok(true) => break,
                // An answer of ICMP to something sent: it says nothing that a lost datagram would not.
                Err(_) => break,
            }
        }
        drop(progress);
        seat.viewer.after(Instant::now());
        seat.send();
    }
}

impl Seat {
    fn send(&mut self) {
        for (to, datagram) in self.viewer.outgoing() {
            // A full socket buffer loses a packet as a network would.
            self.socket.send_to(&datagram, to).ok();
        }
    }
}

fn progress(progress: &Mutex<Progress>) -> std::sync::MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sockets that somebody sends to and nobody looks at: read like the viewers' by one thread, until dropped.
pub struct Discard {
    stop: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Discard {
    /// So many sockets on loopback, and their addresses.
    ///
    /// # Errors
    /// When the system gives no more sockets.
    pub fn start(sockets: u32) -> anyhow::Result<(Discard, Vec<std::net::SocketAddr>)> {
        let mut poll = Poll::new()?;
        let stop = Waker::new(poll.registry(), WAKE)?;
        let mut open = Vec::new();
        let mut addresses = Vec::new();
        for n in 0..sockets {
            let mut socket = UdpSocket::from_std(super::socket::open("127.0.0.1:0".parse()?)?);
            poll.registry().register(&mut socket, Token(n as usize), Interest::READABLE)?;
            addresses.push(socket.local_addr()?);
            open.push(socket);
        }
        let thread = std::thread::Builder::new().name("discard".into()).spawn(move || {
            let mut events = Events::with_capacity(EVENTS);
            let mut receiver = Receiver::new();
            loop {
                // The same waits as the viewers' thread has.
                poll.poll(&mut events, Some(INTERVAL / SLOTS)).ok();
                for event in &events {
                    let Some(socket) = open.get(event.token().0) else { return };
                    while let Ok(false) = receiver.receive(socket.as_fd(), |_, _, _| {}) {}
                }
            }
        })?;
        Ok((Discard { stop, thread: Some(thread) }, addresses))
    }
}

impl Drop for Discard {
    fn drop(&mut self) {
        self.stop.wake().ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
