//! HTTP over a raw TCP connection: each byte of it is the caller's.

use anyhow::Context;
use std::io;
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// More than any answer of the program; what comes after is not read.
const MOST: u64 = 1 << 20;

/// A URL of the program's, as a raw connection needs it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where TCP goes.
    pub address: SocketAddr,
    /// What is asked for.
    pub path: String,
}

/// What the program answered.
#[derive(Clone, Debug)]
pub struct Response {
    /// Of the first line.
    pub status: u16,
    /// The lines before the empty one.
    pub head: String,
    /// What follows it.
    pub body: String,
}

impl Target {
    /// # Errors
    /// It is no URL, or its host is no address.
    pub fn of(url: &str) -> anyhow::Result<Target> {
        let parsed = reqwest::Url::parse(url).with_context(|| format!("{url} is no URL"))?;
        let address = parsed.socket_addrs(|| None)?.first().copied().context("the URL has no address")?;
        Ok(Target { address, path: parsed.path().to_owned() })
    }

    /// A POST of an offer by somebody with this name as its User-Agent and, if any, this cookie: `name=value`.
    pub fn post(&self, name: &str, cookie: Option<&str>, offer: &str) -> Vec<u8> {
        let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        let (path, host, len) = (&self.path, self.address, offer.len());
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {name}\r\n{cookie}Content-Type: application/sdp\r\n\
             Content-Length: {len}\r\nConnection: close\r\n\r\n"
        );
        [head.as_bytes(), offer.as_bytes()].concat()
    }

    /// A GET.
    pub fn get(&self) -> Vec<u8> {
        format!("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.path, self.address).into_bytes()
    }
}

/// A connection from this address of ours.
pub(super) async fn connect(to: SocketAddr, from: IpAddr) -> io::Result<TcpStream> {
    let socket = if from.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.bind(SocketAddr::new(from, 0))?;
    socket.connect(to).await
}

/// Says this on a connection of its own, from this address of ours, and reads the answer to its end.
///
/// # Errors
/// There was no connection, or no answer of HTTP came.
pub async fn say(to: SocketAddr, from: IpAddr, request: &[u8]) -> io::Result<Response> {
    let mut stream = connect(to, from).await?;
    // Who is refused early is not read to the end, and the answer is there all the same.
    let written = stream.write_all(request).await;
    let mut bytes = Vec::new();
    let read = stream.take(MOST).read_to_end(&mut bytes).await;
    let text = String::from_utf8_lossy(&bytes);
    let parse = || {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
        Some(Response { status, head: head.to_owned(), body: body.to_owned() })
    };
    parse().ok_or_else(|| written.err().or(read.err()).unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_what_a_server_reads() {
        let target = Target::of("http://127.0.0.1:8787/whep/abc").expect("a URL");
        let post = String::from_utf8(target.post("me", Some("a=b"), "v=0")).expect("text");
        let (head, body) = post.split_once("\r\n\r\n").expect("a header");
        assert_eq!(body, "v=0");
        for line in ["POST /whep/abc HTTP/1.1", "Host: 127.0.0.1:8787", "Cookie: a=b", "Content-Length: 3"] {
            assert!(head.lines().any(|l| l == line), "{line} in:\n{head}");
        }
    }

    #[tokio::test]
    async fn an_answer_is_read_to_its_end_and_silence_is_an_error() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let to = listener.local_addr().expect("it is bound");
        let serves = async {
            for answer in ["HTTP/1.1 404 Not Found\r\nA: b\r\n\r\nbody", ""] {
                let (mut stream, _) = listener.accept().await.expect("somebody comes");
                let mut asked = [0; 2];
                stream.read_exact(&mut asked).await.expect("it asks");
                stream.write_all(answer.as_bytes()).await.expect("it is read");
            }
        };
        let asks = async {
            let from = IpAddr::from([127, 0, 0, 1]);
            let answer = say(to, from, b"hi").await.expect("an answer");
            assert_eq!((answer.status, answer.body.as_str()), (404, "body"));
            assert!(say(to, from, b"hi").await.is_err());
        };
        tokio::join!(serves, asks);
    }
}
