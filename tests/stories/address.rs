//! IPv4 and IPv6 on one port.

use crate::support::{Browser, DataFolder, Skylark};
use std::net::TcpListener;

#[tokio::test]
async fn both_families_watch_by_the_same_port() {
    let mut skylark = Skylark::live_with(DataFolder::new(), &["--listen", "[::]:0"]).await;
    let token = skylark.watch().rsplit('/').next().unwrap().to_owned();
    let whep = |host: &str| format!("http://{host}:{}/whep/{token}", skylark.port());
    let (v4, v6) = (whep("127.0.0.1"), whep("[::1]"));

    let viewer = Browser::new().watch(&v4).await;
    assert_eq!(skylark.joined().await["address"], "127.0.0.1", "not in its IPv6-mapped form");
    viewer.plays().await;
    if TcpListener::bind("[::1]:0").is_err() {
        eprintln!("skipped in part: this machine has no IPv6");
        return;
    }
    let other = Browser::new().watch_from(&v6, "[::1]:0").await;
    assert_eq!(skylark.joined().await["address"], "::1");
    other.plays().await;
    viewer.plays().await;
}
