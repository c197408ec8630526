//! The worst that viewers may write in the chat, and ask of it.

use super::{TOGETHER, all_is_heard};
use crate::page::{Page, cookie_of};
use crate::support::turns::none_is_long;
use crate::support::{Browser, DataFolder, Skylark, Viewer};
use serde_json::{Value, json};

/// Nobody is refused for how much was said: what is said counts, and how often that may be is for others to hold.
const NO_PACE: &str = "[limits]\nchat_messages = 1000000\n";

/// As many bytes of words as one command takes.
const WORDS: usize = 60_000;

/// More lines than are kept of the longest.
const LINES: usize = 2200;

/// Lines that are said before it is read that they were.
const AT_ONCE: usize = 8;

/// Who watches, and so may write.
struct Guest {
    viewer: Viewer,
    cookie: String,
}

impl Guest {
    async fn come(skylark: &mut Skylark) -> Guest {
        let cookie = cookie_of(skylark).await;
        let viewer = Browser::with_cookie(&cookie).watch(&skylark.whep()).await;
        skylark.joined().await;
        Guest { viewer, cookie }
    }

    async fn several(skylark: &mut Skylark) -> Vec<Guest> {
        let mut guests = Vec::new();
        for _ in 0..TOGETHER / 2 {
            guests.push(Guest::come(skylark).await);
        }
        guests
    }

    /// A page of its own, which does not show the chat.
    async fn page(&self, skylark: &Skylark) -> Page {
        let mut page = Page::open(skylark, &skylark.origin(), Some(&self.cookie)).await.expect("our own page may");
        let session = self.viewer.session.path_segments().and_then(|mut parts| parts.next_back()).expect("it has one");
        page.says(&json!({ "type": "watching", "session": session }).to_string()).await;
        page
    }
}

/// All of them say all of this, in turn, each from a page of its own, and what they said is decided.
async fn all_say(skylark: &mut Skylark, guests: &[Guest], said: &[Value]) {
    let mut pages = Vec::new();
    for guest in guests {
        pages.push(guest.page(skylark).await);
    }
    for message in said {
        for page in &mut pages {
            page.says(&message.to_string()).await;
        }
    }
    // Answered after all that.
    for page in &mut pages {
        page.says(r#"{"type":"react","emoji":"none"}"#).await;
        while page.hears("refused").await["code"] != "bad_reaction" {}
    }
    all_is_heard(skylark).await;
}

/// The longest that may be said, each as much work as can be in its way.
fn texts() -> Vec<(&'static str, String)> {
    vec![
        ("letters under marks", "𝐚\u{301}\u{302}".repeat(500)),
        ("letters under more of them", "e\u{301}\u{302}\u{303}".repeat(500)),
        ("letters that are eighteen", "\u{fdfa}".repeat(500)),
        ("letters that are four", "㏂".repeat(500)),
        ("single letters", "a ".repeat(250)),
        ("single letters in disguise", "a 1! ".repeat(100)),
        ("letters drawn out", "aaa ".repeat(125)),
        ("words drawn out", "aaabbbccc ".repeat(50)),
        ("words of the same letters", "abbccdeefgg abccddefgg ".repeat(21)),
        ("what is nearly a link", "www.".repeat(125)),
    ]
}

/// As many of these words as can be given.
fn as_many(word: impl Fn(usize) -> String) -> Vec<String> {
    let mut len = 0;
    (0..1000)
        .map(word)
        .take_while(|word| {
            len += word.len() + 3;
            len < WORDS
        })
        .collect()
}

/// Lists of words that the texts nearly have in them.
fn lists() -> Vec<(&'static str, Vec<String>)> {
    // Of each letter one or two, as the number says.
    let doubled = |n: usize| -> String {
        "abcdefghij".chars().enumerate().map(|(at, c)| c.to_string().repeat(1 + (n >> at) % 2)).collect()
    };
    vec![
        ("no words", Vec::new()),
        ("words that begin alike", as_many(|n| format!("{}z{n}", "a ".repeat(47)))),
        ("words that begin alike, drawn out or not", {
            let ways = |n: usize| (0..10).map(|at| ["a ", "aa "][(n >> at) % 2]).collect::<String>();
            as_many(|n| format!("{}{}z", ways(n), "a ".repeat(30)))
        }),
        ("words of the same letters", as_many(doubled)),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_viewers_write_keeps_the_owner() {
    let options = ["--listen", "127.0.0.1:0"];
    let mut skylark = Skylark::live_with(DataFolder::with(NO_PACE), &options).await;
    let guests = Guest::several(&mut skylark).await;
    for (list, words) in lists() {
        skylark.command(&json!({ "command": "links_in_chat", "on": false }).to_string()).await;
        skylark.command(&json!({ "command": "unwanted_words", "words": words }).to_string()).await;
        let taken = words.len();
        let has = |event: &Value| event["unwanted_words"].as_array().is_some_and(|words| words.len() == taken);
        skylark.event_where("chat_state", has).await;
        for (what, text) in texts() {
            let say = [json!({ "type": "say", "text": text })];
            let what = format!("{what}, {} bytes, against {list}", text.len());
            none_is_long(&mut skylark, &what, async |skylark| all_say(skylark, &guests, &say).await).await;
        }
        let name = |name: String| json!({ "type": "name", "name": name });
        let names =
            [name("a\u{301}\u{302}".repeat(32)), name("㏂".repeat(32)), name("e\u{301}\u{302}\u{303}".repeat(1100))];
        let what = format!("names, against {list}");
        none_is_long(&mut skylark, &what, async |skylark| all_say(skylark, &guests, &names).await).await;
    }
    let others = [
        json!({ "type": "react", "emoji": "👍" }),
        json!({ "type": "react", "emoji": "👍".repeat(1900) }),
        json!({ "type": "hand", "up": true }),
        json!({ "type": "hand", "up": false }),
    ];
    let others = others.iter().cycle().take(80).cloned().collect::<Vec<_>>();
    none_is_long(&mut skylark, "reactions and hands", async |skylark| all_say(skylark, &guests, &others).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_ask_for_as_much_as_is_kept_of_the_chat_does_not_keep_the_owner() {
    // Of long lines as many as 384 kB are, of short ones a thousand.
    for (text, told) in [("𝐚\u{301}\u{302}".repeat(500), 80..=100), ("a".to_owned(), 1000..=1000)] {
        let mut skylark = Skylark::live().await;
        let line = json!({ "command": "say", "text": text }).to_string();
        let (mut first, mut last) = (Value::Null, Value::Null);
        for said in 0..LINES / AT_ONCE {
            for _ in 0..AT_ONCE {
                skylark.command(&line).await;
            }
            for _ in 0..AT_ONCE {
                last = skylark.event("chat").await["message"]["id"].clone();
            }
            // One that is kept to the end.
            if said == LINES / AT_ONCE / 4 {
                first = last.clone();
            }
        }
        let asks = json!({ "type": "chat_since", "message": first }).to_string();
        none_is_long(&mut skylark, &format!("chat_since, lines of {} bytes", text.len()), async |skylark| {
            // Who was told so much is told nothing more for a minute.
            let guests = Guest::several(skylark).await;
            let mut pages = Vec::new();
            for guest in &guests {
                pages.push(guest.page(skylark).await);
            }
            for page in &mut pages {
                page.says(&asks).await;
            }
            for page in &mut pages {
                let (mut lines, mut newest) = (0, Value::Null);
                while newest != last {
                    let heard = page.hears("chat").await;
                    let messages = heard["messages"].as_array().expect("a list");
                    lines += messages.len();
                    newest = messages.last().expect("none is empty")["id"].clone();
                }
                assert!(told.contains(&lines), "{lines} are told of who was away, of {told:?}");
            }
        })
        .await;
    }
}
