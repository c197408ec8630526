//! The WebSocket of an engine that signals by one: what waits to be sent and how long a message may be have a bound, and what is heard is
//! counted.

use crate::flood::Flood;
use crate::http::{Stream, Way};
use crate::target::host;
use crate::trouble::Trouble;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use url::Url;

/// What an engine needs of one.
pub(crate) struct Bounds {
    /// It must be open after this.
    pub(crate) opened: Duration,
    /// The longest message that is read, bytes.
    pub(crate) message: usize,
    /// Messages that wait to be sent.
    pub(crate) waiting: usize,
    /// Messages that are listened to within two seconds, for each viewer that there is.
    pub(crate) of_a_viewer: u32,
}

pub(crate) struct WebSocket {
    stream: WebSocketStream<Stream>,
    url: Url,
    peer: SocketAddr,
    /// Put there by [`WebSocket::post`], and not sent yet.
    waiting: VecDeque<Message>,
    most_waiting: usize,
    flood: Flood,
}

impl WebSocket {
    /// Opens one to an http or https URL, which stands for ws or wss. `refused` says what a status means that is no success.
    pub(crate) async fn open(
        way: &Way,
        url: &Url,
        header: (HeaderName, HeaderValue),
        bounds: Bounds,
        refused: impl FnOnce(String, u16) -> Trouble,
    ) -> Result<WebSocket, Trouble> {
        let stream = way.open(url).await?;
        let peer = stream.peer().map_err(|_| Trouble::Lost { host: host(url) })?;
        let written = url.as_str().replacen("http", "ws", 1);
        let mut request = written.into_client_request().map_err(|error| Trouble::Ours(error.to_string()))?;
        request.headers_mut().insert(header.0, header.1);
        let mut config = WebSocketConfig::default();
        (config.max_message_size, config.max_frame_size) = (Some(bounds.message), Some(bounds.message));
        let opened = timeout(bounds.opened, client_async_with_config(request, stream, Some(config))).await;
        let stream = match opened.map_err(|_| Trouble::Silent { host: host(url) })? {
            Ok((stream, _)) => stream,
            Err(Error::Http(response)) => return Err(refused(host(url), response.status().as_u16())),
            Err(error) => return Err(said(url, &error)),
        };
        let (url, waiting, most_waiting) = (url.clone(), VecDeque::new(), bounds.waiting);
        let flood = Flood::new(bounds.of_a_viewer, Instant::now());
        Ok(WebSocket { stream, url, peer, waiting, most_waiting, flood })
    }

    /// The address that it leads to.
    pub(crate) fn peer(&self) -> IpAddr {
        self.peer.ip()
    }

    /// Has something sent by [`WebSocket::flush`].
    pub(crate) fn post(&mut self, message: &Value) {
        self.waiting.push_back(Message::text(message.to_string()));
        self.flood.asked();
    }

    /// Sends what waits. It may be called anew whenever it is not waited for any more.
    pub(crate) async fn flush(&mut self) -> Result<(), Trouble> {
        if self.waiting.len() > self.most_waiting {
            return Err(Trouble::Silent { host: host(&self.url) });
        }
        while !self.waiting.is_empty() {
            // Ready, it takes the message in the same step in which that leaves the queue: nothing comes between that is not waited for.
            let ready = poll_fn(|cx| self.stream.poll_ready_unpin(cx)).await;
            let message = self.waiting.pop_front().expect("it is not empty");
            ready.map_err(|error| said(&self.url, &error))?;
            self.stream.start_send_unpin(message).map_err(|error| said(&self.url, &error))?;
        }
        self.stream.flush().await.map_err(|error| said(&self.url, &error))
    }

    /// The next message of any kind, where so many viewers of ours are. It may be called anew whenever it is not waited for any more.
    pub(crate) async fn hear(&mut self, viewers: u32) -> Result<Message, Trouble> {
        self.flood.viewers(viewers);
        let message = match self.stream.next().await {
            None | Some(Ok(Message::Close(_))) => return Err(Trouble::Lost { host: host(&self.url) }),
            Some(Err(error)) => return Err(said(&self.url, &error)),
            Some(Ok(message)) => message,
        };
        if self.flood.heard(viewers, Instant::now()) {
            return Err(self.noise("it says more than is listened to"));
        }
        Ok(message)
    }

    /// What is wrong with something that it said.
    pub(crate) fn noise(&self, why: &str) -> Trouble {
        Trouble::Noise { host: host(&self.url), why: why.to_owned() }
    }

    /// Closes it, whether that is heard or not.
    pub(crate) async fn close(mut self) {
        let _ = self.stream.close(None).await;
    }
}

/// By the status of what is no WebSocket.
pub(crate) fn refused(host: String, status: u16) -> Trouble {
    match status {
        401 | 403 => Trouble::WrongSecret { host, status },
        404 | 410 => Trouble::NoEndpoint { host, status },
        429 | 502..=504 => Trouble::Busy { host, status, said: String::new(), retry_after: None },
        301..=399 => Trouble::Redirect { host, why: "a WebSocket is not sent on" },
        _ => Trouble::NoHttp { host, error: format!("status {status} instead of a WebSocket") },
    }
}

/// What is wrong with one that is open, or answers the way to it with no HTTP.
fn said(url: &Url, error: &Error) -> Trouble {
    let host = host(url);
    match error {
        Error::Capacity(_) => Trouble::TooLong { host },
        Error::Io(_) | Error::ConnectionClosed | Error::AlreadyClosed => Trouble::Lost { host },
        other => Trouble::NoHttp { host, error: other.to_string() },
    }
}
