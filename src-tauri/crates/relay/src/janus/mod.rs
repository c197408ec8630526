//! Janus by its WebSocket API: a room of its VideoRoom is joined, or made where there is none, and published in; or a mountpoint of its
//! Streaming plugin is made, and sent RTP (`mountpoint.rs`).

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod mountpoint;
mod sdp;
mod session;
mod socket;
mod viewers;
mod words;

pub(crate) use mountpoint::Mountpoint;

use crate::engine::{Answered, ByPeer, Engine, Heard, Ways};
use crate::http::Way;
use crate::target::{Hidden, Target};
use crate::trouble::Trouble;
use crate::uplink::Ssrcs;
use crate::wish::Wish;
use async_trait::async_trait;
use protocol::{RelaySecrets, Secret};
use serde_json::{Value, json};
use session::{Next, Session};
use url::Url;
use viewers::Viewers;

/// The most bits a second that a room made here takes of us, which Janus tells us by REMB: more than three layers can have.
const BITRATE: u32 = 30_000_000;

/// One session with a room of the VideoRoom.
pub(crate) struct Janus {
    way: Way,
    url: Url,
    room: Value,
    secrets: RelaySecrets,
    hidden: Hidden,
    session: Option<Session>,
}

impl Janus {
    pub(crate) fn new(way: Way, target: &Target) -> Janus {
        let (url, secrets, hidden) = (target.url.clone(), target.secrets.clone(), target.hidden());
        Janus { way, url, room: number(target), secrets, hidden, session: None }
    }

    /// A room for one publisher, whom nobody who joins is told of but by who publishes.
    fn new_room(&self) -> Value {
        let room = json!({
            "request": "create", "room": self.room, "publishers": 1, "is_private": true, "notify_joining": false,
            "videocodec": "h264,vp8", "h264_profile": "42e01f", "audiocodec": "opus", "opus_fec": true, "bitrate": BITRATE,
        });
        let RelaySecrets { room_secret, pin, admin_key, .. } = &self.secrets;
        with(room, [("secret", room_secret), ("pin", pin), ("admin_key", admin_key)])
    }
}

#[async_trait]
impl ByPeer for Janus {
    async fn publish(&mut self, offer: &str, _: &Ssrcs) -> Result<Answered, Trouble> {
        let (room, new_room) = (self.room.clone(), self.new_room());
        let RelaySecrets { pin, token, .. } = &self.secrets;
        let opened =
            Session::open(&self.way, &self.url, &self.secrets, self.hidden.clone(), viewers::VIDEO_ROOM).await?;
        let session = self.session.insert(opened);
        let there = session.message(json!({ "request": "exists", "room": room }), None).await?;
        if there["plugindata"]["data"]["exists"] == json!(false) {
            session.message(new_room, None).await?;
        }
        let join = json!({ "request": "joinandconfigure", "ptype": "publisher", "room": room, "display": "Skylark" });
        let joined = session.message(with(join, [("pin", pin), ("token", token)]), Some(offer)).await?;
        let data = &joined["plugindata"]["data"];
        let mut watch =
            json!({ "request": "join", "ptype": "subscriber", "room": room, "streams": [{ "feed": data["id"] }] });
        // Who we are there, which nobody else knows: some rooms want it of who subscribes.
        if !data["private_id"].is_null() {
            watch["private_id"] = data["private_id"].clone();
        }
        session.viewers = Some(Viewers::new(viewers::Room {
            session: session.id,
            plugin: viewers::VIDEO_ROOM,
            watch: with(watch, [("pin", pin), ("token", token)]),
            hidden: session.hidden(),
        }));
        let answer = joined["jsep"]["sdp"].as_str().ok_or_else(|| words::noise(&self.url, "it answers no offer"))?;
        Ok(Answered { answer: answer.to_owned(), ice_servers: Vec::new() })
    }

    async fn trickle(&mut self, ways: &Ways) {
        let Some(session) = self.session.as_mut() else { return };
        let candidate = |text: &String| json!({ "candidate": text, "sdpMid": ways.mid, "sdpMLineIndex": 0 });
        let mut candidates: Vec<Value> = ways.candidates.iter().map(candidate).collect();
        candidates.extend(ways.last.then(|| json!({ "completed": true })));
        session.trickle(candidates).await;
    }
}

#[async_trait]
impl Engine for Janus {
    async fn end(&mut self) {
        if let Some(session) = self.session.take() {
            session.end(None).await;
        }
    }

    fn wished(&mut self, wish: Wish) {
        if let Some(viewers) = self.session.as_mut().and_then(|session| session.viewers.as_mut()) {
            viewers.wished(wish);
        }
    }

    async fn said(&mut self) -> Result<Heard, Trouble> {
        let Some(session) = self.session.as_mut() else { return std::future::pending().await };
        loop {
            if let Next::Viewer(viewer, said) = session.next().await? {
                return Ok(Heard::Viewer(viewer, said));
            }
        }
    }
}

/// What a room or a mountpoint is called: a number, unless Janus is set to strings.
fn number(target: &Target) -> Value {
    let name = target.room.clone().unwrap_or_default();
    name.parse::<u64>().map_or_else(|_| json!(name), |number| json!(number))
}

/// A request with those of the secrets that there are.
fn with<const N: usize>(mut request: Value, secrets: [(&str, &Option<Secret>); N]) -> Value {
    for (name, secret) in secrets {
        if let Some(secret) = secret {
            request[name] = json!(secret.reveal());
        }
    }
    request
}
