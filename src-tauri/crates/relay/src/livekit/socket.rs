//! LiveKit's signalling WebSocket: what is said on it, and what is heard; read with a bound.

use super::early;
use crate::http::Way;
use crate::target::host;
use crate::trouble::Trouble;
use crate::websocket::{Bounds, WebSocket};
use protocol::Secret;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use url::Url;

/// An answer must be here after this.
pub(super) const ANSWER: Duration = Duration::from_secs(8);

/// The longest message that is read, bytes: who joins is told of everybody in the room who is not hidden, by some five hundred each.
const LONGEST: usize = 512 * 1024;

/// Messages that wait to be sent: a dozen to begin with, and then one at a time.
const MOST_WAITING: usize = 256;

pub(super) struct Socket {
    socket: WebSocket,
    url: Url,
    /// When it was asked whether it is there, while it has not answered.
    unanswered: Option<Instant>,
}

impl Socket {
    /// Opens one to the LiveKit at an http or https URL, which stands for ws or wss.
    pub(super) async fn open(way: &Way, base: &Url, query: &str, token: &Secret) -> Result<Socket, Trouble> {
        let mut url = base.join("rtc").map_err(|error| Trouble::Ours(error.to_string()))?;
        url.set_query(Some(query));
        // Not in the URL, where servers and proxies write it down.
        let bearer = HeaderValue::from_str(&format!("Bearer {}", token.reveal()));
        let mut bearer = bearer.map_err(|error| Trouble::Ours(error.to_string()))?;
        bearer.set_sensitive(true);
        // A connection is of one viewer, or of us.
        let bounds = Bounds { opened: ANSWER, message: LONGEST, waiting: MOST_WAITING, of_a_viewer: 0 };
        let socket = WebSocket::open(way, &url, (header::AUTHORIZATION, bearer), bounds, refused).await?;
        let mut socket = Socket { socket, url, unanswered: None };
        // From this on it speaks JSON.
        socket.ping();
        Ok(socket)
    }

    /// Has something sent by [`Socket::next`].
    pub(super) fn post(&mut self, message: Value) {
        self.socket.post(&message);
    }

    /// Asks whether it is there. Who does not answer that is left.
    pub(super) fn ping(&mut self) {
        self.post(json!({ "pingReq": { "timestamp": "1" } }));
        self.unanswered.get_or_insert_with(Instant::now);
    }

    /// The next message, in JSON whatever it came in; what waits is sent meanwhile. It may be called anew whenever it is not waited for any more.
    pub(super) async fn next(&mut self) -> Result<Value, Trouble> {
        let Some(since) = self.unanswered else { return self.hear().await };
        let lost = Trouble::Lost { host: host(&self.url) };
        timeout_at(since + ANSWER, self.hear()).await.unwrap_or(Err(lost))
    }

    /// As [`Socket::next`], for ever.
    async fn hear(&mut self) -> Result<Value, Trouble> {
        self.flush().await?;
        loop {
            match self.socket.hear(0).await? {
                Message::Text(text) => {
                    let message: Value = serde_json::from_str(&text).map_err(|_| self.socket.noise("it is no JSON"))?;
                    if !message["pongResp"].is_null() {
                        self.unanswered = None;
                    }
                    return Ok(message);
                }
                Message::Binary(bytes) => return Ok(early::read(&bytes)),
                _ => {}
            }
        }
    }

    /// Sends what waits. It may be called anew whenever it is not waited for any more.
    pub(super) async fn flush(&mut self) -> Result<(), Trouble> {
        self.socket.flush().await
    }

    /// Says that it is over, and closes it.
    pub(super) async fn leave(mut self) {
        self.post(json!({ "leave": { "reason": "CLIENT_INITIATED" } }));
        // What is lost is over as well.
        if self.flush().await.is_ok() {
            self.socket.close().await;
        }
    }
}

/// By the status of what is no success. Nothing of what it says of a token that it does not take is shown: it repeats it.
pub(super) fn refused(host: String, status: u16) -> Trouble {
    let said = String::new();
    match status {
        401 | 403 => Trouble::WrongSecret { host, status },
        404 | 410 => Trouble::NoEndpoint { host, status },
        429 | 502..=504 => Trouble::Busy { host, status, said, retry_after: None },
        // "connection closed by media", and no more.
        500 => Trouble::Busy { host, status, said: ": its room may be full".to_owned(), retry_after: None },
        300..=399 => Trouble::Redirect { host, why: "a LiveKit is asked at the URL that is written, and nowhere else" },
        _ => Trouble::Status { host, status, said },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::trusting;
    use futures_util::{SinkExt, StreamExt};
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::timeout;
    use tokio_tungstenite::{WebSocketStream, accept_async};

    async fn opened<D: Future<Output = ()> + Send + 'static>(
        serve: impl FnOnce(TcpStream) -> D + Send + 'static,
    ) -> Result<Socket, Trouble> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
        tokio::spawn(async move { serve(listener.accept().await.expect("somebody comes").0).await });
        let way = Way { tls: Arc::new(trusting(None).expect("this machine trusts somebody")) };
        let url = Url::parse(&url).expect("well-formed");
        Socket::open(&way, &url, "protocol=15", &Secret::from("a.token.of-ours".to_owned())).await
    }

    /// A socket to a server that does this with it.
    async fn served<D: Future<Output = ()> + Send + 'static>(
        serve: impl FnOnce(WebSocketStream<TcpStream>) -> D + Send + 'static,
    ) -> Socket {
        let accept = |stream| async move { serve(accept_async(stream).await.expect("it is one")).await };
        opened(accept).await.expect("it is there")
    }

    #[tokio::test]
    async fn who_says_more_than_a_livekit_does_is_left() {
        for message in
            [Message::text(r#"{"pongResp":{}}"#), Message::binary(vec![0; 9]), Message::Ping(Default::default())]
        {
            let mut socket =
                served(|mut socket| async move { while socket.feed(message.clone()).await.is_ok() {} }).await;
            let heard = timeout(Duration::from_secs(20), async {
                loop {
                    if let Err(trouble) = socket.next().await {
                        return trouble.to_string();
                    }
                }
            });
            let heard = heard.await.expect("it is left");
            assert!(heard.contains("more than is listened to"), "{heard}");
        }
    }

    #[tokio::test]
    async fn who_does_not_say_that_it_is_there_is_left() {
        let mut socket = served(|mut socket| async move {
            let _ = socket.next().await;
            let _ = socket.send(Message::text(r#"{"pongResp":{}}"#)).await;
            while socket.next().await.is_some_and(|heard| heard.is_ok()) {}
        })
        .await;
        assert!(socket.unanswered.is_some());
        assert_eq!(socket.next().await.expect("it is there"), json!({ "pongResp": {} }));
        assert_eq!(socket.unanswered, None);
        socket.ping();
        // As if it were that long ago.
        socket.unanswered = socket.unanswered.and_then(|since| since.checked_sub(ANSWER));
        let left = socket.next().await.expect_err("it is silent");
        assert!(matches!(left, Trouble::Lost { .. }), "{left}");
    }

    #[tokio::test]
    async fn noise_is_said_to_be_some() {
        let mut socket = served(|mut socket| async move {
            let _ = socket.send(Message::text("<html>")).await;
            let _ = socket.next().await;
        })
        .await;
        let left = socket.next().await.expect_err("it is no JSON");
        assert!(matches!(left, Trouble::Noise { .. }), "{left}");
    }

    #[tokio::test]
    async fn a_refusal_is_told_by_its_status_and_repeats_no_token() {
        for (status, is_final, words) in [
            ("401 Unauthorized", true, "refuses the secret (401)"),
            ("404 Not Found", false, "no such endpoint or room (404)"),
            ("503 Service Unavailable", false, "no room now (503)"),
            ("302 Found", true, "nowhere else"),
            ("500 Internal Server Error", false, "no room now (500: its room may be full)"),
            ("418 Oh", false, "answers 418"),
        ] {
            let answer = format!(
                "HTTP/1.1 {status}\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 22\r\n\r\ninvalid a.token.of-ours"
            );
            let refused = opened(|mut stream| async move {
                let mut asked = vec![0; 4096];
                let read = stream.read(&mut asked).await.unwrap_or_default();
                let asked = String::from_utf8_lossy(&asked[..read]).to_lowercase();
                assert!(
                    asked.starts_with("get /rtc?protocol=15 ") && asked.contains("authorization: bearer a.token"),
                    "{asked}"
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
            let trouble = refused.await.err().expect("it refuses");
            let said = trouble.to_string();
            assert!(said.contains(words) && trouble.is_final() == is_final && !said.contains("of-ours"), "{said}");
        }
    }
}
