//! The worst of what is posted and asked for.

use ::crowd::attacker::offers;
use reqwest::header::{CONTENT_TYPE, COOKIE, IF_MATCH, LOCATION, USER_AGENT};
use reqwest::{Client, StatusCode, Url};
use sdp::worst;

/// Offers with too much of something, which are told of what.
pub(super) async fn offers_of_too_much(whep: String) {
    for worst::TooMuch { what, text } in worst::too_much() {
        match post(&client(), &whep, text).await {
            (StatusCode::BAD_REQUEST, problem) => assert!(problem.contains(what), "{what}: {problem}"),
            (status, _) => assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{what}"),
        }
    }
}

/// Offers with as much as may be.
pub(super) async fn offers_just_allowed(whep: String) {
    for text in worst::just_allowed() {
        let (status, told) = post(&client(), &whep, text).await;
        assert!(matches!(status.as_u16(), 201 | 406), "it can be read: {status} {told}");
    }
}

/// Those of somebody who means harm.
pub(super) async fn offers_slow_to_read(whep: String) {
    for (kind, offer) in offers::worst() {
        let (status, told) = post(&client(), &whep, offer).await;
        assert!(matches!(status.as_u16(), 201 | 400 | 406), "{kind}: {status} {told}");
    }
}

/// Fragments about a session whose offer was as large as may be.
pub(super) async fn fragments(whep: String) {
    let (client, session) = session(&whep).await;
    for if_match in ["*".to_owned(), "\"x\",".repeat(2000)] {
        for fragment in worst::fragments() {
            let patch = client.patch(session.clone()).header(CONTENT_TYPE, "application/trickle-ice-sdpfrag");
            let response = patch.header(IF_MATCH, &if_match).body(fragment).send().await.expect("answered");
            assert!(matches!(response.status().as_u16(), 200 | 204 | 400 | 412), "{}", response.status());
        }
    }
}

/// Answers of 64 kB, as are sent where the program made a counter-offer: here it made none.
pub(super) async fn answers(whep: String) {
    let (client, session) = session(&whep).await;
    let texts = worst::just_allowed().into_iter().chain(worst::too_much().into_iter().map(|worst| worst.text));
    for answer in texts {
        let patch = client.patch(session.clone()).header(CONTENT_TYPE, "application/sdp").body(answer);
        let status = patch.send().await.expect("answered").status();
        assert!(status.is_client_error(), "{status}");
    }
}

/// Requests with the longest words in their headers and paths. Links that are none are answered so, and then with 429.
pub(super) async fn headers(watch: String) {
    let client = client();
    let cookies = "skylark_visitor=0123456789abcdef0123456789abcde;".repeat(250);
    let agent = "Firefox/".repeat(400);
    let origin = watch.split("/w/").next().expect("it has one");
    let paths = ["/w/", "/whep/", "/w/x/"].map(|start| format!("{origin}{start}{}", "x".repeat(8000)));
    let gets = |url: &String| {
        let with_cookies = client.get(url).header(COOKIE, &cookies).header(USER_AGENT, &agent);
        [with_cookies, client.get(url).header(USER_AGENT, &agent)]
    };
    for get in paths.iter().chain([&watch]).flat_map(|url| std::iter::repeat_n(url, 20)).flat_map(gets) {
        let status = get.send().await.expect("answered").status();
        assert!(matches!(status.as_u16(), 200 | 404 | 405 | 414 | 429 | 431), "{status}");
    }
}

/// A session whose offer was as large as may be.
async fn session(whep: &str) -> (Client, Url) {
    let client = client();
    let offer = worst::just_allowed().swap_remove(0);
    let joined = client.post(whep).header(CONTENT_TYPE, "application/sdp").body(offer).send().await.expect("answered");
    assert_eq!(joined.status(), StatusCode::CREATED);
    let location = joined.headers()[LOCATION].to_str().expect("a path");
    (client, Url::parse(whep).expect("a URL").join(location).expect("a URL"))
}

async fn post(client: &Client, whep: &str, text: String) -> (StatusCode, String) {
    let response = client.post(whep).header(CONTENT_TYPE, "application/sdp").body(text).send().await;
    let response = response.expect("it is answered");
    (response.status(), response.text().await.expect("a body"))
}

/// A client of its own, and so a connection.
fn client() -> Client {
    Client::builder().no_proxy().build().expect("without TLS there is nothing to fail")
}
