//! The WebSocket to the front: what is said on it, and what is heard; read with a bound.

use super::{ANSWER, GONE};
use crate::http::Way;
use crate::target::host;
use crate::trouble::Trouble;
use crate::websocket::{Bounds, WebSocket};
use protocol::Secret;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use url::Url;

/// The longest message that is read, bytes: an offer has some 4 kB.
const LONGEST: usize = 64 * 1024;

/// Messages that wait to be sent: more than viewers come and go while a server that is well reads them.
const MOST_WAITING: usize = 8192;

/// Messages of any kind that are listened to within two seconds: a front says two. Who says more keeps a core busy, and is left.
const MOST_HEARD: u32 = 512;

/// And so many for each viewer that there is: that it is connected, and gone.
const MOST_HEARD_OF_ONE: u32 = 4;

/// And so many for each request of ours: an offer or a receipt, and what comes of it.
const MOST_HEARD_OF_A_REQUEST: u32 = 4;

pub(super) struct Socket {
    socket: WebSocket,
    url: Url,
    /// The most viewers that it had to tell of since what is heard is counted from.
    viewers: u32,
    /// What was asked of it since then, and half of what was before, as answers take a while.
    asked: u32,
    /// When it said something.
    heard: Instant,
}

impl Socket {
    /// Opens one to an http or https URL, which stands for ws or wss.
    pub(super) async fn open(way: &Way, url: &Url, bearer: &Secret) -> Result<Socket, Trouble> {
        let bearer = HeaderValue::from_str(&format!("Bearer {}", bearer.reveal()));
        let mut bearer = bearer.map_err(|error| Trouble::Ours(error.to_string()))?;
        bearer.set_sensitive(true);
        let bounds = Bounds { opened: ANSWER, message: LONGEST, waiting: MOST_WAITING };
        let socket = WebSocket::open(way, url, (header::AUTHORIZATION, bearer), bounds, refused).await?;
        Ok(Socket { socket, url: url.clone(), viewers: 0, asked: 0, heard: Instant::now() })
    }

    /// Has something sent by [`Socket::next`].
    pub(super) fn post(&mut self, message: Value) {
        self.socket.post(&message);
        self.asked = self.asked.saturating_add(1);
    }

    /// The next message, of a front with so many viewers of ours; what waits is sent meanwhile. A front says something each second, and one that is
    /// silent is gone. It may be called anew whenever it is not waited for any more.
    pub(super) async fn next(&mut self, viewers: u32) -> Result<Value, Trouble> {
        let lost = Trouble::Lost { host: host(&self.url) };
        timeout_at(self.heard + GONE, self.hear(viewers)).await.unwrap_or(Err(lost))
    }

    async fn hear(&mut self, viewers: u32) -> Result<Value, Trouble> {
        self.viewers = self.viewers.max(viewers);
        self.socket.flush().await?;
        loop {
            let heard = self.socket.hear().await?;
            self.heard = Instant::now();
            if heard.count == 1 {
                self.viewers = viewers;
                self.asked /= 2;
            }
            let of_viewers = self.viewers.saturating_mul(MOST_HEARD_OF_ONE);
            let of_requests = self.asked.saturating_mul(MOST_HEARD_OF_A_REQUEST);
            if heard.count > MOST_HEARD.saturating_add(of_viewers).saturating_add(of_requests) {
                return Err(self.noise("it says more than is listened to"));
            }
            if let Message::Text(text) = heard.message {
                return serde_json::from_str(&text).map_err(|_| self.noise("it is no JSON"));
            }
        }
    }

    pub(super) async fn close(self) {
        self.socket.close().await;
    }

    fn noise(&self, why: &str) -> Trouble {
        Trouble::Noise { host: host(&self.url), why: why.to_owned() }
    }
}

fn refused(host: String, status: u16) -> Trouble {
    match status {
        401 | 403 => Trouble::WrongSecret { host, status },
        404 | 410 => Trouble::NoEndpoint { host, status },
        429 | 502..=504 => Trouble::Busy { host, status, said: String::new(), retry_after: None },
        301..=399 => Trouble::Redirect { host, why: "a WebSocket is not sent on" },
        _ => Trouble::NoHttp { host, error: format!("status {status} instead of a WebSocket") },
    }
}
