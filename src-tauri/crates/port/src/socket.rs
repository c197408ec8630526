//! What is sent: runs of segments along a path, each handed to the kernel in one call.

use crate::path::{Path, mapped};
use quinn_udp::{Transmit, UdpSockRef, UdpSocketState};
use std::io;
use std::net::UdpSocket;

/// Sends from any thread.
#[derive(Debug)]
pub struct Socket {
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

/// The most bytes that one call may hand over: UDP's limit over IPv4.
pub const MAX_RUN: usize = 65_507;

impl Socket {
    /// Takes the socket, and asks for room in the kernel.
    pub fn new(io: UdpSocket) -> io::Result<Socket> {
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
        // On Windows an address of IPv4 is bound as IPv6 writes it.
        Ok(Socket { io, state, v6: local.is_ipv6(), any: local.ip().to_canonical().is_unspecified() })
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
    pub fn max_segments(&self) -> usize {
        self.state.max_gso_segments()
    }

    /// Hands over datagrams of `segment` bytes each, the last one maybe shorter, and says how many calls it took. It never waits:
    /// what the kernel has no room for is refused, and the caller leaves it out.
    pub fn send(&self, path: &Path, run: &[u8], segment: usize) -> io::Result<u64> {
        let destination = if self.v6 { mapped(path.remote()) } else { path.remote() };
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
                src_ip: path.local().filter(|_| self.any),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::unmapped;
    use std::net::IpAddr;

    /// Sends runs to a plain socket and returns the datagrams that came.
    fn sent(from: &str, to: &str, local: Option<IpAddr>, run: &[u8], segment: usize) -> Vec<(usize, IpAddr)> {
        let receiver = UdpSocket::bind(to).expect("a port");
        receiver.set_read_timeout(Some(std::time::Duration::from_secs(5))).expect("a timeout");
        let socket = Socket::new(UdpSocket::bind(from).expect("a port")).expect("a socket");
        let path = Path::udp(receiver.local_addr().expect("bound"), local);
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
