//! WHEP: every status code, and the headers with it.

use crate::world::{LINK, OFFER, World, header};
use audience::{Input, Token};
use reqwest::{Method, Response};
use serde_json::Value;

/// A refusal's status, and its body's code, which has to fit.
async fn refused(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(header(&response, "content-type"), "application/problem+json");
    assert_eq!(header(&response, "access-control-allow-origin"), "*", "a page elsewhere can read why");
    let body: Value = response.json().await.expect("a problem is JSON");
    assert_eq!(body["status"], status);
    let sentence = |message: &str| message.starts_with(char::is_uppercase) && message.ends_with('.');
    assert!(body["message"].as_str().is_some_and(sentence), "a sentence for people: {body}");
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn an_offer_becomes_a_session() {
    let world = World::live().await;
    let response = world.offer(LINK).send().await.expect("answered");
    assert_eq!(response.status(), 201);
    assert_eq!(header(&response, "content-type"), "application/sdp");
    assert_eq!(header(&response, "etag"), "\"ice-1\"");
    assert_eq!(header(&response, "accept-patch"), "application/trickle-ice-sdpfrag");
    assert_eq!(header(&response, "access-control-allow-origin"), "*");
    let exposed = header(&response, "access-control-expose-headers");
    for name in ["Location", "ETag", "Link"] {
        assert!(exposed.contains(name), "{name} of {exposed}");
    }
    let location = header(&response, "location").to_owned();
    assert!(location.starts_with("/whep/the-link/"), "{location}");
    assert_eq!(response.text().await.expect("text"), "v=0 answer");
    assert_eq!(world.look().await.offers, ["ufrag"]);

    let viewers = world.connect().await;
    assert_eq!(viewers.len(), 1);
    let response = world.request(Method::DELETE, &location).send().await.expect("answered");
    assert_eq!(response.status(), 200);
    assert_eq!(world.look().await.viewers, vec![]);
    let again = world.request(Method::DELETE, &location).send().await.expect("answered");
    assert_eq!(refused(again).await.0, 404);
}

#[tokio::test]
async fn the_type_is_compared_without_parameters_and_case() {
    let world = World::live().await;
    let post = |content_type: &'static str| {
        world.request(Method::POST, "/whep/the-link").header("content-type", content_type).body(OFFER).send()
    };
    assert_eq!(post("Application/SDP; charset=utf-8").await.expect("answered").status(), 201);
    for wrong in ["text/plain", "application/json", "application/sdpx"] {
        let response = post(wrong).await.expect("answered");
        assert_eq!(header(&response, "accept-post"), "application/sdp");
        assert_eq!(refused(response).await, (415, "bad_offer".into()), "{wrong}");
    }
    let without = world.request(Method::POST, "/whep/the-link").body(OFFER).send().await.expect("answered");
    assert_eq!(refused(without).await.0, 415);
}

#[tokio::test]
async fn an_offer_that_cannot_be_answered_disturbs_nobody() {
    let world = World::live().await;
    world.join().await;
    world.connect().await;
    let noise: Vec<u8> = (0..64 * 1024_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let (without_media, _) = OFFER.split_once("m=").expect("it has media");
    let cases: [(&str, Vec<u8>, u16); 8] = [
        ("nothing", vec![], 400),
        ("no SDP", b"hello".to_vec(), 400),
        ("64 kB of noise", noise, 400),
        ("64 kB of text", vec![b'x'; 64 * 1024], 400),
        ("one byte too many", vec![b'v'; 64 * 1024 + 1], 413),
        ("too many lines", [OFFER.as_bytes(), &b"a=x\r\n".repeat(5000)].concat(), 400),
        ("no media", without_media.into(), 406),
        ("nothing but text", OFFER.replace("video", "text").into(), 400),
    ];
    for (what, body, status) in cases {
        let response = world.offer(LINK).body(body).send().await.expect("answered");
        assert_eq!(refused(response).await, (status, "bad_offer".into()), "{what}");
    }
    let look = world.look().await;
    assert_eq!(look.offers.len(), 3, "what cannot be read does not come as far as the owner");
    assert_eq!((look.viewers.len(), look.sessions), (1, 1), "the one who was watching still is, and nobody else");
}

#[tokio::test]
async fn refusals_have_their_status_and_say_when_to_try_again() {
    let world = World::offline_with(server::Config::default()).await;
    let not_live = world.offer(LINK).send().await.expect("answered");
    assert!(header(&not_live, "retry-after").parse::<u32>().is_ok());
    assert_eq!(refused(not_live).await, (409, "not_live".into()));

    world.input(Input::GoLive).await;
    let unknown = world.offer("another").send().await.expect("answered");
    assert_eq!(refused(unknown).await, (404, "unknown_link".into()));

    world.input(Input::SetMaxViewers(1)).await;
    world.join().await;
    world.check().await;
    let full = world.offer(LINK).header("user-agent", "another").send().await.expect("answered");
    assert!(header(&full, "retry-after").parse::<u32>().is_ok());
    assert_eq!(refused(full).await, (503, "full".into()));

    world.input(Input::Lock(true)).await;
    let locked = world.offer(LINK).header("user-agent", "another").send().await.expect("answered");
    assert_eq!(refused(locked).await, (403, "locked".into()));

    world.input(Input::NewLink { token: Token::named("fresh").expect("well-formed") }).await;
    let retired = world.offer(LINK).header("user-agent", "another").send().await.expect("answered");
    assert_eq!(refused(retired).await, (410, "retired_link".into()));
}

#[tokio::test]
async fn who_would_need_an_encoder_more_is_told_in_words_where_there_is_no_room() {
    let world = World::live().await;
    let refused = world.offer(LINK).body(OFFER.replace("video", "application")).send().await.expect("answered");
    assert_eq!((refused.status().as_u16(), header(&refused, "retry-after")), (503, "30"));
    let body: Value = refused.json().await.expect("a problem is JSON");
    assert_eq!(body["code"], "full");
    assert!(body["message"].as_str().is_some_and(|message| message.contains("no room to encode VP9 or VP8")), "{body}");
}

#[tokio::test]
async fn who_was_kicked_is_told_why_with_and_without_a_cookie() {
    let world = World::live().await;
    let cookie = world.cookie().await;
    for headers in [vec![("cookie", cookie.as_str())], vec![("user-agent", "VLC/3")]] {
        let offer = || headers.iter().fold(world.offer(LINK), |offer, (name, value)| offer.header(*name, *value));
        assert_eq!(offer().send().await.expect("answered").status(), 201);
        let viewer = world.connect().await.into_iter().max().expect("a join is under way");
        world.input(Input::Kick { viewer, reason: Some("spoilers".into()) }).await;
        let response = offer().send().await.expect("answered");
        assert_eq!(response.status(), 403);
        let body: Value = response.json().await.expect("a problem is JSON");
        assert_eq!((&body["code"], &body["reason"]), (&"kicked".into(), &"spoilers".into()), "{body}");
        world.input(Input::Forgive { viewer }).await;
        assert_eq!(offer().send().await.expect("answered").status(), 201);
    }
}

#[tokio::test]
async fn the_link_is_checked_before_the_body_is_read() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let world = World::live().await;
    let mut stream = tokio::net::TcpStream::connect(world.address).await.expect("connected");
    let head =
        "POST /whep/another HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 60000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = [0; 12];
    let answered = tokio::time::timeout(std::time::Duration::from_secs(5), stream.read_exact(&mut answer)).await;
    answered.expect("the answer needs no body").expect("read");
    assert_eq!(&answer, b"HTTP/1.1 404");
}

#[tokio::test]
async fn a_session_is_patched() {
    let world = World::live().await;
    let session = world.join().await;
    let patch = |fragment: &'static str, if_match: Option<&'static str>| {
        let patch = world.request(Method::PATCH, &session).header("content-type", "application/trickle-ice-sdpfrag");
        if_match
            .map_or(patch.try_clone(), |value| patch.try_clone().map(|patch| patch.header("if-match", value)))
            .expect("a request without a stream can be cloned")
            .body(fragment)
            .send()
    };
    const RESTART: &str = "a=ice-ufrag:new\r\na=ice-pwd:password\r\n";
    let trickled = patch("a=candidate:1\r\n", Some("\"ice-1\"")).await.expect("answered");
    assert_eq!(trickled.status(), 204);
    assert!(trickled.headers().get("etag").is_none(), "trickling changes no ICE session");
    for any in ["*", "\"*\""] {
        let restarted = patch(RESTART, Some(any)).await.expect("answered");
        assert_eq!(restarted.status(), 200);
        assert_eq!(header(&restarted, "content-type"), "application/trickle-ice-sdpfrag");
        assert_eq!(header(&restarted, "etag"), "\"ice-2\"");
        assert_eq!(restarted.text().await.expect("text"), "a=ice-ufrag:ice-2");
    }
    let cases = [(RESTART, None, 428), (RESTART, Some("\"ice-1\""), 412), ("noise", Some("*"), 400)];
    for (fragment, if_match, status) in cases {
        let response = patch(fragment, if_match).await.expect("answered");
        assert_eq!(refused(response).await.0, status, "{fragment} with {if_match:?}");
    }
    let response = world.request(Method::PATCH, &session).body("candidate").send().await.expect("answered");
    assert_eq!(header(&response, "accept-patch"), "application/trickle-ice-sdpfrag");
    assert_eq!(refused(response).await.0, 415);
    let nobody = world.request(Method::PATCH, "/whep/the-link/none").body("candidate").send().await.expect("answered");
    assert_eq!(refused(nobody).await.0, 404);
    assert_eq!(world.look().await.sessions, 1, "a failed restart keeps the session");
}

#[tokio::test]
async fn preflights_need_no_link_and_name_what_may_be_sent() {
    let world = World::offline_with(server::Config::default()).await;
    for (path, accept, value) in [
        ("/whep/whatever", "accept-post", "application/sdp"),
        ("/whep/whatever/session", "accept-patch", "application/trickle-ice-sdpfrag"),
    ] {
        let plain = world.request(Method::OPTIONS, path);
        let preflight = world
            .request(Method::OPTIONS, path)
            .header("origin", "https://player.example")
            .header("access-control-request-method", "POST");
        for request in [plain, preflight] {
            let response = request.send().await.expect("answered");
            assert_eq!(response.status(), 204);
            assert_eq!(header(&response, accept), value);
            assert_eq!(header(&response, "access-control-allow-origin"), "*");
            for method in ["POST", "PATCH", "DELETE"] {
                assert!(header(&response, "access-control-allow-methods").contains(method), "{method}");
            }
            for name in ["Authorization", "Content-Type", "If-Match"] {
                assert!(header(&response, "access-control-allow-headers").contains(name), "{name}");
            }
            assert!(response.headers().get("link").is_none(), "no ICE servers on a preflight");
        }
    }
}

#[tokio::test]
async fn get_and_head_tell_what_is_here() {
    let world = World::live().await;
    let session = world.join().await;
    let head = world.request(Method::HEAD, "/whep/the-link").send().await.expect("answered");
    assert_eq!((head.status().as_u16(), header(&head, "content-type")), (200, "application/sdp"));
    let get = world.get("/whep/the-link").await;
    assert_eq!(get.status(), 204);
    assert_eq!(world.get(&session).await.status(), 204);
    assert_eq!(world.request(Method::HEAD, &session).send().await.expect("answered").status(), 204);
    assert_eq!(world.get("/whep/another").await.status(), 404);
    assert_eq!(world.get("/whep/the-link/none").await.status(), 404);
    assert_eq!(world.request(Method::HEAD, "/whep/another").send().await.expect("answered").status(), 404);
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_are_not() {
    let world = World::live().await;
    for (path, allowed) in [("/whep/the-link", "POST"), ("/whep/the-link/session", "PATCH")] {
        let response = world.request(Method::PUT, path).body("v=0").send().await.expect("answered");
        assert!(header(&response, "allow").contains(allowed), "{path}");
        assert_eq!(refused(response).await.0, 405);
    }
}

#[tokio::test]
async fn who_says_so_is_sent_several_codecs_one_after_the_other() {
    let world = World::live().await;
    for (says, answer) in [(None, "v=0 answer"), (Some("skylark-codec-changes"), "v=0 answer of several codecs")] {
        let offer = world.offer(LINK);
        let offer = if let Some(says) = says { offer.header(says, "1") } else { offer };
        let response = offer.send().await.expect("answered");
        assert_eq!((response.status().as_u16(), response.text().await.expect("text")), (201, answer.to_owned()));
    }
}

#[tokio::test]
async fn who_says_so_is_sent_a_counter_offer_and_answers_it() {
    let world = World::live().await;
    let response = world.offer(LINK).header("skylark-counter-offer", "1").send().await.expect("answered");
    assert_eq!(response.status(), 406);
    assert_eq!(header(&response, "content-type"), "application/sdp");
    assert_eq!(header(&response, "accept-patch"), "application/sdp");
    assert_eq!(header(&response, "access-control-allow-origin"), "*");
    let location = header(&response, "location").to_owned();
    assert!(location.starts_with("/whep/the-link/"), "{location}");
    assert_eq!(response.text().await.expect("text"), "v=0 offer");

    let answer = |to: String, sdp: String| {
        world.request(Method::PATCH, &to).header("content-type", "application/sdp").body(sdp).send()
    };
    let nonsense = answer(location.clone(), "v=0 nonsense".into()).await.expect("answered");
    assert_eq!(refused(nonsense).await.0, 400, "what is no description is not handed on");
    let long = answer(location.clone(), "x".repeat(70_000)).await.expect("answered");
    assert_eq!(refused(long).await.0, 413);
    let more = answer(location.clone(), OFFER.replace(":ufrag", ":more")).await.expect("answered");
    assert_eq!((more.status().as_u16(), header(&more, "content-type")), (200, "application/sdp"));
    assert_eq!(more.text().await.expect("text"), "v=0 more", "which is to be answered, too");
    assert_eq!(answer(location.clone(), OFFER.into()).await.expect("answered").status(), 204);
    let again = answer(location.clone(), OFFER.into()).await.expect("answered");
    assert_eq!(refused(again).await.0, 409, "once");
    let nobody = answer("/whep/the-link/none".into(), OFFER.into()).await.expect("answered");
    assert_eq!(refused(nobody).await.0, 404);
    assert_eq!(world.request(Method::DELETE, &location).send().await.expect("answered").status(), 200);

    let not_taken = world.offer(LINK).header("skylark-counter-offer", "1").send().await.expect("answered");
    let location = header(&not_taken, "location").to_owned();
    let refusing = answer(location, OFFER.replace(":ufrag", ":nogood")).await.expect("answered");
    assert_eq!(refused(refusing).await.0, 502);

    let here = world.offer(LINK).send().await.expect("answered");
    let location = header(&here, "location").to_owned();
    let unasked = answer(location, OFFER.into()).await.expect("answered");
    assert_eq!(refused(unasked).await.0, 409, "who watches here was offered nothing");
}
