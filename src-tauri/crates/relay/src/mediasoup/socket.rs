//! The WebSocket to the front: what is said on it, and what is heard; read with a bound.

use super::{ANSWER, GONE};
use crate::http::Way;
use crate::target::host;
use crate::trouble::Trouble;
use crate::websocket::{self, Bounds, WebSocket};
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

/// Messages that are listened to within two seconds for each viewer that there is: that it is connected, and gone.
const HEARD_OF_A_VIEWER: u32 = 4;

pub(super) struct Socket {
    socket: WebSocket,
    url: Url,
    /// When it said something.
    heard: Instant,
}

impl Socket {
    /// Opens one to an http or https URL, which stands for ws or wss.
    pub(super) async fn open(way: &Way, url: &Url, bearer: &Secret) -> Result<Socket, Trouble> {
        let bearer = HeaderValue::from_str(&format!("Bearer {}", bearer.reveal()));
        let mut bearer = bearer.map_err(|error| Trouble::Ours(error.to_string()))?;
        bearer.set_sensitive(true);
        let bounds = Bounds { opened: ANSWER, message: LONGEST, waiting: MOST_WAITING, of_a_viewer: HEARD_OF_A_VIEWER };
        let socket = WebSocket::open(way, url, (header::AUTHORIZATION, bearer), bounds, websocket::refused).await?;
        Ok(Socket { socket, url: url.clone(), heard: Instant::now() })
    }

    /// Has something sent by [`Socket::next`].
    pub(super) fn post(&mut self, message: Value) {
        self.socket.post(&message);
    }

    /// The next message, of a front with so many viewers of ours; what waits is sent meanwhile. A front says something each second, and one that is
    /// silent is gone. It may be called anew whenever it is not waited for any more.
    pub(super) async fn next(&mut self, viewers: u32) -> Result<Value, Trouble> {
        let lost = Trouble::Lost { host: host(&self.url) };
        timeout_at(self.heard + GONE, self.hear(viewers)).await.unwrap_or(Err(lost))
    }

    async fn hear(&mut self, viewers: u32) -> Result<Value, Trouble> {
        self.socket.flush().await?;
        loop {
            let heard = self.socket.hear(viewers).await?;
            self.heard = Instant::now();
            if let Message::Text(text) = heard {
                return serde_json::from_str(&text).map_err(|_| self.socket.noise("it is no JSON"));
            }
        }
    }

    pub(super) async fn close(self) {
        self.socket.close().await;
    }
}
