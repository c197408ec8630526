//! Handshakes in virtual time, over a link of 5 ms each way that loses what a test says.

mod attacks;
mod handshake;
mod paths;
mod third_party;

use super::*;
use crate::client::{CHROMIUM, Client};
use port::Credentials;
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
    /// The server's.
    ice: Credentials,
    /// When it arrives, which way, from where, and what.
    flying: VecDeque<(Instant, Way, Path, Vec<u8>)>,
    /// Says whether the n-th DTLS datagram of its way, counted from 1, is lost.
    lose: Box<dyn FnMut(Way, usize) -> bool>,
    counts: [usize; 2],
    /// Where the client is: it sends from there, and what is sent elsewhere is lost.
    from: Path,
    /// It is not really there, and has forged its address: what is sent there is lost too.
    deaf: bool,
    /// Bytes that it sent.
    client_bytes: usize,
    /// What the server sent that was lost so, by path.
    astray: Vec<(Path, Vec<u8>)>,
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
        let fingerprint = Offer::parse(&offer).expect("an offer").transport.fingerprint;
        let ice = Credentials::random();
        client.use_ice(ice.clone());
        let session = IceSession { ours: ice.clone(), theirs: client.own_ice().clone() };
        Pair {
            now,
            start: now,
            server: Transport::new(session, SERVER.clone(), fingerprint, TIMEOUTS, now),
            client,
            ice,
            flying: VecDeque::new(),
            lose: Box::new(lose),
            counts: [0, 0],
            from: path(1000),
            deaf: false,
            client_bytes: 0,
            astray: Vec::new(),
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
            if !self.step(self.start + Duration::from_secs(20)) || self.is_gone() {
                return false;
            }
        }
        true
    }

    /// Lets so much time pass, or as much as there is until the viewer is gone.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while !self.is_gone() && self.step(end) {}
        if !self.is_gone() {
            self.now = end;
        }
    }

    /// A viewer that watches for so long, and checks its path as a browser does.
    fn watch(&mut self, time: Duration) {
        const CHECK_INTERVAL: Duration = Duration::from_millis(2500);
        for _ in 0..time.as_millis() / CHECK_INTERVAL.as_millis() {
            self.client.check(true);
            self.pass(CHECK_INTERVAL);
        }
    }

    fn is_gone(&self) -> bool {
        self.outputs.iter().any(|output| matches!(output, Output::Gone(_)))
    }

    /// Does the next thing that is due. False: there is none until `end`.
    fn step(&mut self, end: Instant) -> bool {
        self.carry();
        let arrival = self.flying.iter().map(|(at, ..)| *at).min();
        let timers = [arrival, Some(self.server.poll_timeout()), self.client.poll_timeout()];
        let next = timers.into_iter().flatten().min().expect("the server has a deadline");
        if next > end {
            return false;
        }
        self.now = self.now.max(next);
        if arrival == Some(next) {
            let at = self.flying.iter().position(|(at, ..)| *at == next).expect("it is the next to arrive");
            let (_, way, path, datagram) = self.flying.remove(at).expect("it is there");
            match way {
                Way::ToServer => self.deliver(datagram, path),
                Way::ToClient if path.has_same_remote(&self.from) && !self.deaf => {
                    self.client.handle(&datagram, self.now)
                }
                Way::ToClient => self.astray.push((path, datagram)),
            }
        } else {
            self.server.handle_timeout(self.now, &mut self.outputs);
            if self.client.poll_timeout().is_some_and(|at| at <= self.now) {
                self.client.handle_timeout(self.now);
            }
        }
        true
    }

    /// The ports of the paths that the server knows.
    fn known(&self) -> Vec<u16> {
        (0..=u16::MAX).filter(|port| self.server.knows(&path(*port))).collect()
    }

    fn deliver(&mut self, mut datagram: Vec<u8>, path: Path) {
        match (Check::parse(&datagram), Response::parse(&datagram)) {
            (Some(check), _) => {
                self.server.check(check, path, self.now, &mut self.outputs);
            }
            (_, Some(response)) => {
                self.server.response(response, path, self.now, &mut self.outputs);
            }
            _ => {
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
            self.client_bytes += datagram.len();
            self.send(Way::ToServer, self.from, datagram);
        }
        for output in std::mem::take(&mut self.outputs) {
            match output {
                Output::Transmit(path, datagram) | Output::Check(path, _, datagram) => {
                    self.send(Way::ToClient, path, datagram);
                }
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
