//! The broadcaster mutes the microphone, switches the camera off, is away for a moment and comes back: nobody loses a session or the picture.

use crate::page::Page;
use crate::support::{Browser, Seen, Skylark, Viewer};
use serde_json::{Value, json};

/// A packet of silence is no longer, bytes; one of the tone is many times as long.
const SILENCE: usize = 12;

/// How long a picture (the median of the next five) and a packet of sound (of the next fifty) are, bytes.
async fn next_of(viewer: &Viewer) -> (usize, usize) {
    let before = viewer.look();
    let enough = |seen: &Seen| seen.pictures.len() >= before.pictures.len() + 5 && seen.sounds >= before.sounds + 50;
    let after = viewer.sees("pictures and sound go on", enough).await;
    assert_eq!((after.missing, after.closed), (0, false), "the same session, and nothing of it is lost");
    let mut pictures: Vec<usize> =
        after.pictures[before.pictures.len()..].iter().map(|picture| picture.bytes).collect();
    pictures.sort_unstable();
    (pictures[pictures.len() / 2], (after.sound_bytes - before.sound_bytes) / (after.sounds - before.sounds))
}

/// Has something withheld or given again; answers with what a page hears of it.
async fn wishes(skylark: &mut Skylark, page: &mut Page, command: &str, on: bool) -> Value {
    skylark.command(&json!({ "command": command, "on": on }).to_string()).await;
    assert_eq!(skylark.event(command).await["on"], on);
    page.hears("controls").await
}

fn controls(muted: bool, off: bool, away: bool) -> Value {
    json!({ "type": "controls", "microphone_muted": muted, "camera_off": off, "be_right_back": away })
}

#[tokio::test]
async fn a_broadcaster_is_away_for_a_moment_and_nobody_is_lost() {
    let mut skylark = Skylark::live().await;
    let mut page = Page::open(&skylark, &skylark.origin(), None).await.expect("our own page may");
    assert_eq!(page.hears("controls").await, controls(false, false, false));
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    let (picture, sound) = next_of(&viewer).await;
    assert!(sound > SILENCE, "the tone: {sound}");

    // A second after it was told, the packets that were on their way are through.
    assert_eq!(wishes(&mut skylark, &mut page, "mute_microphone", true).await, controls(true, false, false));
    next_of(&viewer).await;
    let (_, muted) = next_of(&viewer).await;
    assert!(muted <= SILENCE, "{muted} bytes a packet");
    assert_eq!(wishes(&mut skylark, &mut page, "mute_microphone", false).await, controls(false, false, false));

    assert_eq!(wishes(&mut skylark, &mut page, "camera_off", true).await, controls(false, true, false));
    skylark.event_where("camera", |event| event["state"]["state"] == "off").await;
    next_of(&viewer).await;
    let (card, sound) = next_of(&viewer).await;
    assert!(4 * card < picture, "a card that stands still: {card} bytes, {picture} before");
    assert!(sound > SILENCE, "the sound goes on: {sound}");

    assert_eq!(wishes(&mut skylark, &mut page, "be_right_back", true).await, controls(false, true, true));
    next_of(&viewer).await;
    let (_, away) = next_of(&viewer).await;
    assert!(away <= SILENCE, "{away} bytes a packet");
    // Who comes meanwhile sees the card, and is told why.
    let mut late = Page::open(&skylark, &skylark.origin(), None).await.expect("our own page may");
    assert_eq!(late.hears("controls").await, controls(false, true, true));
    let newcomer = Browser::new().watch(&skylark.whep()).await;
    newcomer.sees("the card", |seen| !seen.pictures.is_empty() && seen.sounds > 0).await;

    // Back as it was: the camera is still off until it is not any more.
    assert_eq!(wishes(&mut skylark, &mut page, "be_right_back", false).await, controls(false, true, false));
    assert_eq!(wishes(&mut skylark, &mut page, "camera_off", false).await, controls(false, false, false));
    skylark.event_where("camera", |event| event["state"]["state"] == "running").await;
    let seen = viewer.plays().await;
    assert_eq!((seen.missing, seen.closed), (0, false));
    newcomer.plays().await;
}
