//! Jitsi's videobridge by Colibri2 over HTTP, where we are what Jicofo is elsewhere: a conference is made there, we publish in it, and each viewer is an
//! endpoint of it. Nobody of Jitsi Meet is in it. What a viewer is to be sent the bridge is told by the channel of its endpoint, a WebSocket at a URL that
//! the bridge names.
//!
//! No bridge comes from where this project's tests take their servers: what holds this is its parser, its ICE and its DTLS (tests/relays/jitsi).

mod channel;
mod channels;
mod colibri;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod messages;
mod pulse;
mod says;
mod sdp;
mod viewers;

use crate::engine::{Answered, ByPeer, Engine, Heard, Ways};
use crate::http::{self, InJson, Response, Way};
use crate::target::{Hidden, Target, host};
use crate::trouble::Trouble;
use crate::uplink::Ssrcs;
use crate::wish::Wish;
use async_trait::async_trait;
use channels::Channels;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use protocol::{Secret, ViewerId};
use serde_json::Value;
use std::future::pending;
use std::pin::Pin;
use std::time::Duration;
use stream::Rid;
use url::Url;
use viewers::{Step, Viewers};

/// How long the goodbye may take: a server that hangs must keep neither the next attempt nor the program's end.
const GOODBYE: Duration = Duration::from_secs(2);

/// What a bridge says of a refusal is shown up to this length, characters.
const LONGEST_WORDS: usize = 80;

/// One conference at a bridge.
pub(crate) struct Jitsi {
    bridge: Bridge,
    room: String,
    conference: Option<Url>,
    published: Option<Published>,
}

/// From when the stream is published.
struct Published {
    viewers: Viewers,
    /// Questions about viewers that have no answer yet.
    open: FuturesUnordered<Pin<Box<dyn Future<Output = OfViewer> + Send>>>,
    channels: Channels,
}

/// What came of a question about a viewer.
type OfViewer = (ViewerId, Step, Result<Value, Trouble>);

/// How a bridge is asked.
#[derive(Clone)]
struct Bridge {
    way: Way,
    /// What stands before `colibri`.
    url: Url,
    bearer: Option<Secret>,
    hidden: Hidden,
}

impl Bridge {
    /// Asks, and reads what is answered.
    async fn ask(&self, how: InJson, url: &Url, body: &Value) -> Result<Value, Trouble> {
        let response = http::ask_in_json(&self.way, how, url, self.bearer.as_ref(), body.to_string()).await?;
        if response.status != 200 {
            return Err(self.refused(&response));
        }
        let noise = |_| Trouble::Noise { host: host(url), why: "it is no JSON".to_owned() };
        serde_json::from_slice(&response.body).map_err(noise)
    }

    fn refused(&self, response: &Response) -> Trouble {
        let (host, status) = (host(&self.url), response.status);
        let said = response.words(&self.hidden, LONGEST_WORDS);
        match status {
            301..=399 => Trouble::Redirect { host, why: "what a bridge is asked is not sent on" },
            401 | 403 => Trouble::WrongSecret { host, status },
            404 | 405 | 410 => Trouble::NoEndpoint { host, status },
            400 | 413 | 415 | 422 => Trouble::Refused { host, status, said },
            429 | 500..=504 => Trouble::Busy { host, status, said, retry_after: None },
            _ => Trouble::Status { host, status, said },
        }
    }
}

impl Jitsi {
    pub(crate) fn new(way: Way, target: &Target) -> Jitsi {
        let (url, bearer, hidden) = (target.url.clone(), target.secrets.bearer.clone(), target.hidden());
        let bridge = Bridge { way, url, bearer, hidden };
        Jitsi { bridge, room: target.room.clone().unwrap_or_default(), conference: None, published: None }
    }
}

/// A number that no other conference has (RFC 9562, version 4). Each attempt has its own: the bridge keeps what an attempt before left there for a minute.
fn meeting() -> String {
    let random: u128 = rand::random();
    let marked = random & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{marked:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[async_trait]
impl ByPeer for Jitsi {
    async fn publish(&mut self, offer: &str, ssrcs: &Ssrcs) -> Result<Answered, Trouble> {
        let ours = |why: &str| Trouble::Ours(why.to_owned());
        let noise = |why: &str| Trouble::Noise { host: host(&self.bridge.url), why: why.to_owned() };
        let conferences = self.bridge.url.join("colibri/v2/conferences").map_err(|_| ours("no such URL"))?;
        let meeting = meeting();
        let conference = self.bridge.url.join(&format!("colibri/v2/conferences/{meeting}"));
        // Before it is made: what an answer that is never heard made has to be ended, too.
        let conference = self.conference.insert(conference.map_err(|_| ours("no such URL"))?).clone();
        let made = self.bridge.ask(InJson::Post, &conferences, &colibri::create(&meeting, &self.room)).await?;
        let bridge = says::transport_of(colibri::OURS, &made).filter(|bridge| !bridge.candidates.is_empty());
        let bridge = bridge.ok_or_else(|| noise("it does not say where it is"))?;
        let mut place = says::placeless(offer).ok_or_else(|| ours("the offer is not whole"))?;
        // The other way round its DTLS takes nobody who does not say how it renegotiates.
        "passive".clone_into(&mut place.setup);
        self.bridge.ask(InJson::Patch, &conference, &colibri::publish(&place, ssrcs)).await?;
        let answer = sdp::answer(offer, &bridge).ok_or_else(|| ours("the offer is not whole"))?;
        let channels = Channels::new(self.bridge.clone(), &says::channels_of(colibri::OURS, &made));
        let (viewers, open) = (Viewers::new(*ssrcs), FuturesUnordered::new());
        self.published = Some(Published { viewers, open, channels });
        Ok(Answered { answer, ice_servers: Vec::new() })
    }

    async fn trickle(&mut self, _: &Ways) {
        // It learns from our checks where we are.
    }
}

#[async_trait]
impl Engine for Jitsi {
    async fn end(&mut self) {
        self.published = None;
        let Some(conference) = self.conference.take() else { return };
        let ended = colibri::end();
        let goodbye = self.bridge.ask(InJson::Patch, &conference, &ended);
        match tokio::time::timeout(GOODBYE, goodbye).await {
            Ok(Ok(_)) => {}
            Ok(Err(trouble)) => tracing::debug!("{trouble}"),
            Err(_) => tracing::debug!("{} does not answer the goodbye", host(&self.bridge.url)),
        }
    }

    fn wished(&mut self, wish: Wish) {
        if let Some(published) = self.published.as_mut() {
            published.viewers.wished(wish);
        }
    }

    async fn said(&mut self) -> Result<Heard, Trouble> {
        let (Some(published), Some(conference)) = (self.published.as_mut(), self.conference.as_ref()) else {
            return pending().await;
        };
        let Published { viewers, open, channels } = published;
        loop {
            while let Some(change) = viewers.changes() {
                channels.changed(change);
            }
            if let Some((viewer, said)) = viewers.says() {
                return Ok(Heard::Viewer(viewer, said));
            }
            while let Some(ask) = viewers.asks() {
                let (bridge, conference) = (self.bridge.clone(), conference.clone());
                open.push(Box::pin(async move {
                    let answer = bridge.ask(InJson::Patch, &conference, &ask.body).await;
                    (ask.viewer, ask.step, answer)
                }));
            }
            let (viewer, step, answer) = tokio::select! {
                // None where nothing is asked.
                Some(answered) = open.next() => answered,
                wanted = channels.wanted() => {
                    let layers = if wanted { Rid::ALL.to_vec() } else { Vec::new() };
                    return Ok(Heard::Wanted(layers));
                }
            };
            match answer {
                // Who is removed is sent nothing more, if not so, then by the end of all.
                Err(why) if step == Step::Remove => return Err(why),
                // The conference is gone, and with it all who watch.
                Err(Trouble::NoEndpoint { host, .. }) => return Err(Trouble::Lost { host }),
                answer => viewers.answered(viewer, step, answer.map_err(|why| why.to_string())),
            }
        }
    }
}

#[cfg(test)]
mod tests;
