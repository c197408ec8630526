//! Who comes knocks, and is let in by hand.

use crate::page::{Page, cookie_of};
use crate::support::{Browser, Codec, DataFolder, Joined, Skylark};

async fn live() -> Skylark {
    let mut skylark = Skylark::live_with(DataFolder::new(), &["--listen", "127.0.0.1:0", "--waiting-room"]).await;
    skylark.command(r#"{"command":"configure","settings":{"title":"Evening news"}}"#).await;
    skylark.event("settings").await;
    skylark
}

#[tokio::test]
async fn a_page_knocks_and_comes_in_by_itself_when_it_is_let_in() {
    let mut skylark = live().await;
    let (whep, origin) = (skylark.whep(), skylark.origin());
    let cookie = cookie_of(&skylark).await;
    let browser = Browser::with_cookie(&cookie);
    let text = browser.get(&skylark.watch()).await.text().await.expect("text");
    assert!(!text.contains("Evening news"), "nothing is told before");
    assert_eq!(browser.refused(&whep).await, (503, "waiting_room".into()));
    let mut page = Page::open(&skylark, &origin, Some(&cookie)).await.expect("the socket opens");
    page.hears("knocking").await;
    let knock = skylark.event("knock").await["viewer"].clone();
    assert_eq!((knock["address"].as_str(), knock["was_here"].as_bool()), (Some("127.0.0.1"), Some(false)));
    assert!(knock["browser"].as_str().is_some_and(|browser| browser.contains("Firefox")), "{knock}");
    page.says(r#"{"type":"name","name":"Anna"}"#).await;
    let named = skylark.event("knock").await["viewer"].clone();
    assert_eq!((&named["id"], named["name"].as_str()), (&knock["id"], Some("Anna")));

    skylark.command(&format!(r#"{{"command":"admit","viewer":{}}}"#, knock["id"])).await;
    assert_eq!(skylark.event("knock_left").await["reason"], "admitted");
    assert_eq!(page.hears("state").await["title"], "Evening news", "the page is told all at once, and joins");
    let viewer = browser.watch(&whep).await;
    viewer.plays().await;
    viewer.leave().await;
    browser.watch(&whep).await.plays().await;
    skylark.command(r#"{"command":"admit","viewer":9999}"#).await;
    assert_eq!(skylark.event("error").await["code"], "unknown_viewer");
}

#[tokio::test]
async fn a_player_is_told_to_come_again_and_all_may_be_let_in_at_once() {
    let mut skylark = live().await;
    let whep = skylark.whep();
    let player = Browser::new();
    let Joined::Refused(status, retry, body) = player.join(&whep, Codec::H264).await else { panic!("it has to wait") };
    assert_eq!((status.as_u16(), retry.as_deref()), (503, Some("5")), "{body}");
    skylark.event("knock").await;
    let browser = Browser::at(&skylark.watch()).await;
    assert_eq!(browser.refused(&whep).await.0, 503);
    skylark.event("knock").await;
    skylark.command(r#"{"command":"admit_all"}"#).await;
    skylark.event("knock_left").await;
    skylark.event("knock_left").await;
    player.watch(&whep).await.plays().await;
    browser.watch(&whep).await.plays().await;
    let late = Browser::at(&skylark.watch()).await;
    assert_eq!(late.refused(&whep).await.1, "waiting_room", "who comes later waits");
    skylark.command(r#"{"command":"waiting_room","on":false}"#).await;
    assert_eq!(skylark.event("waiting_room").await["on"], false);
    late.watch(&whep).await.plays().await;
}

#[tokio::test]
async fn who_is_refused_is_told_so_and_may_knock_again_when_that_is_undone() {
    let mut skylark = live().await;
    let (whep, origin) = (skylark.whep(), skylark.origin());
    let cookie = cookie_of(&skylark).await;
    let browser = Browser::with_cookie(&cookie);
    let mut page = Page::open(&skylark, &origin, Some(&cookie)).await.expect("the socket opens");
    page.hears("knocking").await;
    let id = skylark.event("knock").await["viewer"]["id"].clone();
    skylark.command(&format!(r#"{{"command":"refuse","viewer":{id},"reason":"members only"}}"#)).await;
    let removed = page.hears("removed").await;
    assert_eq!((removed["code"].as_str(), removed["reason"].as_str()), (Some("not_admitted"), Some("members only")));
    assert_eq!(browser.refused(&whep).await, (403, "not_admitted".into()));
    assert_eq!(skylark.event("removed").await["viewer"]["removal"], "refused");
    skylark.command(&format!(r#"{{"command":"forgive","viewer":{id}}}"#)).await;
    page.hears("forgiven").await;
    assert_eq!(browser.refused(&whep).await, (503, "waiting_room".into()));
    skylark.event("knock").await;
}

#[tokio::test]
async fn those_watching_stay_when_it_is_opened_and_one_whose_page_closes_knocks_no_more() {
    let mut skylark = Skylark::live().await;
    let (whep, origin) = (skylark.whep(), skylark.origin());
    let viewer = Browser::at(&skylark.watch()).await.watch(&whep).await;
    viewer.plays().await;
    let cookie = cookie_of(&skylark).await;
    let mut waits = Page::open(&skylark, &origin, Some(&cookie)).await.expect("the socket opens");
    waits.hears("count").await;
    skylark.command(r#"{"command":"waiting_room","on":true}"#).await;
    waits.hears("knocking").await;
    viewer.plays().await;
    skylark.event("knock").await;
    drop(waits);
    assert_eq!(skylark.event("knock_left").await["reason"], "left");
}
