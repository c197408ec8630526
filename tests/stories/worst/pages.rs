//! The worst of what a page's socket takes of whoever opens one.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

/// More than may be said between any two pings, also where one comes in the midst of it: so the socket is closed.
const MANY: usize = 300;

/// What a page may say, as long as may be and as often.
pub(super) async fn long_words(watch: String) {
    let long = format!(r#"{{"type":"watching","session":"{}"}}"#, "f".repeat(4000));
    let deep = format!("{}{}", r#"{"type":"#.repeat(400), "[".repeat(400));
    let latency = format!(r#"{{"type":"latency","latency_ms":0.{}}}"#, "9".repeat(4000));
    let say = format!(r#"{{"type":"say","text":"{}"}}"#, "x".repeat(8000));
    for said in [long, latency, deep, say] {
        says(&watch, &said).await;
    }
}

/// All that it may say, by somebody who does not watch.
pub(super) async fn many_words(watch: String) {
    for said in [
        r#"{"type":"watching","session":"f"}"#,
        r#"{"type":"latency","latency_ms":1e30}"#,
        r#"{"type":"chat_since","message":1}"#,
        r#"{"type":"chat_closed"}"#,
        r#"{"type":"say","text":"x","reply_to":18446744073709551615}"#,
        r#"{"type":"name","name":"x"}"#,
        r#"{"type":"react","emoji":"👍"}"#,
        r#"{"type":"hand","up":true}"#,
    ] {
        says(&watch, said).await;
    }
}

/// Says this until its socket is closed.
async fn says(watch: &str, said: &str) {
    let url = format!("{watch}/events").replacen("http", "ws", 1);
    let (mut socket, _) = connect_async(&url).await.expect("a page may open its socket");
    for _ in 0..MANY {
        if socket.send(Message::text(said)).await.is_err() {
            break;
        }
    }
    while let Some(Ok(message)) = socket.next().await {
        if message.is_close() {
            break;
        }
    }
}
