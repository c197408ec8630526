//! `/metrics` is for whom the setting says.

use crate::world::{World, header};
use reqwest::Method;
use server::{Config, Metrics};

async fn world(metrics: Metrics) -> World {
    World::live_with(Config { metrics, ..Config::default() }).await
}

#[tokio::test]
async fn off_is_a_path_that_leads_nowhere() {
    let world = World::live().await;
    let (off, nowhere) = (world.get("/metrics").await, world.get("/nowhere").await);
    assert_eq!((off.status(), nowhere.status()), (404.try_into().unwrap(), 404.try_into().unwrap()));
    assert_eq!(
        off.text().await.unwrap(),
        nowhere.text().await.unwrap(),
        "nobody is told that there could be something"
    );
}

#[tokio::test]
async fn loopback_is_this_machine_and_whatever_says_nothing_else() {
    let world = world(Metrics::Loopback).await;
    let response = world.get("/metrics").await;
    assert_eq!(response.status(), 200);
    assert!(header(&response, "content-type").starts_with("text/plain; version=0.0.4"));
    assert_eq!(response.text().await.expect("text"), "skylark_viewers 0\n[(TooMany, 0)]\n");
    for (name, value) in [("x-forwarded-for", "203.0.113.7"), ("via", "1.1 x"), ("host", "evil.example")] {
        let response = world.request(Method::GET, "/metrics").header(name, value).send().await.expect("answered");
        assert_eq!(response.status(), 403, "{name}: a proxy that says so, or DNS rebinding");
    }
}

#[tokio::test]
async fn token_is_who_sends_it_from_wherever() {
    let world = world(Metrics::Token("0123456789abcdef".into())).await;
    let send = |value: &'static str| world.request(Method::GET, "/metrics").header("authorization", value).send();
    let bare = world.get("/metrics").await;
    assert_eq!((bare.status().as_u16(), header(&bare, "www-authenticate")), (401, "Bearer"), "also over loopback");
    for wrong in ["Bearer 0123456789abcde", "Bearer 0123456789abcdef0", "Basic 0123456789abcdef", "Bearer", "Bearer "] {
        assert_eq!(send(wrong).await.expect("answered").status(), 401, "{wrong}");
    }
    for right in ["Bearer 0123456789abcdef", "bearer 0123456789abcdef"] {
        assert_eq!(send(right).await.expect("answered").status(), 200, "{right}");
    }
    let through = world.request(Method::GET, "/metrics").header("x-forwarded-for", "203.0.113.7");
    let through = through.header("host", "live.example").header("authorization", "Bearer 0123456789abcdef");
    assert_eq!(through.send().await.expect("answered").status(), 200, "through a proxy, too");
}
