//! One connection on str0m with the socket it is made on: what a whole viewer and a visitor have in common.

use anyhow::Context;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc};
use tokio::net::UdpSocket;

/// A connection that somebody moves on, step by step.
pub(crate) struct Peer {
    pub(crate) rtc: Rtc,
    socket: UdpSocket,
    local: SocketAddr,
    /// Datagrams sent.
    pub(crate) sent: u64,
}

impl Peer {
    /// Gives a state machine a socket of its own at this address.
    pub(crate) async fn bind(address: IpAddr, mut rtc: Rtc) -> anyhow::Result<Peer> {
        let socket = UdpSocket::bind(SocketAddr::new(address, 0)).await.context("no UDP socket")?;
        let local = socket.local_addr()?;
        rtc.add_local_candidate(Candidate::host(local, "udp")?);
        Ok(Peer { rtc, socket, local, sent: 0 })
    }

    /// Waits for datagrams, and takes at most so many, or for the next timeout. What `loses` says is lost on the way, and
    /// every event goes to `on`. Answers how many came.
    pub(crate) async fn step(
        &mut self,
        most: usize,
        mut loses: impl FnMut(&[u8]) -> bool,
        mut on: impl FnMut(&Rtc, Event),
    ) -> anyhow::Result<usize> {
        let deadline = self.drain(&mut on)?;
        let mut came = 0;
        tokio::select! {
            ready = self.socket.readable() => {
                ready?;
                let mut buffer = [0; 2048];
                while came < most && let Ok((size, source)) = self.socket.try_recv_from(&mut buffer) {
                    came += 1;
                    if loses(&buffer[..size]) {
                        continue;
                    }
                    if let Ok(contents) = buffer[..size].try_into() {
                        let receive = Receive { proto: Protocol::Udp, source, destination: self.local, contents };
                        self.rtc.handle_input(Input::Receive(Instant::now(), receive))?;
                        self.drain(&mut on)?;
                    }
                }
            }
            () = tokio::time::sleep_until(deadline.into()) => self.rtc.handle_input(Input::Timeout(Instant::now()))?,
        }
        Ok(came)
    }

    /// Carries out what the state machine asks until it has nothing but a time to wait for.
    pub(crate) fn drain(&mut self, on: &mut impl FnMut(&Rtc, Event)) -> anyhow::Result<Instant> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(when) => return Ok(when.max(Instant::now() + Duration::from_millis(1))),
                Output::Transmit(transmit) => {
                    self.sent += 1;
                    // A full socket buffer loses a packet as a network would.
                    self.socket.try_send_to(&transmit.contents, transmit.destination).ok();
                }
                Output::Event(event) => on(&self.rtc, event),
            }
        }
    }

    /// The socket alone: its port stays taken, and nobody answers there.
    pub(crate) fn into_socket(self) -> UdpSocket {
        self.socket
    }
}
