//! The engine against an HTTP server and a WebSocket server that answer as a bridge does.

use super::*;
use crate::http::trusting;
use crate::wish::Said;
use futures_util::SinkExt;
use serde_json::json;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

const OFFER: &str = "v=0\r\na=fingerprint:sha-256 AA:BB\r\na=setup:actpass\r\nm=audio 9 X 111\r\na=mid:0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\nm=video 9 X 102\r\na=mid:1\r\n";
const ANSWER: &str = "v=0\r\na=fingerprint:sha-256 AA:BB\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=setup:active\r\n";
const ONE: ViewerId = ViewerId(1);

/// What a test waits for comes, or it hangs for good.
async fn within<F: Future>(what: F) -> F::Output {
    timeout(Duration::from_secs(30), what).await.expect("it comes")
}

/// Answers each question: where it asks for an endpoint, with a place for it and a channel at that port.
async fn serve(listener: TcpListener, channels: u16) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut asked = Vec::new();
        // The body comes last, and ends the object.
        let body = loop {
            if stream.read_buf(&mut asked).await.unwrap_or_default() == 0 {
                break Value::Null;
            }
            let text = String::from_utf8_lossy(&asked);
            let body = text.split_once("\r\n\r\n").map(|(_, body)| serde_json::from_str(body));
            if let Some(Ok(body)) = body {
                break body;
            }
        };
        let endpoint = &body["endpoints"][0];
        let answer = if endpoint["create"] == true {
            let id = endpoint["id"].as_str().expect("it has one");
            let mut made = says::tests::made(id);
            let channel = format!("ws://127.0.0.1:{channels}/colibri-ws/default-id/c/{id}?pwd=p");
            made["endpoints"][0]["transport"]["transport"]["web-sockets"] = json!([channel]);
            made
        } else {
            json!({})
        };
        let answer = answer.to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", answer.len());
        let _ = stream.write_all(format!("{head}{answer}").as_bytes()).await;
    }
}

async fn channel(listener: &TcpListener) -> WebSocketStream<TcpStream> {
    let (stream, _) = within(listener.accept()).await.expect("somebody comes");
    within(accept_async(stream)).await.expect("it is a WebSocket")
}

/// An engine that has published at such a bridge; where its channels come.
async fn published() -> (Jitsi, TcpListener) {
    let (api, channels) = (TcpListener::bind("127.0.0.1:0").await, TcpListener::bind("127.0.0.1:0").await);
    let (api, channels) = (api.expect("a free port"), channels.expect("a free port"));
    let url = Url::parse(&format!("http://{}/", api.local_addr().expect("it is bound"))).expect("well-formed");
    tokio::spawn(serve(api, channels.local_addr().expect("it is bound").port()));
    let way = Way { tls: Arc::new(trusting(None).expect("this machine trusts somebody")) };
    let bridge = Bridge { way, url, bearer: None, hidden: Hidden::default() };
    let mut jitsi = Jitsi { bridge, room: "me".into(), conference: None, published: None };
    within(jitsi.publish(OFFER, &Ssrcs::fresh())).await.expect("it takes it");
    (jitsi, channels)
}

async fn said(jitsi: &mut Jitsi) -> Heard {
    within(jitsi.said()).await.expect("it goes on")
}

#[tokio::test]
async fn a_bridge_is_told_by_a_viewers_channel_what_to_send_and_the_channel_goes_with_the_viewer() {
    let (mut jitsi, channels) = published().await;
    let _ours = channel(&channels).await;
    jitsi.wished(Wish::Admit(ONE));
    let offered = said(&mut jitsi).await;
    assert!(matches!(offered, Heard::Viewer(ONE, Said::Offers(_))), "{offered:?}");
    let mut theirs = channel(&channels).await;
    jitsi.wished(Wish::Answer(ONE, ANSWER.into()));
    assert_eq!(said(&mut jitsi).await, Heard::Viewer(ONE, Said::Takes));
    assert_eq!(said(&mut jitsi).await, Heard::Viewer(ONE, Said::Flows));
    let told = within(theirs.next()).await.expect("it is open").expect("it is a message");
    let told: Value = serde_json::from_str(told.to_text().expect("it is text")).expect("it is JSON");
    assert_eq!(told, messages::wants());
    jitsi.wished(Wish::Kick(ONE));
    tokio::select! {
        heard = jitsi.said() => panic!("nothing is told: {heard:?}"),
        gone = within(theirs.next()) => assert!(!matches!(gone, Some(Ok(_))), "{gone:?}"),
    }
}

#[tokio::test]
async fn what_nobody_watches_is_not_sent_and_all_of_it_where_that_is_not_known() {
    let (mut jitsi, channels) = published().await;
    let mut ours = channel(&channels).await;
    for (height, layers) in [(0, vec![]), (4320, Rid::ALL.to_vec()), (0, vec![])] {
        let wanted =
            json!({ "colibriClass": "SenderSourceConstraints", "sourceName": "skylark-v0", "maxHeight": height });
        ours.send(Message::text(wanted.to_string())).await.expect("it listens");
        assert_eq!(said(&mut jitsi).await, Heard::Wanted(layers));
    }
    drop(ours);
    assert_eq!(said(&mut jitsi).await, Heard::Wanted(Rid::ALL.to_vec()));
}

#[test]
fn a_meeting_has_a_random_number_in_the_shape_of_one() {
    let (one, other) = (meeting(), meeting());
    assert_ne!(one, other);
    let shape: String = one.chars().map(|c| if c.is_ascii_hexdigit() { 'x' } else { c }).collect();
    assert_eq!(shape, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
    assert!(&one[14..15] == "4" && "89ab".contains(&one[19..20]), "{one}");
}
