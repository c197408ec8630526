//! A relay against servers that do what a real one does not: noise, redirects, no room, silence, certificates that nobody knows. What
//! real servers do is tried with them, by `./dev test relays`.

mod server;

use protocol::{RelaySecrets, Secret};
use relay::{Open, Relays, State, Target, Told};
use server::{Said, Server, said};
use std::time::{Duration, Instant};
use stream::Clock;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

/// How long anything may take that is to happen.
const PATIENCE: Duration = Duration::from_secs(20);

const BEARER: &str = "s3cret-of-mine";

/// A relay, and what it tells.
struct Tried {
    open: Option<Open>,
    told: mpsc::UnboundedReceiver<State>,
    _relays: Relays,
}

impl Tried {
    fn new(url: &str, ca: Option<String>) -> Tried {
        let secrets = RelaySecrets { bearer: Some(Secret::from(BEARER.to_owned())), ca, ..RelaySecrets::default() };
        let target = Target::parse(url, secrets).expect("the test's URL can be read");
        let relays = Relays::start().expect("there is room for a thread");
        let (tell, told) = mpsc::unbounded_channel();
        let open = relays.open(target, Clock::start(), move |told| {
            if let Told::State(state) = told {
                // The test may be over.
                let _ = tell.send(state);
            }
        });
        Tried { open: Some(open), told, _relays: relays }
    }

    /// The next thing that it tells but that it connects.
    async fn next(&mut self) -> State {
        loop {
            match tokio::time::timeout(PATIENCE, self.told.recv()).await.expect("it tells something in time") {
                Some(State::Connecting) => {}
                Some(state) => return state,
                None => panic!("it is over"),
            }
        }
    }

    async fn waits(&mut self) -> String {
        match self.next().await {
            State::Waiting(said) => said.message,
            other => panic!("it does not wait: {other:?}"),
        }
    }

    async fn fails(&mut self) -> String {
        match self.next().await {
            State::Failed(said) => said.message,
            other => panic!("it does not give up: {other:?}"),
        }
    }
}

fn page() -> Said {
    said("200 OK", &["Content-Type: text/html"], "<html>Welcome</html>")
}

#[tokio::test]
async fn noise_is_said_to_be_noise_and_tried_again() {
    for (answer, words) in [
        (page as fn() -> Said, "answers 200 and does not take"),
        (|| said("201 Created", &["Location: /s"], "<html>"), "it is no SDP"),
        (|| said("201 Created", &["Location: /s"], "v=0\r\nm=video 9 x 96\r\n"), "no keys"),
        (|| Said::Bytes(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), "is no HTTP"),
        (|| Said::Bytes(Vec::new()), "is no HTTP"),
        (|| Said::Bytes([b"HTTP/1.1 200 OK\r\nX: ".as_slice(), &vec![b'x'; 100_000]].concat()), "is no HTTP"),
        (|| Said::Flood, "more than is read"),
        (|| said("500 Oops", &["Content-Type: text/plain"], "it broke"), "answers 500: it broke"),
        (|| said("404 Not Found", &[], ""), "no such endpoint or room"),
    ] {
        let server = Server::start(move |_| answer()).await;
        let mut relay = Tried::new(&server.relay("/whip"), None);
        let told = relay.waits().await;
        assert!(told.contains(words) && told.contains("127.0.0.1:"), "{words}: {told}");
        assert!(told.ends_with("It is tried again."), "{told}");
        relay.waits().await;
        let posts = server.asked().iter().filter(|asked| asked.method == "POST").count();
        assert!(posts >= 2, "it was asked again");
    }
}

#[tokio::test]
async fn a_session_that_came_to_nothing_is_ended_at_the_server() {
    let server = Server::start(|_| said("201 Created", &["Location: /session/7", "ETag: \"e\""], "noise")).await;
    let mut relay = Tried::new(&server.relay("/whip"), None);
    relay.waits().await;
    relay.waits().await;
    let asked = server.asked();
    let goodbye = asked.iter().find(|asked| asked.method == "DELETE").expect("it takes leave");
    assert_eq!((goodbye.path.as_str(), goodbye.header("authorization")), ("/session/7", Some("Bearer s3cret-of-mine")));
    let offer = &asked[0];
    assert_eq!(
        (offer.header("content-type"), offer.header("authorization")),
        (Some("application/sdp"), Some("Bearer s3cret-of-mine"))
    );
    for line in ["a=simulcast:send f;h;q", "a=sendonly", "H264/90000", "VP8/90000", "opus/48000/2"] {
        assert!(offer.body.contains(line), "{line} in {}", offer.body);
    }
    assert!(!offer.body.contains("rtx/90000"), "{}", offer.body);
}

#[tokio::test]
async fn a_redirect_is_followed_with_the_secret_on_its_own_origin_and_without_it_elsewhere() {
    let elsewhere = Server::start(|_| said("401 Unauthorized", &[], "")).await;
    let there = format!("Location: {}/there", elsewhere.origin);
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/whip" => said("307 Temporary Redirect", &["Location: /nearer?x=1"], ""),
        _ => said("308 Permanent Redirect", &[&there], ""),
    })
    .await;
    let mut relay = Tried::new(&server.relay("/whip"), None);
    let told = relay.fails().await;
    assert!(told.contains("no") && told.contains("another server than the one that it was given for"), "{told}");
    let (own, other) = (server.asked(), elsewhere.asked());
    assert_eq!(own.iter().map(|asked| asked.path.as_str()).collect::<Vec<_>>(), ["/whip", "/nearer?x=1"]);
    assert!(own.iter().all(|asked| asked.header("authorization") == Some("Bearer s3cret-of-mine")));
    assert_eq!((other[0].method.as_str(), other[0].header("authorization")), ("POST", None));
    assert_eq!(own[0].body, other[0].body, "the offer is the same");
}

#[tokio::test]
async fn redirects_without_an_end_or_of_another_kind_are_not_followed() {
    for (status, field, words, asked) in [
        ("307 Again", "Location: /whip", "too many redirects", 5),
        ("302 Found", "Location: /other", "307 or 308 only", 1),
        ("307 Nowhere", "X: y", "does not say where to", 1),
        ("307 Strange", "Location: ftp://127.0.0.1/", "neither https nor http", 1),
    ] {
        let server = Server::start(move |_| said(status, &[field], "")).await;
        let told = Tried::new(&server.relay("/whip"), None).fails().await;
        assert!(told.contains(words), "{told}");
        assert_eq!(server.asked().len(), asked, "{status}");
    }
}

#[tokio::test]
async fn a_server_without_room_is_asked_again_when_it_says_and_not_before() {
    let server =
        Server::start(|_| said("503 Full", &["Retry-After: 2", "Content-Type: text/plain"], "full house")).await;
    let mut relay = Tried::new(&server.relay("/whip"), None);
    let told = relay.waits().await;
    let since = Instant::now();
    assert!(told.contains("no room now (503: full house)"), "{told}");
    relay.waits().await;
    assert!(since.elapsed() >= Duration::from_millis(1900), "{:?}", since.elapsed());
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn a_wrong_secret_is_final_and_what_the_server_repeats_of_it_is_not_shown() {
    let server = Server::start(|asked| {
        let repeated = format!("{} is wrong", asked.header("authorization").unwrap_or_default());
        said("422 No", &["Content-Type: text/plain"], &repeated)
    })
    .await;
    let told = Tried::new(&server.relay("/whip"), None).fails().await;
    assert!(told.contains("Bearer … is wrong") && !told.contains(BEARER), "{told}");
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let server = Server::start(move |_| said(status, &[], "")).await;
        let mut relay = Tried::new(&server.relay("/whip"), None);
        let told = relay.fails().await;
        assert!(told.contains("refuses the secret"), "{told}");
        assert_eq!(server.asked().len(), 1, "it is not tried again");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_and_can_be_stopped_meanwhile() {
    let server = Server::start(|_| Said::Nothing).await;
    let mut stopped = Tried::new(&server.relay("/whip"), None);
    let mut relay = Tried::new(&server.relay("/whip"), None);
    while server.asked().len() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(stopped.open.take());
    assert_eq!(stopped.next().await, State::Stopped);
    let told = relay.waits().await;
    assert!(told.contains("does not answer"), "{told}");
}

#[tokio::test]
async fn a_certificate_that_nobody_knows_is_final_and_its_own_file_makes_it_known() {
    let (server, pem) = Server::sealed(&["localhost"], |_| page()).await;
    let told = Tried::new(&server.relay("/whip"), None).fails().await;
    assert!(told.contains("certificate of localhost is not trusted (nobody who is trusted here made it)"), "{told}");
    assert!(server.asked().is_empty(), "nothing was told to it");
    let file = std::env::temp_dir().join(format!("skylark-relay-ca-{}.pem", std::process::id()));
    std::fs::write(&file, pem).expect("the folder for such files can be written");
    let ca = Some(file.display().to_string());
    let told = Tried::new(&server.relay("/whip"), ca.clone()).waits().await;
    assert!(told.contains("answers 200"), "{told}");
    let (other, _) = Server::sealed(&["elsewhere.example"], |_| page()).await;
    let told = Tried::new(&other.relay("/whip"), ca).fails().await;
    assert!(told.contains("not trusted"), "{told}");
    std::fs::remove_file(&file).expect("it is ours");
    let told = Tried::new(&server.relay("/whip"), Some("/nowhere/ca.pem".into())).fails().await;
    assert!(told.contains("/nowhere/ca.pem") && told.contains("cannot be read"), "{told}");
}

#[tokio::test]
async fn a_redirect_from_tls_to_none_is_not_followed() {
    let open = Server::start(|_| page()).await;
    let there = format!("Location: {}/whip", open.origin);
    let (server, pem) = Server::sealed(&["localhost"], move |_| said("307 Go", &[&there], "")).await;
    let file = std::env::temp_dir().join(format!("skylark-relay-downgrade-{}.pem", std::process::id()));
    std::fs::write(&file, pem).expect("the folder for such files can be written");
    let told = Tried::new(&server.relay("/whip"), Some(file.display().to_string())).fails().await;
    std::fs::remove_file(&file).expect("it is ours");
    assert!(told.contains("without TLS"), "{told}");
    assert!(open.asked().is_empty());
}

#[tokio::test]
async fn what_cannot_be_reached_is_said_so() {
    let free =
        tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("it is bound");
    let told = Tried::new(&format!("whip+http://{free}/whip"), None).waits().await;
    assert!(told.contains("cannot be reached"), "{told}");
    let told = Tried::new("whip+https://nowhere.invalid/whip", None).waits().await;
    assert!(told.contains("nowhere.invalid cannot be found"), "{told}");
    let told = Tried::new("whip+http://203.0.113.7/whip", None).fails().await;
    assert!(told.contains("use https://"), "{told}");
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let at = plain.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            // Whoever asked may be gone.
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let told = Tried::new(&format!("whip+https://{at}/whip"), None).waits().await;
    assert!(told.contains("No secure connection"), "{told}");
}
