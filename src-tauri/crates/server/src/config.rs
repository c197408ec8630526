//! What can be set.

use crate::public_url::PublicUrl;
use crate::{CookieKey, DrawStill};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;
use tokio::sync::watch;

/// What can be set.
#[derive(Clone, Debug)]
pub struct Config {
    /// The proxy whose `X-Forwarded-For`, `-Host`, `-Proto` and `-Port` are believed. Without one nobody's are.
    pub trusted_proxy: Option<IpAddr>,
    /// Where the pages are for who comes from outside, which may change while the program runs.
    pub public: watch::Receiver<Option<PublicUrl>>,
    /// Who may read `/metrics`.
    pub metrics: Metrics,
    /// The link is a name, which can be guessed: then a guess costs time also when it is right, so that it tells nothing early.
    pub guessable_link: bool,
    /// How much one client, and all together, may take.
    pub limits: Limits,
    /// What the cookies of visitors are signed with.
    pub cookie_key: CookieKey,
    /// What makes the picture beside a pasted link.
    pub still: DrawStill,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            trusted_proxy: None,
            public: watch::channel(None).1,
            metrics: Metrics::default(),
            guessable_link: false,
            limits: Limits::default(),
            cookie_key: CookieKey::default(),
            still: DrawStill::default(),
        }
    }
}

/// Who may read `/metrics`.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Metrics {
    /// Nobody: the path leads nowhere.
    #[default]
    Off,
    /// Who asks over loopback. Behind a proxy or a tunnel on this machine that is everybody, unless it says for whom it asks.
    Loopback,
    /// Who sends this as Bearer token (RFC 6750 2.1), from wherever.
    Token(String),
}

impl fmt::Debug for Metrics {
    /// A log is no place for a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "Off",
            Self::Loopback => "Loopback",
            Self::Token(_) => "Token(…)",
        })
    }
}

/// How much one client, and all together, may take. None of them locks out a school behind one address.
#[derive(Clone, Debug)]
pub struct Limits {
    /// A request's header must be here after this; the fuller the house, the less, down to a fifth.
    pub header_time: Duration,
    /// A request's body must be here after this.
    pub body_time: Duration,
    /// A connection without a request, or a page socket whose page does not answer pings, is closed after this.
    pub idle_time: Duration,
    /// Largest offer or fragment, bytes.
    pub body_bytes: usize,
    /// Most TCP connections at one time. When all are taken, the oldest idle one gives way to a new one, and one address (IPv6: /56)
    /// never has more than an eighth of those that no viewer uses.
    pub connections: usize,
    /// Most TCP connections at one time from one address (IPv6: /56), viewers' and others. Loopback is exempt.
    pub connections_per_address: usize,
    /// New joins a second from one address (IPv6: /64), in the long run: of browsers with a cookie of ours, and again of all
    /// others. Loopback is exempt.
    pub joins_per_second: u32,
    /// New joins at once from one address (IPv6: /64), of each of the two. Loopback is exempt.
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
            joins_per_second: 50,
            joins_burst: 300,
        }
    }
}
