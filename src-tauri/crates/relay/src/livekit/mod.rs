//! A room of LiveKit by its own signalling, in JSON: the stream is published there in the layers that somebody watches, and viewers are let in.
//!
//! Each attempt signs its own token: what LiveKit gives a client to come back with is for those who cannot.

mod early;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod negotiation;
mod says;
mod sdp;
mod socket;
mod token;
mod viewer;
mod viewers;

use crate::engine::{Answered, ByPeer, Engine, Heard, Ways};
use crate::http::Way;
use crate::target::{Hidden, Target, host};
use crate::trouble::Trouble;
use crate::uplink::Ssrcs;
use crate::wish::Wish;
use async_trait::async_trait;
use says::{Connection, Leave, Says};
use serde_json::{Value, json};
use socket::{ANSWER, Socket};
use std::time::Duration;
use stream::Rid;
use token::{For, Keys};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout, timeout_at};
use url::Url;
use viewer::Room;
use viewers::Viewers;

/// Who we are in the room. Who comes by the same name takes the other's place: what is left there of an attempt before is gone at once.
const IDENTITY: &str = "Skylark";

/// What a connection is opened with: the version of the signalling that is spoken here, and that nothing is sent unasked.
const QUERY: &str = "protocol=15&auto_subscribe=0&adaptive_stream=0";

/// How often it is asked whether it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// How long its candidates may come behind its answer: it says which is the last, and who forgets that has said them all by then.
const CANDIDATES: Duration = Duration::from_secs(1);

/// The most of its candidates that are kept.
const MOST_CANDIDATES: usize = 32;

/// How long the goodbye may take: a server that hangs must keep neither the next attempt nor the program's end.
const GOODBYE: Duration = Duration::from_secs(2);

/// The layers in its words. Their sizes are what clients of its own choose by, who compare them with that of their window; what is sent has the same
/// proportions, whatever its size is.
const LAYERS: [(&str, &str, u32, u32); 3] =
    [("LOW", "q", 320, 180), ("MEDIUM", "h", 640, 360), ("HIGH", "f", 1280, 720)];

/// One session with a LiveKit.
pub(crate) struct LiveKit {
    way: Way,
    url: Url,
    room: String,
    keys: Keys,
    hidden: Hidden,
    connected: Option<Connected>,
}

struct Connected {
    socket: Socket,
    alive: Interval,
    published: Published,
    /// Ways to us that it was told already.
    told: usize,
    /// From when the stream is published.
    viewers: Option<Viewers>,
}

/// What is known of what we publish.
#[derive(Debug, Default)]
struct Published {
    answer: Option<String>,
    candidates: Vec<String>,
    all_candidates: bool,
    /// The picture's track.
    picture: Option<String>,
    sound: Option<String>,
    /// Which layers of the picture are watched, where that is news.
    wanted: Option<Vec<Rid>>,
}

impl LiveKit {
    pub(crate) fn new(way: Way, target: &Target) -> LiveKit {
        let (url, room) = (target.url.clone(), target.room.clone().unwrap_or_default());
        let secrets = &target.secrets;
        // That there are some was seen to when the URL was read.
        let keys = Keys {
            key: secrets.api_key.clone().unwrap_or_default(),
            secret: secrets.api_secret.clone().unwrap_or_default(),
        };
        let hidden = target.hidden();
        LiveKit { way, url, room, keys, hidden, connected: None }
    }
}

impl Published {
    /// It said something.
    fn take(&mut self, url: &Url, message: &Value) -> Result<(), Trouble> {
        match says::read(message) {
            Says::Answer(sdp) => self.answer = Some(sdp),
            Says::Candidate { of: Connection::Publisher, candidate, last } => {
                let room = self.candidates.len() < MOST_CANDIDATES;
                self.candidates.extend(candidate.filter(|_| room));
                self.all_candidates |= last;
            }
            Says::Published { is_picture: true, track } => self.picture = Some(track),
            Says::Published { is_picture: false, track } => self.sound = Some(track),
            Says::Wanted { track, layers } if self.picture.as_ref() == Some(&track) => self.wanted = Some(layers),
            Says::Leave(Leave::Replaced) => return Err(Trouble::Replaced { host: host(url) }),
            Says::Leave(Leave::Ended) => return Err(Trouble::Ended { host: host(url) }),
            _ => {}
        }
        Ok(())
    }

    /// All is there that is waited for.
    fn is_whole(&self) -> bool {
        self.answer.is_some() && self.all_candidates && self.picture.is_some()
    }
}

/// What is announced.
struct Medium {
    name: &'static str,
    kind: &'static str,
    source: &'static str,
}

const AUDIO: Medium = Medium { name: "audio", kind: "AUDIO", source: "MICROPHONE" };
const VIDEO: Medium = Medium { name: "video", kind: "VIDEO", source: "CAMERA" };

impl Medium {
    /// `track`: what it is called in the offer.
    fn announced(&self, track: &str) -> Value {
        let (kind, source) = (self.kind, self.source);
        json!({ "cid": track, "name": self.name, "type": kind, "source": source })
    }
}

/// Both media of an offer, as they are announced before it.
fn announced(offer: &str) -> Option<[Value; 2]> {
    let (audio, video) = sdp::track(offer, AUDIO.name).zip(sdp::track(offer, VIDEO.name))?;
    let mut sound = AUDIO.announced(audio);
    (sound["stereo"], sound["disableRed"]) = (json!(true), json!(true));
    let mut picture = VIDEO.announced(video);
    let layer = |(quality, rid, width, height): (&str, &str, u32, u32)| json!({ "quality": quality, "rid": rid, "width": width, "height": height });
    let layers = LAYERS.map(layer);
    let (_, _, width, height) = LAYERS[2];
    (picture["width"], picture["height"], picture["layers"]) = (json!(width), json!(height), json!(layers));
    picture["simulcastCodecs"] = json!([{ "codec": "h264", "cid": video, "layers": layers }]);
    Some([sound, picture].map(|track| json!({ "addTrack": track })))
}

#[async_trait]
impl ByPeer for LiveKit {
    async fn publish(&mut self, offer: &str, _: &Ssrcs) -> Result<Answered, Trouble> {
        let announced = announced(offer).ok_or_else(|| Trouble::Ours("the offer names no tracks".into()))?;
        let token = self.keys.token(&self.room, For::Publishing { identity: IDENTITY });
        let mut socket = Socket::open(&self.way, &self.url, QUERY, &token).await?;
        announced.into_iter().for_each(|track| socket.post(track));
        socket.post(json!({ "offer": { "type": "offer", "sdp": offer } }));
        let mut alive = interval(KEEP_ALIVE);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let connected = Connected { socket, alive, published: Published::default(), told: 0, viewers: None };
        let Connected { socket, published, viewers, .. } = self.connected.insert(connected);
        let mut until = Instant::now() + ANSWER;
        while !published.is_whole() {
            let Ok(heard) = timeout_at(until, socket.next()).await else { break };
            let waited = published.answer.is_none();
            published.take(&self.url, &heard?)?;
            if waited && published.answer.is_some() {
                until = until.min(Instant::now() + CANDIDATES);
            }
        }
        let (Some(answer), Some(picture)) = (&published.answer, &published.picture) else {
            return Err(Trouble::Silent { host: host(&self.url) });
        };
        *viewers = Some(Viewers::new(Room {
            way: self.way.clone(),
            url: self.url.clone(),
            room: self.room.clone(),
            keys: self.keys.clone(),
            hidden: self.hidden.clone(),
            mark: rand::random(),
            picture: picture.clone(),
            sound: published.sound.clone().filter(|_| sdp::takes(answer, AUDIO.name)),
            turns: Room::turns(),
        }));
        Ok(Answered { answer: sdp::whole(answer, &published.candidates), ice_servers: Vec::new() })
    }

    async fn trickle(&mut self, ways: &Ways) {
        let Some(connected) = self.connected.as_mut() else { return };
        let Connected { socket, told, .. } = connected;
        let news = ways.candidates.iter().skip(*told).map(|text| {
            json!({ "candidate": text.trim_start_matches("a="), "sdpMid": ways.mid, "sdpMLineIndex": 0, "usernameFragment": ways.ufrag })
        });
        for candidate in news {
            socket.post(json!({ "trickle": { "candidateInit": candidate.to_string(), "target": "PUBLISHER" } }));
        }
        *told = ways.candidates.len();
        // It finds us by our checks where it is not told, and what is wrong is heard when it is listened to.
        let _ = socket.flush().await;
    }
}

#[async_trait]
impl Engine for LiveKit {
    async fn end(&mut self) {
        let Some(Connected { socket, viewers, .. }) = self.connected.take() else { return };
        // They take leave by themselves.
        drop(viewers);
        if timeout(GOODBYE, socket.leave()).await.is_err() {
            tracing::debug!("{} does not take the goodbye", host(&self.url));
        }
    }

    fn wished(&mut self, wish: Wish) {
        if let Some(viewers) = self.connected.as_mut().and_then(|connected| connected.viewers.as_mut()) {
            viewers.wished(wish);
        }
    }

    async fn said(&mut self) -> Result<Heard, Trouble> {
        let Some(Connected { socket, alive, published, viewers: Some(viewers), .. }) = self.connected.as_mut() else {
            return std::future::pending().await;
        };
        loop {
            if let Some(layers) = published.wanted.take() {
                return Ok(Heard::Wanted(layers));
            }
            tokio::select! {
                heard = socket.next() => published.take(&self.url, &heard?)?,
                (viewer, said) = viewers.said() => return Ok(Heard::Viewer(viewer, said)),
                _ = alive.tick() => socket.ping(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> Url {
        Url::parse("https://livekit.example.org/").expect("well-formed")
    }

    fn take(published: &mut Published, message: Value) -> Result<(), Trouble> {
        published.take(&url(), &message)
    }

    #[test]
    fn what_is_announced_is_called_as_in_the_offer_and_has_three_layers() {
        let offer = "v=0\r\nm=audio 9 X 111\r\na=msid:skylark one\r\nm=video 9 X 102\r\na=msid:skylark two\r\n";
        let [sound, picture] = announced(offer).expect("there are two");
        assert_eq!((&sound["addTrack"]["cid"], &picture["addTrack"]["cid"]), (&json!("one"), &json!("two")));
        let layers = picture["addTrack"]["layers"].as_array().expect("a list");
        let rids: Vec<&str> = layers.iter().filter_map(|layer| layer["rid"].as_str()).collect();
        assert_eq!(rids, ["q", "h", "f"]);
        assert_eq!(picture["addTrack"]["simulcastCodecs"][0]["layers"], json!(layers));
        assert!(announced("v=0\r\nm=audio 9 X 111\r\n").is_none());
    }

    #[test]
    fn an_answer_is_whole_with_its_track_and_all_candidates() {
        let mut published = Published::default();
        take(
            &mut published,
            json!({ "trackPublished": { "cid": "two", "track": { "name": "video", "type": "VIDEO", "sid": "TR_2" } } }),
        )
        .unwrap();
        take(&mut published, json!({ "answer": { "sdp": "v=0" } })).unwrap();
        assert!(!published.is_whole());
        let init = json!({ "candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host" }).to_string();
        for (target, last) in [("SUBSCRIBER", true), ("PUBLISHER", false), ("PUBLISHER", true)] {
            assert!(!published.is_whole());
            take(&mut published, json!({ "trickle": { "candidateInit": init, "target": target, "final": last } }))
                .unwrap();
        }
        assert!(published.is_whole());
        for _ in 0..100 {
            take(&mut published, json!({ "trickle": { "candidateInit": init } })).unwrap();
        }
        assert_eq!(published.candidates.len(), MOST_CANDIDATES);
    }

    #[test]
    fn layers_of_our_own_picture_are_heard_of_and_of_no_other() {
        let mut published = Published { picture: Some("TR_2".into()), ..Published::default() };
        let update = |track: &str| json!({ "subscribedQualityUpdate": { "trackSid": track, "subscribedQualities": [{ "enabled": true }] } });
        take(&mut published, update("TR_1")).unwrap();
        assert_eq!(published.wanted, None);
        take(&mut published, update("TR_2")).unwrap();
        assert_eq!(published.wanted.take(), Some(vec![Rid::Q]));
    }

    #[test]
    fn who_is_replaced_does_not_come_back_and_who_is_sent_away_does() {
        let mut published = Published::default();
        let replaced = take(&mut published, json!({ "leave": { "reason": "DUPLICATE_IDENTITY" } })).unwrap_err();
        assert!(replaced.is_final() && replaced.to_string().contains("another"), "{replaced}");
        let ended = take(&mut published, json!({ "leave": { "action": "RECONNECT" } })).unwrap_err();
        assert!(!ended.is_final(), "{ended}");
        take(&mut published, Value::Null).unwrap();
    }
}
