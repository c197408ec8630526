//! The worst that anybody can send, of each kind, from several connections at once: none of it keeps the task that decides, so an
//! honest viewer comes in meanwhile, and one who is removed is out.

use crate::support::{Browser, PATIENCE, Skylark, metrics};
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{CONTENT_TYPE, COOKIE, IF_MATCH, LOCATION, USER_AGENT};
use reqwest::{Client, StatusCode, Url};
use sdp::worst;
use tokio::task::JoinSet;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

/// How often each is sent, by as many connections. Whatever keeps the owner long does so each time, so fewer long turns than this
/// are not what was sent, but a machine that was taken away from the program in the middle of one.
const TIMES: u64 = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_sent_keeps_the_owner() {
    let mut skylark = Skylark::live().await;
    let watching = Browser::at(&skylark.watch()).await.watch(&skylark.whep()).await;
    watching.plays().await;
    let (whep, watch) = (skylark.whep(), skylark.watch());
    let mut attackers = JoinSet::new();
    for _ in 0..TIMES {
        attackers.spawn(offers(whep.clone()));
        attackers.spawn(fragments(whep.clone()));
        attackers.spawn(pages(watch.clone()));
        attackers.spawn(headers(watch.clone()));
    }

    // Beside all that.
    let before = watching.plays().await;
    let honest = Browser::at(&watch).await.watch(&whep).await;
    honest.plays().await;
    for command in commands() {
        skylark.command(&command).await;
    }
    skylark.joined().await;
    let id = skylark.joined().await["id"].clone();
    skylark.command(&format!(r#"{{"command":"kick","viewer":{id},"reason":"{}"}}"#, "x".repeat(60_000))).await;
    skylark.left(&id).await;
    honest.is_dropped().await;

    let done = tokio::time::timeout(6 * PATIENCE, attackers.join_all()).await;
    assert!(done.is_ok(), "all of it is answered");
    let after = watching.plays().await;
    assert_eq!((after.missing, after.closed), (before.missing, false), "nobody else is disturbed");

    let page = metrics(&skylark).await;
    let value = |name: &str, of: &str| -> u64 {
        let sample = format!("skylark_owner_{name}{{of=\"{of}\"}} ");
        let line = page.lines().find_map(|line| line.strip_prefix(&sample)).expect("it is there");
        line.parse().expect("a number")
    };
    for of in ["request", "command"] {
        let (longest, long) = (value("longest_turn_us", of), value("long_turns_total", of));
        println!("the owner's longest turn about a {of}: {longest} us; {long} were of 5 ms or more");
        assert!(longest > 0, "a turn is measured");
        assert!(long < TIMES, "{long} times a {of} kept the owner for 5 ms or more, and up to {longest} us");
    }
}

/// Offers with too much of something, which are told of what, and offers with as much as may be.
async fn offers(whep: String) {
    let client = client();
    let post = async |text: String| {
        let response = client.post(&whep).header(CONTENT_TYPE, "application/sdp").body(text).send().await;
        let response = response.expect("it is answered");
        (response.status(), response.text().await.expect("a body"))
    };
    for worst::TooMuch { what, text } in worst::too_much() {
        match post(text).await {
            (StatusCode::BAD_REQUEST, problem) => assert!(problem.contains(what), "{what}: {problem}"),
            (status, _) => assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{what}"),
        }
    }
    for text in worst::just_allowed() {
        let (status, told) = post(text).await;
        assert!(matches!(status.as_u16(), 201 | 406), "it can be read: {status} {told}");
    }
}

/// The same for fragments, about a session whose offer was as large as may be.
async fn fragments(whep: String) {
    let client = client();
    let offer = worst::just_allowed().swap_remove(0);
    let joined = client.post(&whep).header(CONTENT_TYPE, "application/sdp").body(offer).send().await.expect("answered");
    assert_eq!(joined.status(), StatusCode::CREATED);
    let location = joined.headers()[LOCATION].to_str().expect("a path");
    let session = Url::parse(&whep).expect("a URL").join(location).expect("a URL");
    for if_match in ["*".to_owned(), "\"x\",".repeat(2000)] {
        for fragment in worst::fragments() {
            let patch = client.patch(session.clone()).header(CONTENT_TYPE, "application/trickle-ice-sdpfrag");
            let response = patch.header(IF_MATCH, &if_match).body(fragment).send().await.expect("answered");
            assert!(matches!(response.status().as_u16(), 200 | 204 | 400 | 412), "{}", response.status());
        }
    }
}

/// What a page may say, as long as may be and as often, until its socket is closed.
async fn pages(watch: String) {
    let url = format!("{watch}/events").replacen("http", "ws", 1);
    let long = format!(r#"{{"type":"watching","session":"{}"}}"#, "f".repeat(4000));
    let deep = format!("{}{}", r#"{"type":"#.repeat(400), "[".repeat(400));
    let latency = format!(r#"{{"type":"latency","latency_ms":0.{}}}"#, "9".repeat(4000));
    for said in [long, latency, deep] {
        let (mut socket, _) = connect_async(&url).await.expect("a page may open its socket");
        // More than may be said between any two pings, so it is closed meanwhile.
        for _ in 0..200 {
            if socket.send(Message::text(said.clone())).await.is_err() {
                break;
            }
        }
        while let Some(Ok(message)) = socket.next().await {
            if message.is_close() {
                break;
            }
        }
    }
}

/// Requests with the longest words in their headers and paths.
async fn headers(watch: String) {
    let client = client();
    let cookies = "skylark_visitor=0123456789abcdef0123456789abcde;".repeat(250);
    let origin = watch.split("/w/").next().expect("it has one");
    let paths = ["/w/", "/whep/", "/w/x/"].map(|start| format!("{origin}{start}{}", "x".repeat(8000)));
    for url in paths.iter().chain([&watch]) {
        for _ in 0..20 {
            let get = client.get(url).header(COOKIE, &cookies).header(USER_AGENT, "Firefox/".repeat(400));
            let status = get.send().await.expect("answered").status();
            assert!(matches!(status.as_u16(), 200 | 404 | 414 | 431), "{status}");
        }
    }
}

/// What the broadcaster may ask, with the longest words that a line takes.
fn commands() -> Vec<String> {
    let word = "x".repeat(60_000);
    let mut commands = Vec::new();
    for _ in 0..TIMES {
        commands.extend([
            format!(r#"{{"command":"set_address","host":"{word}"}}"#),
            format!(r#"{{"command":"set_camera","camera":"{word}"}}"#),
            format!(r#"{{"command":"set_microphone","microphone":"{word}"}}"#),
            format!(r#"{{"command":"configure","settings":{{"title":"{word}"}}}}"#),
            format!(r#"{{"command":"kick","viewer":4000000000,"reason":"{word}"}}"#),
            word.clone(),
        ]);
    }
    // What the program was started with, again.
    commands.push(r#"{"command":"set_camera","camera":"pattern"}"#.to_owned());
    commands.push(r#"{"command":"set_microphone","microphone":"tone"}"#.to_owned());
    commands
}

/// A client of its own, and so a connection.
fn client() -> Client {
    Client::builder().no_proxy().build().expect("without TLS there is nothing to fail")
}
