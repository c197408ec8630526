//! A rehearsal: all of it runs, nobody sees it without the private link, what is wrong is found, and one command makes it live.

use crate::page::Page;
use crate::support::{Browser, DataFolder, Skylark, metrics};
use serde_json::{Value, json};

/// A picture of nothing: 16x9, one bit a pixel.
const BLACK: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x10\x00\x00\x00\x09\x01\x00\x00\x00\x00\x13Q\x91\x9f\x00\x00\x00\x0bIDATx\xdac`\xc0\x09\x00\x00\x1b\x00\x01Y\x98=\xea\x00\x00\x00\x00IEND\xaeB`\x82";

/// The links of a rehearsal that an event tells of: the watch page and the endpoint.
fn links(event: &Value) -> (String, String) {
    let link = |of: &str| event["rehearsal"][of].as_str().unwrap_or_else(|| panic!("{event}")).to_owned();
    (link("watch"), link("whep"))
}

/// Waits until this was found.
async fn finds(skylark: &mut Skylark, code: &str) -> Value {
    let found = |event: &Value| {
        let findings = event["rehearsal"]["findings"].as_array();
        findings.is_some_and(|findings| findings.iter().any(|finding| finding["code"] == code))
    };
    skylark.event_where("rehearsal", found).await
}

/// It is a viewer to nobody.
async fn nobody_watches(skylark: &Skylark) {
    let page = metrics(skylark).await;
    assert!(page.contains("\nskylark_viewers 0\n") && page.contains("\nskylark_live 0\n"), "{page}");
    assert!(
        skylark.came("viewer_joined").is_empty() && skylark.came("count").iter().all(|count| count["watching"] == 0)
    );
}

#[tokio::test]
async fn strangers_wait_while_the_private_link_plays_and_come_in_as_it_goes_live_when_that_link_is_dead() {
    let mut skylark = Skylark::live().await;
    skylark.command(r#"{"command":"end"}"#).await;
    skylark.event("ended").await;
    skylark.command(r#"{"command":"rehearse","on":true}"#).await;
    let begun = skylark.event("rehearsal").await;
    let (watch, whep) = links(&begun);
    let token = watch.rsplit('/').next().expect("it is the last part");
    assert!(token.len() == 32 && !skylark.watch().contains(token), "{watch}");

    let stranger = Browser::new();
    assert_eq!(stranger.refused(&skylark.whep()).await, (409, "not_live".into()));
    let mut waiting = Page::open(&skylark, &skylark.origin(), None).await.expect("our own page may");
    assert_eq!(waiting.hears("state").await["live"], false);

    let host = Browser::new();
    let page = host.get(&watch).await.text().await.expect("the watch page");
    assert!(page.contains("<title>") && !page.contains(token), "nothing in it names the link");
    assert_eq!(host.get(&format!("{watch}/still.jpg")).await.status(), 404);
    let viewer = host.watch(&whep).await;
    viewer.plays().await;
    let mut private = Page::open_by(&watch, &skylark.origin(), None).await.expect("our own page may");
    assert_eq!(private.hears("state").await["live"], true);
    private.hears("rehearsal").await;
    let session = viewer.session.path().rsplit('/').next().expect("it is the last part").to_owned();
    private.says(&json!({ "type": "watching", "session": session }).to_string()).await;
    let path =
        |pictures| json!({ "type": "path", "packets": 9, "lost": 0, "pictures": pictures, "sound_late_ms": 700 });
    private.says(r#"{"type":"latency","latency_ms":120.5}"#).await;
    private.says(&path(60).to_string()).await;
    let found = finds(&mut skylark, "sync_late").await;
    let finding = |of: &str| {
        let findings = found["rehearsal"]["findings"].as_array().expect("a list");
        findings.iter().find(|finding| finding["of"] == of).unwrap_or_else(|| panic!("{of}: {found}")).clone()
    };
    assert_eq!(finding("sync")["value"], 740.0, "as it was taken: the reports date the sound later");
    assert_eq!((&finding("playback")["verdict"], &finding("sync")["verdict"]), (&json!("good"), &json!("look")));
    assert_eq!(finding("latency")["value"], 120.5);
    finds(&mut skylark, "upload_inside").await;
    let found = finds(&mut skylark, "picture_good").await;
    assert!(found.to_string().contains("sound_good"), "the tone is heard: {found}");
    nobody_watches(&skylark).await;

    skylark.command(r#"{"command":"go_live"}"#).await;
    skylark.event_where("rehearsal", |event| event["rehearsal"].is_null()).await;
    skylark.event("live").await;
    while waiting.hears("state").await["live"] != true {}
    private.hears("retired").await;
    private.is_closed().await;
    viewer.is_dropped().await;
    for browser in [&host, &stranger] {
        assert_eq!(browser.refused(&whep).await, (410, "retired_link".into()));
        assert_eq!(browser.get(&watch).await.status(), 410);
    }
    let viewer = stranger.watch(&skylark.whep()).await;
    viewer.plays().await;
    assert!(skylark.joined().await["id"].is_number());
    assert_eq!(skylark.event_where("count", |count| count["watching"] != 0).await["peak"], 1, "the first viewer");
    skylark.command(r#"{"command":"rehearse","on":true}"#).await;
    assert_eq!(skylark.event("error").await["code"], "wrong_state");
    viewer.plays().await;
}

#[tokio::test]
async fn a_program_can_begin_with_it_and_only_what_is_live_is_recorded() {
    let place = DataFolder::new();
    let to = place.path().to_str().expect("the story chose it");
    let mut skylark = Skylark::rehearsing(&["--record", to, "--waiting-room"]).await;
    let (watch, whep) = links(&skylark.live);
    let host = Browser::at(&watch).await;
    let viewer = host.watch(&whep).await;
    viewer.plays().await;
    finds(&mut skylark, "picture_good").await;
    let states = |skylark: &Skylark| {
        skylark
            .came("recording")
            .iter()
            .map(|event| event["state"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(!states(&skylark).contains(&"recording".to_owned()), "{:?}", states(&skylark));
    assert_eq!(std::fs::read_dir(place.path()).expect("it is there").count(), 0, "nothing was begun");

    skylark.command(r#"{"command":"go_live"}"#).await;
    let live = skylark.event("live").await;
    let recording = |event: &Value| event["state"] == "recording" && event["seconds"].as_u64() >= Some(1);
    skylark.event_where("recording", recording).await;
    assert_eq!(host.refused(live["whep"].as_str().expect("a URL")).await, (503, "waiting_room".into()), "as any other");
    skylark.quit().await;
}

#[tokio::test]
async fn a_black_picture_and_a_microphone_that_is_off_are_found_and_what_mends_them_too() {
    let folder = DataFolder::new();
    let image = folder.path().join("black.png");
    std::fs::write(&image, BLACK).expect("the folder is ours");
    let mut skylark = Skylark::rehearsing(&["--microphone", "off"]).await;
    skylark.command(&json!({"command":"set_source","source":{"kind":"image","id":image}}).to_string()).await;
    let found = finds(&mut skylark, "picture_black").await;
    assert!(found.to_string().contains("lens"), "with what to do: {found}");
    finds(&mut skylark, "sound_none").await;
    skylark.command(r#"{"command":"set_source","source":"pattern"}"#).await;
    skylark.command(r#"{"command":"set_microphone","microphone":"tone"}"#).await;
    finds(&mut skylark, "picture_good").await;
    finds(&mut skylark, "sound_good").await;
    skylark.command(r#"{"command":"camera_off","on":true}"#).await;
    finds(&mut skylark, "picture_card").await;
    skylark.command(r#"{"command":"rehearse","on":false}"#).await;
    skylark.event_where("phase", |event| event["phase"]["state"] == "offline").await;
    let (watch, _) = links(&skylark.live);
    assert_eq!(Browser::new().get(&watch).await.status(), 410);
    assert!(skylark.came("live").is_empty() && skylark.came("ended").is_empty(), "nothing was ever live");
}
