//! Sockets of pages on which frames come that no browser sends: they are closed, and the other pages go on hearing.

use super::LOCALHOST;
use crate::page::Page as Honest;
use crate::support::{Browser, Skylark, soon};
use ::crowd::attacker::page::{Page, frame};

/// As many frames are sent as no page may, whatever it says.
const MANY: usize = 20_000;

#[tokio::test]
async fn a_socket_is_closed_on_which_frames_have_no_end_and_other_pages_hear_on() {
    let skylark = Skylark::live().await;
    let mut honest = Honest::open(&skylark, &skylark.origin(), None).await.expect("our own page may");
    let floods = [
        ("empty frames of a message without an end", vec![frame(0x01, b"")], frame(0x00, b"")),
        ("frames of a byte of such a message", vec![frame(0x01, b"a")], frame(0x00, b"a")),
        ("empty messages", vec![], frame(0x81, b"")),
        ("pings", vec![], frame(0x89, b"")),
        ("pongs", vec![], frame(0x8a, b"")),
        ("frames of a reserved kind", vec![], frame(0x83, b"")),
        ("frames without a mask", vec![], vec![0x81, 0]),
        ("frames of all the bytes that there may be", vec![], [&[0x81, 0xff, 0x7f][..], &[0xff; 7], &[0; 4]].concat()),
    ];
    for (kind, first, then) in floods {
        let mut page = Page::open(&skylark.watch(), LOCALHOST).await.expect("it opens");
        for frame in first {
            page.send(&frame).await.expect("it is open");
        }
        let ends = async {
            if !page.flood(&then, MANY).await {
                page.ended().await;
            }
        };
        soon(&format!("its socket is closed: {kind}"), ends).await;
    }
    let viewer = Browser::new().watch(&skylark.whep()).await;
    while honest.hears("count").await["watching"] != 1 {}
    viewer.plays().await;
}
