//! What can be set.

use std::net::IpAddr;
use std::time::Duration;

/// What can be set.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The proxy whose `X-Forwarded-For` is believed. Without one the header is ignored.
    pub trusted_proxy: Option<IpAddr>,
    /// Answer `/metrics` to everybody, not only to this machine.
    pub metrics_public: bool,
    /// How much one client, and all together, may take.
    pub limits: Limits,
}

/// How much one client, and all together, may take. None of them locks out a school behind one address.
#[derive(Clone, Debug)]
pub struct Limits {
    /// A request's header must be here after this.
    pub header_time: Duration,
    /// A request's body must be here after this.
    pub body_time: Duration,
    /// A connection without a request, or a page socket whose page does not answer pings, is closed after this.
    pub idle_time: Duration,
    /// Largest offer or fragment, bytes.
    pub body_bytes: usize,
    /// Most TCP connections at one time.
    pub connections: usize,
    /// Most TCP connections at one time from one address (IPv6: /64). Loopback is exempt.
    pub connections_per_address: usize,
    /// Most joins without a finished DTLS handshake from one address (IPv6: /64). Loopback is exempt.
    pub unfinished_joins: u32,
    /// New joins a second from one address (IPv6: /64), in the long run. Loopback is exempt.
    pub joins_per_second: u32,
    /// New joins at once from one address (IPv6: /64). Loopback is exempt.
    pub joins_burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(30),
            body_bytes: 64 * 1024,
            connections: 8192,
            connections_per_address: 4096,
            unfinished_joins: 64,
            joins_per_second: 50,
            joins_burst: 300,
        }
    }
}
