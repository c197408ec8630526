//! Spare identities, and joins that never connect: what can be had by posting offers and nothing more.

use crate::support::{Browser, DataFolder, Skylark, soon};
use ::crowd::Options;
use reqwest::header::COOKIE;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::interval;

/// What a browser offers; its address is nobody's.
const OFFER: &str = include_str!("support/offer.sdp");

/// Posts offers and sends no datagram.
#[derive(Clone)]
struct Poster {
    http: Client,
    whep: String,
}

impl Poster {
    fn new(whep: &str) -> Poster {
        let http = Client::builder().no_proxy().user_agent("curl/8.5.0").build().expect("a client without TLS");
        Poster { http, whep: whep.to_owned() }
    }

    /// The status, and the code of a refusal.
    async fn post(&self, whep: &str, cookie: &str) -> (StatusCode, String) {
        let post = self.http.post(whep).header("content-type", "application/sdp").header(COOKIE, cookie);
        let response = post.body(OFFER).send().await.expect("the server answers");
        let status = response.status();
        let body: Value = response.json().await.unwrap_or_default();
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    }

    /// The cookie that a new browser is given with the page.
    async fn cookie(&self, watch: &str) -> String {
        let page = self.http.get(watch).send().await.expect("the server answers");
        let set = page.headers().get("set-cookie").expect("the page sets one").to_str().expect("ascii");
        set.split(';').next().expect("the first part").to_owned()
    }
}

#[tokio::test]
async fn fifty_spare_identities_come_in_neither_by_the_retired_link_nor_through_the_lock() {
    let mut skylark = Skylark::live().await;
    let (watch, whep) = (skylark.watch(), skylark.whep());
    let honest = Browser::at(&watch).await;
    let viewer = honest.watch(&whep).await;
    viewer.plays().await;
    let poster = Poster::new(&whep);
    // Half of them made up, half given by the page.
    let mut cookies: Vec<String> = (0..25).map(|n| format!("skylark_visitor={n:032x}.{n:064x}")).collect();
    for _ in 0..25 {
        cookies.push(poster.cookie(&watch).await);
    }
    for cookie in &cookies {
        assert_eq!(poster.post(&whep, cookie).await.0, StatusCode::CREATED);
    }
    skylark.command(r#"{"command":"new_link"}"#).await;
    let links = skylark.event_where("links", |event| event["links"]["whep"] != whep).await;
    skylark.command(r#"{"command":"lock","on":true}"#).await;
    skylark.event("lock").await;
    let new_whep = links["links"]["whep"].as_str().expect("a URL");
    for cookie in &cookies {
        assert_eq!(poster.post(&whep, cookie).await, (StatusCode::GONE, "retired_link".into()));
        assert_eq!(poster.post(new_whep, cookie).await, (StatusCode::FORBIDDEN, "locked".into()));
    }
    viewer.plays().await;
    viewer.hang_up().await;
    let id = skylark.joined().await["id"].clone();
    skylark.left(&id).await;
    honest.watch(&whep).await.plays().await;
    assert!(skylark.came("viewer_joined").len() <= 1, "nobody but the honest one ever came in");
}

#[tokio::test]
async fn a_browser_is_known_again_after_a_restart() {
    let mut skylark = Skylark::live().await;
    let poster = Poster::new(&skylark.whep());
    let cookie = poster.cookie(&skylark.watch()).await;
    let (port, folder) = (skylark.port(), skylark.quit().await);
    skylark = Skylark::live_with(folder, &["--listen", &format!("127.0.0.1:{port}")]).await;
    let page = poster.http.get(skylark.watch()).header(COOKIE, &cookie).send().await.expect("the server answers");
    let again = page.headers().get("set-cookie").expect("for another year").to_str().expect("ascii");
    assert!(again.starts_with(&format!("{cookie};")), "{again} is {cookie}");
    let made_up = format!("skylark_visitor={}", "ab".repeat(16));
    let page = poster.http.get(skylark.watch()).header(COOKIE, made_up).send().await.expect("the server answers");
    let new = page.headers().get("set-cookie").expect("one of its own").to_str().expect("ascii");
    assert!(!new.contains(&"ab".repeat(16)), "{new}");
}

#[tokio::test]
async fn forty_posts_a_second_without_media_keep_nobody_out_and_the_broadcaster_is_told() {
    let folder = DataFolder::new();
    std::fs::write(folder.path().join("skylark.toml"), "max_viewers = 50\n").unwrap();
    let mut skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    let (posted, over) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let attack = {
        let (poster, posted, over) = (Poster::new(&skylark.whep()), posted.clone(), over.clone());
        tokio::spawn(async move {
            let mut often = interval(Duration::from_millis(25));
            while !over.load(Ordering::Relaxed) {
                often.tick().await;
                let n = posted.fetch_add(1, Ordering::Relaxed);
                let cookie = format!("skylark_visitor={n:032x}");
                assert_eq!(
                    poster.post(&poster.whep, &cookie).await.0,
                    StatusCode::CREATED,
                    "and so are these, for nothing"
                );
            }
        })
    };
    let begun = async {
        while posted.load(Ordering::Relaxed) < 100 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    soon("twice as many are under way as there are places", begun).await;
    let options = Options {
        endpoint: skylark.whep(),
        viewers: 20,
        whole: 0,
        joins_per_second: 10.0,
        watch: Duration::from_secs(2),
        ..Options::default()
    };
    let report = ::crowd::run(options, || {}).await.expect("the crowd comes together");
    for viewer in &report.viewers {
        assert_eq!(viewer.error, None, "every honest join is let in");
        assert_eq!(viewer.lost, 0);
    }
    assert_eq!(report.viewers.len(), 20);
    skylark.event_where("count", |count| count["watching"] == 20).await;
    let told = skylark.event("attempts").await;
    assert_eq!((&told["address"], &told["blockable"]), (&"127.0.0.1".into(), &false.into()));
    assert!(told["count"].as_u64().unwrap() >= 20, "{told}");
    skylark.command(r#"{"command":"block","address":"127.0.0.1"}"#).await;
    assert_eq!(skylark.event("error").await["code"], "bad_address", "this computer's own is never blocked");
    over.store(true, Ordering::Relaxed);
    attack.await.expect("every POST was answered");
}
