//! The passcode over HTTP: asked by the page, sent as a Bearer token by a player, and what is told before it.

use crate::socket::{next, open_with};
use crate::world::{LINK, World, header};
use audience::{Input, Passcode, PasscodeId};
use protocol::{PageMessage, Problem, RefusalCode};
use reqwest::{Method, RequestBuilder, Response};
use server::Config;

const WORD: &str = "offne T\u{fc}r";

/// Live, with a title and a passcode; clients come from the address that they name.
async fn world() -> World {
    let trusted_proxy = Some("127.0.0.1".parse().expect("well-formed"));
    let world = World::live_with(Config { trusted_proxy, ..Config::default() }).await;
    world.input(Input::SetTitle("Evening news".into())).await;
    set(&world, WORD, 1).await;
    world
}

async fn set(world: &World, word: &str, id: u8) {
    let passcode = Passcode::new(word, |_| PasscodeId([id; 16])).expect("a word");
    world.input(Input::SetPasscode(Some(passcode))).await;
}

fn says(world: &World, link: &str, word: &str, from: &str) -> RequestBuilder {
    let body = serde_json::json!({ "passcode": word }).to_string();
    world.request(Method::POST, &format!("/w/{link}/passcode")).header("x-forwarded-for", from).body(body)
}

async fn send(request: RequestBuilder) -> Response {
    request.send().await.expect("the server answers")
}

/// Status and code of a refusal.
async fn refused(response: Response) -> (u16, Option<RefusalCode>) {
    let status = response.status().as_u16();
    let text = response.text().await.expect("read");
    assert!(!text.contains("\u{fc}r"), "no answer repeats what was said: {text}");
    let problem: Problem = serde_json::from_str(&text).expect("a problem document");
    (status, problem.code)
}

fn cookie(response: &Response) -> String {
    header(response, "set-cookie").split_once(';').expect("a cookie has attributes").0.to_owned()
}

#[tokio::test]
async fn before_it_nothing_is_told_and_with_it_all_is_as_ever() {
    let world = world().await;
    let page = world.get("/w/the-link").await;
    let mine = cookie(&page);
    let text = page.text().await.expect("read");
    assert!(!text.contains("Evening news") && text.contains("<title>Skylark</title>"), "{text}");
    let asked = send(world.offer(LINK).header("cookie", &mine)).await;
    assert_eq!(header(&asked, "www-authenticate"), "Bearer realm=\"Skylark\"");
    assert_eq!(refused(asked).await, (401, Some(RefusalCode::PasscodeNeeded)));
    let with = |cookie: &str| vec![("cookie", cookie.to_owned())];
    assert_eq!(open_with(&world, LINK, &with(&mine)).await.expect_err("no socket"), 401);

    let wrong = send(says(&world, LINK, "sesame", "203.0.113.1").header("cookie", &mine)).await;
    assert!(wrong.headers().get("set-cookie").is_none());
    assert_eq!(refused(wrong).await, (403, Some(RefusalCode::WrongPasscode)));
    let right = send(says(&world, LINK, WORD, "203.0.113.1").header("cookie", &mine)).await;
    assert_eq!(right.status(), 204);
    let knowing = cookie(&right);
    assert!(knowing.starts_with(&mine), "the same browser: {knowing}");

    assert_eq!(send(world.offer(LINK).header("cookie", &knowing)).await.status(), 201);
    let mut socket = open_with(&world, LINK, &with(&knowing)).await.expect("the socket opens");
    assert_eq!(next(&mut socket).await, Ok(PageMessage::State { live: true, title: "Evening news".into() }));
    let again = send(world.request(Method::GET, "/w/the-link").header("cookie", &knowing)).await;
    assert_eq!(cookie(&again), knowing, "it is not asked twice");
    assert!(again.text().await.expect("read").contains("<title>Evening news</title>"));
    let stolen =
        format!("{}.{}", cookie(&world.get("/w/the-link").await), knowing.splitn(3, '.').nth(2).expect("signed"));
    assert_eq!(refused(send(world.offer(LINK).header("cookie", stolen)).await).await.0, 401, "of another browser");

    set(&world, "another", 2).await;
    while next(&mut socket).await.is_ok_and(|message| message != PageMessage::Passcode) {}
    assert_eq!(next(&mut socket).await, Err(Some(1008)), "who does not watch is asked again");
    assert_eq!(refused(send(world.offer(LINK).header("cookie", &knowing)).await).await.0, 401);
    world.input(Input::SetPasscode(None)).await;
    assert_eq!(send(world.offer(LINK).header("cookie", &knowing)).await.status(), 201);
}

#[tokio::test]
async fn a_client_without_a_cookie_is_given_one_by_the_word_alone() {
    let world = world().await;
    let right = send(says(&world, LINK, WORD, "203.0.113.1")).await;
    assert_eq!((right.status().as_u16(), right.headers().get_all("set-cookie").iter().count()), (204, 1));
    assert_eq!(send(world.offer(LINK).header("cookie", cookie(&right))).await.status(), 201);
}

#[tokio::test]
async fn a_player_says_it_as_its_bearer_token() {
    let world = world().await;
    let player = |word: &str| {
        let value = reqwest::header::HeaderValue::from_bytes(format!("bearer {word}").as_bytes()).expect("a header");
        world.offer(LINK).header("authorization", value).header("x-forwarded-for", "203.0.113.1")
    };
    let wrong = send(player("sesame")).await;
    assert!(header(&wrong, "www-authenticate").ends_with("error=\"invalid_token\""));
    assert_eq!(refused(wrong).await, (401, Some(RefusalCode::WrongPasscode)));
    assert_eq!(send(player(WORD)).await.status(), 201);
    for _ in 0..9 {
        assert_eq!(refused(send(player("sesame")).await).await.0, 401);
    }
    let slowed = send(player(WORD)).await;
    assert_eq!(header(&slowed, "retry-after"), "30");
    assert_eq!(refused(slowed).await, (429, Some(RefusalCode::TooMany)), "right or wrong");
    world.input(Input::SetPasscode(None)).await;
    assert_eq!(send(player("anything")).await.status(), 201, "nobody asks");
}

#[tokio::test]
async fn wrong_words_cost_the_address_that_sends_them_and_nobody_else() {
    let world = world().await;
    for n in 0..10 {
        let wrong = send(says(&world, LINK, &format!("guess {n}"), "203.0.113.7")).await;
        assert_eq!(refused(wrong).await, (403, Some(RefusalCode::WrongPasscode)));
    }
    for word in ["guess", WORD] {
        let slowed = send(says(&world, LINK, word, "203.0.113.7")).await;
        assert!(header(&slowed, "retry-after").parse::<u32>().is_ok_and(|seconds| (1..=30).contains(&seconds)));
        assert_eq!(refused(slowed).await, (429, Some(RefusalCode::TooMany)));
    }
    let right = send(says(&world, LINK, WORD, "203.0.113.8")).await;
    assert_eq!(right.status(), 204);
    let knows = world.offer(LINK).header("cookie", cookie(&right)).header("x-forwarded-for", "203.0.113.7");
    assert_eq!(send(knows).await.status(), 201, "who is known to know it is not asked, wherever it is");
}

#[tokio::test]
async fn what_is_no_passcode_of_ours_is_no_try() {
    let world = world().await;
    let from = "203.0.113.7";
    for _ in 0..20 {
        let elsewhere = says(&world, LINK, WORD, from).header("origin", "http://evil.example");
        assert_eq!(send(elsewhere).await.status(), 403, "another site's page");
        assert_eq!(
            refused(send(says(&world, "another", WORD, from)).await).await,
            (404, Some(RefusalCode::UnknownLink))
        );
    }
    let post =
        |body: String| world.request(Method::POST, "/w/the-link/passcode").header("x-forwarded-for", from).body(body);
    for nonsense in ["", "{}", "\"x\"", r#"{"passcode":7}"#, "{\"passcode\":\"\u{0}\"}"] {
        assert_eq!(send(post(nonsense.into())).await.status(), 400, "{nonsense}");
    }
    assert_eq!(send(post("x".repeat(2000))).await.status(), 413);
    assert_eq!(send(world.request(Method::GET, "/w/the-link/passcode")).await.status(), 405);
    let longest = serde_json::json!({ "passcode": "x".repeat(900) }).to_string();
    assert_eq!(refused(send(post(longest)).await).await, (403, Some(RefusalCode::WrongPasscode)), "longer than any");
    assert_eq!(send(says(&world, LINK, WORD, from)).await.status(), 204);
}
