//! mediasoup, which is a library and has no protocol of its own: by the small front program of `docs/mediasoup/`, over one WebSocket. What is
//! published there lasts as long as that.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod says;
mod socket;
mod viewers;

use crate::engine::{ByRtp, Engine, Heard};
use crate::http::Way;
use crate::plain::{self, Places, Reports};
use crate::target::{Hidden, Target, host};
use crate::trouble::Trouble;
use crate::wish::Wish;
use async_trait::async_trait;
use protocol::Secret;
use says::Says;
use serde_json::{Value, json};
use socket::Socket;
use std::time::Duration;
use stream::Rid;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;
use viewers::Viewers;

/// An answer must be here after this.
const ANSWER: Duration = Duration::from_secs(8);

/// How long the goodbye may take: a server that hangs must keep neither the next attempt nor the program's end.
const GOODBYE: Duration = Duration::from_secs(2);

/// Nothing of what is sent arrived for so long: the way there is gone, or leads somewhere else now.
const GONE: Duration = Duration::from_secs(5);

/// One session with a front.
pub(crate) struct Mediasoup {
    way: Way,
    url: Url,
    bearer: Option<Secret>,
    hidden: Hidden,
    connected: Option<Connected>,
}

struct Connected {
    socket: Socket,
    arrives: Arrives,
    viewers: Viewers,
}

/// What the front says of what arrives there.
struct Arrives {
    bytes: u64,
    since: Instant,
}

impl Arrives {
    /// Whether anything arrived within the time for it.
    fn take(&mut self, bytes: u64, now: Instant) -> bool {
        if bytes > self.bytes {
            (self.bytes, self.since) = (bytes, now);
        }
        now.duration_since(self.since) < GONE
    }
}

impl Mediasoup {
    pub(crate) fn new(way: Way, target: &Target) -> Mediasoup {
        let (bearer, hidden) = (target.secrets.bearer.clone(), target.hidden());
        Mediasoup { way, url: target.whole(), bearer, hidden, connected: None }
    }

    fn ended(&self, says: &Says) -> Option<Trouble> {
        match says {
            Says::Replaced => Some(Trouble::Replaced { host: host(&self.url) }),
            Says::Ended => Some(Trouble::Ended { host: host(&self.url) }),
            _ => None,
        }
    }
}

/// What the front is told of what we send.
fn published(offer: &plain::Offer) -> Value {
    // mediasoup numbers layers from the smallest on.
    let layers = Rid::ALL.map(|rid| offer.ssrcs.layer(rid));
    json!({ "publish": {
        "srtp": { "cryptoSuite": offer.profile.crypto_suite(), "keyBase64": plain::written(&offer.key) },
        "cname": plain::CNAME,
        "video": { "pt": offer.picture, "ssrcs": layers },
        "audio": { "pt": offer.sound, "ssrc": offer.ssrcs.sound },
    } })
}

#[async_trait]
impl ByRtp for Mediasoup {
    async fn publish(&mut self, offer: &plain::Offer) -> Result<Places, Trouble> {
        let bearer = self.bearer.clone().unwrap_or_else(|| Secret::from(String::new()));
        let mut socket = Socket::open(&self.way, &self.url, &bearer).await?;
        socket.post(published(offer));
        let until = Instant::now() + ANSWER;
        let (host, key_len) = (host(&self.url), offer.profile.master_len());
        loop {
            let said = timeout_at(until, socket.next(0)).await;
            let said = Says::read(&said.unwrap_or_else(|_| Err(Trouble::Silent { host: host.clone() }))?);
            match &said {
                Says::Published { address, port, key } => {
                    let noise = |why: &str| Trouble::Noise { host: host.clone(), why: why.to_owned() };
                    let address = address.filter(|address| plain::is_place(*address));
                    let address = address.ok_or_else(|| noise("it names no address to send to"))?;
                    let key = key.clone().filter(|key| key.len() == key_len);
                    let reports = Reports::Sealed(key.ok_or_else(|| noise("it names no key"))?);
                    let place = (address, *port).into();
                    let arrives = Arrives { bytes: 0, since: Instant::now() };
                    let viewers = Viewers::new(self.hidden.clone());
                    self.connected = Some(Connected { socket, arrives, viewers });
                    return Ok(Places { layers: [place; 3], sound: place, reports });
                }
                Says::Refuses(why) => {
                    let said = format!(": {}", self.hidden.out_of(why, viewers::LONGEST_WORDS));
                    return Err(Trouble::Busy { host, status: 503, said, retry_after: None });
                }
                other => {
                    if let Some(over) = self.ended(other) {
                        return Err(over);
                    }
                }
            }
        }
    }

    async fn hears(&mut self) -> Result<(), Trouble> {
        loop {
            let Some(connected) = self.connected.as_mut() else { return std::future::pending().await };
            let said = Says::read(&connected.socket.next(0).await?);
            if let Says::Hears(bytes) = said
                && bytes > 0
            {
                connected.arrives = Arrives { bytes, since: Instant::now() };
                return Ok(());
            }
            if let Some(over) = self.ended(&said) {
                return Err(over);
            }
        }
    }
}

#[async_trait]
impl Engine for Mediasoup {
    async fn end(&mut self) {
        let Some(Connected { socket, .. }) = self.connected.take() else { return };
        if timeout(GOODBYE, socket.close()).await.is_err() {
            tracing::debug!("{} does not take the goodbye", host(&self.url));
        }
    }

    fn wished(&mut self, wish: Wish) {
        if let Some(connected) = self.connected.as_mut() {
            connected.viewers.wished(wish);
        }
    }

    async fn said(&mut self) -> Result<Heard, Trouble> {
        loop {
            let Some(Connected { socket, arrives, viewers }) = self.connected.as_mut() else {
                return std::future::pending().await;
            };
            if let Some((viewer, said)) = viewers.says() {
                return Ok(Heard::Viewer(viewer, said));
            }
            while let Some(message) = viewers.asks() {
                socket.post(message);
            }
            let said = Says::read(&socket.next(viewers.count()).await?);
            match said {
                Says::Hears(bytes) if !arrives.take(bytes, Instant::now()) => {
                    return Err(Trouble::Lost { host: host(&self.url) });
                }
                Says::Viewer(viewer, said) => viewers.take(viewer, said),
                other => {
                    if let Some(over) = self.ended(&other) {
                        return Err(over);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stops_arriving_is_missed_and_what_stumbles_is_not() {
        let start = Instant::now();
        let mut arrives = Arrives { bytes: 10, since: start };
        let second = Duration::from_secs(1);
        assert!(arrives.take(10, start + GONE - second), "it may come yet");
        assert!(arrives.take(11, start + GONE));
        assert!(arrives.take(11, start + GONE + GONE - second));
        assert!(!arrives.take(11, start + GONE + GONE));
    }
}
