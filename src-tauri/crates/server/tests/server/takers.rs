//! Takers of connections that are not HTTP, on the same port: what TLS and ICE over TCP will be.

use crate::world::World;
use server::{Config, Connection, Limits, Takers};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A binding request of one attribute, in its frame (RFC 4571 2, RFC 8489 5).
const CHECK: [u8; 30] =
    [0, 28, 0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0x25, 0, 4, 0, 0, 0, 0];
const CLIENT_HELLO: [u8; 11] = [0x16, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3];

/// Says who it is, and sends back whatever comes.
async fn echo(name: &'static [u8], mut connection: Connection) {
    let mut buffer = [0; 256];
    if connection.write_all(name).await.is_err() {
        return;
    }
    while let Ok(len @ 1..) = connection.read(&mut buffer).await {
        if connection.write_all(&buffer[..len]).await.is_err() {
            return;
        }
    }
}

async fn world(limits: Limits) -> World {
    let takers = Takers {
        tls: Some(Arc::new(|connection: Connection| echo(b"tls:", connection))),
        stun: Some(Arc::new(|connection: Connection| echo(b"ice:", connection))),
    };
    World::with_takers(Config { limits, ..Config::default() }, takers).await
}

async fn connect(world: &World) -> TcpStream {
    let stream = TcpStream::connect(world.address).await.expect("connected");
    stream.set_nodelay(true).expect("a socket");
    stream
}

/// So many bytes, within 10 s.
async fn read(stream: &mut TcpStream, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_exact(&mut bytes)).await;
    read.expect("it answers within 10 s").expect("it answers");
    bytes
}

#[tokio::test]
async fn each_connection_goes_to_who_takes_its_kind_and_http_goes_on() {
    let world = world(Limits::default()).await;
    let mut open = Vec::new();
    for (first, name) in [(&CHECK[..], b"ice:"), (&CLIENT_HELLO[..], b"tls:")] {
        let mut stream = connect(&world).await;
        stream.write_all(first).await.expect("sent");
        assert_eq!(read(&mut stream, 4).await, name);
        assert_eq!(read(&mut stream, first.len()).await, first, "the first bytes are there for who takes it");
        open.push(stream);
        assert_eq!(world.get("/healthz").await.status(), 200);
    }
    for stream in &mut open {
        stream.write_all(b"and on").await.expect("sent");
        assert_eq!(read(stream, 6).await, b"and on", "beside all others");
    }
}

#[tokio::test]
async fn it_does_not_matter_how_the_first_bytes_are_cut() {
    let world = world(Limits::default()).await;
    // Byte by byte, and what the kernel joins again says the same.
    let mut stream = connect(&world).await;
    for byte in CHECK {
        stream.write_all(&[byte]).await.expect("sent");
        tokio::task::yield_now().await;
    }
    assert_eq!(read(&mut stream, 4).await, b"ice:");
    assert_eq!(read(&mut stream, CHECK.len()).await, CHECK);
    let mut stream = connect(&world).await;
    for byte in b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" {
        stream.write_all(&[*byte]).await.expect("sent");
    }
    assert_eq!(read(&mut stream, 12).await, b"HTTP/1.1 200");
}

#[tokio::test]
async fn who_says_nothing_holds_nobody_up_and_is_cut() {
    let world = world(Limits { header_time: Duration::from_millis(300), ..Limits::default() }).await;
    let mut silent: Vec<TcpStream> = Vec::new();
    for first in [&b""[..], &[0x16], &CHECK[..9]] {
        let mut stream = connect(&world).await;
        stream.write_all(first).await.expect("sent");
        silent.push(stream);
    }
    assert_eq!(world.get("/healthz").await.status(), 200, "while three are not known yet");
    for stream in &mut silent {
        let mut answer = Vec::new();
        let cut = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
        // A reset is an end, too.
        let _ = cut.expect("it is cut when a header would have to be there");
        assert_eq!(answer, b"");
    }
}

#[tokio::test]
async fn what_nobody_takes_is_refused_by_http() {
    let world = World::live().await;
    for first in [&CHECK[..], &CLIENT_HELLO[..]] {
        let mut stream = connect(&world).await;
        stream.write_all(first).await.expect("sent");
        assert_eq!(read(&mut stream, 12).await, b"HTTP/1.1 400");
    }
    assert_eq!(world.get("/healthz").await.status(), 200);
}
