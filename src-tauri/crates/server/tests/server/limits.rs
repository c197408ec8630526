//! How much one client may take.

use crate::world::{LINK, World, header};
use server::{Config, Limits, Metrics};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Reads until the server closes, within 10 s.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
    // A reset is an end, too.
    let _ = read.expect("the connection is cut within 10 s");
    String::from_utf8_lossy(&answer).into_owned()
}

async fn connect(world: &World) -> TcpStream {
    TcpStream::connect(world.address).await.expect("connected")
}

#[tokio::test]
async fn a_header_that_does_not_end_is_cut() {
    let limits = Limits { header_time: Duration::from_millis(300), ..Limits::default() };
    let world = World::live_with(Config { limits, ..Config::default() }).await;
    let mut stream = connect(&world).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.expect("sent");
    let (mut reading, mut writing) = stream.split();
    let drip = async {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let mut answer = Vec::new();
    let cut = async {
        let _ = reading.read_to_end(&mut answer).await;
    };
    let cut = async {
        tokio::select! { () = drip => {}, () = cut => {} }
    };
    assert!(tokio::time::timeout(Duration::from_secs(10), cut).await.is_ok(), "a byte now and then is not enough");
}

#[tokio::test]
async fn a_connection_without_a_request_is_cut() {
    let limits = Limits { idle_time: Duration::from_millis(200), ..Limits::default() };
    let world = World::live_with(Config { limits, ..Config::default() }).await;
    let mut silent = connect(&world).await;
    assert_eq!(rest(&mut silent).await, "");
}

#[tokio::test]
async fn a_body_that_does_not_end_is_refused() {
    let limits = Limits { body_time: Duration::from_millis(200), ..Limits::default() };
    let world = World::live_with(Config { limits, ..Config::default() }).await;
    let mut stream = connect(&world).await;
    let head =
        "POST /whep/the-link HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 10\r\n\r\nv=0";
    stream.write_all(head.as_bytes()).await.expect("sent");
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 408"));
}

#[tokio::test]
async fn noise_is_refused_and_disturbs_nobody() {
    let world = World::live().await;
    let noise: Vec<u8> = (0..65_536_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let tls = [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3], &noise[..500]].concat();
    let header = [b"GET / HTTP/1.1\r\nX: ", "x".repeat(100_000).as_bytes()].concat();
    let headers = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(500));
    for bytes in [noise, tls, header, headers.into_bytes(), b"\r\n\r\n\r\n".repeat(1000)] {
        let mut stream = connect(&world).await;
        // The server may close before all is sent.
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        let answer = rest(&mut stream).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    assert_eq!(world.get("/healthz").await.status(), 200);
}

/// A server behind a proxy that names the client.
async fn behind_a_proxy(limits: Limits) -> World {
    let trusted_proxy = Some("127.0.0.1".parse().expect("well-formed"));
    World::live_with(Config { limits, trusted_proxy, metrics: Metrics::Loopback, ..Config::default() }).await
}

#[tokio::test]
async fn a_join_of_which_nothing_is_heard_makes_room_for_another_of_its_address() {
    let world = behind_a_proxy(Limits { joins_burst: 1000, ..Limits::default() }).await;
    let from = async |address: &'static str| {
        let joined = world.offer(LINK).header("x-forwarded-for", address).send().await.expect("answered");
        assert_eq!(joined.status(), 201);
        header(&joined, "location").to_owned()
    };
    let (first, neighbour) = (from("203.0.113.7").await, from("203.0.113.8").await);
    for _ in 0..511 {
        from("203.0.113.7").await;
    }
    assert_eq!(world.get(&first).await.status(), 204, "512 of one address are as many as may be");
    from("203.0.113.7").await;
    assert_eq!(world.get(&first).await.status(), 404, "the oldest made room, and all it held is free");
    assert_eq!(world.get(&neighbour).await.status(), 204, "another address is not concerned");
    assert_eq!(world.look().await.sessions, 513);
}

#[tokio::test]
async fn joins_in_their_handshake_are_bounded_by_address_and_loopback_is_exempt() {
    let world = behind_a_proxy(Limits::default()).await;
    let from = |address: &'static str| world.offer(LINK).header("x-forwarded-for", address).send();
    for _ in 0..64 {
        assert_eq!(from("203.0.113.7").await.expect("answered").status(), 201);
    }
    world.check().await;
    let refused = from("203.0.113.7").await.expect("answered");
    assert_eq!(refused.status(), 429);
    assert!(header(&refused, "retry-after").parse::<u32>().is_ok());
    assert_eq!(refused.json::<serde_json::Value>().await.expect("a problem")["code"], "too_many");
    assert_eq!(from("203.0.113.8").await.expect("answered").status(), 201, "another address");
    for _ in 0..5 {
        assert_eq!(world.offer(LINK).send().await.expect("answered").status(), 201, "loopback");
    }
    world.connect().await;
    assert_eq!(from("203.0.113.7").await.expect("answered").status(), 201, "those joins are finished");
}

#[tokio::test]
async fn joins_without_a_cookie_do_not_use_up_the_turns_of_browsers() {
    let world = behind_a_proxy(Limits { joins_burst: 2, joins_per_second: 0, ..Limits::default() }).await;
    let cookie = world.cookie().await;
    let bare = || world.offer(LINK).header("x-forwarded-for", "203.0.113.7");
    let made_up = format!("skylark_visitor={}.{}", "ab".repeat(16), "cd".repeat(32));
    for expected in [201, 201, 429] {
        assert_eq!(bare().send().await.expect("answered").status(), expected);
    }
    let forged = bare().header("cookie", made_up).send().await.expect("answered");
    assert_eq!(forged.status(), 429, "a cookie that was made up is none");
    let metrics = world.get("/metrics").await.text().await.expect("text");
    assert!(metrics.contains("[(TooMany, 2)]"), "the owner is told of them: {metrics}");
    let browser = bare().header("cookie", &cookie).send().await.expect("answered");
    assert_eq!(browser.status(), 201, "at the same address");
}

#[tokio::test]
async fn an_ipv6_subscriber_is_one_address() {
    let limits = Limits { joins_burst: 2, joins_per_second: 0, ..Limits::default() };
    let trusted_proxy = Some("127.0.0.1".parse().expect("well-formed"));
    let world = World::live_with(Config { limits, trusted_proxy, ..Config::default() }).await;
    let from = |address: &'static str| world.offer(LINK).header("x-forwarded-for", address).send();
    assert_eq!(from("2001:db8:1:1::1").await.expect("answered").status(), 201);
    assert_eq!(from("2001:db8:1:1::2").await.expect("answered").status(), 201);
    assert_eq!(from("2001:db8:1:1::3").await.expect("answered").status(), 429);
    assert_eq!(from("2001:db8:1:2::1").await.expect("answered").status(), 201, "the next /64");
}
