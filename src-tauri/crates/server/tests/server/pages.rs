//! What people see: the watch page, and pages in plain words where there is nothing to watch.

use crate::world::{LINK, World, header};
use audience::{Input, Token};
use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::Response;
use std::io::Read;

/// Every HTML answer has these.
fn hardened(response: &Response) {
    assert_eq!(header(response, "content-type"), "text/html; charset=utf-8");
    assert_eq!(header(response, "x-content-type-options"), "nosniff");
    assert_eq!(header(response, "referrer-policy"), "no-referrer");
    assert_eq!(header(response, "cache-control"), "no-store");
    let policy = header(response, "content-security-policy");
    for directive in ["default-src 'none'", "frame-ancestors 'none'"] {
        assert!(policy.split("; ").any(|part| part == directive), "{directive} of {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
}

/// A page's status and text, checked for what its policy would block.
async fn page(response: Response) -> (u16, String) {
    hardened(&response);
    let (status, policy) = (response.status().as_u16(), header(&response, "content-security-policy").to_owned());
    let text = response.text().await.expect("a page is text");
    for element in ["script", "style"] {
        let sources = format!("{element}-src 'self'{}", inline(&text, element));
        assert!(
            policy.split("; ").any(|part| part == sources),
            "no more than the document's own: {sources} in {policy}"
        );
    }
    let (outside, _) = text.split_once("<style").unwrap_or((&text, ""));
    let (outside, _) = outside.split_once("<script").unwrap_or((outside, ""));
    let (_, body) = text.split_once("<body").expect("a page has a body");
    assert!(!outside.contains("style=") && !body.contains("style="), "no style in an attribute: {text}");
    (status, text)
}

/// The hashes of what stands in a page, as a policy names them.
fn inline(text: &str, element: &str) -> String {
    let tag = format!("<{element}");
    let all = text.split(&tag).skip(1).map(|rest| {
        let (attributes, rest) = rest.split_once('>').expect("the tag ends");
        let (inside, _) = rest.split_once(&format!("</{element}>")).expect("the element ends");
        assert!(!attributes.contains("src="), "what more it needs is its script's business: {attributes}");
        format!(" 'sha256-{}'", BASE64_STANDARD.encode(digest::digest(&digest::SHA256, inside.as_bytes())))
    });
    all.collect()
}

#[tokio::test]
async fn a_host_that_is_no_host_gets_nothing_into_the_policy() {
    let world = World::live().await;
    for host in ["[::1]:8787", "evil.example;script-src *", "a b"] {
        let page = world.request(reqwest::Method::GET, "/w/the-link").header("host", host).send().await;
        let page = page.expect("answered");
        // What is no host at all may be refused before it comes to us.
        if page.status() == 200 {
            assert!(header(&page, "content-security-policy").ends_with("connect-src 'self'"), "{host}");
        }
    }
}

#[tokio::test]
async fn the_watch_page_and_its_cookie() {
    let world = World::live().await;
    let response = world.get("/w/the-link").await;
    let sockets = format!("connect-src 'self' ws://{0} wss://{0}", world.address);
    assert!(header(&response, "content-security-policy").ends_with(&sockets), "its own, and no others");
    let cookie = header(&response, "set-cookie").to_owned();
    let (value, attributes) = cookie.split_once("; ").expect("the cookie has attributes");
    let (name, value) = value.split_once('=').expect("the cookie has a value");
    assert_eq!((name, value.len()), ("skylark_visitor", 32 + 1 + 64), "a name and its signature");
    assert!(attributes.contains("HttpOnly") && attributes.contains("SameSite=Lax") && attributes.contains("Path=/"));
    let (status, text) = page(response).await;
    assert_eq!(status, 200);
    assert_eq!(text.matches("<script").count(), 1, "{text}");
    assert!(text.contains("/assets/watch-main.js") && !text.contains("rel=\"stylesheet\""), "{text}");

    let again = world.request(reqwest::Method::GET, "/w/the-link/").header("cookie", format!("{name}={value}"));
    let again = again.send().await.expect("answered");
    assert!(header(&again, "set-cookie").contains(value), "a known browser keeps its name");
    let other = world.get("/w/the-link").await;
    assert!(!header(&other, "set-cookie").contains(value), "another one gets its own");
}

#[tokio::test]
async fn the_watch_page_is_compressed_for_who_takes_that() {
    let world = World::live().await;
    let get =
        |coding: &'static str| world.request(reqwest::Method::GET, "/w/the-link").header("accept-encoding", coding);
    let plain = get("identity").send().await.expect("answered");
    assert!(plain.headers().get("content-encoding").is_none());
    let packed = get("gzip, br").send().await.expect("answered");
    for answer in [&plain, &packed] {
        assert_eq!(header(answer, "vary"), "Accept-Encoding, Accept-Language");
        hardened(answer);
    }
    assert_eq!(header(&packed, "content-encoding"), "gzip");
    let (plain, packed) = (plain.bytes().await.expect("read"), packed.bytes().await.expect("read"));
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&*packed).read_to_end(&mut unpacked).expect("it is gzip");
    assert_eq!(unpacked, plain);
    assert!(packed.len() < plain.len() / 2, "{} of {} bytes", packed.len(), plain.len());
}

#[tokio::test]
async fn a_notice_speaks_the_browser_s_language_as_far_as_there_are_words_in_it() {
    let world = World::live().await;
    let ask = |path: &str, language: &'static str| {
        world.request(reqwest::Method::GET, path).header("accept-language", language).send()
    };
    for (wanted, language, said) in [
        ("de-AT,de;q=0.9,en;q=0.5", "de", "Dieser Link führt nirgendwohin"),
        ("tlh, en;q=0.5, de;q=0.4", "en", "This link leads nowhere"),
    ] {
        for path in ["/w/another", "/nothing", "/assets/none.js"] {
            let answer = ask(path, wanted).await.expect("answered");
            assert_eq!(header(&answer, "vary"), "Accept-Language");
            let (_, text) = page(answer).await;
            assert!(text.contains(said) && text.contains(&format!(r#"<html lang="{language}" dir="ltr""#)), "{text}");
        }
    }
    let head = ask("/w/the-link", "de").await.expect("answered").text().await.expect("read");
    assert!(head.contains("Jetzt live"), "{head}");
    assert!(head.contains(r#"<html lang="de""#) && head.contains("JavaScript ist abgeschaltet"), "without script, too");
    assert!(!head.contains("JavaScript is switched off"), "{head}");
}

#[tokio::test]
async fn while_nothing_is_live_the_page_waits() {
    let world = World::offline_with(server::Config::default()).await;
    assert_eq!(page(world.get("/w/the-link").await).await.0, 200);
}

#[tokio::test]
async fn where_there_is_nothing_to_watch_a_page_says_why() {
    let world = World::live().await;
    let cookie = world.cookie().await;
    let watch = |link: &str| world.request(reqwest::Method::GET, &format!("/w/{link}"));

    assert_eq!(page(world.get("/").await).await.0, 200);
    for path in ["/w/another", "/nothing", "/w", "/assets/none.js", "/w/%00", "/w/the-link/more"] {
        let (status, text) = page(world.get(path).await).await;
        assert_eq!(status, 404, "{path}");
        assert!(text.contains("leads nowhere"), "{text}");
    }

    let join = world.offer(LINK).header("cookie", &cookie).send().await.expect("answered");
    assert_eq!(join.status(), 201);
    let viewer = world.connect().await[0];
    world.input(Input::SetMaxViewers(1)).await;
    let full = world.get("/w/the-link").await;
    assert!(header(&full, "retry-after").parse::<u32>().is_ok());
    assert!(header(&full, "refresh").parse::<u32>().is_ok(), "it tries again by itself, without script");
    let (status, text) = page(full).await;
    assert_eq!(status, 503);
    assert!(text.contains("full"), "{text}");

    world.input(Input::Lock(true)).await;
    let locked = world.get("/w/the-link").await;
    assert!(header(&locked, "refresh").parse::<u32>().is_ok(), "it comes in by itself, too");
    let (status, text) = page(locked).await;
    assert_eq!(status, 403);
    assert!(text.contains("locked"), "{text}");

    world.input(Input::Kick { viewer, reason: Some("<b>spoilers</b>".into()) }).await;
    let removed = watch(LINK).header("cookie", &cookie).send().await.expect("answered");
    assert!(removed.headers().get("refresh").is_none(), "who was removed does not ask again");
    let (status, text) = page(removed).await;
    assert_eq!(status, 403);
    assert!(text.contains("removed") && text.contains("&lt;b&gt;spoilers&lt;/b&gt;"), "{text}");

    world.input(Input::NewLink { token: Token::named("fresh").expect("well-formed") }).await;
    let (status, text) = page(world.get("/w/the-link").await).await;
    assert_eq!(status, 410);
    assert!(text.contains("new link"), "{text}");
}

#[tokio::test]
async fn a_pasted_link_has_the_stream_s_title_and_a_picture_and_refusals_do_not_tell_the_title() {
    let world = World::live().await;
    let title = "Sunday's <match>";
    world.input(Input::SetTitle(title.into())).await;
    let (_, text) = page(world.get("/w/the-link").await).await;
    let written = "Sunday&#39;s &lt;match&gt;";
    assert!(text.contains(&format!("<title>{written}</title>")), "{text}");
    assert!(text.contains(&format!("property=\"og:title\" content=\"{written}\"")), "{text}");
    let picture = format!("http://{}/assets/icon.png", world.address);
    assert!(text.contains(&format!("property=\"og:image\" content=\"{picture}\"")), "{text}");
    let icon = world.get("/assets/icon.png").await;
    assert_eq!(header(&icon, "content-type"), "image/png");
    assert!(icon.bytes().await.expect("read").starts_with(b"\x89PNG"));

    let odd = world.request(reqwest::Method::GET, "/w/the-link").header("host", "a\"b").send().await.expect("answered");
    assert!(!odd.text().await.expect("text").contains("og:image"), "a host that is none is no address");
    for (path, locked) in [("/w/another", false), ("/", false), ("/w/the-link", true)] {
        world.input(Input::Lock(locked)).await;
        let (_, text) = page(world.get(path).await).await;
        assert!(!text.contains("Sunday") && !text.contains("og:"), "{path}: {text}");
    }
}

#[tokio::test]
async fn notices_and_the_watch_page_have_one_look() {
    let world = World::live().await;
    let notices = world.get("/assets/notice.css").await.text().await.expect("text");
    let (_, watch) = page(world.get("/w/the-link").await).await;
    for look in [&notices, &watch] {
        assert!(look.contains("prefers-color-scheme: light"), "light or dark without script");
    }
    let (_, notice) = page(world.get("/w/another").await).await;
    let classes: Vec<_> = notice.split("class=\"").skip(1).filter_map(|rest| rest.split(['"', ' ']).next()).collect();
    assert_eq!(classes, ["page", "player", "about", "notice", "mark"]);
    for class in classes {
        assert!(notices.contains(&format!(".{class}")) && watch.contains(&format!(".{class}")), "{class}");
    }
}

#[tokio::test]
async fn refusals_set_no_cookie() {
    let world = World::live().await;
    assert!(world.get("/w/another").await.headers().get("set-cookie").is_none());
}

#[tokio::test]
async fn assets_are_typed_compressed_and_asked_for_again() {
    let world = World::live().await;
    for (path, content_type) in [
        ("/assets/watch-main.js", "text/javascript; charset=utf-8"),
        ("/assets/notice.css", "text/css; charset=utf-8"),
        ("/assets/icon.svg", "image/svg+xml"),
    ] {
        let plain = world.get(path).await;
        assert_eq!(plain.status(), 200, "{path}");
        assert_eq!(header(&plain, "content-type"), content_type);
        assert_eq!(header(&plain, "cache-control"), "no-cache");
        assert_eq!(header(&plain, "x-content-type-options"), "nosniff");
        let etag = header(&plain, "etag").to_owned();
        let plain = plain.bytes().await.expect("read");
        let get = || world.request(reqwest::Method::GET, path);
        let weak = format!("W/{etag}");
        for known in [&etag, &weak, &format!("\"other\", {weak}"), &"*".to_owned()] {
            let same = get().header("if-none-match", known).send().await.expect("answered");
            assert_eq!(same.status(), 304, "{path}, {known}");
        }
        for other in ["\"other\"", "W/\"other\"", etag.trim_matches('"')] {
            let new = get().header("if-none-match", other).send().await.expect("answered");
            assert_eq!(new.status(), 200, "{path}, {other}");
        }
        let refused = get().header("accept-encoding", "gzip;q=0").send().await.expect("answered");
        assert!(refused.headers().get("content-encoding").is_none());
        let packed = get().header("accept-encoding", "br, gzip").send().await.expect("answered");
        if path.ends_with(".js") {
            assert_eq!(header(&packed, "content-encoding"), "gzip");
        }
        let is_packed = packed.headers().contains_key("content-encoding");
        let packed = packed.bytes().await.expect("read");
        assert_eq!(is_packed, packed != plain);
        assert!(!is_packed || packed.len() < plain.len() && packed.starts_with(&[0x1f, 0x8b]), "{path} is gzip");
    }
}

#[tokio::test]
async fn healthz_answers_whatever_the_state() {
    let world = World::offline_with(server::Config::default()).await;
    let response = world.get("/healthz").await;
    assert_eq!((response.status().as_u16(), response.text().await.expect("text").as_str()), (200, "ok\n"));
}
