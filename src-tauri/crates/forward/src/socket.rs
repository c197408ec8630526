//! The one UDP socket: batches in, runs of segments out, and the local address of each path.

use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr, SocketAddrV6, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Between whom datagrams go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// The viewer's address; never a v4-mapped one.
    pub(crate) remote: SocketAddr,
    /// The address of ours that the viewer's packets come to, which ours must come from: on a machine with several, the
    /// routing table alone may choose another, and NATs and browsers drop what comes from there.
    pub(crate) local: Option<IpAddr>,
}

/// Sends from any thread.
pub(crate) struct Socket {
    io: UdpSocket,
    state: UdpSocketState,
    /// An IPv6 socket, which takes IPv4 destinations in their mapped form.
    v6: bool,
    /// It has many addresses, and must be told from which to send.
    any: bool,
}

/// Room for the pictures of a few hundred viewers while the network card is busy, and for their reports while we are. The
/// kernel gives less where its limit is lower.
const BUFFER: usize = 4 * 1024 * 1024;

/// The most that one call may hand over: UDP's limit over IPv4.
pub(crate) const MAX_RUN: usize = 65_507;

impl Socket {
    pub(crate) fn new(io: UdpSocket) -> io::Result<Socket> {
        let state = UdpSocketState::new(UdpSockRef::from(&io))?;
        for result in [
            state.set_send_buffer_size(UdpSockRef::from(&io), BUFFER),
            state.set_recv_buffer_size(UdpSockRef::from(&io), BUFFER),
        ] {
            if let Err(error) = result {
                tracing::debug!(%error, "the socket keeps its buffer size");
            }
        }
        let local = io.local_addr()?;
        Ok(Socket { io, state, v6: local.is_ipv6(), any: local.ip().is_unspecified() })
    }

    /// For the thread that receives.
    pub(crate) fn try_clone_io(&self) -> io::Result<UdpSocket> {
        self.io.try_clone()
    }

    /// How much the kernel holds of what came until it is taken, by its own count, bytes.
    pub(crate) fn receive_buffer(&self) -> io::Result<usize> {
        self.state.recv_buffer_size(UdpSockRef::from(&self.io))
    }

    /// How many segments one call may have; it shrinks to 1 when the kernel refuses more.
    pub(crate) fn max_segments(&self) -> usize {
        self.state.max_gso_segments()
    }

    /// Hands over datagrams of `segment` bytes each, the last one maybe shorter, and says how many calls it took.
    pub(crate) fn send(&self, path: &Path, run: &[u8], segment: usize) -> io::Result<u64> {
        let destination = if self.v6 { mapped(path.remote) } else { path.remote };
        let mut rest = run;
        let mut calls = 0;
        while !rest.is_empty() {
            let max = self.max_segments();
            let len = rest.len().min(max.saturating_mul(segment)).min(MAX_RUN / segment * segment);
            let transmit = Transmit {
                destination,
                ecn: None,
                contents: &rest[..len],
                segment_size: (len > segment).then_some(segment),
                src_ip: path.local.filter(|_| self.any),
            };
            match self.state.try_send(UdpSockRef::from(&self.io), &transmit) {
                Ok(()) => rest = &rest[len..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The kernel refused segmentation: the same again in smaller runs.
                Err(_) if self.max_segments() < max && len > segment => {}
                Err(error) => return Err(error),
            }
            calls += 1;
        }
        Ok(calls)
    }
}

/// The buffers of the thread that receives.
pub(crate) struct Receiver {
    state: UdpSocketState,
    buffers: Vec<Vec<u8>>,
    metas: Vec<RecvMeta>,
}

impl Receiver {
    pub(crate) fn new(io: &mio::net::UdpSocket) -> io::Result<Receiver> {
        let state = UdpSocketState::new(UdpSockRef::from(io))?;
        // One run that the kernel joined may fill a datagram's greatest length.
        let buffers = vec![vec![0; MAX_RUN + 28]; BATCH_SIZE];
        Ok(Receiver { state, buffers, metas: vec![RecvMeta::default(); BATCH_SIZE] })
    }

    /// Takes one batch: each datagram with its path, from where one comes soon, and when it came, by the kernel's word where it
    /// tells.
    pub(crate) fn receive(
        &mut self,
        io: &mio::net::UdpSocket,
        mut each: impl FnMut(Path, Option<SocketAddr>, &mut [u8], Instant),
    ) -> io::Result<Batch> {
        let mut buffers = self.buffers.iter_mut();
        let mut slices: [IoSliceMut<'_>; BATCH_SIZE] =
            std::array::from_fn(|_| IoSliceMut::new(buffers.next().expect("there is one for each")));
        let count = match io.try_io(|| self.state.recv(UdpSockRef::from(io), &mut slices, &mut self.metas)) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Batch::default()),
            Err(error) => return Err(error),
        };
        let (now, wall) = (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        let (mut datagrams, mut bytes) = (0, 0);
        for (n, (meta, buffer)) in self.metas.iter().zip(&mut self.buffers).take(count).enumerate() {
            let soon = self.metas[..count].get(n + 2).map(|meta| unmapped(meta.addr));
            // A wall clock that was set in between must not move a datagram further than it can have waited.
            let waited = meta.timestamp.map_or(Duration::ZERO, |came| wall.saturating_sub(came).min(MAX_WAITED));
            let path = Path { remote: unmapped(meta.addr), local: meta.dst_ip.map(|ip| ip.to_canonical()) };
            bytes += meta.len;
            for datagram in buffer[..meta.len].chunks_mut(meta.stride.max(1)) {
                each(path, soon, datagram, now - waited);
                datagrams += 1;
            }
        }
        Ok(Batch { datagrams, bytes, full: count == BATCH_SIZE })
    }
}

/// What one call received.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Batch {
    pub(crate) datagrams: usize,
    /// Of all of them together.
    pub(crate) bytes: usize,
    /// There may be more.
    pub(crate) full: bool,
}

/// A datagram that the thread could not take for longer than this is dated as if it had come so long ago.
const MAX_WAITED: Duration = Duration::from_millis(50);

/// The address itself where it is a v4-mapped one, so that one viewer has one address whatever the socket.
pub(crate) fn unmapped(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V6(v6) => match v6.ip().to_ipv4_mapped() {
            Some(v4) => SocketAddr::from((v4, v6.port())),
            None => SocketAddrV6::new(*v6.ip(), v6.port(), 0, v6.scope_id()).into(),
        },
        v4 => v4,
    }
}

fn mapped(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) => SocketAddr::from((v4.ip().to_ipv6_mapped(), v4.port())),
        v6 => v6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_address_is_normalised() {
        let mapped_text: SocketAddr = "[::ffff:192.0.2.1]:5".parse().expect("an address");
        let plain: SocketAddr = "192.0.2.1:5".parse().expect("an address");
        assert_eq!(unmapped(mapped_text), plain);
        assert_eq!(mapped(plain), mapped_text);
        let v6: SocketAddr = "[2001:db8::1]:5".parse().expect("an address");
        assert_eq!(unmapped(v6), v6);
    }

    /// Sends runs to a plain socket and returns the datagrams that came.
    fn sent(from: &str, to: &str, local: Option<IpAddr>, run: &[u8], segment: usize) -> Vec<(usize, IpAddr)> {
        let receiver = UdpSocket::bind(to).expect("a port");
        receiver.set_read_timeout(Some(std::time::Duration::from_secs(5))).expect("a timeout");
        let socket = Socket::new(UdpSocket::bind(from).expect("a port")).expect("a socket");
        let path = Path { remote: unmapped(receiver.local_addr().expect("bound")), local };
        socket.send(&path, run, segment).expect("loopback takes it");
        let mut buffer = [0; 2000];
        (0..run.len().div_ceil(segment))
            .map(|_| receiver.recv_from(&mut buffer).expect("every datagram arrives"))
            .map(|(len, from)| (len, unmapped(from).ip()))
            .collect()
    }

    #[test]
    fn a_run_arrives_as_datagrams_and_only_the_last_is_shorter() {
        let lens: Vec<usize> = sent("127.0.0.1:0", "127.0.0.1:0", None, &[7; 100 * 1200 + 300], 1200)
            .iter()
            .map(|(len, _)| *len)
            .collect();
        assert_eq!(lens, [vec![1200; 100], vec![300]].concat(), "101 segments are more than one call takes");
    }

    #[test]
    fn packets_leave_from_the_address_that_the_viewer_knows() {
        let local: IpAddr = "127.0.0.9".parse().expect("an address");
        for from in ["0.0.0.0:0", "[::]:0"] {
            let from = sent(from, "127.0.0.1:0", Some(local), &[1; 30], 20);
            assert_eq!(from, [(20, local), (10, local)], "as IPv4 socket and as dual-stack socket");
        }
    }
}
