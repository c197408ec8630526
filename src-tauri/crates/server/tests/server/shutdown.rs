//! The end: pages are told, sockets closed.

use crate::world::{LINK, World};
use audience::Input;
use futures_util::StreamExt;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn pages_are_told_and_everything_is_closed_within_two_seconds() {
    let world = World::live().await;
    let url = format!("ws://{}/w/{LINK}/events", world.address);
    let (mut page, _) = tokio_tungstenite::connect_async(url.clone()).await.expect("the socket opens");
    let (silent_page, _) = tokio_tungstenite::connect_async(url).await.expect("the socket opens");
    let mut idle = tokio::net::TcpStream::connect(world.address).await.expect("connected");
    assert_eq!(world.get("/healthz").await.status(), 200);

    world.input(Input::End).await;
    let begun = Instant::now();
    world.shutdown.send(true).expect("the server listens to its end");
    world.server.await.expect("the server ends without a panic");
    assert!(begun.elapsed() < Duration::from_secs(3), "a page that does not answer holds nothing up");

    let mut told = Vec::new();
    let closed = loop {
        match page.next().await {
            Some(Ok(Message::Text(text))) => told.push(text.to_string()),
            Some(Ok(Message::Close(frame))) => break frame.map(|frame| u16::from(frame.code)),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => break None,
        }
    };
    assert!(told.contains(&r#"{"type":"ended"}"#.to_owned()), "{told:?}");
    assert_eq!(closed, Some(1001), "going away");
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap_or(0), 0, "closed");
    assert!(tokio::net::TcpStream::connect(world.address).await.is_err(), "nobody listens");
    drop(silent_page);
}

#[tokio::test]
async fn an_owner_that_is_gone_is_no_panic() {
    let (requests, asked) = tokio::sync::mpsc::channel(1);
    drop(asked);
    let (_shutdown, end) = tokio::sync::watch::channel(false);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("bound");
    let config = server::Config { metrics: server::Metrics::Loopback, ..server::Config::default() };
    tokio::spawn(server::serve(listener, config, requests, end));
    for path in ["/w/the-link", "/metrics", "/whep/the-link", "/whep/the-link/session"] {
        let response = reqwest::get(format!("http://{address}{path}")).await.expect("answered");
        assert_eq!(response.status(), 503, "{path}");
    }
}
