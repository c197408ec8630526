//! One TCP connection: its place among the others, and its end when nothing moves on it any more.

use crate::Limits;
use crate::network::Network;
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep};

/// Counts open connections, together and by network.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    most_per_network: usize,
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_network: HashMap<Network, usize>,
}

/// One open connection; its place is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    network: Option<Network>,
}

impl Places {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        let (most, most_per_network) = (limits.connections, limits.connections_per_address);
        Arc::new(Self { most, most_per_network, taken: Mutex::default(), freed: Notify::new() })
    }

    /// None when there is no room.
    pub(crate) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let network = Network::of(peer);
        let mut taken = self.lock();
        if taken.all >= self.most {
            return None;
        }
        if let Some(network) = network {
            let here = taken.by_network.entry(network).or_default();
            if *here >= self.most_per_network {
                return None;
            }
            *here += 1;
        }
        taken.all += 1;
        Some(Place { places: self.clone(), network })
    }

    /// Waits until no connection is open.
    pub(crate) async fn all_free(&self) {
        loop {
            let freed = self.freed.notified();
            if self.lock().all == 0 {
                return;
            }
            freed.await;
        }
    }

    /// A panic elsewhere leaves counters as they are, which are always whole.
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.all -= 1;
        if let Some(network) = self.network
            && let Some(here) = taken.by_network.get_mut(&network)
        {
            *here -= 1;
            if *here == 0 {
                taken.by_network.remove(&network);
            }
        }
        drop(taken);
        self.places.freed.notify_waiters();
    }
}

/// A TCP stream that fails when for some time nothing was read and nothing could be written. It goes along when a
/// connection becomes a WebSocket, and with it the connection's place.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    idle_time: Duration,
    idle: Pin<Box<Sleep>>,
    _place: Place,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, idle_time: Duration, place: Place) -> Self {
        Self { stream, idle_time, idle: Box::pin(tokio::time::sleep(idle_time)), _place: place }
    }

    /// Progress puts the end off; waiting is ended when it has come.
    fn watch<T>(&mut self, cx: &mut Context<'_>, progress: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if progress.is_ready() {
            self.idle.as_mut().reset(Instant::now() + self.idle_time);
            return progress;
        }
        self.idle.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.watch(cx, progress)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.watch(cx, progress)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.watch(cx, progress)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_together_and_by_network() {
        let places = Places::new(&Limits { connections: 5, connections_per_address: 2, ..Limits::default() });
        let take = |address: &str| places.take(address.parse().expect("well-formed"));
        let first = take("10.0.0.1").expect("the first");
        let _second = take("10.0.0.1").expect("the second");
        assert!(take("10.0.0.1").is_none(), "two from there are open");
        let _others: Vec<_> = ["127.0.0.1"; 3].map(|loopback| take(loopback).expect("loopback is exempt")).into();
        assert!(take("10.0.0.2").is_none(), "five are open");
        drop(first);
        assert!(take("10.0.0.2").is_some());
        assert!(take("10.0.0.1").is_some(), "a freed place is free for its network, too");
    }
}
