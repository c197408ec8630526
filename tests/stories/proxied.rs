//! Behind a proxy: TLS there, below a path, with another Host.

use crate::support::{Browser, DataFolder, NAME, Ports, Proxy, Skylark, link_in_code};

/// What README tells people to write into nginx's configuration.
fn readme() -> String {
    let readme = include_str!("../../README.md");
    let (_, block) = readme.split_once("```nginx\n").expect("README has it");
    block.split("```").next().expect("there is something in it").to_owned()
}

async fn live_at(public: &str, settings: &str) -> Skylark {
    let options = ["--listen", "127.0.0.1:0", "--public", public, "--public-media", "127.0.0.9:4321"];
    Skylark::live_with(DataFolder::with(settings), &options).await
}

/// All that a browser does on its way to the stream, by HTTPS, and a viewer whose media comes directly.
async fn all_works(skylark: &mut Skylark, proxy: &Proxy, public: &str) {
    assert!(skylark.watch().starts_with(&format!("{public}/w/")), "{}", skylark.live);
    assert!(skylark.whep().starts_with(&format!("{public}/whep/")), "{}", skylark.live);
    let old_link = skylark.watch();
    let token = old_link.rsplit('/').next().expect("a token").to_owned();

    let page = proxy.ask(&format!("/tv/w/{token}"), &[]).await;
    assert_eq!(page.status, 200);
    let cookie = page.header("set-cookie").to_owned();
    assert!(cookie.contains("; Path=/tv; ") && cookie.ends_with("; Secure"), "{cookie}");
    let policy = page.header("content-security-policy");
    assert!(policy.ends_with(&format!("wss://{NAME}:{}", proxy.tls)), "Safari counts no sockets as 'self': {policy}");
    let files: Vec<_> = page.body.split('"').filter_map(|word| word.strip_prefix("./assets/")).collect();
    assert!(files.len() >= 3, "{}", page.body);
    for file in files {
        let answer = proxy.ask(&format!("/tv/w/assets/{file}"), &[]).await;
        assert_eq!(answer.status, 200, "{file}");
        assert!(!answer.header("content-type").contains("html"), "{file}");
    }
    let nowhere = proxy.ask("/tv/w/another", &[]).await;
    assert!(nowhere.status == 404 && nowhere.body.contains("leads nowhere"), "{}", nowhere.body);

    let socket = |origin: &str| {
        let origin = format!("Origin: {origin}");
        let upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
        let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        let mut options = vec!["--max-time".to_owned(), "2".to_owned()];
        for header in upgrade.into_iter().chain([key, &origin]) {
            options.extend(["--header".to_owned(), header.to_owned()]);
        }
        options
    };
    let events = format!("/tv/w/{token}/events");
    for (origin, status) in [(format!("https://{NAME}:{}", proxy.tls), 101), ("https://evil.example".to_owned(), 403)] {
        let options = socket(&origin);
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        assert_eq!(proxy.ask(&events, &options).await.status, status, "{origin}");
    }

    let offer = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stories/support/offer.sdp");
    let offer = format!("@{offer}");
    let posted = ["--request", "POST", "--header", "Content-Type: application/sdp", "--data-binary", &offer];
    let created = proxy.ask(&format!("/tv/whep/{token}"), &posted).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let location = created.header("location").to_owned();
    assert!(location.starts_with(&format!("/tv/whep/{token}/")), "{location}");
    assert!(created.body.contains(" 127.0.0.9 4321 typ host"), "media is elsewhere: {}", created.body);
    let gone = proxy.ask(&location, &["--request", "DELETE"]).await;
    assert_eq!(gone.status, 200, "where the page sends its goodbye");

    let whep = format!("http://{NAME}:{}/tv/whep/{token}", proxy.plain);
    let viewer = Browser::knowing(NAME).watch(&whep).await;
    skylark.joined().await;
    viewer.plays().await;
    assert_eq!(viewer.leave().await, 200);

    skylark.command(r#"{"command":"new_link"}"#).await;
    let links = skylark.event_where("links", |event| event["links"]["watch"] != old_link).await;
    let scanned = link_in_code(&links["links"]);
    assert!(
        scanned.starts_with(&format!("{public}/w/")),
        "who points a phone at the code comes there as well: {scanned}"
    );
}

#[tokio::test]
async fn nginx_with_what_readme_says_takes_the_path_away_and_renames_the_host() {
    let ports = Ports::free();
    let public = format!("https://{NAME}:{}/tv", ports.tls());
    let mut skylark = live_at(&public, "trusted_proxy = \"127.0.0.1\"").await;
    let location = readme().replace("127.0.0.1:8787", &format!("127.0.0.1:{}", skylark.port()));
    let Some(proxy) = Proxy::nginx(ports, &location).await else { return };
    all_works(&mut skylark, &proxy, &public).await;
}

#[tokio::test]
async fn nginx_that_hands_the_path_on_and_is_not_trusted_works_as_well() {
    let ports = Ports::free();
    let public = format!("https://{NAME}:{}/tv", ports.tls());
    let mut skylark = live_at(&public, "").await;
    // Without the slash the path is handed on.
    let location = readme().replace("127.0.0.1:8787/;", &format!("127.0.0.1:{};", skylark.port()));
    let Some(proxy) = Proxy::nginx(ports, &location).await else { return };
    all_works(&mut skylark, &proxy, &public).await;
}

#[tokio::test]
async fn caddy_keeps_the_host_and_says_who_asks() {
    let ports = Ports::free();
    let public = format!("https://{NAME}:{}/tv", ports.tls());
    let mut skylark = live_at(&public, "trusted_proxy = \"127.0.0.1\"").await;
    let site = format!("handle_path /tv/* {{\nreverse_proxy 127.0.0.1:{}\n}}", skylark.port());
    let Some(proxy) = Proxy::caddy(ports, &site).await else { return };
    all_works(&mut skylark, &proxy, &public).await;
}
