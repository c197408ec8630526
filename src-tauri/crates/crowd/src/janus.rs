//! A viewer of a mountpoint of Janus' streaming plugin, by its HTTP API. There the server makes the offer and the viewer answers.

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// An endpoint is written `janus+http://127.0.0.1:PORT/janus?MOUNTPOINT`.
const SCHEME: &str = "janus+";

/// A session whose offer waits for the viewer's answer.
pub(crate) struct Session {
    pub(crate) offer: String,
    session: String,
    handle: String,
}

/// Where Janus is and what to watch there; none for any other endpoint.
pub(crate) fn endpoint(endpoint: &str) -> Option<(&str, u64)> {
    let (base, mountpoint) = endpoint.strip_prefix(SCHEME)?.split_once('?')?;
    Some((base, mountpoint.parse().ok()?))
}

/// Makes a session and a handle, and asks to watch.
pub(crate) async fn watch(http: &reqwest::Client, base: &str, mountpoint: u64) -> anyhow::Result<Session> {
    let id = |answer: &Value| answer["data"]["id"].as_u64().context("Janus named no id");
    let session = format!("{base}/{}", id(&request(http, base, json!({"janus": "create"})).await?)?);
    let attach = json!({"janus": "attach", "plugin": "janus.plugin.streaming"});
    let handle = format!("{session}/{}", id(&request(http, &session, attach).await?)?);
    let watch = json!({"janus": "message", "body": {"request": "watch", "id": mountpoint}});
    request(http, &handle, watch).await?;
    // The answer to a message is an event; other events may come before it.
    loop {
        let event: Value = http.get(format!("{session}?maxev=1")).send().await?.json().await?;
        let data = &event["plugindata"]["data"];
        if let Some(error) = data["error"].as_str() {
            bail!("Janus refused: {error}");
        }
        if let Some(offer) = event["jsep"]["sdp"].as_str() {
            return Ok(Session { offer: offer.to_owned(), session, handle });
        }
        if event["janus"] == "keepalive" {
            bail!("Janus made no offer in half a minute");
        }
    }
}

impl Session {
    /// Brings the viewer's answer.
    pub(crate) async fn start(&self, http: &reqwest::Client, answer: &str) -> anyhow::Result<()> {
        let jsep = json!({"type": "answer", "sdp": answer});
        let start = json!({"janus": "message", "body": {"request": "start"}, "jsep": jsep});
        request(http, &self.handle, start).await?;
        Ok(())
    }

    /// Ends the session and all in it.
    pub(crate) async fn leave(&self, http: &reqwest::Client) -> anyhow::Result<()> {
        request(http, &self.session, json!({"janus": "destroy"})).await?;
        Ok(())
    }
}

async fn request(http: &reqwest::Client, url: &str, mut body: Value) -> anyhow::Result<Value> {
    // Each session has one request under way, so one name does for all.
    body["transaction"] = "crowd".into();
    let response = http.post(url).body(body.to_string()).send().await.context("Janus cannot be reached")?;
    let answer: Value = response.error_for_status()?.json().await?;
    if answer["janus"] == "error" {
        bail!("Janus refused: {}", answer["error"]["reason"].as_str().unwrap_or("it gave no reason"));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_names_janus_and_a_mountpoint() {
        assert_eq!(endpoint("janus+http://127.0.0.1:8088/janus?7"), Some(("http://127.0.0.1:8088/janus", 7)));
        assert_eq!(endpoint("http://127.0.0.1:8787/whep/token"), None);
        assert_eq!(endpoint("janus+http://127.0.0.1:8088/janus?"), None);
    }
}
