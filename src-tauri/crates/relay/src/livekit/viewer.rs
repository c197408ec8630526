//! One viewer in a room of LiveKit, from being let in to being gone: a hidden participant whose signalling is ours.
//!
//! The token never leaves this program, so that nobody comes back by it. Who is gone is removed by LiveKit's API as well: what was said on a connection that
//! broke was not heard, and not a packet is to follow a kick.

use super::negotiation::Negotiation;
use super::says::{self, Connection, Says};
use super::socket::{self, Socket};
use super::token::{For, Keys};
use super::{GOODBYE, KEEP_ALIVE, QUERY};
use crate::http::{self, InJson, Way};
use crate::target::{Hidden, host};
use crate::trouble::Trouble;
use crate::wish::Said;
use protocol::ViewerId;
use serde_json::{Value, json};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};
use url::Url;

/// How often it is asked whether media can flow to a viewer, from its answer until it does: LiveKit says nothing of that by itself.
const ASK: Duration = Duration::from_millis(150);

/// Of how many viewers that is asked within this time; more take turns. Each question is a connection of its own, and who answers and never connects has
/// it asked for ten seconds.
const MOST_ASKED: usize = 32;

/// How long the next of LiveKit's candidates may take: it has its own at once, and says which is the last of all only when it has asked servers that may not
/// answer. Somebody waits for the picture.
const CANDIDATE: Duration = Duration::from_millis(100);

/// How often it is asked to remove somebody, where it does not say that nobody is there any more; between two times it waits so long.
const REMOVALS: u32 = 3;
const AGAIN: Duration = Duration::from_secs(1);

/// The longest of a trouble's words that are told, characters.
const LONGEST_WORDS: usize = 200;

/// Where all of them are let in.
pub(super) struct Room {
    pub(super) way: Way,
    pub(super) url: Url,
    pub(super) room: String,
    pub(super) keys: Keys,
    pub(super) hidden: Hidden,
    /// What tells our viewers from those of an attempt before, which may be there yet.
    pub(super) mark: u32,
    /// What is published there.
    pub(super) picture: String,
    pub(super) sound: Option<String>,
    /// Turns of those of whom it is asked whether media can flow.
    pub(super) turns: Semaphore,
}

/// What a viewer's task hears.
pub(super) struct Hears {
    pub(super) answers: mpsc::Receiver<String>,
    /// It is to go when the other end is dropped.
    pub(super) stays: oneshot::Receiver<()>,
}

impl Room {
    pub(super) fn turns() -> Semaphore {
        Semaphore::new(MOST_ASKED)
    }

    /// All that LiveKit is told of a viewer.
    fn identity(&self, viewer: ViewerId) -> String {
        format!("viewer-{:08x}-{viewer}", self.mark)
    }

    /// Asks LiveKit's API about a viewer.
    async fn ask(&self, method: &str, identity: &str) -> Result<Value, Trouble> {
        let ours = |error: url::ParseError| Trouble::Ours(error.to_string());
        let url = self.url.join(&format!("twirp/livekit.RoomService/{method}")).map_err(ours)?;
        let token = self.keys.token(&self.room, For::Running);
        let body = json!({ "room": self.room, "identity": identity }).to_string();
        let response = http::ask_in_json(&self.way, InJson::Post, &url, Some(&token), body).await?;
        if response.status != 200 {
            return Err(socket::refused(host(&self.url), response.status));
        }
        Ok(serde_json::from_slice(&response.body).unwrap_or_default())
    }

    /// Done when media can flow to this one.
    async fn flows(&self, identity: &str) {
        loop {
            // Whoever waits has the next; it is never closed.
            let _turn = self.turns.acquire().await;
            let state = self.ask("GetParticipant", identity).await.map(|participant| participant["state"] == "ACTIVE");
            if state == Ok(true) {
                return;
            }
            sleep(ASK).await;
        }
    }

    /// Has it removed, by the API alone: what is sent there to who was kicked goes on until that was heard.
    pub(super) async fn remove(&self, viewer: ViewerId) {
        let identity = self.identity(viewer);
        for _ in 0..REMOVALS {
            match self.ask("RemoveParticipant", &identity).await {
                // It was gone already, as it should.
                Ok(_) | Err(Trouble::NoEndpoint { .. }) => return,
                Err(trouble) => tracing::debug!("a viewer could not be removed: {trouble}"),
            }
            sleep(AGAIN).await;
        }
    }

    /// Lets it in, and holds it until it is gone, or to go. What becomes of it is told.
    pub(super) async fn watch(&self, viewer: ViewerId, hears: Hears, tell: &mpsc::Sender<(ViewerId, Said)>) {
        let Hears { mut answers, stays } = hears;
        let mut made = None;
        let end = tokio::select! {
            biased;
            _ = stays => None,
            end = self.hold(viewer, &mut answers, tell, &mut made) => Some(end),
        };
        if let Some(said) = end {
            // Who asked for it may be gone.
            let _ = tell.send((viewer, said)).await;
        }
        if let Some(socket) = made {
            let _ = timeout(GOODBYE, Socket::leave(socket)).await;
            self.remove(viewer).await;
        }
    }

    /// What ended it. The connection is left in `made`.
    async fn hold(
        &self,
        viewer: ViewerId,
        answers: &mut mpsc::Receiver<String>,
        tell: &mpsc::Sender<(ViewerId, Said)>,
        made: &mut Option<Socket>,
    ) -> Said {
        let identity = self.identity(viewer);
        let refuses = |trouble: &Trouble| Said::Refuses(self.hidden.out_of(&trouble.to_string(), LONGEST_WORDS));
        let token = self.keys.token(&self.room, For::Watching { identity: &identity });
        let socket = match Socket::open(&self.way, &self.url, QUERY, &token).await {
            Ok(socket) => made.insert(socket),
            Err(trouble) => return refuses(&trouble),
        };
        let tracks: Vec<&String> = self.sound.iter().chain([&self.picture]).collect();
        socket.post(json!({ "subscription": { "trackSids": tracks, "subscribe": true } }));
        let mut negotiation = Negotiation::new(self.sound.is_some());
        let mut alive = interval(KEEP_ALIVE);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut late, mut offered, mut flowing) = (Instant::now(), false, false);
        let mut flows = pin!(self.flows(&identity));
        loop {
            let says = tokio::select! {
                said = socket.next() => match said {
                    Ok(message) => heard(&message, &mut negotiation, &mut late),
                    Err(trouble) if !offered => return refuses(&trouble),
                    Err(_) => return Said::Gone,
                },
                Some(answer) = answers.recv() => match negotiation.answered(&answer) {
                    Some(message) => {
                        socket.post(message);
                        negotiation.is_agreed().then_some(Said::Takes)
                    }
                    None => return Said::Gone,
                },
                () = sleep_until(late), if negotiation.waits_for_candidates() && Instant::now() < late => None,
                () = &mut flows, if negotiation.is_agreed() && !flowing => {
                    flowing = true;
                    Some(Said::Flows)
                }
                _ = alive.tick() => {
                    socket.ping();
                    None
                }
            };
            if matches!(says, Some(Said::Gone)) {
                return Said::Gone;
            }
            let offers = negotiation.offers(Instant::now() >= late).map(Said::Offers);
            offered |= offers.is_some();
            for said in says.into_iter().chain(offers) {
                if tell.send((viewer, said)).await.is_err() {
                    return Said::Gone;
                }
            }
            if negotiation.is_endless() {
                return Said::Refuses("it offers without end".to_owned());
            }
        }
    }
}

/// LiveKit said something on this one's connection.
fn heard(message: &Value, negotiation: &mut Negotiation, late: &mut Instant) -> Option<Said> {
    match says::read(message) {
        Says::Offer { sdp, id } => {
            negotiation.offered(sdp, id);
            *late = Instant::now() + CANDIDATE;
        }
        Says::Candidate { of: Connection::Subscriber, candidate, last } => {
            negotiation.candidate(candidate, last);
            *late = Instant::now() + CANDIDATE;
        }
        Says::Leave(_) => return Some(Said::Gone),
        _ => {}
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::trusting;
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    fn room_at(listener: &TcpListener) -> Room {
        let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
        let (key, secret) = ("key".to_owned().into(), "secret".to_owned().into());
        Room {
            way: Way { tls: Arc::new(trusting(None).expect("this machine trusts somebody")) },
            url: Url::parse(&url).expect("well-formed"),
            room: "lobby".into(),
            keys: Keys { key, secret },
            hidden: Hidden::default(),
            mark: 7,
            picture: "TR_V".into(),
            sound: None,
            turns: Room::turns(),
        }
    }

    #[tokio::test]
    async fn however_many_wait_for_media_few_are_asked_of_at_one_time() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let room = Arc::new(room_at(&listener));
        for viewer in 0..2 * MOST_ASKED as u32 {
            let room = room.clone();
            tokio::spawn(async move { room.flows(&room.identity(ViewerId(viewer))).await });
        }
        // None is answered.
        let mut asked = Vec::new();
        while let Ok(taken) = timeout(Duration::from_secs(1), listener.accept()).await {
            asked.push(taken.expect("somebody asks"));
        }
        assert_eq!(asked.len(), MOST_ASKED);
        // Who was asked of gives way.
        asked.clear();
        assert!(timeout(Duration::from_secs(5), listener.accept()).await.is_ok());
    }

    #[tokio::test]
    async fn a_kick_that_was_not_taken_is_asked_for_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let room = room_at(&listener);
        let served = async {
            for status in ["503 Service Unavailable", "200 OK"] {
                let (mut stream, _) = listener.accept().await.expect("it is asked");
                let mut asked = Vec::new();
                while !asked.ends_with(b"}") {
                    let read = stream.read_buf(&mut asked).await.expect("it says what it wants");
                    assert!(read > 0, "it goes in the middle of it");
                }
                assert!(asked.starts_with(b"POST /twirp/livekit.RoomService/RemoveParticipant "));
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}");
                stream.write_all(answer.as_bytes()).await.expect("it listens");
            }
        };
        let both = async { tokio::join!(room.remove(ViewerId(1)), served) };
        timeout(Duration::from_secs(10), both).await.expect("it is asked twice, and then no more");
    }
}
