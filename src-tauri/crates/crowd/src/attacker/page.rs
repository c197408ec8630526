//! A watch page's socket by hand: frames as no browser sends them (RFC 6455 5).

use super::http::{Target, connect};
use anyhow::bail;
use std::net::IpAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A page's socket that has been opened.
pub struct Page {
    stream: TcpStream,
}

/// More than a page is told.
const MOST: u64 = 1 << 20;

/// Frames that are written in one piece.
const AT_ONCE: usize = 50;

impl Page {
    /// Opens the socket of this watch page from this address of ours, by a header that says of which origin the page is.
    ///
    /// # Errors
    /// There was no connection, or it did not become a socket.
    pub async fn open(watch: &str, from: IpAddr) -> anyhow::Result<Page> {
        let Target { address, path } = Target::of(watch)?;
        let mut stream = connect(address, from).await?;
        let request = format!(
            "GET {path}/events HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        if &answer != b"HTTP/1.1 101" {
            bail!("it did not become a socket: {}", String::from_utf8_lossy(&answer));
        }
        Ok(Page { stream })
    }

    /// The connection by itself, for who reads many of them on one thread.
    ///
    /// # Errors
    /// The system takes it back.
    pub fn into_stream(self) -> std::io::Result<std::net::TcpStream> {
        let stream = self.stream.into_std()?;
        stream.set_nonblocking(false)?;
        Ok(stream)
    }

    /// Sends this frame again and again, so many times at the most. True: the other side ended the connection meanwhile.
    pub async fn flood(&mut self, frame: &[u8], most: usize) -> bool {
        let (mut reads, mut writes) = self.stream.split();
        let frames = frame.repeat(AT_ONCE);
        let ends = async {
            let mut heard = [0; 4096];
            while matches!(reads.read(&mut heard).await, Ok(len) if len > 0) {}
        };
        let sends = async {
            for _ in 0..most.div_ceil(AT_ONCE) {
                if writes.write_all(&frames).await.is_err() {
                    return true;
                }
                // The end may be there to be read.
                tokio::task::yield_now().await;
            }
            false
        };
        tokio::select! {
            () = ends => true,
            ended = sends => ended,
        }
    }

    /// Sends this frame once.
    ///
    /// # Errors
    /// The connection is closed.
    pub async fn send(&mut self, frame: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(frame).await
    }

    /// Waits until the other side ends the connection.
    pub async fn ended(&mut self) {
        self.hears_to_the_end().await;
    }

    /// All that comes until the other side ends the connection, as it comes: frames of text, which a server does not mask, can be
    /// read in it.
    pub async fn hears_to_the_end(&mut self) -> String {
        let mut all = Vec::new();
        // What came before an error came.
        (&mut self.stream).take(MOST).read_to_end(&mut all).await.ok();
        String::from_utf8_lossy(&all).into_owned()
    }

    /// Waits until this is heard, and reads nothing behind it.
    ///
    /// # Errors
    /// The connection ended before.
    pub async fn hears(&mut self, what: &str) -> std::io::Result<()> {
        let mut all = Vec::new();
        while !all.ends_with(what.as_bytes()) {
            all.push(self.stream.read_u8().await?);
        }
        Ok(())
    }
}

/// A frame with this first byte, masked by zeros as a client's has to be. `payload` is of 125 bytes at most.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    [&[first, 0x80 | payload.len() as u8, 0, 0, 0, 0][..], payload].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_flood_ends_with_the_connection_or_when_all_is_sent() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let watch = format!("http://{}/w/token", listener.local_addr().expect("it is bound"));
        for ends in [true, false] {
            let serves = async {
                let (mut stream, _) = listener.accept().await.expect("somebody comes");
                let mut asked = [0; 1024];
                let len = stream.read(&mut asked).await.expect("it asks");
                assert!(asked[..len].starts_with(b"GET /w/token/events HTTP/1.1\r\n"));
                stream.write_all(b"HTTP/1.1 101").await.expect("it is read");
                if !ends {
                    let mut all = Vec::new();
                    stream.read_to_end(&mut all).await.expect("it is read to its end");
                    assert_eq!(all, frame(0x80, b"").repeat(100));
                }
            };
            let floods = async {
                let mut page = Page::open(&watch, [127, 0, 0, 1].into()).await.expect("it opens");
                assert_eq!(page.flood(&frame(0x80, b""), 100).await, ends);
            };
            tokio::join!(serves, floods);
        }
    }

    #[tokio::test]
    async fn what_is_heard_is_what_was_said() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let watch = format!("http://{}/w/token", listener.local_addr().expect("it is bound"));
        let serves = async {
            let (mut stream, _) = listener.accept().await.expect("somebody comes");
            stream.write_all(b"HTTP/1.1 101 ...\r\n\r\none two three").await.expect("it is read");
            stream.shutdown().await.expect("it is open");
            stream
        };
        let hears = async {
            let mut page = Page::open(&watch, [127, 0, 0, 1].into()).await.expect("it opens");
            page.hears("two").await.expect("it is said");
            assert_eq!(page.hears_to_the_end().await, " three");
            assert!(page.hears("four").await.is_err());
        };
        tokio::join!(serves, hears);
    }
}
