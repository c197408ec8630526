//! A connection to the host of a URL: found, allowed, opened, and sealed where it is https.

use super::tls;
use crate::target::host;
use crate::trouble::Trouble;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use url::{Host, Url};

/// One address may take so long; then the next is tried.
const ONE_ADDRESS: Duration = Duration::from_secs(3);

/// The most addresses of a name that are tried.
const MOST_ADDRESSES: usize = 8;

/// How connections are made.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) tls: Arc<ClientConfig>,
}

/// A connection, sealed or not.
pub(crate) enum Stream {
    Plain(TcpStream),
    Sealed(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// Whom it leads to.
    pub(crate) fn peer(&self) -> io::Result<SocketAddr> {
        match self {
            Stream::Plain(stream) => stream.peer_addr(),
            Stream::Sealed(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}

impl Way {
    /// Connects to the host of an http or https URL.
    pub(crate) async fn open(&self, url: &Url) -> Result<Stream, Trouble> {
        let sealed = url.scheme() == "https";
        let addresses = addresses(url).await?;
        // Every one of them, or a name of many could be what its owner likes from one moment to the next.
        if !sealed && !addresses.iter().all(|address| is_private(address.ip())) {
            return Err(Trouble::NotPrivate { host: host(url) });
        }
        let tcp = connect(url, &addresses).await?;
        // Requests are small and answers are waited for.
        let _ = tcp.set_nodelay(true);
        if !sealed {
            return Ok(Stream::Plain(tcp));
        }
        Ok(Stream::Sealed(Box::new(tls::seal(self.tls.clone(), url, tcp).await?)))
    }
}

/// The addresses of a URL's host, with its port.
pub(crate) async fn addresses(url: &Url) -> Result<Vec<SocketAddr>, Trouble> {
    let port = url.port_or_known_default().unwrap_or(443);
    let name = match url.host() {
        Some(Host::Ipv4(address)) => return Ok(vec![(address, port).into()]),
        Some(Host::Ipv6(address)) => return Ok(vec![(address, port).into()]),
        Some(Host::Domain(name)) => name,
        None => return Err(Trouble::Ours("the URL names no host".into())),
    };
    let unknown = |error: String| Trouble::NoSuchHost { host: name.to_owned(), error };
    let found = lookup_host((name, port)).await.map_err(|error| unknown(error.to_string()))?;
    let found: Vec<SocketAddr> = found.take(MOST_ADDRESSES).collect();
    if found.is_empty() { Err(unknown("it has no address".into())) } else { Ok(found) }
}

async fn connect(url: &Url, addresses: &[SocketAddr]) -> Result<TcpStream, Trouble> {
    let mut last = io::Error::from(io::ErrorKind::TimedOut);
    for address in addresses {
        match tokio::time::timeout(ONE_ADDRESS, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => {}
        }
    }
    Err(Trouble::Unreachable { host: host(url), error: last.to_string() })
}

/// Loopback, or a network that is not the internet: who listens there could have the stream anyway.
pub(crate) fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local() || is_shared(address)
        }
        IpAddr::V6(address) => address.is_loopback() || is_local(address),
    }
}

/// Between an operator and its subscribers (RFC 6598), which VPNs of a house use too.
fn is_shared(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 100 && (64..128).contains(&second)
}

/// Unique local (RFC 4193) or of one link.
fn is_local(address: Ipv6Addr) -> bool {
    let first = address.segments()[0];
    first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Sealed(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Sealed(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Sealed(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Sealed(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_networks_of_ones_own_are_private() {
        for private in [
            "127.0.0.1",
            "127.0.0.77",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.20",
            "169.254.1.1",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:192.168.1.1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in [
            "203.0.113.7",
            "172.32.0.1",
            "100.128.0.1",
            "100.63.0.1",
            "8.8.8.8",
            "2001:db8::1",
            "::ffff:8.8.8.8",
            "0.0.0.0",
        ] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }
}
