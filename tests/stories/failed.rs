//! Somebody's page shows nothing, and the broadcaster reads why.

use crate::page::cookie_of;
use crate::support::{Browser, Skylark};
use reqwest::StatusCode;
use serde_json::json;

const JSON: &str = "application/json";

async fn says(browser: &Browser, skylark: &Skylark, body: impl Into<reqwest::Body>) -> StatusCode {
    browser.post(&format!("{}/failed", skylark.watch()), JSON, body).await.status()
}

#[tokio::test]
async fn each_reason_is_told_in_a_sentence_and_what_arrived_here_with_it() {
    let mut skylark = Skylark::live().await;
    let browser = Browser::with_cookie(&cookie_of(&skylark).await);
    for (code, sentence) in [
        ("no_webrtc", "no WebRTC"),
        ("no_network", "no network address"),
        ("no_way", "no way for UDP was found"),
        ("no_handshake", "no encrypted connection"),
        ("no_picture", "makes no picture"),
        ("not_played", "with an error"),
    ] {
        assert_eq!(says(&browser, &skylark, json!({ "code": code }).to_string()).await, 204, "{code}");
        let failed = skylark.event_where("failed_join", |event| event["code"] == code).await;
        assert_eq!(failed["address"], "127.0.0.1", "{failed}");
        assert!(failed["reason"].as_str().is_some_and(|reason| reason.contains(sentence)), "{failed}");
    }
    // A join of which nothing comes but the offer.
    let offer = include_str!("support/offer.sdp");
    let joined = browser.post(&skylark.whep(), "application/sdp", offer).await;
    let location = joined.headers()["location"].to_str().expect("a path").to_owned();
    let session = location.rsplit('/').next().expect("the last part");
    assert_eq!(says(&browser, &skylark, json!({ "code": "no_way", "session": session }).to_string()).await, 204);
    let arrived = |event: &serde_json::Value| {
        event["reason"].as_str().is_some_and(|why| why.starts_with("nothing of it arrived"))
    };
    skylark.event_where("failed_join", arrived).await;
}

#[tokio::test]
async fn what_is_no_report_is_refused_and_tells_nobody_anything() {
    let mut skylark = Skylark::live().await;
    let browser = Browser::new();
    for (body, status) in [
        (b"".to_vec(), 400),
        (b"{}".to_vec(), 400),
        (br#"{"code":"<script>alert(1)</script>"}"#.to_vec(), 400),
        (br#"{"code":"no_way","session":7}"#.to_vec(), 400),
        (b"\xff\xfe{}".to_vec(), 400),
        (vec![b'['; 1024], 400),
        (vec![b' '; 1025], 413),
        (vec![b'x'; 1_000_000], 413),
    ] {
        let size = body.len();
        assert_eq!(says(&browser, &skylark, body).await, status, "{size} bytes");
    }
    let to = |token: &str| format!("{}/w/{token}/failed", skylark.origin());
    let report = r#"{"code":"no_way"}"#;
    assert_eq!(browser.post(&to("00000000000000000000000000000000"), JSON, report).await.status(), 404);
    let own = format!("{}/failed", skylark.watch());
    assert_eq!(browser.post(&own, "text/plain", report).await.status(), 415, "which any site's page may send");
    assert_eq!(browser.get(&own).await.status(), 405);
    let retired = skylark.watch();
    skylark.command(r#"{"command":"new_link"}"#).await;
    // The links are told at other times, too.
    skylark.event_where("links", |event| event["links"]["watch"] != retired).await;
    assert_eq!(browser.post(&own, JSON, report).await.status(), 410);
    assert!(skylark.came("failed_join").is_empty());
}

#[tokio::test]
async fn many_reports_are_few_words_and_keep_nobody_out() {
    let mut skylark = Skylark::live().await;
    let browser = Browser::with_cookie(&cookie_of(&skylark).await);
    for _ in 0..200 {
        assert_eq!(says(&browser, &skylark, r#"{"code":"no_way"}"#).await, 204);
    }
    let viewer = browser.watch(&skylark.whep()).await;
    skylark.joined().await;
    viewer.plays().await;
    let told = skylark.came("failed_join").len();
    assert!((10..60).contains(&told), "ten at once and one a second, not {told}");
}
