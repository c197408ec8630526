//! Pages that read what they are told, all on one thread: what they cost is in no figure, but they share the machine.

use super::frame::{self, Incoming};
use super::tally::Tally;
use anyhow::Context;
use mio::{Events, Interest, Poll, Token, Waker};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

/// Read by a thread until dropped.
pub(super) struct Pages {
    tally: Arc<Mutex<Tally>>,
    stop: Arc<AtomicBool>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

/// Who tells the thread to end.
const WAKE: Token = Token(usize::MAX);

impl Pages {
    /// From here on these connections are read; `epoch` is when the bench began.
    pub(super) fn read(streams: Vec<TcpStream>, epoch: Instant) -> anyhow::Result<Pages> {
        let mut poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKE)?;
        let mut pages = Vec::new();
        for (n, stream) in streams.into_iter().enumerate() {
            stream.set_nonblocking(true)?;
            let mut stream = mio::net::TcpStream::from_std(stream);
            poll.registry().register(&mut stream, Token(n), Interest::READABLE)?;
            pages.push(Page { stream, incoming: Incoming::default(), open: true });
        }
        let tally = Arc::new(Mutex::new(Tally::new(pages.len())));
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, stopped) = (tally.clone(), stop.clone());
        let thread = std::thread::Builder::new().name("pages".into()).spawn(move || {
            let mut events = Events::with_capacity(1024);
            let mut buffer = vec![0; 1 << 16];
            while !stopped.load(Ordering::Relaxed) {
                if poll.poll(&mut events, None).is_err_and(|e| e.kind() != ErrorKind::Interrupted) {
                    return;
                }
                let mut tally = shared.lock().unwrap_or_else(PoisonError::into_inner);
                for event in &events {
                    if let Some(page) = pages.get_mut(event.token().0) {
                        page.read(event.token().0, &mut buffer, epoch, &mut tally);
                    }
                }
            }
        })?;
        Ok(Pages { tally, stop, waker, thread: Some(thread) })
    }

    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.waker.wake().ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

struct Page {
    stream: mio::net::TcpStream,
    incoming: Incoming,
    open: bool,
}

impl Page {
    fn read(&mut self, n: usize, buffer: &mut [u8], epoch: Instant, tally: &mut Tally) {
        while self.open {
            match self.stream.read(buffer) {
                Ok(0) => self.close(tally),
                Ok(len) => self.incoming.push(&buffer[..len]),
                Err(e) if e.kind() == ErrorKind::WouldBlock => return,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.close(tally),
            }
            let micros = super::micros(epoch);
            let mut pong = None;
            let mut closed = false;
            while let Some((kind, payload)) = self.incoming.next() {
                match kind {
                    frame::TEXT => tally.heard(n, payload, micros),
                    frame::PING => pong = Some(frame::pong(payload)),
                    frame::CLOSE => closed = true,
                    _ => {}
                }
            }
            if let Some(pong) = pong {
                // So little that it finds room; a page that cannot answer is taken as gone, and counted as closed.
                self.stream.write_all(&pong).ok();
            }
            if closed {
                self.close(tally);
            }
        }
    }

    fn close(&mut self, tally: &mut Tally) {
        if self.open {
            self.open = false;
            tally.closed += 1;
        }
    }
}

/// As many connections to ourselves: the side that writes, and the side that reads.
pub(super) fn pairs(count: usize) -> anyhow::Result<(Vec<TcpStream>, Vec<TcpStream>)> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut both = (Vec::new(), Vec::new());
    for _ in 0..count {
        let reads = TcpStream::connect(address).context("no connection to ourselves")?;
        let (writes, _) = listener.accept()?;
        writes.set_nodelay(true)?;
        both.0.push(writes);
        both.1.push(reads);
    }
    Ok(both)
}
