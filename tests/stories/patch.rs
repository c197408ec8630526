//! WHEP PATCH: candidates that trickle, and an ICE restart.

use crate::support::{Browser, Skylark};

const TRICKLE: &str = "a=candidate:1 1 udp 2130706431 192.0.2.7 4000 typ host\r\na=end-of-candidates\r\n";

#[tokio::test]
async fn candidates_may_trickle_and_preconditions_are_kept() {
    let skylark = Skylark::live().await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    let etag = viewer.etag.clone();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "a strong one: {etag}");
    assert_eq!(viewer.patch(Some(&etag), TRICKLE).await.status(), 204);
    assert_eq!(viewer.patch(Some("*"), TRICKLE).await.status(), 204);
    assert_eq!(viewer.patch(None, TRICKLE).await.status(), 428);
    assert_eq!(viewer.patch(Some("\"another\""), TRICKLE).await.status(), 412);
    viewer.plays().await;
}

#[tokio::test]
async fn an_ice_restart_is_answered_with_new_credentials() {
    let skylark = Skylark::live().await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    let restart = "a=ice-ufrag:neww\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n";
    let response = viewer.patch(Some("*"), restart).await;
    assert_eq!(response.status(), 200);
    let etag = response.headers().get("etag").expect("a new one").to_str().unwrap().to_owned();
    assert_ne!(etag, viewer.etag);
    let fragment = response.text().await.unwrap();
    assert!(fragment.contains("a=ice-ufrag:") && fragment.contains("a=ice-pwd:"), "{fragment}");
    assert_eq!(viewer.patch(Some(&viewer.etag), TRICKLE).await.status(), 412, "the old one is stale");
    assert_eq!(viewer.patch(Some(&etag), TRICKLE).await.status(), 204);
}
