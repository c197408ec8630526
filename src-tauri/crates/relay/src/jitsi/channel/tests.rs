//! Channels to a WebSocket server that does what a bridge's source says.

use super::*;
use crate::http::{Way, trusting};
use crate::target::Hidden;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

const HELLO: &str = r#"{"colibriClass":"ServerHello"}"#;

fn url(text: &str) -> Url {
    Url::parse(text).expect("well-formed")
}

fn bridge(api: &str) -> Bridge {
    let way = Way { tls: Arc::new(trusting(None).expect("this machine trusts somebody")) };
    Bridge { way, url: url(api), bearer: Some("s3cret".to_owned().into()), hidden: Hidden::default() }
}

/// A channel that is held until this is dropped.
struct Held {
    wants: watch::Sender<bool>,
    heard: mpsc::UnboundedReceiver<Option<Says>>,
    task: tokio::task::JoinHandle<()>,
}

impl Held {
    fn new(listener: &TcpListener) -> Held {
        let origin = format!("http://{}/", listener.local_addr().expect("it is bound"));
        // The API has a port of its own there.
        let (bridge, place) =
            (bridge("http://127.0.0.1:1/"), url(&format!("{origin}colibri-ws/id/conference/1?pwd=p")));
        let ((wants, wanted), (tell, heard)) = (watch::channel(false), mpsc::unbounded_channel());
        let task =
            tokio::spawn(
                async move { hold(&bridge, &place, wanted, |said| tell.send(said).expect("it is heard")).await },
            );
        Held { wants, heard, task }
    }

    async fn hears(&mut self) -> Option<Says> {
        within(self.heard.recv()).await.expect("it is held")
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a test waits for comes, or it hangs for good.
async fn within<F: Future>(what: F) -> F::Output {
    timeout(Duration::from_secs(30), what).await.expect("it comes")
}

/// Takes a channel as a bridge does, and says how it was asked for.
async fn accept(listener: &TcpListener) -> (WebSocketStream<TcpStream>, String, bool) {
    let (stream, _) = within(listener.accept()).await.expect("somebody comes");
    let asked = Mutex::new((String::new(), false));
    #[expect(clippy::result_large_err, reason = "it is the library's type")]
    let look = |request: &Request, response: Response| {
        *asked.lock().unwrap() = (request.uri().to_string(), request.headers().contains_key("authorization"));
        Ok(response)
    };
    let mut socket = within(accept_hdr_async(stream, look)).await.expect("it is a WebSocket");
    socket.send(Message::text(HELLO)).await.expect("it listens");
    let (path, bearer) = asked.into_inner().unwrap();
    (socket, path, bearer)
}

/// The next message of text.
async fn said(socket: &mut WebSocketStream<TcpStream>) -> Value {
    loop {
        let message = within(socket.next()).await.expect("it is open").expect("it is a message");
        if let Message::Text(text) = message {
            return serde_json::from_str(&text).expect("it is JSON");
        }
    }
}

#[tokio::test]
async fn a_bridge_is_told_what_a_viewer_wants_once_it_is_and_again_on_each_new_channel() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mut held = Held::new(&listener);
    let (mut socket, path, bearer) = accept(&listener).await;
    assert_eq!(
        (path.as_str(), bearer),
        ("/colibri-ws/id/conference/1?pwd=p", false),
        "the secret is of another origin"
    );
    assert_eq!(held.hears().await, Some(Says::Other));
    held.wants.send_replace(true);
    assert_eq!(said(&mut socket).await, messages::wants(), "and nothing before");
    let wanted = json!({ "colibriClass": "SenderSourceConstraints", "sourceName": "skylark-v0", "maxHeight": 0 });
    socket.send(Message::text(wanted.to_string())).await.expect("it listens");
    assert_eq!(held.hears().await, Some(Says::Wanted(false)));
    drop(socket);
    assert_eq!(held.hears().await, None);
    let (mut socket, ..) = accept(&listener).await;
    assert_eq!(said(&mut socket).await, messages::wants());
}

#[tokio::test]
async fn noise_and_what_is_too_long_is_left_and_gone_to_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mut held = Held::new(&listener);
    for noise in ["<html>".to_owned(), format!(r#"{{"colibriClass":"{}"}}"#, "x".repeat(LONGEST))] {
        let (mut socket, ..) = accept(&listener).await;
        assert_eq!(held.hears().await, Some(Says::Other));
        socket.send(Message::text(noise)).await.expect("it listens");
        assert_eq!(held.hears().await, None);
    }
    accept(&listener).await;
}

#[tokio::test]
async fn who_is_refused_for_good_does_not_come_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mut held = Held::new(&listener);
    // "authentication failed": such an endpoint is not there.
    let (mut stream, _) = within(listener.accept()).await.expect("somebody comes");
    let _ = stream.read(&mut [0; 4096]).await;
    stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await.expect("it listens");
    assert_eq!(held.hears().await, None);
    within(&mut held.task).await.expect("it ends by itself");
}

#[test]
fn a_bridge_names_its_host_with_tls_and_without_it_only_the_one_that_was_written() {
    let named = |api: &str, all: &[&str]| {
        let all: Vec<String> = all.iter().map(|url| (*url).to_owned()).collect();
        place(&url(api), &all).map(|url| url.to_string())
    };
    let (sealed, plain) = ("https://j.example.org/", "http://10.0.0.5:8080/bridge/");
    for (api, all, leads) in [
        (sealed, &["wss://j.example.org/colibri-ws/a?pwd=p"][..], "https://j.example.org/colibri-ws/a?pwd=p"),
        (sealed, &["wss://jvb.example.org:9443/a"], "https://jvb.example.org:9443/a"),
        (plain, &["ws://10.0.0.5:9090/colibri-ws/a?pwd=p"], "http://10.0.0.5:9090/colibri-ws/a?pwd=p"),
        (plain, &["wss://jvb.example.org/a"], "https://jvb.example.org/a"),
        (plain, &["active", "ws://10.0.0.6/a", "ws://10.0.0.5/a"], "http://10.0.0.5/a"),
    ] {
        assert_eq!(named(api, all).as_deref(), Ok(leads), "{all:?}");
    }
    for (api, all) in [
        (sealed, &["ws://j.example.org/a"][..]),
        (plain, &["ws://10.0.0.6:8080/a"]),
        (plain, &["ws://localhost:8080/a"]),
        (plain, &["http://10.0.0.5:8080/a"]),
        (plain, &["wsx://10.0.0.5:8080/a"]),
        (sealed, &["wss://me:word@j.example.org/a"]),
        (sealed, &["wss://"]),
        (sealed, &["active"]),
        (sealed, &[]),
    ] {
        let why = named(api, all).expect_err("it leads nowhere");
        assert!(why.is_final(), "{all:?}: {why}");
    }
}

#[test]
fn it_waits_longer_each_time_up_to_half_a_minute() {
    let waits: Vec<u64> = (1..8).map(|failures| pause(failures, 1.0).as_secs()).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
    assert_eq!(pause(u32::MAX, 0.0), LONGEST_PAUSE / 2);
}

#[test]
fn the_secret_goes_to_its_own_origin_alone() {
    let bridge = bridge("https://j.example.org/");
    for (place, goes) in [("https://j.example.org/x", true), ("https://j.example.org:8443/x", false)] {
        let (name, value) = header(&bridge, &url(place)).expect("it may be in one");
        assert_eq!((name == header::AUTHORIZATION, value.is_sensitive()), (goes, goes), "{place}");
    }
}
