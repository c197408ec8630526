//! What a forwarder is started with.

use std::net::SocketAddr;
use std::time::Duration;
use stream::{CODECS, Clock, H264Level, VideoCodec};

/// What a [`crate::Forwarder`] is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The addresses that answers list as host candidates, in order of preference.
    pub candidates: Vec<SocketAddr>,
    /// The number of sending threads. `None` is one less than the machine has cores, but at least one.
    pub shards: Option<usize>,
    /// A viewer whose DTLS handshake is not done this long after its offer is [`crate::Gone::Failed`].
    pub join_timeout: Duration,
    /// The most DTLS handshakes under way from one address (IPv6: a /56). Loopback is exempt.
    pub handshakes_of_one_address: usize,
    /// A viewer from whom no authenticated STUN request came for this long is [`crate::Gone::Timeout`]. Browsers send one
    /// about every 2.5 s; RFC 7675 gives consent 30 s, which is long for a row in a list of who is watching.
    pub consent_timeout: Duration,
    /// The clock of the stream: what every viewer is told of a frame's capture comes from it.
    pub clock: Clock,
    /// What is encoded here; viewers are answered nothing else.
    pub codecs: Vec<VideoCodec>,
    /// Of the top layer of H.264, for answers.
    pub level: H264Level,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            candidates: Vec::new(),
            shards: None,
            join_timeout: Duration::from_secs(10),
            handshakes_of_one_address: 64,
            consent_timeout: Duration::from_secs(10),
            clock: Clock::start(),
            codecs: CODECS.map(|spec| spec.codec).to_vec(),
            level: H264Level::default(),
        }
    }
}
