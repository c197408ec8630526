//! A session with a Janus, and our own handle of one of its plugins: kept alive, asked, and listened to.

use super::socket::Socket;
use super::viewers::Viewers;
use super::words;
use crate::http::Way;
use crate::target::{Hidden, host};
use crate::trouble::Trouble;
use crate::wish::Said;
use protocol::{RelaySecrets, ViewerId};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval};
use url::Url;

/// Janus forgets a session of which it hears nothing for 60 s unless it is set otherwise.
const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// How long the goodbye may take: a server that hangs must keep neither the next attempt nor the program's end.
const GOODBYE: Duration = Duration::from_secs(2);

pub(super) struct Session {
    socket: Socket,
    url: Url,
    pub(super) id: u64,
    handle: u64,
    alive: Interval,
    /// From when the stream is published.
    pub(super) viewers: Option<Viewers>,
}

/// What comes next.
pub(super) enum Next {
    Viewer(ViewerId, Said),
    /// Of no viewer.
    Event(Value),
}

impl Session {
    pub(super) async fn open(
        way: &Way,
        url: &Url,
        secrets: &RelaySecrets,
        hidden: Hidden,
        plugin: &str,
    ) -> Result<Session, Trouble> {
        let api_secret = secrets.api_secret.as_ref().map(|secret| secret.reveal().to_owned());
        let mut socket = Socket::open(way, url, api_secret, hidden).await?;
        let id = |value: &Value| value["data"]["id"].as_u64().ok_or_else(|| words::noise(url, "it names no id"));
        let session = id(&socket.ask(json!({ "janus": "create" })).await?)?;
        let attach = json!({ "janus": "attach", "session_id": session, "plugin": plugin });
        let handle = id(&socket.ask(attach).await?)?;
        let mut alive = interval(KEEP_ALIVE);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Session { socket, url: url.clone(), id: session, handle, alive, viewers: None })
    }

    /// The address that it is with.
    pub(super) fn peer(&self) -> IpAddr {
        self.socket.peer()
    }

    /// What is never shown.
    pub(super) fn hidden(&self) -> Hidden {
        self.socket.hidden.clone()
    }

    /// Asks the plugin, and waits for its answer.
    pub(super) async fn message(&mut self, body: Value, offer: Option<&str>) -> Result<Value, Trouble> {
        let mut message = self.of_handle(body);
        if let Some(sdp) = offer {
            message["jsep"] = json!({ "type": "offer", "sdp": sdp });
        }
        let answer = self.socket.ask(message).await?;
        match words::refusal(&self.url, &self.socket.hidden, &answer["plugindata"]["data"]) {
            Some(trouble) => Err(trouble),
            None => Ok(answer),
        }
    }

    /// Asks the plugin; what it answers is an event with this transaction.
    pub(super) fn post(&mut self, body: Value, transaction: &str) {
        let mut message = self.of_handle(body);
        message["transaction"] = json!(transaction);
        self.socket.post(message);
    }

    /// Tells Janus of candidates of ours, and waits until it has heard.
    pub(super) async fn trickle(&mut self, candidates: Vec<Value>) {
        let (session, handle) = (self.id, self.handle);
        let told = json!({ "janus": "trickle", "session_id": session, "handle_id": handle, "candidates": candidates });
        // It finds us by our checks where it is not told.
        let _ = self.socket.ask(told).await;
    }

    /// Has viewers asked about what is wished, and waits for what comes next. It may be called anew whenever it is not waited for any more.
    pub(super) async fn next(&mut self) -> Result<Next, Trouble> {
        let Session { socket, url, id, handle, alive, viewers } = self;
        loop {
            if let Some(viewers) = viewers {
                if let Some((viewer, said)) = viewers.says() {
                    return Ok(Next::Viewer(viewer, said));
                }
                while let Some(message) = viewers.asks() {
                    socket.post(message);
                }
            }
            tokio::select! {
                event = socket.next(viewers.as_ref().map_or(0, Viewers::count)) => {
                    let event = event?;
                    if viewers.as_mut().is_some_and(|viewers| viewers.take(&event)) {
                        continue;
                    }
                    if words::ends(&event, *handle) {
                        return Err(Trouble::Ended { host: host(url) });
                    }
                    return Ok(Next::Event(event));
                }
                _ = alive.tick() => {
                    socket.post(json!({ "janus": "keepalive", "session_id": *id, "transaction": "alive" }));
                }
            }
        }
    }

    /// Takes leave, after the plugin was told this.
    pub(super) async fn end(mut self, last: Option<Value>) {
        let goodbye = async {
            if let Some(body) = last {
                let _ = self.message(body, None).await;
            }
            let _ = self.socket.ask(json!({ "janus": "destroy", "session_id": self.id })).await;
        };
        if tokio::time::timeout(GOODBYE, goodbye).await.is_err() {
            tracing::debug!("{} does not answer the goodbye", host(&self.url));
        }
    }

    fn of_handle(&self, body: Value) -> Value {
        json!({ "janus": "message", "session_id": self.id, "handle_id": self.handle, "body": body })
    }
}
