//! What HTTP/1.1 says a request has to be, where proxies before us may read it otherwise (RFC 9112 2.2, 3.2).

use crate::world::{OFFER, World};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What is answered to these bytes until the server closes, which it does within 10 s.
async fn answer(world: &World, bytes: &str) -> String {
    let mut stream = TcpStream::connect(world.address).await.expect("connected");
    stream.write_all(bytes.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
    // A reset is an end, too.
    let _ = read.expect("it is closed within 10 s");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_request_names_one_host() {
    let world = World::live().await;
    for hosts in ["", "Host: x\r\nHost: x\r\n", "Host: x\r\nhost: y\r\n", "Host:\r\n", "Host: a b\r\n", "Host: a@b\r\n"]
    {
        for line in ["GET /healthz HTTP/1.1", "GET / HTTP/1.1", "POST /whep/the-link HTTP/1.1"] {
            let answer = answer(&world, &format!("{line}\r\n{hosts}\r\n")).await;
            assert!(answer.starts_with("HTTP/1.1 400"), "{line} {hosts:?}: {answer}");
        }
    }
    for host in ["x", "x:8787", "127.0.0.1:8787", "[::1]:8787", "live.example.org"] {
        let answer =
            answer(&world, &format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{host}: {answer}");
    }
    let old = answer(&world, "GET /healthz HTTP/1.0\r\n\r\n").await;
    assert!(old.starts_with("HTTP/1.0 200"), "HTTP/1.0 has no such rule: {old}");
}

#[tokio::test]
async fn a_line_ends_with_crlf() {
    let world = World::live().await;
    for request in [
        "GET /healthz HTTP/1.1\nHost: x\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\n\n",
        "GET /healthz HTTP/1.1\nHost: x\n\n",
        "GET /\nHost: x\r\n\r\n",
        "\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
    ] {
        let answer = answer(&world, request).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{request:?}: {answer}");
    }
}

#[tokio::test]
async fn the_second_request_of_a_connection_is_held_to_it_too() {
    let world = World::live().await;
    let first = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let body = OFFER.replace("\r\n", "\n");
    let post = format!(
        "POST /whep/the-link HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let chunked = format!(
        "POST /whep/the-link HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    for (before, status) in [(first, "200"), (&post, "201"), (&chunked, "201")] {
        let answer = answer(&world, &format!("{before}GET /healthz HTTP/1.1\nHost: x\r\n\r\n")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "what was right is answered: {answer}");
        assert!(answer.contains("HTTP/1.1 400"), "and what is not is refused: {answer}");
    }
    assert_eq!(world.look().await.offers.len(), 2, "a body's lines are its own");
}
