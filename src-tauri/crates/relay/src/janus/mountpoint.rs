//! A mountpoint of Janus' Streaming plugin, made here and sent RTP: cheaper for Janus than a room, as nothing of the way up is its own.
//!
//! Janus 1.1.2 opens SRTP there, AES-CM alone (RFC 3711), and neither seals nor opens RTCP: what goes to its port for that has nothing in it, and
//! what comes from there is believed no more than a wish for a keyframe needs. It asks for no lost packet.

use super::session::{Next, Session};
use super::viewers::{self, Viewers};
use super::{number, with, words};
use crate::engine::{ByRtp, Engine, Heard};
use crate::http::Way;
use crate::plain::{self, Places, Reports};
use crate::target::{Hidden, Target, host};
use crate::trouble::Trouble;
use crate::wish::Wish;
use async_trait::async_trait;
use protocol::RelaySecrets;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use url::Url;

/// What it is called for who looks at Janus, and a word of its own behind: who finds another there was replaced.
const DESCRIPTION: &str = "Skylark";

/// Its media.
const SOUND: &str = "a";
const PICTURE: &str = "v";

/// How often it is asked whether anything of what is sent arrives: before it is known to, and from then on.
const FIRST_LOOKS: Duration = Duration::from_millis(150);
const LOOKS: Duration = Duration::from_secs(1);

/// No picture arrived for so long: the way there is gone.
const GONE: Duration = Duration::from_secs(5);

/// The transaction of a look.
const LOOK: &str = "look";

/// One session with the Streaming plugin.
pub(crate) struct Mountpoint {
    way: Way,
    url: Url,
    id: Value,
    secrets: RelaySecrets,
    hidden: Hidden,
    connected: Option<Connected>,
}

struct Connected {
    session: Session,
    description: String,
    looks: Interval,
    /// The mountpoint is ours, and goes when we do.
    ours: bool,
    /// Since when pictures are sent.
    sends: Option<Instant>,
}

impl Mountpoint {
    pub(crate) fn new(way: Way, target: &Target) -> Mountpoint {
        let (url, secrets, hidden) = (target.url.clone(), target.secrets.clone(), target.hidden());
        Mountpoint { way, url, id: number(target), secrets, hidden, connected: None }
    }

    /// In no list, and gone when Janus is.
    fn create(&self, offer: &plain::Offer, description: &str) -> Value {
        let sound = json!({ "type": "audio", "mid": SOUND, "codec": "opus", "pt": offer.sound, "port": 0 });
        // Any ports that are free. The first is the smallest layer's.
        let picture = json!({
            "type": "video", "mid": PICTURE, "codec": "h264", "fmtp": plain::PICTURE_FORMAT, "pt": offer.picture,
            "simulcast": true, "port": 0, "port2": 0, "port3": 0, "rtcpport": 0,
        });
        let create = json!({
            "request": "create", "type": "rtp", "id": self.id, "description": description, "is_private": true, "permanent": false,
            "media": [sound, picture], "srtpsuite": 80, "srtpcrypto": plain::written(&offer.key),
        });
        let RelaySecrets { room_secret, pin, admin_key, .. } = &self.secrets;
        with(create, [("secret", room_secret), ("pin", pin), ("admin_key", admin_key)])
    }

    fn info(&self) -> Value {
        json!({ "request": "info", "id": self.id })
    }

    fn destroy(&self) -> Value {
        with(json!({ "request": "destroy", "id": self.id }), [("secret", &self.secrets.room_secret)])
    }

    /// What it is known by here is another's.
    fn judge(&mut self, look: &Look, now: Instant) -> Result<(), Trouble> {
        let Some(connected) = self.connected.as_mut() else { return Ok(()) };
        let host = host(&self.url);
        match look {
            Look::Gone => {
                connected.ours = false;
                Err(Trouble::Ended { host })
            }
            Look::There { description, .. } if *description != connected.description => {
                connected.ours = false;
                Err(Trouble::Replaced { host })
            }
            Look::There { picture: Some(age), .. }
                if *age >= GONE && connected.sends.is_some_and(|since| now.duration_since(since) >= GONE) =>
            {
                Err(Trouble::Lost { host })
            }
            Look::There { .. } | Look::Other => Ok(()),
        }
    }
}

/// What a look at it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    There {
        description: String,
        /// How long ago something of it arrived.
        sound: Option<Duration>,
        picture: Option<Duration>,
    },
    Gone,
    /// Nothing that is known here.
    Other,
}

impl Look {
    /// Any of it may be missing, or something else.
    pub(super) fn of(data: &Value) -> Look {
        if data["streaming"] == "event" && data["error_code"] == 455 {
            return Look::Gone;
        }
        let info = &data["info"];
        let Some(description) = info["description"].as_str() else { return Look::Other };
        let age = |mid: &str| {
            let medium = info["media"].as_array()?.iter().find(|medium| medium["mid"] == mid)?;
            medium["age_ms"].as_u64().map(Duration::from_millis)
        };
        Look::There { description: description.to_owned(), sound: age(SOUND), picture: age(PICTURE) }
    }

    fn is_by_skylark(&self) -> bool {
        matches!(self, Look::There { description, .. } if description.split(' ').next() == Some(DESCRIPTION))
    }
}

/// Where it takes what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ports {
    /// From the smallest layer on.
    layers: [u16; 3],
    sound: u16,
    reports: u16,
}

/// The ports of a mountpoint that was made.
pub(super) fn ports(data: &Value) -> Option<Ports> {
    let all = data["stream"]["ports"].as_array()?;
    let port = |mid: &str, name: &str| {
        let medium = all.iter().find(|medium| medium["mid"] == mid)?;
        medium[name].as_u64().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0)
    };
    let layers = [port(PICTURE, "port")?, port(PICTURE, "port_2")?, port(PICTURE, "port_3")?];
    Some(Ports { layers, sound: port(SOUND, "port")?, reports: port(PICTURE, "rtcp_port")? })
}

#[async_trait]
impl ByRtp for Mountpoint {
    async fn publish(&mut self, offer: &plain::Offer) -> Result<Places, Trouble> {
        let hidden = self.hidden.clone();
        let mut session = Session::open(&self.way, &self.url, &self.secrets, hidden, viewers::STREAMING).await?;
        let description = format!("{DESCRIPTION} {:08x}", rand::random::<u32>());
        let create = self.create(offer, &description);
        let made = match session.message(create.clone(), None).await {
            Err(taken @ Trouble::Busy { .. }) => {
                // What a Skylark left there, or has there, makes room for the newest. What others made is theirs.
                let there = session.message(self.info(), None).await.map_err(|_| taken.clone())?;
                if !Look::of(&there["plugindata"]["data"]).is_by_skylark() {
                    return Err(taken);
                }
                session.message(self.destroy(), None).await?;
                session.message(create, None).await?
            }
            made => made?,
        };
        let ports = ports(&made["plugindata"]["data"]).ok_or_else(|| words::noise(&self.url, "it names no ports"));
        let watch = with(json!({ "request": "watch", "id": self.id }), [("pin", &self.secrets.pin)]);
        let (id, hidden) = (session.id, session.hidden());
        session.viewers = Some(Viewers::new(viewers::Room { session: id, plugin: viewers::STREAMING, watch, hidden }));
        let peer = session.peer();
        self.connected = Some(Connected { session, description, looks: every(FIRST_LOOKS), ours: true, sends: None });
        let Ports { layers, sound, reports } = ports?;
        let place = |port: u16| (peer, port).into();
        Ok(Places { layers: layers.map(place), sound: place(sound), reports: Reports::InTheClear(place(reports)) })
    }

    async fn hears(&mut self) -> Result<(), Trouble> {
        let mut before: Option<Duration> = None;
        loop {
            let info = self.info();
            let Some(Connected { session, looks, .. }) = self.connected.as_mut() else {
                return std::future::pending().await;
            };
            let look = tokio::select! {
                next = session.next() => match next? {
                    Next::Event(event) if event["transaction"] == LOOK => Look::of(&event["plugindata"]["data"]),
                    Next::Event(_) | Next::Viewer(..) => Look::Other,
                },
                _ = looks.tick() => {
                    session.post(info, LOOK);
                    Look::Other
                }
            };
            self.judge(&look, Instant::now())?;
            if let Look::There { sound: Some(age), .. } = look {
                // It would be older, had nothing arrived since.
                if before.is_some_and(|before| age <= before) {
                    return Ok(());
                }
                before = Some(age);
            }
        }
    }
}

#[async_trait]
impl Engine for Mountpoint {
    async fn end(&mut self) {
        let destroy = self.destroy();
        if let Some(Connected { session, ours, .. }) = self.connected.take() {
            session.end(ours.then_some(destroy)).await;
        }
    }

    fn wished(&mut self, wish: Wish) {
        if let Some(viewers) = self.connected.as_mut().and_then(|connected| connected.session.viewers.as_mut()) {
            viewers.wished(wish);
        }
    }

    async fn said(&mut self) -> Result<Heard, Trouble> {
        loop {
            let info = self.info();
            let Some(Connected { session, looks, sends, .. }) = self.connected.as_mut() else {
                return std::future::pending().await;
            };
            if sends.is_none() {
                (*sends, *looks) = (Some(Instant::now()), every(LOOKS));
            }
            tokio::select! {
                next = session.next() => match next? {
                    Next::Viewer(viewer, said) => return Ok(Heard::Viewer(viewer, said)),
                    Next::Event(event) if event["transaction"] == LOOK => {
                        self.judge(&Look::of(&event["plugindata"]["data"]), Instant::now())?;
                    }
                    Next::Event(_) => {}
                },
                _ = looks.tick() => session.post(info, LOOK),
            }
        }
    }
}

fn every(time: Duration) -> Interval {
    let mut looks = interval(time);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    looks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Janus 1.1.2 says it.
    fn info(description: &str, sound: u64, picture: u64) -> Value {
        let media = json!([{ "mid": "a", "type": "audio", "age_ms": sound }, { "mid": "v", "type": "video", "age_ms": picture }]);
        json!({ "streaming": "info", "info": { "id": 7, "description": description, "media": media, "srtp": true } })
    }

    #[test]
    fn a_look_shows_whose_it_is_and_what_arrives() {
        let look = Look::of(&info("Skylark 01ab", 7, 5001));
        let (sound, picture) = (Some(Duration::from_millis(7)), Some(Duration::from_millis(5001)));
        assert_eq!(look, Look::There { description: "Skylark 01ab".into(), sound, picture });
        assert!(look.is_by_skylark());
        for of_others in ["Skylarks", "a camera", "", "my Skylark"] {
            assert!(!Look::of(&info(of_others, 0, 0)).is_by_skylark(), "{of_others}");
        }
        let gone = json!({ "streaming": "event", "error_code": 455, "error": "No such mountpoint/stream 7" });
        assert_eq!(Look::of(&gone), Look::Gone);
        for other in [Value::Null, json!([]), json!({ "info": 7 }), json!({ "error_code": 455 })] {
            assert_eq!(Look::of(&other), Look::Other, "{other}");
        }
        let bare = Look::of(&json!({ "info": { "description": "x", "media": [{ "mid": "a" }, 3] } }));
        assert_eq!(bare, Look::There { description: "x".into(), sound: None, picture: None });
    }

    #[test]
    fn every_port_is_there_or_none_is_taken() {
        let picture =
            json!({ "type": "video", "mid": "v", "port": 31001, "rtcp_port": 31002, "port_2": 31003, "port_3": 31004 });
        let made = |picture: &Value| json!({ "stream": { "ports": [{ "mid": "a", "port": 31000 }, picture] } });
        let expected = Ports { layers: [31001, 31003, 31004], sound: 31000, reports: 31002 };
        assert_eq!(ports(&made(&picture)), Some(expected));
        for name in ["port", "port_2", "port_3", "rtcp_port", "mid"] {
            for wrong in [Value::Null, json!(0), json!(65_536), json!("31001")] {
                let mut picture = picture.clone();
                picture[name] = wrong;
                assert_eq!(ports(&made(&picture)), None, "{picture}");
            }
        }
        assert_eq!(ports(&Value::Null), None);
    }
}
