//! Janus' VideoRoom by its WebSocket API: a room is joined, or made where there is none, and published in.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod socket;
mod viewers;
mod words;

use crate::engine::{Answered, ByPeer, Engine, Heard, Ways};
use crate::http::Way;
use crate::target::{Hidden, Target, host};
use crate::trouble::Trouble;
use crate::wish::Wish;
use async_trait::async_trait;
use protocol::{RelaySecrets, Secret};
use serde_json::{Value, json};
use socket::Socket;
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval};
use url::Url;
use viewers::Viewers;

/// Janus forgets a session of which it hears nothing for 60 s unless it is set otherwise.
const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// How long the goodbye may take: a server that hangs must keep neither the next attempt nor the program's end.
const GOODBYE: Duration = Duration::from_secs(2);

/// The most bits a second that a room made here takes of us, which Janus tells us by REMB: more than three layers can have.
const BITRATE: u32 = 30_000_000;

/// One session with a Janus.
pub(crate) struct Janus {
    way: Way,
    url: Url,
    room: Value,
    secrets: RelaySecrets,
    hidden: Hidden,
    connected: Option<Connected>,
}

struct Connected {
    socket: Socket,
    session: u64,
    handle: u64,
    alive: Interval,
    /// From when the stream is published.
    viewers: Option<Viewers>,
}

impl Janus {
    pub(crate) fn new(way: Way, target: &Target) -> Janus {
        let room = target.room.clone().unwrap_or_default();
        // Rooms are numbers unless Janus is set to strings.
        let room = room.parse::<u64>().map_or_else(|_| json!(room), |number| json!(number));
        let (url, secrets, hidden) = (target.url.clone(), target.secrets.clone(), target.hidden());
        Janus { way, url, room, secrets, hidden, connected: None }
    }

    async fn connect(&mut self) -> Result<&mut Connected, Trouble> {
        let api_secret = reveal(&self.secrets.api_secret);
        let mut socket = Socket::open(&self.way, &self.url, api_secret, self.hidden.clone()).await?;
        let id = |value: &Value| value["data"]["id"].as_u64().ok_or_else(|| words::noise(&self.url, "it names no id"));
        let session = id(&socket.ask(json!({ "janus": "create" })).await?)?;
        let attach = json!({ "janus": "attach", "session_id": session, "plugin": "janus.plugin.videoroom" });
        let handle = id(&socket.ask(attach).await?)?;
        let mut alive = interval(KEEP_ALIVE);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(self.connected.insert(Connected { socket, session, handle, alive, viewers: None }))
    }

    /// A room for one publisher, whom nobody who joins is told of but by who publishes.
    fn new_room(&self) -> Value {
        let mut room = json!({
            "request": "create", "room": self.room, "publishers": 1, "is_private": true, "notify_joining": false,
            "videocodec": "h264,vp8", "h264_profile": "42e01f", "audiocodec": "opus", "opus_fec": true, "bitrate": BITRATE,
        });
        for (name, value) in
            [("secret", &self.secrets.room_secret), ("pin", &self.secrets.pin), ("admin_key", &self.secrets.admin_key)]
        {
            if let Some(value) = value {
                room[name] = json!(value.reveal());
            }
        }
        room
    }
}

impl Connected {
    /// Asks the plugin, and waits for its answer.
    async fn message(&mut self, url: &Url, body: Value, offer: Option<&str>) -> Result<Value, Trouble> {
        let (session, handle) = (self.session, self.handle);
        let mut message = json!({ "janus": "message", "session_id": session, "handle_id": handle, "body": body });
        if let Some(sdp) = offer {
            message["jsep"] = json!({ "type": "offer", "sdp": sdp });
        }
        let answer = self.socket.ask(message).await?;
        match words::refusal(url, &self.socket.hidden, &answer["plugindata"]["data"]) {
            Some(trouble) => Err(trouble),
            None => Ok(answer),
        }
    }
}

#[async_trait]
impl ByPeer for Janus {
    async fn publish(&mut self, offer: &str) -> Result<Answered, Trouble> {
        let (url, room, new_room) = (self.url.clone(), self.room.clone(), self.new_room());
        let (pin, token) = (self.secrets.pin.clone(), self.secrets.token.clone());
        let connected = self.connect().await?;
        let there = connected.message(&url, json!({ "request": "exists", "room": room }), None).await?;
        if there["plugindata"]["data"]["exists"] == json!(false) {
            connected.message(&url, new_room, None).await?;
        }
        let mut join =
            json!({ "request": "joinandconfigure", "ptype": "publisher", "room": room, "display": "Skylark" });
        for (name, value) in [("pin", &pin), ("token", &token)] {
            if let Some(value) = value {
                join[name] = json!(value.reveal());
            }
        }
        let joined = connected.message(&url, join, Some(offer)).await?;
        let data = &joined["plugindata"]["data"];
        let (feed, private_id) = (data["id"].clone(), data["private_id"].clone());
        let (pin, token, hidden) = (reveal(&pin), reveal(&token), connected.socket.hidden.clone());
        connected.viewers = Some(Viewers::new(viewers::Room {
            session: connected.session,
            room,
            feed,
            private_id,
            pin,
            token,
            hidden,
        }));
        let answer = joined["jsep"]["sdp"].as_str().ok_or_else(|| words::noise(&url, "it answers no offer"))?;
        Ok(Answered { answer: answer.to_owned(), ice_servers: Vec::new() })
    }

    async fn trickle(&mut self, ways: &Ways) {
        let Some(connected) = self.connected.as_mut() else { return };
        let candidate = |text: &String| json!({ "candidate": text, "sdpMid": ways.mid, "sdpMLineIndex": 0 });
        let mut candidates: Vec<Value> = ways.candidates.iter().map(candidate).collect();
        candidates.extend(ways.last.then(|| json!({ "completed": true })));
        let (session, handle) = (connected.session, connected.handle);
        let told = json!({ "janus": "trickle", "session_id": session, "handle_id": handle, "candidates": candidates });
        // It finds us by our checks where it is not told.
        let _ = connected.socket.ask(told).await;
    }
}

#[async_trait]
impl Engine for Janus {
    async fn end(&mut self) {
        let Some(mut connected) = self.connected.take() else { return };
        let goodbye = connected.socket.ask(json!({ "janus": "destroy", "session_id": connected.session }));
        if tokio::time::timeout(GOODBYE, goodbye).await.is_err() {
            tracing::debug!("{} does not answer the goodbye", host(&self.url));
        }
    }

    fn wished(&mut self, wish: Wish) {
        if let Some(viewers) = self.connected.as_mut().and_then(|connected| connected.viewers.as_mut()) {
            viewers.wished(wish);
        }
    }

    async fn said(&mut self) -> Result<Heard, Trouble> {
        let Some(Connected { socket, session, handle, alive, viewers: Some(viewers) }) = self.connected.as_mut() else {
            return std::future::pending().await;
        };
        loop {
            if let Some((viewer, said)) = viewers.says() {
                return Ok(Heard::Viewer(viewer, said));
            }
            while let Some(message) = viewers.asks() {
                socket.post(message);
            }
            tokio::select! {
                event = socket.next(viewers.count()) => {
                    let event = event?;
                    if !viewers.take(&event) && words::ends(&event, *handle) {
                        return Err(Trouble::Ended { host: host(&self.url) });
                    }
                }
                _ = alive.tick() => {
                    socket.post(json!({ "janus": "keepalive", "session_id": *session, "transaction": "alive" }));
                }
            }
        }
    }
}

fn reveal(secret: &Option<Secret>) -> Option<String> {
    secret.as_ref().map(|secret| secret.reveal().to_owned())
}
