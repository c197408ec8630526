//! Who has the link and does not watch: the broadcaster hears how many wait, before going live too, and how many were turned away.

use crate::page::Page;
use crate::support::{Browser, Skylark};

/// The cookie of a browser that has just come.
async fn cookie(skylark: &Skylark) -> String {
    let page = Browser::new().get(&skylark.watch()).await;
    let cookie = page.headers().get("set-cookie").expect("the page sets it").to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

async fn page(skylark: &Skylark, cookie: &str) -> Page {
    Page::open(skylark, &skylark.origin(), Some(cookie)).await.expect("our own page may")
}

#[tokio::test]
async fn who_waits_before_the_broadcast_is_counted_until_it_watches() {
    let mut skylark = Skylark::live().await;
    skylark.command(r#"{"command":"end"}"#).await;
    skylark.event("ended").await;
    let cookies = [cookie(&skylark).await, cookie(&skylark).await];
    let first = page(&skylark, &cookies[0]).await;
    let again = page(&skylark, &cookies[0]).await;
    let second = page(&skylark, &cookies[1]).await;
    skylark.event_where("outside", |event| event["outside"]["waiting"] == 2).await;
    drop(again);
    drop(second);
    skylark.event_where("outside", |event| event["outside"]["waiting"] == 1).await;
    skylark.command(r#"{"command":"go_live"}"#).await;
    skylark.event("live").await;
    let viewer = Browser::with_cookie(&cookies[0]).watch(&skylark.whep()).await;
    skylark.event_where("outside", |event| event["outside"]["waiting"] == 0).await;
    viewer.plays().await;
    drop(first);
}

#[tokio::test]
async fn who_is_turned_away_by_the_lock_is_counted_and_says_nothing_of_who_it_is() {
    let mut skylark = Skylark::live().await;
    let cookies = [cookie(&skylark).await, cookie(&skylark).await];
    skylark.command(r#"{"command":"lock","on":true}"#).await;
    skylark.event("lock").await;
    for cookie in cookies.iter().chain(&cookies) {
        let refused = Browser::with_cookie(cookie).refused(&skylark.whep()).await;
        assert_eq!(refused, (403, "locked".into()));
    }
    let told = skylark.event_where("outside", |event| event["outside"]["turned_away"] == 2).await;
    let numbers = serde_json::json!({ "waiting": 0, "turned_away": 2, "no_room": 0 });
    assert_eq!(told, serde_json::json!({ "event": "outside", "outside": numbers }), "numbers, and nothing else");
    skylark.command(r#"{"command":"lock","on":false}"#).await;
    skylark.event_where("outside", |event| event["outside"]["turned_away"] == 0).await;
}
