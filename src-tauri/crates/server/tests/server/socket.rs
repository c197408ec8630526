//! The page's socket.

use crate::world::{LINK, World};
use audience::{Input, Token};
use futures_util::{SinkExt, StreamExt};
use protocol::{Controls, PageHello, PageMessage, RefusalCode};
use server::{Config, Limits};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) async fn open_with(world: &World, link: &str, headers: &[(&'static str, String)]) -> Result<Socket, u16> {
    let url = format!("ws://{}/w/{link}/events", world.address);
    let mut request = url.into_client_request().expect("a well-formed request");
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a well-formed header"));
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("the server answers: {error}"),
    }
}

async fn open(world: &World) -> Socket {
    open_with(world, LINK, &[]).await.expect("the socket opens")
}

/// The next message; none when the server closed the socket, with its code.
pub(crate) async fn next(socket: &mut Socket) -> Result<PageMessage, Option<u16>> {
    let read = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("a page message")),
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), read).await.expect("a message or the end within 10 s")
}

async fn say(socket: &mut Socket, text: &str) {
    socket.send(Message::text(text)).await.expect("the socket is open");
}

fn state(live: bool) -> PageMessage {
    PageMessage::State { live, title: String::new() }
}

/// It hears first what there is to be seen, all of it, and by how many.
async fn is_greeted(socket: &mut Socket, live: bool, watching: u32) {
    let all = [state(live), PageMessage::Controls(Controls::default()), PageMessage::Count { watching }];
    for message in all {
        assert_eq!(next(socket).await, Ok(message));
    }
}

#[tokio::test]
async fn a_page_is_greeted_and_told_what_changes() {
    let world = World::offline_with(Config::default()).await;
    let mut socket = open(&world).await;
    is_greeted(&mut socket, false, 0).await;
    world.input(Input::GoLive).await;
    assert_eq!(next(&mut socket).await, Ok(state(true)));
    assert_eq!(next(&mut socket).await, Ok(PageMessage::Count { watching: 0 }));
    world.input(Input::End).await;
    assert_eq!(next(&mut socket).await, Ok(PageMessage::Ended));
}

#[tokio::test]
async fn what_a_page_says_arrives_and_its_end_ends_no_session() {
    let world = World::live().await;
    let session = world.join().await;
    world.connect().await;
    let mut socket = open(&world).await;
    let id = session.rsplit('/').next().expect("a path has a last part").to_owned();
    say(&mut socket, &format!(r#"{{"type":"watching","session":"{id}"}}"#)).await;
    say(&mut socket, r#"{"type":"latency","latency_ms":61.5}"#).await;
    let said = [PageHello::Watching { session: id }, PageHello::Latency { latency_ms: 61.5 }];
    world.until("both arrive", |look| look.said == said).await;
    drop(socket);
    world.until("the page is closed", |look| look.pages == 0).await;
    assert_eq!(world.look().await.viewers.len(), 1, "a lost socket alone ends nothing");
}

#[tokio::test]
async fn a_kicked_page_is_told_and_hears_of_being_forgiven() {
    let world = World::live().await;
    let cookie = ("cookie", world.cookie().await);
    let joined = world.offer(LINK).header(cookie.0, &cookie.1).send().await.expect("answered");
    assert_eq!(joined.status(), 201);
    let viewer = world.connect().await[0];
    let mut socket = open_with(&world, LINK, std::slice::from_ref(&cookie)).await.expect("the socket opens");
    let mut other = open(&world).await;
    for socket in [&mut socket, &mut other] {
        is_greeted(socket, true, 1).await;
    }
    let removed = PageMessage::Removed { code: RefusalCode::Kicked, reason: Some("spoilers".into()) };
    world.input(Input::Kick { viewer, reason: Some("spoilers".into()) }).await;
    assert_eq!(next(&mut socket).await, Ok(removed.clone()));
    let mut later = open_with(&world, LINK, &[cookie]).await.expect("a removed page's socket opens");
    assert_eq!(next(&mut later).await, Ok(removed));
    world.input(Input::Forgive { viewer }).await;
    assert_eq!(next(&mut later).await, Ok(PageMessage::Forgiven));
    world.tell(PageMessage::Ended, 1).await;
    assert_eq!(next(&mut other).await, Ok(PageMessage::Ended), "nobody else was told of the kick");
}

#[tokio::test]
async fn only_a_page_of_the_same_address_opens_a_socket() {
    let world = World::live().await;
    let own = format!("http://{}", world.address);
    assert!(open_with(&world, LINK, &[("origin", own)]).await.is_ok());
    for other in ["http://evil.example", "null"] {
        assert_eq!(open_with(&world, LINK, &[("origin", other.to_owned())]).await.err(), Some(403), "{other}");
    }
}

#[tokio::test]
async fn a_link_that_is_not_opens_no_socket_but_a_retired_one_does_for_who_was_watching() {
    let world = World::live().await;
    assert_eq!(open_with(&world, "another", &[]).await.err(), Some(404));
    let cookie = ("cookie", world.cookie().await);
    let joined = world.offer(LINK).header(cookie.0, &cookie.1).send().await.expect("answered");
    assert_eq!(joined.status(), 201);
    world.connect().await;
    world.input(Input::NewLink { token: Token::named("fresh").expect("well-formed") }).await;
    assert_eq!(open_with(&world, LINK, &[]).await.err(), Some(410));
    let _open = open_with(&world, LINK, &[cookie]).await.expect("who was watching may return");
    assert_eq!(world.get("/w/fresh/events").await.status(), 400, "without an upgrade there is nothing here");
    world.until("only the open one is known", |look| look.pages == 1).await;
}

#[tokio::test]
async fn a_new_link_closes_the_sockets_of_who_is_not_watching() {
    let world = World::live().await;
    let cookie = ("cookie", world.cookie().await);
    let joined = world.offer(LINK).header(cookie.0, &cookie.1).send().await.expect("answered");
    assert_eq!(joined.status(), 201);
    world.connect().await;
    let asked = ("cookie", world.cookie().await);
    let only_asked = world.offer(LINK).header(asked.0, &asked.1).send().await.expect("answered");
    assert_eq!(only_asked.status(), 201);
    let mut watching = open_with(&world, LINK, &[cookie]).await.expect("the socket opens");
    let mut strangers = [open(&world).await, open_with(&world, LINK, &[asked]).await.expect("the socket opens")];
    for socket in strangers.iter_mut().chain([&mut watching]) {
        is_greeted(socket, true, 1).await;
    }
    world.input(Input::NewLink { token: Token::named("fresh").expect("well-formed") }).await;
    world.input(Input::SetTitle("for those with the new link".into())).await;
    for socket in &mut strangers {
        assert_eq!(next(socket).await, Ok(PageMessage::Retired));
        assert!(next(socket).await.is_err(), "it is closed, and hears no title");
    }
    assert!(matches!(next(&mut watching).await, Ok(PageMessage::State { .. })), "who watches stays");
}

#[tokio::test]
async fn a_page_that_says_what_means_nothing_or_too_much_is_closed() {
    let world = World::live().await;
    let noise = [Message::text("hello"), Message::text("{\"type\":\"kick\"}"), Message::binary(vec![0; 100])];
    for message in noise {
        let mut socket = open(&world).await;
        socket.send(message).await.expect("the socket is open");
        while next(&mut socket).await.is_ok() {}
    }
    let mut socket = open(&world).await;
    socket.send(Message::text("x".repeat(100_000))).await.expect("the socket is open");
    while next(&mut socket).await.is_ok() {}
    let mut socket = open(&world).await;
    for _ in 0..1000 {
        let hello = Message::text(r#"{"type":"latency","latency_ms":1}"#);
        if socket.send(hello).await.is_err() {
            break;
        }
    }
    let ended = loop {
        if let Err(code) = next(&mut socket).await {
            break code;
        }
    };
    assert!(matches!(ended, Some(1008) | None), "closed for too many messages, or cut: {ended:?}");
    assert!(world.look().await.said.len() <= 120, "what is too much is not passed on");
    world.until("all are closed", |look| look.pages == 0).await;
}

#[tokio::test]
async fn a_page_that_says_much_in_one_go_hears_what_becomes_of_each() {
    let world = World::live().await;
    let mut socket = open(&world).await;
    const SAID: usize = 100;
    for _ in 0..SAID {
        socket.feed(Message::text(r#"{"type":"react","emoji":"none"}"#)).await.expect("the socket is open");
    }
    socket.flush().await.expect("the socket is open");
    let mut answers = 0;
    while answers < SAID {
        let heard = next(&mut socket).await.unwrap_or_else(|code| panic!("{answers} answers, then closed: {code:?}"));
        answers += usize::from(matches!(heard, PageMessage::Refused { .. }));
    }
}

#[tokio::test]
async fn frames_that_are_no_message_count_as_messages_do() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let world = World::live().await;
    let head = |blanks: usize| {
        let blanks = " ".repeat(blanks);
        format!(
            "GET /w/the-link/events HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade:{blanks}websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
    };
    // The begin of a text, and more of it that is nothing: a message that never ends (RFC 6455 5.4). Masked by zeros.
    let (begin, more) = ([0x01, 0x80, 0, 0, 0, 0], [0x00, 0x80, 0, 0, 0, 0]);
    for (count, closes, blanks) in [(100, false, 1), (300, true, 1), (100_000, true, 1), (300, true, 80)] {
        let mut stream = TcpStream::connect(world.address).await.expect("connected");
        stream.write_all(head(blanks).as_bytes()).await.expect("sent");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.expect("answered");
        assert_eq!(&answer, b"HTTP/1.1 101");
        stream.write_all(&begin).await.expect("sent");
        // The server may close before all is sent.
        let _ = stream.write_all(&more.repeat(count - 1)).await;
        if !closes {
            let end = [0x80, 0x82, 0, 0, 0, 0, b'{', b'}'];
            stream.write_all(&end).await.expect("it is open");
        }
        world.until("it is closed: too many frames, or a message that means nothing", |look| look.pages == 0).await;
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await;
        let _ = read.expect("it is closed");
        let said = rest.windows(5).any(|words| words == b"means");
        assert_eq!(said, !closes, "a hundred are looked at to the end: {}", String::from_utf8_lossy(&rest));
    }
    assert!(world.look().await.said.is_empty());
}

#[tokio::test]
async fn a_page_that_does_not_read_is_dropped_and_delays_nobody() {
    let world = World::live().await;
    let slow = open(&world).await;
    let mut other = open(&world).await;
    is_greeted(&mut other, true, 0).await;
    // Large messages, so that the slow page's network buffers fill within a few.
    let title = "x".repeat(1_000_000);
    let large = PageMessage::State { live: true, title };
    let mut left = 2;
    for _ in 0..200 {
        if left < 2 {
            break;
        }
        left = world.tell(large.clone(), 1).await;
        assert_eq!(next(&mut other).await, Ok(large.clone()), "who reads is told");
    }
    assert_eq!(left, 1, "the slow page is dropped, the other is not");
    drop(slow);
}

#[tokio::test]
async fn a_page_that_answers_no_ping_is_closed() {
    let limits = Limits { idle_time: Duration::from_millis(300), ..Limits::default() };
    let world = World::live_with(Config { limits, ..Config::default() }).await;
    let silent = open(&world).await;
    world.until("a page that does not read answers no ping", |look| look.pages == 0).await;
    drop(silent);
    let mut answering = open(&world).await;
    let reading = async { while next(&mut answering).await.is_ok() {} };
    let closed = tokio::time::timeout(Duration::from_millis(1500), reading).await;
    assert!(closed.is_err(), "a page that answers pings stays, five times as long");
}
