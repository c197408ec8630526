//! Sockets of pages on which frames come that no browser sends, and sockets by a link that is retired: they are closed, and the other
//! pages go on hearing.

use super::{LOCALHOST, Place, compared, live, nothing_lost};
use crate::page::Page as Honest;
use crate::support::soon;
use ::crowd::attacker::Siege;
use ::crowd::attacker::page::{Page, frame};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// As many frames are sent as no page may, whatever it says.
const MANY: usize = 20_000;
/// Pages that flood at one time.
const TOGETHER: usize = 4;

/// A kind of flood: its name, what is sent first, and what is sent then, again and again.
type Flood = (&'static str, Vec<Vec<u8>>, Vec<u8>);

fn floods() -> Vec<Flood> {
    vec![
        ("empty frames of a message without an end", vec![frame(0x01, b"")], frame(0x00, b"")),
        ("frames of a byte of such a message", vec![frame(0x01, b"a")], frame(0x00, b"a")),
        ("empty messages", vec![], frame(0x81, b"")),
        ("pings", vec![], frame(0x89, b"")),
        ("pongs", vec![], frame(0x8a, b"")),
        ("frames of a reserved kind", vec![], frame(0x83, b"")),
        ("frames without a mask", vec![], vec![0x81, 0]),
        ("frames of all the bytes that there may be", vec![], [&[0x81, 0xff, 0x7f][..], &[0xff; 7], &[0; 4]].concat()),
    ]
}

/// Sends all of it, and waits for the end of the connection.
async fn flood(watch: &str, first: &[Vec<u8>], then: &[u8]) -> std::io::Result<u16> {
    let mut page = Page::open(watch, LOCALHOST).await.map_err(std::io::Error::other)?;
    for frame in first {
        page.send(frame).await?;
    }
    if !page.flood(then, MANY).await {
        page.ended().await;
    }
    Ok(101)
}

#[tokio::test]
async fn a_socket_is_closed_on_which_frames_have_no_end_and_other_pages_hear_on() {
    let mut skylark = live("").await;
    let mut page = Honest::open(&skylark, &skylark.origin(), None).await.expect("our own page may");
    let watch = skylark.watch();
    for (kind, first, then) in floods() {
        let closed = soon(&format!("its socket is closed: {kind}"), flood(&watch, &first, &then)).await;
        assert!(closed.is_ok(), "{kind}: {closed:?}");
    }

    let honest = Place::Here.come(&mut skylark, 3).await;
    let attack = || {
        let (watch, next) = (Arc::new(watch.clone()), Arc::<AtomicUsize>::default());
        let floods = Arc::new(floods());
        Siege::again(TOGETHER, move || {
            let (watch, floods, n) = (watch.clone(), floods.clone(), next.fetch_add(1, Ordering::Relaxed));
            async move {
                let (_, first, then) = &floods[n % floods.len()];
                flood(&watch, first, then).await
            }
        })
        .expect("a thread")
    };
    let siege = compared("frames without an end", &mut skylark, Place::Here, &honest, attack).await;
    println!("sockets that were closed: {:?}", siege.answers());
    drop(siege);
    while page.hears("count").await["watching"] != 3 {}
    nothing_lost(&honest).await;
}

#[tokio::test]
async fn a_socket_by_a_link_that_is_retired_is_closed_and_hears_nothing_more() {
    let mut skylark = live("").await;
    let honest = Place::Here.come(&mut skylark, 3).await;
    let old = skylark.watch();
    let mut stranger = Page::open(&old, LOCALHOST).await.expect("who has the link may");
    stranger.hears("\"count\"").await.expect("it is told what pages are told");
    skylark.command(r#"{"command":"new_link"}"#).await;
    let links = skylark.event_where("links", |event| event["links"]["watch"] != old.as_str()).await["links"].clone();
    // What is said from now on is for those of the new link, and for nobody who does not close its end.
    let new = links["watch"].as_str().expect("a URL").to_owned();
    skylark.command(r#"{"command":"configure","settings":{"title":"not for strangers"}}"#).await;
    skylark.event("settings").await;
    let heard = soon("its socket is closed", stranger.hears_to_the_end()).await;
    assert!(heard.contains(r#""type":"retired""#), "it is told why: {heard}");
    assert!(!heard.contains("not for strangers") && !heard.contains("state"), "and nothing else: {heard}");
    assert!(Page::open(&old, LOCALHOST).await.is_err(), "nor does another open by it");
    let mut page = Page::open(&new, LOCALHOST).await.expect("who has the new link may");
    page.hears("not for strangers").await.expect("it is told");
    nothing_lost(&honest).await;
}
