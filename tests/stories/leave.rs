//! Viewers go: with a word, without one, and silently.

use crate::support::{Browser, DataFolder, Skylark, soon};
use reqwest::Url;
use reqwest::header::LOCATION;
use std::time::Duration;

#[tokio::test]
async fn a_closed_page_leaves_within_a_second() {
    let mut skylark = Skylark::live().await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    viewer.plays().await;
    assert_eq!(viewer.delete().await.as_u16(), 200);
    let left = tokio::time::timeout(Duration::from_secs(1), skylark.left(&id)).await;
    assert_eq!(left.expect("its row is gone within a second"), "left");
    assert_eq!(viewer.delete().await.as_u16(), 404, "it is gone already");
    skylark.event_where("count", |count| count["watching"] == 0).await;
}

#[tokio::test]
async fn a_closed_connection_leaves_too() {
    let mut skylark = Skylark::live().await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    viewer.plays().await;
    viewer.hang_up().await;
    assert_eq!(skylark.left(&id).await, "left");
}

#[tokio::test]
async fn a_viewer_that_falls_silent_is_gone_after_the_timeout() {
    let folder = DataFolder::new();
    std::fs::write(folder.path().join("skylark.toml"), "[limits]\nviewer_timeout_s = 3\n").unwrap();
    let mut skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    let stays = Browser::new().watch(&skylark.whep()).await;
    skylark.joined().await;

    // A runtime of its own, so that everything of this viewer can be stopped without a goodbye: a lid that was closed.
    let laptop = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let whep = skylark.whep();
    let asleep = laptop.spawn(async move {
        let viewer = Browser::new().watch(&whep).await;
        viewer.plays().await;
        viewer
    });
    let viewer = asleep.await.unwrap();
    let id = skylark.joined().await["id"].clone();
    std::mem::forget(viewer);
    laptop.shutdown_background();

    assert_eq!(skylark.left(&id).await, "timeout");
    stays.plays().await;
    assert_eq!(skylark.came("viewer_left").len(), 0, "who is there stays");
}

#[tokio::test]
async fn an_offer_that_nobody_follows_up_is_forgotten() {
    let folder = DataFolder::new();
    let limits = "max_viewers = 1\n[limits]\njoin_timeout_s = 2\n";
    std::fs::write(folder.path().join("skylark.toml"), limits).unwrap();
    let mut skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    let browser = Browser::new();
    let offer = include_str!("support/offer.sdp");
    let held = browser.post(&skylark.whep(), "application/sdp", offer).await;
    assert_eq!(held.status(), 201);
    let location = held.headers()[LOCATION].to_str().expect("a path");
    let session = Url::parse(&skylark.whep()).expect("a URL").join(location).expect("a URL");
    assert_eq!(browser.get(session.as_str()).await.status(), 204, "it may still come");
    // Nothing came from it, so the one place is anybody's.
    browser.watch(&skylark.whep()).await.plays().await;
    skylark.joined().await;
    let forgotten = async {
        while browser.get(session.as_str()).await.status() != 404 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    soon("its session is gone", forgotten).await;
    assert_eq!(skylark.came("viewer_left").len(), 0, "who never watched never left");
}
