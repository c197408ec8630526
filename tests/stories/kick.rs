//! Somebody is removed for this broadcast, and forgiven.

use crate::support::{Browser, Skylark};

#[tokio::test]
async fn a_kicked_viewer_is_out_and_stays_out_until_forgiven() {
    let mut skylark = Skylark::live().await;
    let browser = Browser::at(&skylark.watch()).await;
    let viewer = browser.watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    viewer.plays().await;

    skylark.command(&format!(r#"{{"command":"kick","viewer":{id},"reason":"spoilers"}}"#)).await;
    assert_eq!(skylark.left(&id).await, "kicked");
    let removed = skylark.event("removed").await["viewer"].clone();
    assert_eq!((&removed["id"], &removed["removal"], &removed["reason"]), (&id, &"kicked".into(), &"spoilers".into()));
    viewer.is_dropped().await;
    assert_eq!(viewer.delete().await.as_u16(), 404, "the session is gone");

    assert_eq!(browser.refused(&skylark.whep()).await, (403, "kicked".into()), "a reload does not help");
    assert_eq!(browser.refused(&skylark.whep()).await, (403, "kicked".into()), "nor does another tab");
    skylark.event_where("count", |count| count["watching"] == 1).await;
    skylark.event_where("count", |count| count["watching"] == 0 && count["peak"] == 1).await;

    skylark.command(&format!(r#"{{"command":"forgive","viewer":{id}}}"#)).await;
    assert_eq!(skylark.event("forgiven").await["viewer"], id);
    browser.watch(&skylark.whep()).await.plays().await;
    let again = skylark.joined().await["id"].clone();
    assert_ne!(again, id, "an id is never used twice");
}

#[tokio::test]
async fn kicking_one_leaves_the_others() {
    let mut skylark = Skylark::live().await;
    let (one, other) = (Browser::at(&skylark.watch()).await, Browser::at(&skylark.watch()).await);
    let kicked = one.watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    let stays = other.watch(&skylark.whep()).await;
    stays.plays().await;
    skylark.command(&format!(r#"{{"command":"kick","viewer":{id}}}"#)).await;
    assert_eq!(skylark.left(&id).await, "kicked");
    kicked.is_dropped().await;
    let seen = stays.plays().await;
    assert_eq!((seen.missing, seen.closed), (0, false), "the other one notices nothing");
    other.watch(&skylark.whep()).await.plays().await;
    let third = Browser::at(&skylark.watch()).await;
    third.watch(&skylark.whep()).await.plays().await;
}

#[tokio::test]
async fn every_tab_of_a_kicked_browser_is_out() {
    let mut skylark = Skylark::live().await;
    let browser = Browser::at(&skylark.watch()).await;
    let first = browser.watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    let second = browser.watch(&skylark.whep()).await;
    let other_id = skylark.joined().await["id"].clone();
    skylark.command(&format!(r#"{{"command":"kick","viewer":{id}}}"#)).await;
    assert_eq!(skylark.left(&id).await, "kicked");
    assert_eq!(skylark.left(&other_id).await, "kicked");
    first.is_dropped().await;
    second.is_dropped().await;
}

#[tokio::test]
async fn a_kick_is_over_with_the_broadcast() {
    let mut skylark = Skylark::live().await;
    let browser = Browser::at(&skylark.watch()).await;
    let _viewer = browser.watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    skylark.command(&format!(r#"{{"command":"kick","viewer":{id}}}"#)).await;
    skylark.left(&id).await;
    skylark.command(r#"{"command":"end"}"#).await;
    skylark.event("ended").await;
    skylark.command(r#"{"command":"go_live"}"#).await;
    skylark.event("live").await;
    browser.watch(&skylark.whep()).await.plays().await;
}

#[tokio::test]
async fn nobody_is_kicked_by_an_id_that_is_not() {
    let mut skylark = Skylark::live().await;
    skylark.command(r#"{"command":"kick","viewer":4711}"#).await;
    assert_eq!(skylark.event("error").await["code"], "unknown_viewer");
    skylark.command(r#"{"command":"forgive","viewer":4711}"#).await;
    assert_eq!(skylark.event("error").await["code"], "unknown_viewer");
}
