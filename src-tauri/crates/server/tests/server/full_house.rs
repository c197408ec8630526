//! Connections that hold places and ask nothing, beside people who want to watch. Loopback's are bounded by all that there may be; what
//! one address may have of it is tried without a connection (`places/tests.rs`) and in a network of its own (`tests/stories`).

use crate::world::World;
use futures_util::StreamExt;
use server::{Config, Limits};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

async fn world(connections: usize) -> World {
    let limits = Limits { connections, ..Limits::default() };
    World::live_with(Config { limits, ..Config::default() }).await
}

async fn connect(world: &World) -> TcpStream {
    TcpStream::connect(world.address).await.expect("connected")
}

/// Whether the server has closed it, or does within 10 s.
async fn is_cut(stream: &mut TcpStream) -> bool {
    tokio::time::timeout(Duration::from_secs(10), stream.read(&mut [0; 16]))
        .await
        .is_ok_and(|read| read.unwrap_or(0) == 0)
}

/// Asks, and reads the whole answer.
async fn ask(stream: &mut TcpStream) -> bool {
    let mut answer = Vec::new();
    let asks = async {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await?;
        while !answer.ends_with(b"ok\n") {
            if stream.read_buf(&mut answer).await? == 0 {
                break;
            }
        }
        Ok::<_, std::io::Error>(())
    };
    asks.await.is_ok() && answer.starts_with(b"HTTP/1.1 200")
}

/// Asks on a connection of its own.
async fn healthy(world: &World) -> bool {
    ask(&mut connect(world).await).await
}

#[tokio::test]
async fn every_newcomer_is_answered_beside_four_times_as_many_silent_ones_as_there_are_places() {
    let world = world(32).await;
    let mut silent: Vec<TcpStream> = Vec::new();
    for round in 0..32 {
        for _ in 0..4 {
            let mut stream = connect(&world).await;
            if round % 2 == 0 {
                stream.write_all(b"GET / HT").await.expect("sent");
            }
            silent.push(stream);
        }
        assert!(healthy(&world).await, "in round {round}");
    }
    for (n, stream) in silent.iter_mut().take(96).enumerate() {
        assert!(is_cut(stream).await, "the {n}th gave way to a newer one");
    }
}

#[tokio::test]
async fn who_has_asked_lately_goes_after_who_has_not() {
    let world = world(2).await;
    let mut first = connect(&world).await;
    assert!(ask(&mut first).await);
    let mut second = connect(&world).await;
    assert!(ask(&mut second).await && ask(&mut first).await);
    assert!(healthy(&world).await, "the second gives way");
    assert!(is_cut(&mut second).await);
}

#[tokio::test]
async fn the_page_of_a_viewer_never_gives_way_and_that_of_another_last() {
    let world = world(4).await;
    let session = world.join().await;
    world.connect().await;
    let id = session.rsplit('/').next().expect("a path has a last part").to_owned();
    let url = format!("ws://{}/w/the-link/events", world.address);
    let (mut watching, _) = tokio_tungstenite::connect_async(url.as_str()).await.expect("the socket opens");
    futures_util::SinkExt::send(&mut watching, Message::text(format!(r#"{{"type":"watching","session":"{id}"}}"#)))
        .await
        .expect("the socket is open");
    world.until("the page says whose it is", |look| look.said.len() == 1).await;
    let (mut waiting, _) = tokio_tungstenite::connect_async(url.as_str()).await.expect("the socket opens");
    for _ in 0..20 {
        assert!(healthy(&world).await);
    }
    world.until("neither gave way to who asks and is idle", |look| look.pages == 2).await;
    let mut pages = Vec::new();
    for _ in 0..4 {
        pages.push(tokio_tungstenite::connect_async(url.as_str()).await.expect("the socket opens").0);
    }
    world.until("there are four places, and one is the viewer's", |look| look.pages == 4).await;
    let ends = async { while waiting.next().await.is_some_and(|message| message.is_ok()) {} };
    assert!(tokio::time::timeout(Duration::from_secs(10), ends).await.is_ok(), "the oldest page gave way");
    world.tell(protocol::PageMessage::Ended, 1).await;
    let hears = async {
        while let Some(Ok(message)) = watching.next().await {
            if message.to_text().is_ok_and(|text| text.contains("ended")) {
                return true;
            }
        }
        false
    };
    assert!(tokio::time::timeout(Duration::from_secs(10), hears).await.expect("it is told"), "the viewer's is open");
}
