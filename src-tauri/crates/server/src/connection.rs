//! One connection: whatever reads and writes, with its place among the others, its end when nothing moves on it any more, and its
//! first bytes, which can be looked at without taking them.

use crate::first_bytes::{self, Protocol};
use crate::places::Place;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// What a connection is made of: TCP today, TLS over it one day.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A stream that fails when for some time nothing was read and nothing could be written. It goes along when a connection becomes a
/// WebSocket, and with it the connection's place: dropped, it makes room for another.
pub struct Connection {
    stream: Box<dyn Stream>,
    peer: IpAddr,
    idle_time: Duration,
    idle: Pin<Box<Sleep>>,
    /// What [`Connection::protocol`] has read and nobody else yet: `first[given..read]`.
    first: [u8; first_bytes::MOST],
    read: usize,
    given: usize,
    _place: Place,
}

impl Connection {
    pub(crate) fn new(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        peer: IpAddr,
        idle_time: Duration,
        place: Place,
    ) -> Self {
        let idle = Box::pin(tokio::time::sleep(idle_time));
        let first = [0; first_bytes::MOST];
        Self { stream: Box::new(stream), peer, idle_time, idle, first, read: 0, given: 0, _place: place }
    }

    /// The address of the other end.
    pub fn peer(&self) -> IpAddr {
        self.peer
    }

    /// What it speaks, by its first bytes, which are read again by whoever takes it. None when it ended before that is known.
    pub(crate) async fn protocol(&mut self) -> Option<Protocol> {
        debug_assert_eq!(self.given, 0, "nobody has read yet");
        let mut first = [0; first_bytes::MOST];
        loop {
            if let Some(protocol) = first_bytes::protocol(&first[..self.read]) {
                return Some(protocol);
            }
            // What was read stands aside, so that this goes on behind it.
            let (behind, read) = (&mut first[self.read..], std::mem::take(&mut self.read));
            let more = AsyncReadExt::read(self, behind).await.ok().filter(|more| *more > 0)?;
            self.read = read + more;
            self.first = first;
        }
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

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("peer", &self.peer).finish_non_exhaustive()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.given < this.read {
            let first = &this.first[this.given..this.read];
            let len = first.len().min(buf.remaining());
            buf.put_slice(&first[..len]);
            this.given += len;
            return Poll::Ready(Ok(()));
        }
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
    use crate::Limits;
    use crate::places::Places;
    use tokio::io::{AsyncWriteExt, duplex};

    fn connection(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, idle_time: Duration) -> Connection {
        let peer = IpAddr::from([127, 0, 0, 1]);
        let place = Places::new(&Limits::default()).take(peer).expect("there is room");
        Connection::new(stream, peer, idle_time, place)
    }

    #[tokio::test]
    async fn the_first_bytes_are_looked_at_and_read_all_the_same() {
        let tls = [&[0x16, 3, 1, 0, 5][..], b"hello"].concat();
        // A connection is anything that reads and writes: here a pipe, whose other end writes byte by byte, or all at once.
        for at_once in [1, tls.len()] {
            let (ours, mut theirs) = duplex(at_once);
            let mut connection = connection(ours, Duration::from_secs(10));
            let writes = async {
                theirs.write_all(&tls).await.expect("it is read");
                theirs.shutdown().await.expect("a pipe ends");
            };
            let reads = async {
                assert_eq!(connection.protocol().await, Some(Protocol::Tls));
                let mut all = Vec::new();
                connection.read_to_end(&mut all).await.expect("a pipe is read");
                assert_eq!(all, tls);
            };
            tokio::join!(writes, reads);
        }
    }

    #[tokio::test]
    async fn who_ends_or_is_silent_before_it_is_known_has_no_protocol() {
        let (ours, mut theirs) = duplex(64);
        let mut ended = connection(ours, Duration::from_secs(10));
        theirs.write_all(&[0, 20, 0]).await.expect("there is room");
        drop(theirs);
        assert_eq!(ended.protocol().await, None);
        let (ours, _theirs) = duplex(64);
        let mut silent = connection(ours, Duration::from_millis(50));
        assert_eq!(silent.protocol().await, None, "cut when nothing has moved for the idle time");
    }
}
