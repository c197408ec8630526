//! Handshakes in virtual time, over a link of 5 ms each way that loses what a test says.

mod attacks;
mod handshake;
mod paths;

use super::*;
use crate::client::{CHROMIUM, Client};
use sdp::Offer;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::LazyLock;

const DELAY: Duration = Duration::from_millis(5);
const TIMEOUTS: Timeouts = Timeouts { join: Duration::from_secs(10), consent: Duration::from_secs(10) };

static SERVER: LazyLock<Arc<Server>> = LazyLock::new(|| Arc::new(Server::new().expect("a certificate")));

fn path(port: u16) -> Path {
    Path::udp(SocketAddr::from(([192, 0, 2, 1], port)), None)
}

/// Which way a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    ToServer,
    ToClient,
}

struct Pair {
    now: Instant,
    start: Instant,
    server: Transport,
    client: Client,
    ice: Credentials,
    /// When it arrives, which way, from where, and what.
    flying: VecDeque<(Instant, Way, Path, Vec<u8>)>,
    /// Says whether the n-th DTLS datagram of its way, counted from 1, is lost.
    lose: Box<dyn FnMut(Way, usize) -> bool>,
    counts: [usize; 2],
    /// Where the client sends from.
    from: Path,
    sealer: Option<Box<Sealer>>,
    outputs: Vec<Output>,
}

impl Pair {
    fn new(client: Client, lose: impl FnMut(Way, usize) -> bool + 'static) -> Pair {
        Pair::with_offer(client, CHROMIUM, lose, Instant::now())
    }

    fn with_offer(
        mut client: Client,
        template: &str,
        lose: impl FnMut(Way, usize) -> bool + 'static,
        now: Instant,
    ) -> Pair {
        let offer = client.offer(template);
        let fingerprint = Offer::parse(&offer).expect("an offer").fingerprint;
        let ice = Credentials::random();
        client.use_ice(ice.clone());
        Pair {
            now,
            start: now,
            server: Transport::new(ice.clone(), SERVER.clone(), fingerprint, TIMEOUTS, now),
            client,
            ice,
            flying: VecDeque::new(),
            lose: Box::new(lose),
            counts: [0, 0],
            from: path(1000),
            sealer: None,
            outputs: Vec::new(),
        }
    }

    /// ICE and DTLS, as a browser does them; true once both sides are connected.
    fn join(&mut self) -> bool {
        self.client.check(true);
        self.client.begin(self.now);
        self.run_until(|pair| pair.sealer.is_some() && pair.client.is_connected())
    }

    /// Until the condition holds or 20 s have passed.
    fn run_until(&mut self, done: impl Fn(&Pair) -> bool) -> bool {
        while !done(self) {
            self.carry();
            let arrival = self.flying.iter().map(|(at, ..)| *at).min();
            let timers = [arrival, Some(self.server.poll_timeout()), self.client.poll_timeout()];
            let next = timers.into_iter().flatten().min().expect("the server has a deadline");
            self.now = self.now.max(next);
            if self.now > self.start + Duration::from_secs(20) {
                return false;
            }
            if arrival == Some(next) {
                let at = self.flying.iter().position(|(at, ..)| *at == next).expect("it is the next to arrive");
                let (_, way, path, datagram) = self.flying.remove(at).expect("it is there");
                match way {
                    Way::ToServer => self.deliver(datagram, path),
                    Way::ToClient => self.client.handle(&datagram, self.now),
                }
            } else {
                self.server.handle_timeout(self.now, &mut self.outputs);
                if self.client.poll_timeout().is_some_and(|at| at <= self.now) {
                    self.client.handle_timeout(self.now);
                }
            }
            if self.outputs.iter().any(|output| matches!(output, Output::Gone(_))) {
                return false;
            }
        }
        true
    }

    /// The ports of the paths that the server knows.
    fn known(&self) -> Vec<u16> {
        (0..=u16::MAX).filter(|port| self.server.knows(&path(*port))).collect()
    }

    fn deliver(&mut self, mut datagram: Vec<u8>, path: Path) {
        match Check::parse(&datagram) {
            Some(check) => {
                self.server.check(check, path, self.now, &mut self.outputs);
            }
            None => {
                self.server.datagram(&mut datagram, path, self.now, &mut self.outputs);
                // As the receive thread does when it has read it.
                if let Some(Output::Rtcp(len)) = self.outputs.last()
                    && rtp::rtcp::packets(&datagram[..*len]).any(|packet| packet.is_bye())
                {
                    self.server.goodbye(self.now);
                }
            }
        }
    }

    /// Puts on the link what both sides want to send.
    fn carry(&mut self) {
        for datagram in std::mem::take(&mut self.client.outgoing) {
            self.send(Way::ToServer, self.from, datagram);
        }
        for output in std::mem::take(&mut self.outputs) {
            match output {
                Output::Transmit(path, datagram) => self.send(Way::ToClient, path, datagram),
                Output::Connected(sealer, _) => self.sealer = Some(sealer),
                other => self.outputs.push(other),
            }
        }
    }

    fn send(&mut self, way: Way, path: Path, datagram: Vec<u8>) {
        if (20..=63).contains(&datagram[0]) {
            self.counts[way as usize] += 1;
            if (self.lose)(way, self.counts[way as usize]) {
                return;
            }
        }
        self.flying.push_back((self.now + DELAY, way, path, datagram));
    }

    fn took(&self) -> Duration {
        self.now - self.start
    }
}

fn dimpl(seed: u64) -> Client {
    Client::new(seed, 1200, Instant::now())
}
