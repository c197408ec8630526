//! Somebody chooses the size of the picture by the page, and somebody else does not.

use crate::page::{Page, cookie_of};
use crate::support::{Browser, Codec, Skylark, Viewer};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;

/// Somebody who watches with a page open.
struct Guest {
    page: Page,
    viewer: Viewer,
    id: Value,
}

impl Guest {
    async fn come(skylark: &mut Skylark, codec: Codec) -> Guest {
        let cookie = cookie_of(skylark).await;
        let viewer = Browser::with_cookie(&cookie).watch_in(&skylark.whep(), codec).await;
        let id = skylark.joined().await["id"].clone();
        let session = viewer.session.path_segments().unwrap().next_back().unwrap().to_owned();
        let mut page = Page::open(skylark, &skylark.origin(), Some(&cookie)).await.expect("our own page may");
        page.says(&json!({ "type": "watching", "session": session }).to_string()).await;
        Guest { page, viewer, id }
    }

    /// Holds a layer, or none: what it is told of that.
    async fn chooses(&mut self, layer: Option<&str>) -> Value {
        self.page.says(&json!({ "type": "quality", "layer": layer }).to_string()).await;
        self.page.hears("quality").await
    }
}

/// Waits until both are sent these layers.
async fn are_sent(skylark: &mut Skylark, wanted: &[(&Value, &str)]) {
    let sent = RefCell::new(HashMap::new());
    skylark
        .event_where("viewers", |event| {
            let mut sent = sent.borrow_mut();
            for told in event["viewers"].as_array().expect("a list") {
                sent.insert(told[0].to_string(), told[1]["layer"]["rid"].as_str().unwrap_or_default().to_owned());
            }
            wanted.iter().all(|(id, rid)| sent.get(&id.to_string()).is_some_and(|is| is == rid))
        })
        .await;
}

#[tokio::test]
async fn a_viewer_holds_a_smaller_picture_and_goes_back_and_the_other_sees_the_largest_throughout() {
    let mut skylark = Skylark::live().await;
    let mut anna = Guest::come(&mut skylark, Codec::H264).await;
    let lena = Guest::come(&mut skylark, Codec::H264).await;
    are_sent(&mut skylark, &[(&anna.id, "f"), (&lena.id, "f")]).await;

    let told = anna.chooses(Some("q")).await;
    let rids: Vec<&str> =
        told["layers"].as_array().expect("a list").iter().filter_map(|of| of["rid"].as_str()).collect();
    assert_eq!((told["layer"].as_str(), &rids[..]), (Some("q"), &["f", "h", "q"][..]));
    let event = skylark.event("quality").await;
    assert_eq!((&event["viewer"], event["layer"].as_str()), (&anna.id, Some("q")));
    are_sent(&mut skylark, &[(&anna.id, "q"), (&lena.id, "f")]).await;
    anna.viewer.plays().await;

    anna.chooses(None).await;
    assert_eq!(skylark.event("quality").await["layer"], Value::Null);
    are_sent(&mut skylark, &[(&anna.id, "f"), (&lena.id, "f")]).await;
    assert!(skylark.came("viewer_left").is_empty(), "nobody had to join anew");
}

#[tokio::test]
async fn who_has_no_h264_chooses_among_the_layers_that_there_are() {
    let mut skylark = Skylark::live().await;
    for codec in [Codec::Vp9, Codec::Vp8] {
        let mut anna = Guest::come(&mut skylark, codec).await;
        let told = anna.chooses(Some("q")).await;
        assert_eq!(
            (told["layer"].as_str(), told["layers"].as_array().map(Vec::len)),
            (Some("h"), Some(2)),
            "there is no quarter"
        );
        are_sent(&mut skylark, &[(&anna.id, "h")]).await;
        anna.chooses(None).await;
        are_sent(&mut skylark, &[(&anna.id, "f")]).await;
    }
}

#[tokio::test]
async fn a_page_that_holds_no_session_chooses_nothing_and_rubbish_costs_the_socket() {
    let skylark = Skylark::live().await;
    let mut page = Page::open(&skylark, &skylark.origin(), None).await.expect("our own page may");
    page.says(r#"{"type":"quality","layer":"q"}"#).await;
    page.says(r#"{"type":"watching","session":"00000000000000000000000000000000"}"#).await;
    page.says(r#"{"type":"quality","layer":"huge"}"#).await;
    page.is_closed().await;
    assert!(skylark.came("quality").is_empty());
}
