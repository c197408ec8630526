//! One connection: whatever reads and writes, with its place among the others, its end when nothing moves on it any more, and its
//! first bytes, which can be looked at without taking them.

use crate::first_bytes::{self, Protocol};
use crate::frames::Frames;
use crate::places::{Place, Seat};
use crate::request_lines::RequestLines;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// What a connection is made of: TCP today, TLS over it one day.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Frames that a page may send between two pings: its messages' are half of that, at most (`socket.rs`). Those of a message that
/// never ends are no message.
const MAX_FRAMES: u32 = 240;

/// A stream that fails when for some time nothing was read and nothing could be written, or when it has to give way to another. It goes along when a connection becomes a
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
    reads: Reads,
    place: Place,
    /// It had to give way, or what came cannot be.
    is_over: bool,
}

/// How what comes is looked at, on its way to who reads it.
enum Reads {
    /// By whoever takes the connection.
    Unseen,
    Http(RequestLines),
    /// A page's socket.
    Frames(Frames),
    /// Nothing more is: what was is ended by these bytes, so that it is answered at once.
    Refused(&'static [u8]),
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
        Self {
            stream: Box::new(stream),
            peer,
            idle_time,
            idle,
            first,
            read: 0,
            given: 0,
            reads: Reads::Unseen,
            place,
            is_over: false,
        }
    }

    /// The address of the other end.
    pub fn peer(&self) -> IpAddr {
        self.peer
    }

    pub(crate) fn seat(&self) -> &Seat {
        self.place.seat()
    }

    /// It speaks HTTP: the lines of requests are looked at from the first byte on.
    pub(crate) fn read_as_http(&mut self) {
        let mut lines = RequestLines::default();
        self.reads = match lines.take(&self.first[..self.read]) {
            None => Reads::Http(lines),
            Some(wrong) => {
                self.first[wrong] = REFUSED;
                self.read = wrong + 1;
                Reads::Refused(END)
            }
        };
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

    /// Looks at what came; says how much of it may be read. An error: it cannot be, and nobody is to answer it.
    fn look(&mut self, came: &mut [u8]) -> io::Result<usize> {
        let page = &self.place.seat().page;
        if let Reads::Http(lines) = &mut self.reads
            && !came.is_empty()
        {
            // Whoever let it become one knows, however its request was written.
            if page.open.load(Ordering::Acquire) {
                self.reads = Reads::Frames(Frames::default());
            } else if lines.awaits_upgrade() {
                lines.stays_http();
            }
        }
        match &mut self.reads {
            Reads::Unseen | Reads::Refused(_) => {}
            Reads::Http(lines) => {
                if let Some(wrong) = lines.take(came) {
                    // HTTP's parser says so in its words, with 400; behind a whole request it is an end without words.
                    came[wrong] = REFUSED;
                    self.is_over = lines.awaits_upgrade();
                    self.reads = Reads::Refused(END);
                    return Ok(wrong + 1);
                }
            }
            Reads::Frames(frames) => {
                let frames = frames.take(came);
                if page.frames.fetch_add(frames, Ordering::Relaxed).saturating_add(frames) > MAX_FRAMES {
                    self.is_over = true;
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
            }
        }
        Ok(came.len())
    }

    /// Progress puts the end off; waiting is ended when it has come, or when another needs the place.
    fn watch<T>(&mut self, cx: &mut Context<'_>, progress: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if self.is_over || Pin::new(&mut self.place.cut).poll(cx).is_ready() {
            self.is_over = true;
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        if progress.is_ready() {
            self.idle.as_mut().reset(Instant::now() + self.idle_time);
            return progress;
        }
        self.idle.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

/// Put in the place of a byte that should not be there: no header may have it.
const REFUSED: u8 = 0;

/// And behind it: the parser looks at a header when its end is there.
const END: &[u8] = b"\r\n\r\n";

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
        if let Reads::Refused(rest) = &mut this.reads {
            let (now, later) = rest.split_at(rest.len().min(buf.remaining()));
            buf.put_slice(now);
            *rest = later;
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let mut progress = Pin::new(&mut self.stream).poll_read(cx, buf);
        if matches!(progress, Poll::Ready(Ok(()))) && !self.is_over {
            progress =
                Poll::Ready(self.look(&mut buf.filled_mut()[before..]).map(|read| buf.set_filled(before + read)));
        }
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
        let place = Places::new(&Limits::default(), None).take(peer).expect("there is room");
        Connection::new(stream, peer, idle_time, place)
    }

    /// What a connection that speaks HTTP hands on, of this.
    async fn read_as_http(sent: &[u8]) -> Vec<u8> {
        let (ours, mut theirs) = duplex(4096);
        let mut connection = connection(ours, Duration::from_secs(10));
        theirs.write_all(sent).await.expect("there is room");
        drop(theirs);
        assert_eq!(connection.protocol().await, Some(Protocol::Http));
        connection.read_as_http();
        let mut all = Vec::new();
        connection.read_to_end(&mut all).await.expect("a pipe is read");
        all
    }

    #[tokio::test]
    async fn a_bare_line_feed_in_a_header_is_made_what_http_refuses() {
        let right = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        assert_eq!(read_as_http(right).await, right);
        assert_eq!(read_as_http(b"GET /\nHost: x").await, b"GET /\0\r\n\r\n", "among the first bytes");
        let refused = b"GET / HTTP/1.1\0\r\n\r\n";
        assert_eq!(read_as_http(b"GET / HTTP/1.1\nHost: x\r\n").await, refused, "and behind them");
    }

    #[tokio::test]
    async fn a_page_s_frames_are_counted_however_its_request_is_written() {
        let (pad, header) = (" ".repeat(80), "GET /w/x/events HTTP/1.1\r\nHost: x\r\nUpgrade:");
        for request in [
            format!("{header} websocket\r\n\r\n"),
            format!("{header}{pad}websocket\r\n\r\n"),
            format!("{header} websocket\r\nContent-Length: 1000000\r\n\r\n"),
            format!("{header} x, websocket\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ] {
            let (ours, mut theirs) = duplex(65_536);
            let mut connection = connection(ours, Duration::from_secs(10));
            theirs.write_all(request.as_bytes()).await.expect("there is room");
            assert_eq!(connection.protocol().await, Some(Protocol::Http));
            connection.read_as_http();
            let mut read = vec![0; request.len()];
            connection.read_exact(&mut read).await.expect("the request is read");
            connection.seat().opens_page();
            let empty = [0, 0x80, 1, 2, 3, 4];
            theirs.write_all(&empty.repeat(MAX_FRAMES as usize)).await.expect("there is room");
            let mut frames = vec![0; empty.len() * MAX_FRAMES as usize];
            connection.read_exact(&mut frames).await.expect("so many may come");
            theirs.write_all(&empty).await.expect("there is room");
            let ended = connection.read(&mut frames).await.expect_err("and not one more");
            assert_eq!(ended.kind(), io::ErrorKind::ConnectionAborted, "{request:?}");
        }
    }

    #[tokio::test]
    async fn who_has_to_give_way_is_ended_whatever_moves() {
        let peer = IpAddr::from([127, 0, 0, 1]);
        let places = Places::new(&Limits { connections: 1, ..Limits::default() }, None);
        let (ours, mut theirs) = duplex(64);
        let place = places.take(peer).expect("there is room");
        let mut connection = Connection::new(ours, peer, Duration::from_secs(10), place);
        theirs.write_all(b"G").await.expect("there is room");
        assert_eq!(connection.read(&mut [0; 8]).await.expect("it is open"), 1);
        let _next = places.take(peer).expect("the first gives way");
        theirs.write_all(b"E").await.expect("there is room");
        for _ in 0..2 {
            let ended = connection.read(&mut [0; 8]).await.expect_err("it gave way");
            assert_eq!(ended.kind(), io::ErrorKind::ConnectionAborted);
        }
        assert!(connection.write(b"x").await.is_err());
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
