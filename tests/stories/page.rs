//! A watch page's socket: it hears how many are watching, that it was removed and why, that the broadcast ended.

use crate::support::{Browser, Skylark, soon};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{self, Message, client::IntoClientRequest};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub(crate) struct Page(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Page {
    pub(crate) async fn open(
        skylark: &Skylark,
        origin: &str,
        cookie: Option<&str>,
    ) -> Result<Page, tungstenite::Error> {
        Page::open_by(&skylark.watch(), origin, cookie).await
    }

    /// By another link than that of all.
    pub(crate) async fn open_by(watch: &str, origin: &str, cookie: Option<&str>) -> Result<Page, tungstenite::Error> {
        let url = format!("{watch}/events").replacen("http", "ws", 1);
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        if let Some(cookie) = cookie {
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
        }
        connect_async(request).await.map(|(socket, _)| Page(socket))
    }

    pub(crate) async fn hears(&mut self, kind: &str) -> Value {
        soon(kind, async {
            loop {
                match self.0.next().await.expect("the socket is open").expect("the socket is well") {
                    Message::Text(text) => {
                        let message: Value = serde_json::from_str(&text).expect("JSON");
                        if message["type"] == kind {
                            return message;
                        }
                    }
                    Message::Ping(_) | Message::Pong(_) => {}
                    other => panic!("waiting for {kind}, it heard {other:?}"),
                }
            }
        })
        .await
    }

    pub(crate) async fn says(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("the socket is open");
    }

    /// Says what may cost it the socket.
    pub(crate) async fn says_whatever(&mut self, message: Message) {
        let _ = self.0.send(message).await;
    }

    /// Sends these bytes as they are: a frame of its own making.
    pub(crate) async fn says_raw(&mut self, bytes: &[u8]) {
        let MaybeTlsStream::Plain(stream) = self.0.get_mut() else { panic!("no story has TLS") };
        stream.write_all(bytes).await.expect("the socket is open");
    }

    /// Says the same so many times, or until the socket is closed.
    pub(crate) async fn floods(&mut self, text: &str, times: usize) {
        for _ in 0..times {
            if self.0.send(Message::text(text)).await.is_err() {
                return;
            }
        }
    }

    pub(crate) async fn is_closed(&mut self) {
        soon("the socket is closed", async {
            while let Some(Ok(message)) = self.0.next().await {
                if message.is_close() {
                    break;
                }
            }
        })
        .await;
    }
}

pub(crate) async fn cookie_of(skylark: &Skylark) -> String {
    let page = Browser::new().get(&skylark.watch()).await;
    let cookie = page.headers().get("set-cookie").expect("the page sets it").to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_hears_what_goes_on() {
    let mut skylark = Skylark::live().await;
    let mut page = Page::open(&skylark, &skylark.origin(), None).await.expect("our own page may");
    assert_eq!(page.hears("state").await["live"], true);
    let viewer = Browser::new().watch(&skylark.whep()).await;
    while page.hears("count").await["watching"] != 1 {}
    viewer.leave().await;
    while page.hears("count").await["watching"] != 0 {}
    skylark.command(r#"{"command":"configure","settings":{"title":"Sunday's match"}}"#).await;
    while page.hears("state").await["title"] != "Sunday's match" {}
    skylark.command(r#"{"command":"end"}"#).await;
    page.hears("ended").await;
    skylark.command(r#"{"command":"go_live"}"#).await;
    while page.hears("state").await["live"] != true {}
    skylark.command(r#"{"command":"quit"}"#).await;
    page.is_closed().await;
    skylark.ended().await;
}

#[tokio::test]
async fn a_kicked_page_hears_why_and_that_it_was_forgiven() {
    let mut skylark = Skylark::live().await;
    let cookie = cookie_of(&skylark).await;
    let mut page = Page::open(&skylark, &skylark.origin(), Some(&cookie)).await.expect("our own page may");
    let browser = Browser::with_cookie(&cookie);
    let viewer = browser.watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    skylark.command(&format!(r#"{{"command":"kick","viewer":{id},"reason":"spoilers"}}"#)).await;
    let removed = page.hears("removed").await;
    assert_eq!((&removed["code"], &removed["reason"]), (&"kicked".into(), &"spoilers".into()));
    viewer.is_dropped().await;
    skylark.command(&format!(r#"{{"command":"forgive","viewer":{id}}}"#)).await;
    page.hears("forgiven").await;
}

#[tokio::test]
async fn a_page_without_cookie_is_known_by_its_session() {
    let mut skylark = Skylark::live().await;
    let mut page = Page::open(&skylark, &skylark.origin(), None).await.expect("our own page may");
    let mut other = Page::open(&skylark, &skylark.origin(), None).await.expect("our own page may");
    let viewer = Browser::new().watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    let session = viewer.session.path_segments().unwrap().next_back().unwrap().to_owned();
    page.0.send(Message::text(format!(r#"{{"type":"watching","session":"{session}"}}"#))).await.unwrap();
    page.0.send(Message::text(r#"{"type":"latency","latency_ms":42.5}"#)).await.unwrap();
    skylark.event_where("viewers", |event| event["viewers"][0][1]["latency_ms"] == 42.5).await;
    skylark.command(&format!(r#"{{"command":"kick","viewer":{id}}}"#)).await;
    page.hears("removed").await;
    skylark.command(r#"{"command":"end"}"#).await;
    // Nothing but this came to the page that holds another session, or none.
    let mut heard = Vec::new();
    soon("ended", async {
        while let Some(Ok(Message::Text(text))) = other.0.next().await {
            heard.push(text.to_string());
            if text.contains("\"ended\"") {
                break;
            }
        }
    })
    .await;
    assert!(!heard.iter().any(|text| text.contains("removed")), "{heard:?}");
}

#[tokio::test]
async fn a_page_of_another_site_gets_no_socket() {
    let skylark = Skylark::live().await;
    let Err(tungstenite::Error::Http(response)) = Page::open(&skylark, "https://evil.example", None).await else {
        panic!("a foreign page got a socket");
    };
    assert_eq!(response.status(), 403);
}
