//! People who watch write to each other, and the broadcaster has the evening in hand.

use crate::page::Page;
use crate::support::{Browser, DataFolder, Skylark, Viewer, soon};
use serde_json::{Value, json};

/// Somebody who watches with a page open that shows the chat.
struct Guest {
    page: Page,
    _viewer: Viewer,
    cookie: String,
    session: String,
    id: Value,
}

impl Guest {
    async fn come(skylark: &mut Skylark, name: &str) -> Guest {
        let cookie = crate::page::cookie_of(skylark).await;
        let viewer = Browser::with_cookie(&cookie).watch(&skylark.whep()).await;
        let id = skylark.joined().await["id"].clone();
        let session = viewer.session.path_segments().unwrap().next_back().unwrap().to_owned();
        let page = Page::open(skylark, &skylark.origin(), Some(&cookie)).await.expect("our own page may");
        let mut guest = Guest { page, _viewer: viewer, cookie, session, id };
        guest.shows_the_chat(None).await;
        guest.says(json!({ "type": "name", "name": name })).await;
        let you = guest.page.hears("you").await;
        assert_eq!((&you["name"], &you["viewer"]), (&name.into(), &guest.id));
        guest
    }

    /// Says that it holds its session, and asks for what came since.
    async fn shows_the_chat(&mut self, since: Option<&Value>) -> Value {
        self.says(json!({ "type": "watching", "session": self.session })).await;
        self.says(json!({ "type": "chat_since", "message": since })).await;
        let state = self.page.hears("chat_state").await;
        if since.is_none() {
            self.page.hears("you").await;
        }
        state
    }

    /// Loses its socket and opens another.
    async fn loses_its_socket(&mut self, skylark: &Skylark) {
        self.page = Page::open(skylark, &skylark.origin(), Some(&self.cookie)).await.expect("it may come back");
    }

    async fn says(&mut self, message: Value) {
        self.page.says(&message.to_string()).await;
    }

    async fn writes(&mut self, text: &str) {
        self.says(json!({ "type": "say", "text": text })).await;
    }

    /// So many lines, in however many frames they come.
    async fn hears_lines(&mut self, count: usize) -> Vec<Value> {
        let mut lines = Vec::new();
        while lines.len() < count {
            let frame = self.page.hears("chat").await;
            lines.extend(frame["messages"].as_array().expect("a list").iter().cloned());
        }
        assert_eq!(lines.len(), count, "nothing more: {lines:?}");
        lines
    }

    async fn is_refused(&mut self) -> String {
        self.page.hears("refused").await["code"].as_str().expect("a code").to_owned()
    }
}

fn texts(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["text"].as_str().expect("text")).collect()
}

#[tokio::test]
async fn an_evening_with_a_chat() {
    let mut skylark = Skylark::live().await;
    let mut anna = Guest::come(&mut skylark, "Anna").await;
    let mut lena = Guest::come(&mut skylark, "Lena").await;

    anna.writes("Grüß Gott, שלום 👋").await;
    let line = lena.hears_lines(1).await.remove(0);
    assert_eq!((&line["name"], &line["text"]), (&"Anna".into(), &"Grüß Gott, שלום 👋".into()));
    assert_eq!((&line["viewer"], &line["host"]), (&anna.id, &false.into()));
    anna.hears_lines(1).await;
    assert_eq!(skylark.event("chat").await["message"], line);
    lena.says(json!({ "type": "say", "text": "hello", "reply_to": line["id"], "host": true, "viewer": null })).await;
    let reply = anna.hears_lines(1).await.remove(0);
    assert_eq!((&reply["reply_to"], &reply["host"], &reply["viewer"]), (&line["id"], &false.into(), &lena.id));
    skylark.command(&json!({ "command": "say", "text": "Welcome!" }).to_string()).await;
    let host = anna.hears_lines(1).await.remove(0);
    assert_eq!((&host["host"], &host["viewer"]), (&true.into(), &Value::Null));
    lena.hears_lines(2).await;

    // One message goes and comes back; a mute; a word that is not wanted; slow mode.
    skylark.command(&json!({ "command": "delete_message", "message": line["id"] }).to_string()).await;
    assert_eq!(lena.page.hears("chat_deleted").await["messages"], json!([line["id"]]));
    assert_eq!(skylark.event("chat_deleted").await["messages"], json!([line["id"]]));
    skylark.command(&json!({ "command": "restore_messages", "messages": [line["id"]] }).to_string()).await;
    assert_eq!(lena.hears_lines(1).await, std::slice::from_ref(&line));
    skylark.command(&json!({ "command": "mute", "viewer": lena.id }).to_string()).await;
    assert_eq!(skylark.event("muted").await["viewer"], lena.id);
    assert_eq!(lena.page.hears("you").await["muted"], true);
    lena.writes("I am quiet").await;
    assert_eq!(lena.is_refused().await, "muted");
    skylark.command(&json!({ "command": "unmute", "viewer": lena.id }).to_string()).await;
    skylark.event("unmuted").await;
    skylark.command(r#"{"command":"unwanted_words","words":["spoiler"]}"#).await;
    skylark.command(r#"{"command":"links_in_chat","on":false}"#).await;
    while lena.page.hears("chat_state").await["links"] != false {}
    lena.writes("a SP0ILER!").await;
    assert_eq!(lena.is_refused().await, "unwanted_word");
    lena.writes("see https://example.com").await;
    assert_eq!(lena.is_refused().await, "no_links");
    skylark.command(r#"{"command":"chat","mode":"off"}"#).await;
    while lena.page.hears("chat_state").await["mode"] != "off" {}
    lena.writes("is anybody there?").await;
    assert_eq!(lena.is_refused().await, "chat_off");
    skylark.command(r#"{"command":"chat","mode":"everyone"}"#).await;
    while lena.page.hears("chat_state").await["mode"] != "everyone" {}

    // Reactions are counted, a hand is seen and lowered.
    for _ in 0..3 {
        anna.says(json!({ "type": "react", "emoji": "👏" })).await;
    }
    let mut claps = 0;
    while claps < 3 {
        claps += skylark.event("reactions").await["counts"]["👏"].as_u64().expect("a number");
    }
    lena.page.hears("reactions").await;
    anna.says(json!({ "type": "hand", "up": true })).await;
    let hand = skylark.event("hand").await;
    assert_eq!((&hand["viewer"], &hand["up"]), (&anna.id, &true.into()));
    skylark.command(&json!({ "command": "lower_hand", "viewer": anna.id }).to_string()).await;
    while anna.page.hears("you").await["hand"] != false {}

    // Saved by the broadcaster.
    let file = skylark.folder.path().join("evening.json");
    skylark.command(&json!({ "command": "save_chat", "path": file, "format": "json" }).to_string()).await;
    assert_eq!(skylark.event("chat_saved").await["messages"], 3);
    let saved: Vec<Value> = serde_json::from_slice(&std::fs::read(&file).expect("it is there")).expect("JSON");
    assert_eq!(texts(&saved), ["Grüß Gott, שלום 👋", "hello", "Welcome!"]);
    skylark.command(&json!({ "command": "save_chat", "path": file, "format": "text" }).to_string()).await;
    let error = skylark.event("error").await;
    assert_eq!((&error["code"], error["message"].as_str().unwrap().contains("already")), (&"storage".into(), true));

    // With the broadcast the chat is gone.
    skylark.command(r#"{"command":"end"}"#).await;
    skylark.event("ended").await;
    skylark.command(r#"{"command":"go_live"}"#).await;
    skylark.event("live").await;
    // Who does not watch it is told nothing of it.
    anna.says(json!({ "type": "chat_since", "message": null })).await;
    assert_eq!(anna.is_refused().await, "not_watching");
    let mut late = Guest::come(&mut skylark, "Late").await;
    late.loses_its_socket(&skylark).await;
    let state = late.shows_the_chat(None).await;
    assert!(state["first"].as_u64() > host["id"].as_u64(), "{state}");
    assert_eq!((&state["links"], &state["pinned"]), (&false.into(), &Value::Null), "the rules stay");
}

#[tokio::test]
async fn after_a_lost_connection_comes_what_was_missed_and_nothing_twice() {
    let mut skylark = Skylark::live().await;
    let mut anna = Guest::come(&mut skylark, "Anna").await;
    let mut lena = Guest::come(&mut skylark, "Lena").await;
    anna.writes("one").await;
    let newest = lena.hears_lines(1).await[0]["id"].clone();
    lena.loses_its_socket(&skylark).await;
    for text in ["two", "three", "four"] {
        anna.writes(text).await;
    }
    anna.hears_lines(4).await;
    skylark.command(&json!({ "command": "delete_message", "message": newest }).to_string()).await;
    skylark.event("chat_deleted").await;
    lena.shows_the_chat(Some(&newest)).await;
    assert_eq!(lena.page.hears("chat_deleted").await["messages"], json!([newest]));
    assert_eq!(texts(&lena.hears_lines(3).await), ["two", "three", "four"]);
    anna.writes("five").await;
    assert_eq!(texts(&lena.hears_lines(1).await), ["five"]);
    // Who comes late has the last hundred.
    for _ in 0..120 {
        skylark.command(r#"{"command":"say","text":"x"}"#).await;
    }
    lena.hears_lines(120).await;
    let mut late = Guest::come(&mut skylark, "Late").await;
    late.loses_its_socket(&skylark).await;
    late.says(json!({ "type": "watching", "session": late.session })).await;
    late.says(json!({ "type": "chat_since", "message": null })).await;
    assert_eq!(late.hears_lines(100).await.len(), 100);
}

#[tokio::test]
async fn a_kicked_viewers_lines_go_and_come_back_with_it() {
    let mut skylark = Skylark::live().await;
    let mut anna = Guest::come(&mut skylark, "Anna").await;
    let mut troll = Guest::come(&mut skylark, "Troll").await;
    troll.writes("spoiler!").await;
    let line = anna.hears_lines(1).await.remove(0);
    skylark.command(&json!({ "command": "kick", "viewer": troll.id }).to_string()).await;
    assert_eq!(anna.page.hears("chat_deleted").await["messages"], json!([line["id"]]));
    troll.page.hears("removed").await;
    troll.writes("I am still here").await;
    assert_eq!(troll.is_refused().await, "not_watching");
    skylark.command(&json!({ "command": "forgive", "viewer": troll.id }).to_string()).await;
    assert_eq!(anna.hears_lines(1).await, [line]);
}

#[tokio::test]
async fn who_writes_on_and_on_is_muted_and_goes_on_watching() {
    let folder = DataFolder::with("[limits]\nchat_messages = 3\nchat_mute_s = 2\n");
    let mut skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    let mut flood = Guest::come(&mut skylark, "Flood").await;
    let mut other = Guest::come(&mut skylark, "Other").await;
    for _ in 0..9 {
        flood.writes("spam").await;
    }
    let refusals = [flood.is_refused().await, flood.is_refused().await];
    assert_eq!(refusals, ["too_fast", "too_fast"]);
    while flood.is_refused().await != "muted" {}
    assert_eq!(skylark.event("muted").await["viewer"], flood.id);
    other.writes("calm").await;
    assert_eq!(other.hears_lines(4).await[3]["text"], "calm");
    // Ten thousand: the socket is closed, and nobody is disturbed.
    flood.page.floods(r#"{"type":"say","text":"spam"}"#, 10_000).await;
    flood.page.is_closed().await;
    other.writes("still calm").await;
    assert_eq!(texts(&other.hears_lines(1).await), ["still calm"]);
    skylark.event("unmuted").await;
    let seen = flood._viewer.plays().await;
    assert_eq!((seen.missing, seen.closed), (0, false), "the picture goes on");
}

#[tokio::test]
async fn whatever_a_page_sends_is_refused_or_harmless() {
    let mut skylark = Skylark::live().await;
    let mut anna = Guest::come(&mut skylark, "Anna").await;
    let mut bad = Guest::come(&mut skylark, "Bad").await;
    let html = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    bad.writes(html).await;
    assert_eq!(texts(&anna.hears_lines(1).await), [html], "as text");
    bad.writes("a\u{0}b\u{1b}[31m\u{202e}c\r\nd").await;
    assert_eq!(texts(&anna.hears_lines(1).await), ["ab[31mc d"]);
    let mut refused = Vec::new();
    for message in [
        json!({ "type": "say", "text": "what?", "reply_to": 4711 }),
        json!({ "type": "name", "name": "Вroаdсаster" }),
        json!({ "type": "name", "name": "\u{3164}" }),
        json!({ "type": "react", "emoji": "<b>" }),
        json!({ "type": "say", "text": "x".repeat(501) }),
    ] {
        bad.says(message).await;
        refused.push(bad.is_refused().await);
    }
    assert_eq!(refused, ["unknown_message", "reserved_name", "bad_name", "bad_reaction", "too_long"]);
    // Each of these costs its sender the socket, and nobody else anything.
    let name = json!({ "type": "name", "name": "x".repeat(65_536) }).to_string();
    let say = json!({ "type": "say", "text": "x".repeat(1 << 20) }).to_string();
    for text in [name, say, r#"{"type":"say","text":5}"#.into(), r#"{"type":"rule"}"#.into(), "nonsense".into()] {
        bad.page.says_whatever(tokio_tungstenite::tungstenite::Message::text(text)).await;
        bad.page.is_closed().await;
        bad.loses_its_socket(&skylark).await;
    }
    bad.page.says_raw(b"\x81\x84\0\0\0\0\xff\xfe\xfd\xfc").await;
    bad.page.is_closed().await;
    // A page that lies about its session is nobody.
    let mut liar = Page::open(&skylark, &skylark.origin(), None).await.expect("our own page may");
    liar.says(r#"{"type":"watching","session":"00000000000000000000000000000000"}"#).await;
    for message in [r#"{"type":"chat_since","message":null}"#, r#"{"type":"say","text":"I am Anna"}"#] {
        liar.says(message).await;
        assert_eq!(liar.hears("refused").await["code"], "not_watching");
    }
    anna.writes("quiet evening").await;
    assert_eq!(texts(&anna.hears_lines(1).await), ["quiet evening"]);
    let told = soon("its events", async { skylark.came("chat").len() }).await;
    assert!(told <= 3, "nothing else was said");
}

#[tokio::test]
async fn a_page_that_reads_nothing_keeps_nobody() {
    let mut skylark = Skylark::live().await;
    let mut anna = Guest::come(&mut skylark, "Anna").await;
    // It shows the chat, and never reads what comes of it.
    let mut deaf = Guest::come(&mut skylark, "Deaf").await;
    deaf.says(json!({ "type": "chat_since", "message": null })).await;
    // More than the kernel and its queue hold for it.
    let say = json!({ "command": "say", "text": "😀".repeat(500) }).to_string();
    for round in 0..60 {
        for _ in 0..100 {
            skylark.command(&say).await;
        }
        assert_eq!(anna.hears_lines(100).await.len(), 100, "round {round}");
    }
    anna.writes("still here").await;
    assert_eq!(texts(&anna.hears_lines(1).await), ["still here"]);
    deaf.page.is_closed().await;
}
