//! The open port: who holds a handle can send through it and wake its thread.

use crate::datagrams::{Counters, Loop, Owners, Totals, WAKE};
use crate::socket::Socket;
use std::io;
use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle, Thread};

/// The open port. A handle: when the last clone is dropped its thread ends and drops the owners. An owner holds the [`Socket`] and
/// never the port, or it would keep itself alive.
#[derive(Clone)]
pub struct Port {
    open: Arc<Open>,
}

struct Open {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the handles have in common with the thread that receives.
struct Shared {
    socket: Arc<Socket>,
    counters: Arc<Counters>,
    /// It waits for datagrams, or rests between them; there is something to wake it from either once it has started.
    waker: OnceLock<mio::Waker>,
    thread: OnceLock<Thread>,
    closed: AtomicBool,
}

impl Port {
    /// Takes the socket that everything goes through. Nothing is received until [`Port::start`].
    pub fn new(socket: UdpSocket) -> io::Result<Port> {
        let shared = Shared {
            socket: Arc::new(Socket::new(socket)?),
            counters: Arc::default(),
            waker: OnceLock::new(),
            thread: OnceLock::new(),
            closed: AtomicBool::new(false),
        };
        Ok(Port { open: Arc::new(Open { shared: Arc::new(shared), thread: Mutex::default() }) })
    }

    /// Starts the thread that receives, for these owners.
    ///
    /// # Errors
    ///
    /// The system has no file descriptor or thread left, or the port was started before. The owners are dropped then.
    pub fn start(&self, owners: impl Owners) -> io::Result<()> {
        let shared = &self.open.shared;
        let poll = mio::Poll::new()?;
        let waker = mio::Waker::new(poll.registry(), WAKE)?;
        if shared.waker.set(waker).is_err() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the port was started before"));
        }
        let receive = Loop::new(poll, &shared.socket, owners, shared.counters.clone())?;
        let of_thread = shared.clone();
        let run = move || receive.run(|| of_thread.closed.load(Ordering::Acquire));
        let thread = threads::vital("receive", run)?;
        shared.thread.get_or_init(|| thread.thread().clone());
        *self.open.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(())
    }

    /// What packets are sent with, from any thread.
    pub fn socket(&self) -> &Arc<Socket> {
        &self.open.shared.socket
    }

    /// Wakes the thread that receives: there is something to be taken by [`Owner::take_commands`](crate::Owner::take_commands).
    pub fn wake(&self) {
        self.open.shared.wake();
    }

    /// This is the thread that receives.
    pub fn is_this_thread(&self) -> bool {
        self.open.shared.is_this_thread()
    }

    /// What was counted before anybody was given anything.
    pub fn totals(&self) -> Totals {
        self.open.shared.counters.totals()
    }
}

impl Shared {
    fn wake(&self) {
        if let Some(waker) = self.waker.get()
            && let Err(error) = waker.wake()
        {
            tracing::error!(%error, "the receiving thread could not be woken");
        }
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    fn is_this_thread(&self) -> bool {
        self.thread.get().is_some_and(|thread| thread.id() == thread::current().id())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Release);
        self.shared.wake();
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // The last handle may have been dropped by what an owner told, on the thread itself.
        if let Some(thread) = thread
            && !self.shared.is_this_thread()
        {
            // A panic there was told where it happened.
            drop(thread.join());
        }
    }
}
