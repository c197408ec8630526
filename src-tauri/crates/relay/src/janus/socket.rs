//! Janus' WebSocket: requests with their answers, and what comes by itself; read with a bound.

use super::words;
use crate::http::Way;
use crate::target::{Hidden, host};
use crate::trouble::Trouble;
use crate::websocket::{self, Bounds, WebSocket};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use url::Url;

/// An answer must be here after this. What is posted is waited for by nobody, but a server that says not a word on it has not heard it, and a
/// viewer that it was told to drop still watches.
const ANSWER: Duration = Duration::from_secs(8);

/// The longest message that is read, bytes: an answer with three layers and all its candidates has some 6 kB.
const LONGEST: usize = 64 * 1024;

/// Messages that wait to be sent: more than viewers come and go while a server that is well reads them.
const MOST_WAITING: usize = 8192;

/// Messages that may come before the one that is waited for.
const MOST_BEFORE: usize = 256;

/// Messages that are listened to within two seconds for each viewer that there is: one that comes and goes is told of in a dozen.
const HEARD_OF_A_VIEWER: u32 = 32;

pub(super) struct Socket {
    socket: WebSocket,
    url: Url,
    api_secret: Option<String>,
    pub(super) hidden: Hidden,
    requests: u64,
    /// When something was posted, while nothing was answered since.
    unanswered: Option<Instant>,
}

impl Socket {
    /// Opens one to an http or https URL, which stands for ws or wss.
    pub(super) async fn open(
        way: &Way,
        url: &Url,
        api_secret: Option<String>,
        hidden: Hidden,
    ) -> Result<Socket, Trouble> {
        let protocol = (header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("janus-protocol"));
        let bounds = Bounds { opened: ANSWER, message: LONGEST, waiting: MOST_WAITING, of_a_viewer: HEARD_OF_A_VIEWER };
        let socket = WebSocket::open(way, url, protocol, bounds, websocket::refused).await?;
        let url = url.clone();
        Ok(Socket { socket, url, api_secret, hidden, requests: 0, unanswered: None })
    }

    /// The address that it leads to.
    pub(super) fn peer(&self) -> IpAddr {
        self.socket.peer()
    }

    /// Asks, and waits for the answer that is no mere receipt.
    pub(super) async fn ask(&mut self, mut request: Value) -> Result<Value, Trouble> {
        let receipt_is_all = request["janus"] == "trickle";
        let silent = Trouble::Silent { host: host(&self.url) };
        let asked = async {
            self.requests += 1;
            let transaction = format!("s{}", self.requests);
            request["transaction"] = json!(transaction);
            self.send(request);
            for _ in 0..MOST_BEFORE {
                let event = self.next(0).await?;
                let is_receipt = event["janus"] == "ack";
                if event["transaction"] == json!(transaction) && (receipt_is_all || !is_receipt) {
                    return words::refusal(&self.url, &self.hidden, &event["error"]).map_or(Ok(event), Err);
                }
            }
            Err(words::noise(&self.url, "it answers something else"))
        };
        timeout(ANSWER, asked).await.unwrap_or(Err(silent))
    }

    /// Has something sent by [`Socket::next`], with the transaction that it has.
    pub(super) fn post(&mut self, request: Value) {
        self.send(request);
        self.unanswered.get_or_insert_with(Instant::now);
    }

    /// The next message, from a room with so many viewers of ours; what waits is sent meanwhile. It may be called anew whenever it is not
    /// waited for any more.
    pub(super) async fn next(&mut self, viewers: u32) -> Result<Value, Trouble> {
        let Some(since) = self.unanswered else { return self.hear(viewers).await };
        let lost = Trouble::Lost { host: host(&self.url) };
        timeout_at(since + ANSWER, self.hear(viewers)).await.unwrap_or(Err(lost))
    }

    /// As [`Socket::next`], for ever.
    async fn hear(&mut self, viewers: u32) -> Result<Value, Trouble> {
        self.socket.flush().await?;
        loop {
            if let Message::Text(text) = self.socket.hear(viewers).await? {
                let event: Value = serde_json::from_str(&text).map_err(|_| self.socket.noise("it is no JSON"))?;
                // What it says by itself has none.
                if event["transaction"].is_string() {
                    self.unanswered = None;
                }
                return Ok(event);
            }
        }
    }

    fn send(&mut self, mut request: Value) {
        if let Some(secret) = &self.api_secret {
            request["apisecret"] = json!(secret);
        }
        self.socket.post(&request);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flood::OF_A_REQUEST;
    use crate::http::trusting;
    use futures_util::{SinkExt, StreamExt};
    use std::sync::Arc;
    use tokio::net::{TcpListener, TcpStream};
    use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
    use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

    /// A socket to a server that does this with it.
    async fn served<D: Future<Output = ()> + Send + 'static>(
        serve: impl FnOnce(WebSocketStream<TcpStream>) -> D + Send + 'static,
    ) -> Socket {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("somebody comes");
            #[expect(clippy::result_large_err, reason = "so the library has it")]
            let agree = |_: &Request, mut response: Response| {
                response.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("janus-protocol"));
                Ok(response)
            };
            serve(accept_hdr_async(stream, agree).await.expect("it is one")).await;
        });
        let way = Way { tls: Arc::new(trusting(None).expect("this machine trusts somebody")) };
        let url = Url::parse(&url).expect("well-formed");
        Socket::open(&way, &url, None, Hidden::default()).await.expect("it is there")
    }

    #[tokio::test]
    async fn who_says_more_than_a_janus_does_is_left() {
        for message in [Message::text(r#"{"janus":"media"}"#), Message::Ping(Default::default())] {
            let mut socket =
                served(|mut socket| async move { while socket.feed(message.clone()).await.is_ok() {} }).await;
            let heard = timeout(Duration::from_secs(20), async {
                loop {
                    if let Err(trouble) = socket.next(0).await {
                        return trouble.to_string();
                    }
                }
            });
            let heard = heard.await.expect("it is left");
            assert!(heard.contains("more than is listened to"), "{heard}");
        }
    }

    #[tokio::test]
    async fn who_says_nothing_on_what_was_asked_is_left_and_who_answers_is_not() {
        let by_itself = Message::text(r#"{"janus":"media","sender":7}"#);
        let mut socket = served(|mut socket: WebSocketStream<TcpStream>| async move {
            let _ = socket.send(by_itself).await;
            let _ = socket.next().await;
            let _ = socket.send(Message::text(r#"{"janus":"ack","transaction":"alive"}"#)).await;
            while socket.next().await.is_some_and(|request| request.is_ok()) {}
        })
        .await;
        let keep_alive = json!({ "janus": "keepalive", "transaction": "alive" });
        socket.post(keep_alive.clone());
        assert_eq!(socket.next(1).await.expect("it is there")["janus"], "media");
        assert!(socket.unanswered.is_some(), "that was no answer");
        assert_eq!(socket.next(1).await.expect("it is there")["janus"], "ack");
        assert_eq!(socket.unanswered, None);
        socket.post(keep_alive);
        // As if it were that long ago.
        socket.unanswered = socket.unanswered.and_then(|since| since.checked_sub(ANSWER));
        let left = socket.next(1).await.expect_err("it is silent");
        assert!(matches!(left, Trouble::Lost { .. }), "{left}");
    }

    #[tokio::test]
    async fn who_answers_what_is_asked_is_no_flood_however_few_viewers_there_are() {
        // As Janus answers a viewer's goodbye, and tells of it.
        let answers = |mut socket: WebSocketStream<TcpStream>| async move {
            while socket.next().await.is_some_and(|request| request.is_ok()) {
                for _ in 0..OF_A_REQUEST {
                    let _ = socket.feed(Message::text(r#"{"janus":"success","transaction":"other 1"}"#)).await;
                }
                let _ = socket.flush().await;
            }
        };
        let mut socket = served(answers).await;
        for _ in 0..1024 {
            socket.post(json!({ "janus": "detach", "transaction": "other 1" }));
            for _ in 0..OF_A_REQUEST {
                socket.next(1).await.expect("it is listened to");
            }
        }
    }
}
