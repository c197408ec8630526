//! A link that somebody pasted: what a chat, which has the link and nothing else, is shown of the stream.

use crate::support::{Browser, Skylark, soon};
use serde_json::Value;

/// Whoever fetches a preview: no cookie, no script.
struct Chat(Browser);

impl Chat {
    fn new() -> Chat {
        Chat(Browser::new())
    }

    async fn head(&self, watch: &str) -> String {
        let page = self.0.get(watch).await.text().await.expect("text");
        page.split_once("</head>").map_or(page.clone(), |(head, _)| head.to_owned())
    }

    /// The picture that the page names.
    async fn picture(&self, watch: &str) -> String {
        let head = self.head(watch).await;
        let (_, rest) = head.split_once(r#"property="og:image" content=""#).expect("there is one");
        rest.split_once('"').expect("it ends").0.to_owned()
    }

    async fn oembed(&self, watch: &str, query: &str) -> Value {
        let answer = self.0.get(&format!("{watch}/oembed.json{query}")).await;
        assert_eq!(answer.headers()["content-type"], "application/json");
        answer.json().await.expect("JSON")
    }

    /// There is no still by any address.
    async fn sees_no_picture(&self, watch: &str, why: &str) {
        let status = self.0.get(&format!("{watch}/still.jpg")).await.status().as_u16();
        assert!([403, 404].contains(&status), "{why}: {status}");
        assert!(!self.head(watch).await.contains("still.jpg"), "{why}");
    }
}

/// Width and height, by the marker SOF0 of ITU-T T.81, B.2.2.
fn size(jpeg: &[u8]) -> (u16, u16) {
    assert_eq!(jpeg[..2], [0xff, 0xd8], "it is a JPEG");
    let at = jpeg.windows(2).position(|two| two == [0xff, 0xc0]).expect("a baseline picture");
    let number = |at: usize| u16::from_be_bytes([jpeg[at], jpeg[at + 1]]);
    (number(at + 7), number(at + 5))
}

#[tokio::test]
async fn who_has_the_link_sees_a_picture_of_what_is_live_and_its_title() {
    let mut skylark = Skylark::live().await;
    skylark.command(r#"{"command":"configure","settings":{"title":"Birds at dawn"}}"#).await;
    skylark.event("settings").await;
    let (watch, chat) = (skylark.watch(), Chat::new());

    let head = chat.head(&watch).await;
    assert!(head.contains(r#"property="og:title" content="Birds at dawn""#) && head.contains("Live now"), "{head}");
    let picture = chat.picture(&watch).await;
    assert!(picture.starts_with(&format!("{watch}/still.jpg")), "{picture}");
    let answer = chat.0.get(&picture).await;
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    let jpeg = answer.bytes().await.expect("bytes");
    let (width, height) = size(&jpeg);
    assert_eq!(f32::from(width) / f32::from(height), 16.0 / 9.0, "{width}x{height}");
    assert_eq!(chat.0.get(&picture).await.bytes().await.expect("bytes"), jpeg, "one for everybody, for a while");

    let oembed = chat.oembed(&watch, "?format=json").await;
    assert_eq!((&oembed["version"], &oembed["type"]), (&"1.0".into(), &"link".into()));
    assert_eq!((&oembed["title"], &oembed["thumbnail_width"]), (&"Birds at dawn".into(), &width.into()));
    assert!(oembed["thumbnail_url"].as_str().is_some_and(|url| url.starts_with(&watch)), "{oembed}");
    assert!(chat.oembed(&watch, "?maxwidth=100").await.get("thumbnail_url").is_none(), "it would be too wide");
    assert_eq!(chat.0.get(&format!("{watch}/oembed.json?format=xml")).await.status(), 501);
    let wrong = format!("{}/w/another", skylark.origin());
    assert_eq!(chat.0.get(&format!("{wrong}/still.jpg")).await.status(), 404);
    assert_eq!(chat.0.get(&format!("{wrong}/oembed.json")).await.status(), 404);

    skylark.command(r#"{"command":"configure","settings":{"link_preview":"title"}}"#).await;
    skylark.event_where("settings", |event| event["settings"]["link_preview"] == "title").await;
    chat.sees_no_picture(&watch, "it was switched off").await;
    assert_eq!(chat.oembed(&watch, "").await["title"], "Birds at dawn", "the title alone");
    skylark.command(r#"{"command":"configure","settings":{"link_preview":"still"}}"#).await;
    skylark.event_where("settings", |event| event["settings"]["link_preview"] == "still").await;

    skylark.command(r#"{"command":"end"}"#).await;
    skylark.event("ended").await;
    chat.sees_no_picture(&watch, "nothing is live").await;
    assert!(!chat.head(&watch).await.contains("Live now"));
}

#[tokio::test]
async fn what_stands_before_the_page_stands_before_its_preview() {
    let mut skylark = Skylark::live().await;
    skylark.command(r#"{"command":"configure","settings":{"title":"Birds at dawn"}}"#).await;
    skylark.event("settings").await;
    let (watch, chat) = (skylark.watch(), Chat::new());
    for (on, off, why) in [
        (r#"{"command":"passcode","text":"three words"}"#, r#"{"command":"passcode","text":null}"#, "a passcode"),
        (r#"{"command":"waiting_room","on":true}"#, r#"{"command":"waiting_room","on":false}"#, "a waiting room"),
        (r#"{"command":"lock","on":true}"#, r#"{"command":"lock","on":false}"#, "a lock"),
    ] {
        assert!(chat.head(&watch).await.contains("Birds at dawn"), "nothing stands before it, before {why}");
        skylark.command(on).await;
        soon(why, async { while chat.head(&watch).await.contains("Birds at dawn") {} }).await;
        assert!(!chat.head(&watch).await.contains("Live now"), "{why}");
        chat.sees_no_picture(&watch, why).await;
        let oembed = chat.0.get(&format!("{watch}/oembed.json")).await.text().await.expect("text");
        assert!(!oembed.contains("Birds") && !oembed.contains("thumbnail"), "{why}: {oembed}");
        skylark.command(off).await;
        soon(why, async { while !chat.head(&watch).await.contains("Birds at dawn") {} }).await;
    }
}
