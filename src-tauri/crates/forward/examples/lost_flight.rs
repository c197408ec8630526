//! A DTLS server of rtc-dtls 0.21.1 that never answers again: its ServerHello flight is lost, and the client asks again before
//! the server's own timer does. Both ends are rtc-dtls, time is virtual, there is no socket.
//!
//! `cargo run -p forward --example lost_flight`; docs/rtc-dtls-lost-flight.md explains what it prints.

use bytes::BytesMut;
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, HandshakeConfig};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_shared::TransportProtocol;
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

const CLIENT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);
const SERVER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 2);

/// One way.
const DELAY: Duration = Duration::from_millis(10);

fn main() {
    println!("1. Nothing is lost.\n");
    run(Duration::from_millis(300), false);
    println!("\n2. The ServerHello flight is lost once; the server's timer (1 s) comes before the client's (3 s).\n");
    run(Duration::from_secs(3), true);
    println!("\n3. The same; the client's timer (300 ms; browsers begin with 50 or 100) comes before the server's.\n");
    run(Duration::from_millis(300), true);
}

/// One handshake. `interval` is the client's time until it repeats a flight; `lose` drops the first ServerHello flight.
fn run(interval: Duration, lose: bool) {
    let start = Instant::now();
    let mut now = start;
    let mut link = Link { start, flights: VecDeque::new(), lose };
    let mut client = Endpoint::new(CLIENT, TransportProtocol::UDP, None);
    let mut server = Endpoint::new(SERVER, TransportProtocol::UDP, Some(config(None)));
    let mut done = (false, false);

    client.connect(now, SERVER, config(Some(interval)), None).expect("a client can begin");
    loop {
        link.send("client", SERVER, &mut client, now);
        link.send("server", CLIENT, &mut server, now);
        if done == (true, true) {
            link.say(now, "both ends are connected");
            return;
        }
        let timers = [client.poll_timeout(&SERVER), server.poll_timeout(&CLIENT)];
        let next = [link.flights.front().map(|flight| flight.at), timers[0], timers[1]].into_iter().flatten().min();
        let Some(next) = next else {
            link.say(now, "nobody has a timer: nothing will ever happen again");
            return;
        };
        now = next;
        while link.flights.front().is_some_and(|flight| flight.at <= now)
            && let Some(flight) = link.flights.pop_front()
        {
            let to_server = flight.to == SERVER;
            let (endpoint, from, is_done) =
                if to_server { (&mut server, CLIENT, &mut done.0) } else { (&mut client, SERVER, &mut done.1) };
            for datagram in flight.datagrams {
                match endpoint.read(now, from, None, datagram) {
                    Ok(events) => *is_done |= events.iter().any(|e| matches!(e, EndpointEvent::HandshakeComplete)),
                    Err(error) => return link.say(now, &format!("reading failed: {error}")),
                }
            }
            if to_server {
                let armed = server.poll_timeout(&CLIENT).map_or("none".to_owned(), |at| millis(at - start));
                link.say(now, &format!("server   has read that; its timer: {armed}"));
            }
        }
        let mut gave_up: Option<String> = None;
        for (name, endpoint, peer) in [("client", &mut client, SERVER), ("server", &mut server, CLIENT)] {
            if endpoint.poll_timeout(&peer).is_some_and(|at| at <= now) {
                link.say(now, &format!("{name}   timer"));
                gave_up = endpoint.handle_timeout(peer, now).err().map(|error| format!("{name}   gives up: {error}"));
            }
        }
        if let Some(gave_up) = gave_up {
            let timer = server.poll_timeout(&CLIENT);
            link.say(now, gave_up.as_str());
            link.say(now, &format!("server   knows nothing of it: its timer is {timer:?}, and it never told an error"));
            return;
        }
    }
}

/// What is on its way, in the order it arrives.
struct Link {
    start: Instant,
    flights: VecDeque<Flight>,
    lose: bool,
}

struct Flight {
    at: Instant,
    to: SocketAddr,
    datagrams: Vec<BytesMut>,
}

impl Link {
    fn send(&mut self, name: &str, to: SocketAddr, endpoint: &mut Endpoint, now: Instant) {
        let datagrams: Vec<_> = std::iter::from_fn(|| endpoint.poll_transmit()).map(|t| t.message).collect();
        if datagrams.is_empty() {
            return;
        }
        let contents: Vec<_> = datagrams.iter().flat_map(|datagram| contents(datagram)).collect();
        let lost = self.lose && contents.contains(&"ServerHello");
        self.lose &= !lost;
        self.say(now, &format!("{name} > {}{}", contents.join(", "), if lost { "    LOST" } else { "" }));
        if !lost {
            self.flights.push_back(Flight { at: now + DELAY, to, datagrams });
        }
    }

    fn say(&self, now: Instant, what: &str) {
        println!("{:>9}  {what}", millis(now - self.start));
    }
}

fn millis(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

/// What a datagram's records hold (RFC 6347 4.1, 4.2.2).
fn contents(mut datagram: &[u8]) -> Vec<&'static str> {
    let mut contents = Vec::new();
    while let Some((header, rest)) = datagram.split_at_checked(13) {
        let (record, rest) = rest.split_at(usize::from(u16::from_be_bytes([header[11], header[12]])));
        datagram = rest;
        contents.push(match (header[0], header[4], record[0]) {
            (20, ..) => "ChangeCipherSpec",
            (21, ..) => "Alert",
            (22, 1, _) => "Finished",
            (22, _, 1) => "ClientHello",
            (22, _, 2) => "ServerHello",
            (22, _, 3) => "HelloVerifyRequest",
            (22, _, 11) => "Certificate",
            (22, _, 12) => "ServerKeyExchange",
            (22, _, 13) => "CertificateRequest",
            (22, _, 14) => "ServerHelloDone",
            (22, _, 15) => "CertificateVerify",
            (22, _, 16) => "ClientKeyExchange",
            _ => "other",
        });
    }
    contents
}

/// Of the client, with its interval, or of the server, with the default one of a second.
fn config(client: Option<Duration>) -> Arc<HandshakeConfig> {
    let provider: Arc<dyn RTCCryptoProvider> = Arc::new(AwsLcRsProvider::new());
    let certificate = Certificate::generate_self_signed(vec!["example".to_owned()], provider.crypto());
    let builder = ConfigBuilder::default()
        .with_crypto_provider(provider)
        .with_certificates(vec![certificate.expect("a certificate")])
        .with_insecure_skip_verify(true);
    let config = match client {
        Some(interval) => builder.with_flight_interval(interval).build(true, Some(SERVER)),
        None => builder.with_client_auth(ClientAuthType::RequireAnyClientCert).build(false, None),
    };
    Arc::new(config.expect("a configuration"))
}
