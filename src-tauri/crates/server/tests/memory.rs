//! What silent connections cost, and whether it comes back. Alone in its program, so that nothing else takes memory meanwhile.
#![cfg(target_os = "linux")]

use server::{Config, serve};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

/// As many as there may be would need more open files than some machines allow for both their ends.
const CONNECTIONS: usize = 4000;

/// Of a connection that is gone, bytes.
const MOST_KEPT: usize = 1536;

/// Of this process, kB. Its clients are in it too; what the kernel holds for a connection is not.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("the kernel tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it tells this");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

async fn healthy(address: std::net::SocketAddr) {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    assert!(answer.starts_with(b"HTTP/1.1 200"));
}

/// Memory a connection while all are open and behind them, bytes.
async fn cost(address: std::net::SocketAddr, says: &[u8]) -> (usize, usize) {
    healthy(address).await;
    let before = resident();
    let mut open = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(says).await.expect("sent");
        open.push(stream);
    }
    // Answered behind all of them, so all were accepted.
    healthy(address).await;
    let during = resident();
    drop(open);
    // They are closed one after another, and nothing tells when the last is: what is waited for is their memory.
    let each = |kb: usize| kb.saturating_sub(before) * 1024 / CONNECTIONS;
    let given_up = Instant::now() + Duration::from_secs(20);
    let mut after = resident();
    while each(after) >= MOST_KEPT && Instant::now() < given_up {
        tokio::time::sleep(Duration::from_millis(20)).await;
        after = resident();
    }
    println!("{says:?}: {before} kB, {during} kB with {CONNECTIONS} open, {after} kB behind them");
    (each(during), each(after))
}

#[test]
fn a_silent_connection_costs_little_and_gives_it_back() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let (requests, _owner) = mpsc::channel(1);
        let (_end, ended) = watch::channel(false);
        tokio::spawn(serve(listener, Config::default(), requests, ended));
        for says in [&b""[..], b"GET / HTTP/1.1\r\nHost: x\r\nX: "] {
            let (open, closed) = cost(address, says).await;
            println!("{open} bytes a connection, {closed} behind them");
            assert!(open < if says.is_empty() { 4096 } else { 24 * 1024 }, "{open} bytes each");
            assert!(closed < MOST_KEPT, "{closed} bytes each are kept");
        }
    });
}
