//! What pages say and are told of the chat, by way of the owner.

use super::world::{Page, World, browser};
use crate::settings::Written;
use protocol::{
    ChatFormat, ChatMode, ChatRefusal, Command, ErrorCode, Event, MessageId, PageHello, PageMessage, SharedMessage,
    ViewerId,
};
use std::time::Duration;

/// Somebody who watches by a page, shows the chat on it and has a name.
fn guest(world: &mut World, n: u8, name: &str) -> Page {
    let joined = world.watch(&browser(n), ViewerId(n.into()));
    let mut page = world.open_page(&browser(n));
    world.says(&page, PageHello::Watching { session: joined.session });
    world.says(&page, PageHello::ChatSince { message: None });
    world.says(&page, PageHello::Name { name: name.into() });
    while next(&mut page).is_some() {}
    page
}

/// What it hears next, but for how many watch.
fn next(page: &mut Page) -> Option<PageMessage> {
    std::iter::from_fn(|| page.hears()).find(|message| !matches!(message, PageMessage::Count { .. }))
}

fn say(text: &str) -> PageHello {
    PageHello::Say { text: text.into(), reply_to: None }
}

/// The next message of the chat that it hears.
fn hears(page: &mut Page) -> Vec<(String, String, MessageId)> {
    let line = |message: SharedMessage| (message.name.clone(), message.text.clone(), message.id);
    match next(page) {
        Some(PageMessage::Chat { messages }) => messages.into_iter().map(line).collect(),
        other => panic!("it hears {other:?}"),
    }
}

fn refused(page: &mut Page) -> ChatRefusal {
    match next(page) {
        Some(PageMessage::Refused { code, .. }) => code,
        other => panic!("it hears {other:?}"),
    }
}

#[test]
fn what_one_says_all_hear_who_show_the_chat() {
    let mut world = World::live(Written::default());
    let (mut anna, mut lena) = (guest(&mut world, 1, "Anna"), guest(&mut world, 2, "Lena"));
    let mut waits = world.open_page(&browser(3));
    world.told();
    world.says(&anna, say("hello"));
    for page in [&mut anna, &mut lena] {
        let heard = hears(page);
        assert_eq!((heard[0].0.as_str(), heard[0].1.as_str()), ("Anna", "hello"));
    }
    assert_eq!(next(&mut waits), None);
    assert!(
        matches!(&world.told()[..], [Event::Chat { message }] if message.viewer == Some(ViewerId(1)) && !message.host)
    );
    world.command(Command::Say { text: "welcome".into(), reply_to: None }).expect("it is live");
    world.advance(Duration::from_millis(50));
    assert_eq!(hears(&mut lena)[0].1, "welcome");
    world.says(&lena, PageHello::ChatClosed);
    world.says(&anna, say("secret"));
    world.advance(Duration::from_secs(1));
    assert_eq!(next(&mut lena), None, "she does not show it any more");
}

#[test]
fn who_holds_no_session_neither_reads_nor_writes_whatever_it_says_of_itself() {
    let mut world = World::live(Written::default());
    let _anna = guest(&mut world, 1, "Anna");
    let mut liar = world.open_page(&browser(9));
    world.told();
    for hello in [
        PageHello::Watching { session: "00000000000000000000000000000000".into() },
        PageHello::ChatSince { message: None },
        say("I am Anna"),
        PageHello::Name { name: "Anna".into() },
        PageHello::React { emoji: "👏".into() },
        PageHello::Hand { up: true },
    ] {
        let act = hello.act();
        world.says(&liar, hello);
        let (code, retry_after_s) = (ChatRefusal::NotWatching, None);
        assert_eq!(next(&mut liar), act.map(|of| PageMessage::Refused { code, of, retry_after_s }));
    }
    assert_eq!(world.told(), []);
    let joined = world.join(&browser(9), "h264").expect("let in");
    world.says(&liar, PageHello::Watching { session: joined.session });
    world.says(&liar, PageHello::ChatSince { message: None });
    assert!(matches!(next(&mut liar), Some(PageMessage::ChatState { .. })), "who was let in reads");
    while next(&mut liar).is_some() {}
    world.says(&liar, say("soon"));
    assert_eq!(refused(&mut liar), ChatRefusal::NotWatching, "and writes when media flows");
}

#[test]
fn a_page_that_comes_back_is_told_what_it_missed_and_nothing_else() {
    let mut world = World::live(Written::default());
    let (anna, mut lena) = (guest(&mut world, 1, "Anna"), guest(&mut world, 2, "Lena"));
    world.says(&anna, say("one"));
    let newest = hears(&mut lena)[0].2;
    world.says(&lena, PageHello::ChatClosed);
    world.says(&anna, say("two"));
    world.says(&anna, say("three"));
    world.advance(Duration::from_secs(1));
    world.says(&anna, say("four"));
    world.says(&lena, PageHello::ChatSince { message: Some(newest) });
    assert!(matches!(next(&mut lena), Some(PageMessage::ChatState { .. })));
    assert_eq!(hears(&mut lena).iter().map(|line| line.1.as_str()).collect::<Vec<_>>(), ["two", "three", "four"]);
    assert!(matches!(next(&mut lena), Some(PageMessage::You { name: Some(name), .. }) if name == "Lena"));
    world.advance(Duration::from_secs(1));
    assert_eq!(next(&mut lena), None, "nothing twice");
    world.says(&lena, PageHello::ChatSince { message: Some(newest) });
    assert!(matches!(next(&mut lena), Some(PageMessage::ChatState { .. })));
    while next(&mut lena).is_some() {}
    world.says(&lena, PageHello::ChatSince { message: None });
    assert_eq!(refused(&mut lena), ChatRefusal::TooFast, "an answer costs more than a question");
}

#[test]
fn a_kicked_viewers_lines_go_and_come_back_and_it_reads_nothing_meanwhile() {
    let mut world = World::live(Written::default());
    let (mut anna, mut lena) = (guest(&mut world, 1, "Anna"), guest(&mut world, 2, "Lena"));
    world.says(&anna, say("spoiler"));
    let id = hears(&mut lena)[0].2;
    hears(&mut anna);
    world.told();
    world.command(Command::Kick { viewer: ViewerId(1), reason: None }).expect("she watches");
    assert_eq!(next(&mut lena), Some(PageMessage::ChatDeleted { messages: vec![id] }));
    assert!(world.told().contains(&Event::ChatDeleted { messages: vec![id] }));
    assert!(matches!(next(&mut anna), Some(PageMessage::Removed { .. })));
    world.says(&lena, say("who was that?"));
    world.says(&anna, PageHello::ChatSince { message: None });
    world.says(&anna, say("me"));
    world.advance(Duration::from_secs(1));
    assert_eq!([refused(&mut anna), refused(&mut anna)], [ChatRefusal::NotWatching; 2]);
    assert_eq!(next(&mut anna), None);
    hears(&mut lena);
    world.command(Command::Forgive { viewer: ViewerId(1) }).expect("she was removed");
    assert_eq!(hears(&mut lena)[0].1, "spoiler");
}

#[test]
fn commands_of_the_chat_are_carried_out_or_refused() {
    let mut world = World::live(Written::default());
    let mut anna = guest(&mut world, 1, "Anna");
    world.says(&anna, say("one"));
    let id = hears(&mut anna)[0].2;
    world.command(Command::Pin { message: Some(id) }).expect("it is there");
    assert!(matches!(next(&mut anna), Some(PageMessage::ChatState { pinned: Some(pinned), .. }) if pinned.id == id));
    world.command(Command::Mute { viewer: ViewerId(1), seconds: None }).expect("she watches");
    assert!(matches!(next(&mut anna), Some(PageMessage::You { muted: true, .. })));
    world.says(&anna, say("two"));
    assert_eq!(refused(&mut anna), ChatRefusal::Muted);
    world.command(Command::Chat { mode: ChatMode::Off }).expect("it is live");
    let code = |error: crate::CommandError| error.code;
    let off = world.command(Command::Say { text: "x".into(), reply_to: None });
    assert_eq!(off.map_err(code), Err(ErrorCode::WrongState));
    let gone = world.command(Command::DeleteMessage { message: MessageId(3) });
    assert_eq!(gone.map_err(code), Err(ErrorCode::UnknownMessage));
    let nobody = world.command(Command::Mute { viewer: ViewerId(99), seconds: None });
    assert_eq!(nobody.map_err(code), Err(ErrorCode::UnknownViewer));
    let shown = world.owner.snapshot().chat;
    assert_eq!((shown.messages.len(), shown.mode, shown.muted.len(), shown.names.len()), (1, ChatMode::Off, 1, 1));
}

#[test]
fn the_chat_is_saved_once_at_a_time_and_is_gone_with_the_next_broadcast() {
    let mut world = World::live(Written::default());
    let anna = guest(&mut world, 1, "Anna");
    world.says(&anna, say("one"));
    world.command(Command::End).expect("it is live");
    world.asked();
    let save = || Command::SaveChat { path: None, format: ChatFormat::Text };
    world.command(save()).expect("what was said is there until the next begins");
    assert_eq!(world.asked(), ["save 1 messages as Text None"]);
    assert_eq!(world.command(save()).map_err(|error| error.code), Err(ErrorCode::WrongState));
    world.told();
    world.happened(crate::happened::Happened::ChatSaved(Ok(("/tmp/chat.txt".into(), 1))));
    assert_eq!(world.told(), [Event::ChatSaved { path: "/tmp/chat.txt".into(), messages: 1 }]);
    world.command(Command::GoLive).expect("nothing runs");
    world.happened(crate::happened::Happened::FirstPicture(2));
    assert!(world.owner.snapshot().chat.messages.is_empty());
}

#[test]
fn whose_viewer_is_gone_hears_the_chat_no_longer_whatever_page_it_kept_open() {
    let mut world = World::live(Written::default());
    let anna = guest(&mut world, 1, "Anna");
    // It watches, opens a page that shows the chat, leaves, and keeps the page: nobody sees that it is there.
    let joined = world.watch(&browser(2), ViewerId(2));
    let mut lurks = world.open_page(&browser(2));
    world.says(&lurks, PageHello::Watching { session: joined.session.clone() });
    world.says(&lurks, PageHello::ChatSince { message: None });
    assert!(world.leave(&joined));
    while next(&mut lurks).is_some() {}
    world.says(&anna, say("between us"));
    world.advance(Duration::from_secs(1));
    assert_eq!(next(&mut lurks), None);
    world.says(&lurks, PageHello::ChatSince { message: None });
    assert_eq!(refused(&mut lurks), ChatRefusal::NotWatching);
    // Who comes back by another session is told what it missed.
    let joined = world.watch(&browser(2), ViewerId(3));
    world.says(&lurks, PageHello::Watching { session: joined.session });
    world.says(&lurks, PageHello::ChatSince { message: None });
    assert!(matches!(next(&mut lurks), Some(PageMessage::ChatState { .. })));
    assert_eq!(hears(&mut lurks)[0].1, "between us");
}

#[test]
fn the_last_words_of_a_broadcast_are_heard() {
    let mut world = World::live(Written::default());
    let (anna, mut lena) = (guest(&mut world, 1, "Anna"), guest(&mut world, 2, "Lena"));
    world.says(&anna, say("bye"));
    world.says(&anna, say("bye bye"));
    world.command(Command::End).expect("it is live");
    assert_eq!((hears(&mut lena)[0].1.as_str(), hears(&mut lena)[0].1.as_str()), ("bye", "bye bye"));
    assert_eq!(next(&mut lena), Some(PageMessage::Ended));
}

#[test]
fn who_is_refused_hears_before_what_was_taken() {
    let mut world = World::live(Written::default());
    let mut anna = guest(&mut world, 1, "Anna");
    for text in ["1", "2", "3", "4", "5", "6"] {
        world.says(&anna, say(text));
    }
    assert_eq!(hears(&mut anna)[0].1, "1");
    assert_eq!(hears(&mut anna).iter().map(|line| line.1.as_str()).collect::<Vec<_>>(), ["2", "3", "4", "5"]);
    assert_eq!(refused(&mut anna), ChatRefusal::TooFast);
}

#[test]
fn no_page_hears_more_often_for_what_others_are_refused_or_ask_for() {
    let mut world = World::live(Written::default());
    let mut lena = guest(&mut world, 1, "Lena");
    let mut others: Vec<Page> = (2..12).map(|n| guest(&mut world, n, &format!("Guest of {n}"))).collect();
    world.advance(Duration::from_secs(2));
    while next(&mut lena).is_some() {}
    let (mut frames, mut lines) = (0, 0);
    let mut heard = |lena: &mut Page| {
        while let Some(message) = next(lena) {
            let PageMessage::Chat { messages } = message else { panic!("{message:?}") };
            (frames, lines) = (frames + 1, lines + messages.len());
        }
    };
    // Each says a line, has something refused, and asks for what there is: all of it within a moment.
    for round in 0..5 {
        for page in &mut others {
            world.says(page, say(&format!("{round}")));
            world.says(page, PageHello::React { emoji: "none of the six".into() });
            world.says(page, PageHello::ChatSince { message: None });
            while next(page).is_some() {}
        }
        heard(&mut lena);
    }
    world.advance(Duration::from_secs(1));
    heard(&mut lena);
    assert_eq!((frames, lines), (2, 50), "the first at once, and all others with the next frame");
}

#[test]
fn a_viewer_is_not_sent_the_chat_again_and_again() {
    let mut world = World::live(Written::default());
    for n in 0..100 {
        // Long lines, and all of them the broadcaster's.
        let text = format!("{n} {}", "नि".repeat(490));
        world.command(Command::Say { text, reply_to: None }).expect("it is live");
    }
    let joined = world.watch(&browser(1), ViewerId(1));
    let mut page = world.open_page(&browser(1));
    world.says(&page, PageHello::Watching { session: joined.session });
    let (mut answered, mut waits) = (0, None);
    for _ in 0..30 {
        world.says(&page, PageHello::ChatSince { message: None });
        match next(&mut page) {
            Some(PageMessage::ChatState { .. }) => answered += 1,
            Some(PageMessage::Refused { code: ChatRefusal::TooFast, retry_after_s, .. }) => {
                waits = waits.max(retry_after_s)
            }
            other => panic!("it hears {other:?}"),
        }
        while next(&mut page).is_some() {}
        world.advance(Duration::from_secs(1));
    }
    // 300 kB each, at 64 kB a second and 512 kB at once.
    assert!((5..=9).contains(&answered), "{answered}");
    assert!(waits.is_some_and(|seconds| seconds > 1), "{waits:?}");
}
