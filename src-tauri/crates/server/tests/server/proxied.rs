//! Below another path, as a proxy puts us there: what is answered fits what the browser called.

use crate::world::{LINK, World, header};
use reqwest::{Method, Url};
use server::{Config, PublicUrl};
use std::time::Duration;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

fn config() -> (watch::Sender<Option<PublicUrl>>, Config) {
    let public = PublicUrl { https: true, host: "live.example.org".into(), port: 443, path: "/tv".into() };
    let (tell, public) = watch::channel(Some(public));
    (tell, Config { public, ..Config::default() })
}

/// The files that a page names, resolved against where it was found.
/// Those that a browser loads from where it has the page. The picture of a pasted link is named as the outside calls it.
fn files(page: &str, at: &Url) -> Vec<Url> {
    let names = page.split(['"']).filter(|word| word.contains("assets/"));
    names.map(|name| at.join(name).expect("a reference")).filter(|file| file.origin() == at.origin()).collect()
}

#[tokio::test]
async fn a_page_names_its_files_from_wherever_it_is() {
    let (_tell, config) = config();
    let world = World::live_with(config).await;
    for path in
        ["/w/the-link", "/w/the-link/", "/tv/w/the-link", "/tv/w/the-link/", "/w/another", "/", "/nothing/at/all"]
    {
        let at = Url::parse(&world.url(path)).expect("a URL");
        let page = world.get(path).await.text().await.expect("text");
        let files = files(&page, &at);
        assert!(files.len() >= 2, "{path}: {page}");
        for file in files {
            let answer = world.client.get(file.clone()).send().await.expect("answered");
            assert_eq!(answer.status(), 200, "{file} of {path}");
            assert_ne!(header(&answer, "content-type"), "text/html; charset=utf-8");
        }
    }
    assert_eq!(world.get("/w/assets/none.js").await.status(), 404);
    let post = world.request(Method::POST, "/w/assets/watch.js").send().await.expect("answered");
    assert_eq!(post.status(), 404, "files are only read");
}

#[tokio::test]
async fn the_cookie_and_the_session_are_where_the_browser_looks_for_them() {
    let (tell, config) = config();
    let world = World::live_with(config).await;
    let called = |path: &'static str, host: &'static str| world.request(Method::GET, path).header("host", host);
    for (path, host) in [("/w/the-link", "live.example.org"), ("/tv/w/the-link", "127.0.0.1")] {
        let page = called(path, host).send().await.expect("answered");
        let cookie = header(&page, "set-cookie");
        assert!(cookie.contains("; Path=/tv; ") && cookie.ends_with("; Secure"), "{cookie}");
        let policy = header(&page, "content-security-policy");
        assert!(policy.ends_with(" ws://live.example.org wss://live.example.org"), "{policy}");
    }
    let direct = world.get("/w/the-link").await;
    let cookie = header(&direct, "set-cookie");
    assert!(cookie.contains("; Path=/; ") && !cookie.contains("Secure"), "in the same house: {cookie}");

    let through = world.offer(LINK).header("host", "live.example.org").send().await.expect("answered");
    let location = header(&through, "location").to_owned();
    assert!(location.starts_with("/tv/whep/the-link/"), "{location}");
    let gone = world.request(Method::DELETE, &location).send().await.expect("answered");
    assert_eq!(gone.status(), 200, "a proxy that hands the path on");
    assert!(world.join().await.starts_with("/whep/the-link/"), "without a proxy");

    tell.send(None).expect("the server listens");
    let page = called("/w/the-link", "live.example.org").send().await.expect("answered");
    assert!(header(&page, "set-cookie").contains("; Path=/; "), "the setting was taken back while it runs");
    assert_eq!(world.get("/tv/w/the-link").await.status(), 404);
}

#[tokio::test]
async fn a_socket_is_opened_by_the_page_of_the_public_address_whatever_the_host_became() {
    let (_tell, config) = config();
    let world = World::live_with(config).await;
    for (origin, opens) in [("https://live.example.org", true), ("https://live.example.org:8443", false)] {
        let url = format!("ws://{}/tv/w/{LINK}/events", world.address);
        let mut request = url.into_client_request().expect("a request");
        request.headers_mut().insert("origin", origin.parse().expect("a header's value"));
        let opened = tokio::time::timeout(Duration::from_secs(10), tokio_tungstenite::connect_async(request)).await;
        assert_eq!(opened.expect("answered").is_ok(), opens, "{origin}");
    }
}
