//! The worst that anybody can send, of each kind, from several connections at once: none of it keeps the task that decides, and an
//! honest viewer comes in meanwhile, and one who is removed is out.

mod chat;
mod http;
mod pages;

use crate::support::turns::none_is_long;
use crate::support::{Browser, PATIENCE, Skylark};
use serde_json::Value;
use tokio::task::JoinSet;

/// How many connections send it at one time.
const TOGETHER: usize = 8;

/// Sent by each of several connections, while somebody comes and is kicked.
async fn by_several(skylark: &mut Skylark, send: impl Fn() -> JoinSet<()>) {
    let attackers = send();
    let comes_and_goes = async {
        let honest = Browser::at(&skylark.watch()).await.watch(&skylark.whep()).await;
        let id = skylark.joined().await["id"].clone();
        honest.sees("a picture", |seen| !seen.pictures.is_empty()).await;
        skylark.command(&format!(r#"{{"command":"kick","viewer":{id}}}"#)).await;
        assert_eq!(skylark.left(&id).await, "kicked");
        honest.is_dropped().await;
    };
    let done = tokio::time::timeout(6 * PATIENCE, attackers.join_all());
    let ((), done) = tokio::join!(comes_and_goes, done);
    assert!(done.is_ok(), "all of it is answered");
}

/// The same from so many connections.
fn several<F: Future<Output = ()> + Send + 'static>(send: impl Fn() -> F) -> JoinSet<()> {
    let mut all = JoinSet::new();
    for _ in 0..TOGETHER {
        all.spawn(send());
    }
    all
}

/// Waits until the program has carried out what it was told before, and reads what it says of it.
async fn all_is_heard(skylark: &mut Skylark) {
    skylark.command(r#"{"command":"kick","viewer":4000000001}"#).await;
    let of_that = |event: &Value| event["message"].as_str().is_some_and(|message| message.contains("4000000001"));
    skylark.event_where("error", of_that).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_keeps_the_owner() {
    let mut skylark = Skylark::live().await;
    let watching = Browser::at(&skylark.watch()).await.watch(&skylark.whep()).await;
    let before = watching.plays().await;
    skylark.joined().await;
    let (whep, watch) = (skylark.whep(), skylark.watch());

    macro_rules! kinds {
        ($($what:literal: $send:expr),* $(,)?) => {
            $(none_is_long(&mut skylark, $what, async |skylark| by_several(skylark, || several(|| $send)).await).await;)*
        };
    }
    kinds! {
        "offers with too much of something": http::offers_of_too_much(whep.clone()),
        "offers with as much as may be": http::offers_just_allowed(whep.clone()),
        "offers made to be slow to read": http::offers_slow_to_read(whep.clone()),
        "fragments": http::fragments(whep.clone()),
        "answers to offers that were not made": http::answers(whep.clone()),
        "headers and paths": http::headers(watch.clone()),
        "long words of pages": pages::long_words(watch.clone()),
        "many words of pages": pages::many_words(watch.clone()),
    }
    let after = watching.plays().await;
    assert_eq!((after.missing, after.closed), (before.missing, false), "nobody else is disturbed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_command_with_long_words_keeps_the_owner() {
    let mut skylark = Skylark::live().await;
    let watching = Browser::at(&skylark.watch()).await.watch(&skylark.whep()).await;
    let before = watching.plays().await;
    let word = "x".repeat(60_000);
    for (what, command) in [
        ("an address", format!(r#"{{"command":"set_address","host":"{word}"}}"#)),
        ("a camera", format!(r#"{{"command":"set_camera","camera":"{word}"}}"#)),
        ("a microphone", format!(r#"{{"command":"set_microphone","microphone":"{word}"}}"#)),
        ("a title", format!(r#"{{"command":"configure","settings":{{"title":"{word}"}}}}"#)),
        ("a kick", format!(r#"{{"command":"kick","viewer":4000000000,"reason":"{word}"}}"#)),
        ("no command", word.clone()),
    ] {
        none_is_long(&mut skylark, what, async |skylark| {
            for _ in 0..TOGETHER {
                skylark.command(&command).await;
            }
            // What the program was started with, again; said after what is long, and so answered after it.
            skylark.command(r#"{"command":"set_camera","camera":"pattern"}"#).await;
            skylark.command(r#"{"command":"set_microphone","microphone":"tone"}"#).await;
            all_is_heard(skylark).await;
        })
        .await;
    }
    let after = watching.plays().await;
    assert_eq!((after.missing, after.closed), (before.missing, false), "nobody else is disturbed");
}
