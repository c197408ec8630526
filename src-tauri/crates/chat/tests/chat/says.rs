//! What viewers say.

use crate::stage::{Stage, speaker};
use chat::Speaker;
use protocol::{ChatMode, ChatRefusal, Event, MessageId, PageMessage, ViewerId};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn what_is_said_is_heard_by_who_listens_and_by_the_panel() {
    let mut stage = Stage::live();
    stage.listen(0);
    stage.name(1, "Anna").unwrap();
    stage.say(1, " Grüß Gott! ").unwrap();
    let said = stage.last();
    assert_eq!(
        (said.name.as_str(), said.text.as_str(), said.host, said.viewer),
        ("Anna", "Grüß Gott!", false, Some(ViewerId(1)))
    );
    assert_eq!(said.at, stage.now.unix_ms);
    assert_eq!(stage.texts(0), ["Grüß Gott!"], "the first at once");
    stage.reply(2, "hello", Some(said.id)).unwrap();
    assert_eq!((stage.last().reply_to, stage.last().name.as_str()), (Some(said.id), "Guest 2"));
    assert_eq!(stage.texts(0).len(), 1, "the second with what follows soon");
    stage.advance(Duration::from_millis(50));
    assert_eq!(stage.texts(0), ["Grüß Gott!", "hello"]);
}

#[test]
fn a_busy_second_is_few_frames_and_loses_nothing() {
    let mut stage = Stage::live();
    stage.listen(0);
    let before = stage.frames;
    for n in 0..1000 {
        stage.say(n, &n.to_string()).unwrap();
        stage.advance(Duration::from_millis(1));
    }
    stage.advance(SECOND);
    assert!(stage.frames - before <= 21, "{}", stage.frames - before);
    assert_eq!(stage.texts(0).len(), 1000);
    assert!(stage.pages[0].doubled.is_empty());
}

#[test]
fn what_cannot_be_said_is_refused_with_the_reason() {
    let mut stage = Stage::live();
    let mut who = 0;
    let mut refused = |text: &str, stage: &mut Stage| {
        who += 1;
        stage.say(who, text).unwrap_err()
    };
    assert_eq!(refused("", &mut stage), ChatRefusal::Empty);
    assert_eq!(refused("\u{200b}\n\u{3164}", &mut stage), ChatRefusal::Empty);
    assert_eq!(refused(&"x".repeat(501), &mut stage), ChatRefusal::TooLong);
    assert_eq!(refused(&"x".repeat(1 << 20), &mut stage), ChatRefusal::TooLong);
    assert_eq!(refused(&"👩‍👩‍👧‍👦".repeat(200), &mut stage), ChatRefusal::TooLong, "of many code points");
    let unknown = stage.reply(50, "what?", Some(MessageId(1))).unwrap_err();
    assert_eq!(unknown.code, ChatRefusal::UnknownMessage);
    assert!(stage.events.is_empty(), "nobody is told");
    for text in ["x".repeat(500), "語".repeat(500), "😀".repeat(500), "<script>alert(1)</script>".into()] {
        who += 1;
        assert_eq!(stage.say(100 + who, &text), Ok(()));
        assert_eq!(stage.last().text, text, "as it was written");
    }
}

#[test]
fn who_writes_on_and_on_is_told_then_muted_for_a_while() {
    let mut stage = Stage::live();
    for _ in 0..5 {
        stage.say(1, "spam").unwrap();
    }
    let fast = stage.reply(1, "spam", None).unwrap_err();
    assert_eq!((fast.code, fast.retry_after), (ChatRefusal::TooFast, Some(5 * SECOND)));
    let codes: Vec<_> = (0..6).map(|_| stage.say(1, "spam").unwrap_err()).collect();
    assert_eq!(codes[..3], [ChatRefusal::TooFast; 3]);
    assert_eq!(codes[3..], [ChatRefusal::Muted; 3]);
    let until = Some(stage.now.unix_ms + 60_000);
    assert!(stage.told_of().contains(&Event::Muted { viewer: ViewerId(1), until }));
    assert!(
        stage
            .told
            .iter()
            .any(|(viewer, told)| *viewer == ViewerId(1) && matches!(told, PageMessage::You { muted: true, .. }))
    );
    stage.say(2, "others go on").unwrap();
    stage.advance(59 * SECOND);
    assert_eq!(stage.say(1, "again"), Err(ChatRefusal::Muted));
    stage.advance(SECOND);
    assert!(stage.told_of().contains(&Event::Unmuted { viewer: ViewerId(1) }));
    stage.say(1, "sorry").unwrap();
}

#[test]
fn another_page_of_the_same_browser_is_the_same_person() {
    let mut stage = Stage::live();
    let tab = Speaker { viewer: ViewerId(77), ..speaker(1) };
    stage.name(1, "Anna").unwrap();
    (0..5).for_each(|_| stage.say(1, "x").unwrap());
    let refused = stage.act(|chat, now| chat.say(tab, "y", None, now)).unwrap_err();
    assert_eq!(refused.code, ChatRefusal::TooFast);
    stage.act(|chat, now| chat.mute(ViewerId(77), Some(tab), None, now)).unwrap();
    stage.advance(6 * SECOND);
    assert_eq!(stage.say(1, "x"), Err(ChatRefusal::Muted));
    stage.told_of();
    let again = Speaker { viewer: ViewerId(78), ..speaker(1) };
    stage.act(|chat, now| chat.joined(again, now));
    assert_eq!(
        stage.told_of(),
        [Event::Name { viewer: ViewerId(78), name: "Anna".into() }],
        "it has its name when it comes back"
    );
}

#[test]
fn names_are_taken_numbered_and_refused() {
    let mut stage = Stage::live();
    stage.name(1, "Anna").unwrap();
    stage.name(2, "аnnа").unwrap();
    assert_eq!(stage.told_of()[1], Event::Name { viewer: ViewerId(2), name: "аnnа 2".into() });
    assert_eq!(stage.name(3, "Br0adcaster"), Err(ChatRefusal::ReservedName));
    assert_eq!(stage.name(3, "\u{3164}"), Err(ChatRefusal::BadName));
    assert_eq!(stage.name(3, &"x".repeat(65_536)), Err(ChatRefusal::BadName));
    assert!(stage.told_of().is_empty());
    let codes: Vec<_> = (0..12).map(|n| stage.name(4, &format!("N{n}")).err()).collect();
    assert_eq!((codes[9], codes[10]), (None, Some(ChatRefusal::TooFast)));
    let told = stage.told.iter().rev().find(|(viewer, _)| *viewer == ViewerId(2)).expect("its page is told");
    assert!(matches!(&told.1, PageMessage::You { name: Some(name), .. } if name == "аnnа 2"));
}

#[test]
fn no_two_lines_of_different_people_side_by_side_have_the_same_colour() {
    let mut stage = Stage::live();
    for n in 0..200_u32 {
        stage.say(n * 12 % 60, "x").unwrap();
        stage.advance(SECOND * 2);
    }
    let said: Vec<_> = stage.chat.transcript();
    assert_eq!(said.len(), 200);
    for pair in said.windows(2) {
        assert!(pair[0].viewer == pair[1].viewer || pair[0].colour != pair[1].colour, "{pair:?}");
    }
}

#[test]
fn reactions_are_counted_and_hands_are_seen() {
    let mut stage = Stage::live();
    stage.listen(0);
    for n in 0..100 {
        stage.act(|chat, now| chat.react(speaker(n), "👏", now)).unwrap();
    }
    stage.act(|chat, now| chat.react(speaker(0), "🎉", now)).unwrap();
    let odd = stage.act(|chat, now| chat.react(speaker(0), "<img>", now)).unwrap_err();
    assert_eq!(odd.code, ChatRefusal::BadReaction);
    stage.advance(SECOND);
    let counts = [("👏".to_owned(), 100), ("🎉".to_owned(), 1)].into();
    assert_eq!(stage.told_of(), [Event::Reactions { counts }], "told once");
    let fast = (0..20).filter(|_| stage.act(|chat, now| chat.react(speaker(5), "👏", now)).is_ok()).count();
    assert_eq!(fast, 10 - 1, "one was a moment ago");
    stage.advance(SECOND);

    stage.told_of();
    for up in [true, true] {
        stage.act(|chat, now| chat.hand(speaker(3), up, now)).unwrap();
    }
    assert_eq!(stage.chat.snapshot(|_| true).hands, [ViewerId(3)]);
    stage.act(|chat, _| chat.left(ViewerId(3)));
    let hand = |up| Event::Hand { viewer: ViewerId(3), up };
    assert_eq!(stage.told_of(), [hand(true), hand(false)], "it goes with the viewer");
}

#[test]
fn nothing_is_said_before_a_broadcast_and_after_it() {
    let mut stage = Stage::live();
    stage.say(1, "before the end").unwrap();
    stage.act(|chat, _| chat.end());
    assert_eq!(stage.say(1, "after"), Err(ChatRefusal::NotWatching));
    assert!(stage.act(|chat, now| chat.say_as_host("after", None, now)).is_err());
    assert!(!stage.listen(0).iter().any(|message| matches!(message, PageMessage::Chat { .. })), "it is over");
    assert_eq!(stage.chat.transcript().len(), 1, "it can still be saved");
    let newest = stage.chat.transcript()[0].id;
    stage.advance(SECOND);
    stage.act(|chat, now| chat.begin(now));
    assert!(stage.chat.transcript().is_empty());
    stage.say(1, "anew").unwrap();
    assert!(stage.last().id > newest);
    assert_eq!(stage.last().name, "Guest 1");
    assert_eq!(stage.chat.snapshot(|_| true).mode, ChatMode::Everyone);
}

#[test]
fn long_messages_count_as_several() {
    let mut stage = Stage::live();
    // Of an Indian script, some 3,000 bytes; and five of the longest that are plain.
    let long = "नि".repeat(500);
    assert_eq!(long.len(), 3000);
    stage.say(1, &long).unwrap();
    assert_eq!(stage.say(1, &long), Err(ChatRefusal::TooFast));
    stage.say(1, "short").unwrap();
    stage.advance(5 * SECOND);
    stage.say(1, &long).unwrap();
    for _ in 0..5 {
        stage.say(2, &"x".repeat(500)).unwrap();
    }
}

#[test]
fn what_waits_to_be_told_is_known_by_whose_it_is_and_waits_whoever_asks() {
    let mut stage = Stage::live();
    stage.listen(0);
    stage.say(1, "one").unwrap();
    stage.say(2, "two").unwrap();
    assert_eq!([1, 2, 3].map(|n| stage.chat.has_untold_of(ViewerId(n))), [false, true, false]);
    let frames = stage.frames;
    stage.listen(1);
    stage.say(3, "three").unwrap();
    stage.listen(2);
    assert_eq!((stage.frames, stage.texts(0).len()), (frames, 1), "nobody else is told for that");
    assert_eq!((stage.texts(1), stage.texts(2)), (vec!["one", "two"], vec!["one", "two", "three"]));
    stage.advance(SECOND);
    assert_eq!(stage.frames, frames + 1);
    for page in 0..3 {
        assert_eq!(stage.texts(page), ["one", "two", "three"]);
        assert!(stage.pages[page].doubled.is_empty());
    }
}

#[test]
fn however_many_write_no_page_is_told_more_than_it_has_line_for() {
    let mut stage = Stage::live();
    stage.listen(0);
    let text = "x".repeat(500);
    let (mut taken, mut refused, mut n) = (0, 0, 0);
    for _ in 0..60 {
        // Ever new ones, each with all that one may say at once.
        for _ in 0..50 {
            n += 1;
            for _ in 0..5 {
                match stage.say(n, &text) {
                    Ok(()) => taken += 1,
                    Err(code) => {
                        assert_eq!(code, ChatRefusal::TooFast);
                        refused += 1;
                    }
                }
            }
        }
        stage.advance(SECOND);
    }
    assert_eq!(taken + refused, 15_000);
    // 64 kB a second, of 660 bytes each.
    assert!((5_900..6_200).contains(&taken), "{taken} of them");
    stage.advance(5 * SECOND);
    stage.say(100_000, "who waited").unwrap();
    let muted = stage.chat.snapshot(|_| true).muted;
    assert_eq!(muted, [], "it is not the doing of one");
}

#[test]
fn a_frame_is_no_larger_than_a_slow_line_carries_and_an_answer_than_waits_for_a_page() {
    let mut stage = Stage::live();
    stage.listen(0);
    // The longest that there are.
    let text = "e\u{301}\u{302}\u{303}".repeat(500);
    for n in 1..=300 {
        stage.say(n, &text).unwrap();
        if n % 50 == 0 {
            stage.advance(5 * SECOND);
        }
    }
    let size = |message: &PageMessage| match message {
        PageMessage::Chat { messages } => messages.iter().map(|message| message.text.len()).sum(),
        _ => 0,
    };
    let newest = stage.pages[0].lines.keys().next().copied();
    for since in [None, newest] {
        let answer = stage.chat.since(since, None);
        assert!(answer.iter().all(|message| size(message) <= 32 * 1024));
        assert!((10..=27).contains(&answer.len()), "{} at once", answer.len());
        assert!(answer.iter().map(size).sum::<usize>() <= 384 * 1024);
    }
    assert_eq!(stage.pages[0].lines.len(), 300, "who is there is told all of it");
    assert!(stage.frames >= 300 / 9, "and in no larger pieces: {}", stage.frames);
}

#[test]
fn what_waits_to_be_told_is_one_frame_at_most() {
    let mut stage = Stage::live();
    stage.listen(0);
    // The longest that there are.
    let text = "e\u{301}\u{302}\u{303}".repeat(500);
    for n in 1..=50 {
        stage.say(n, &text).unwrap();
        let untold: usize = stage.chat.untold().iter().map(|message| message.text.len()).sum();
        assert!(untold <= 32 * 1024, "{untold} bytes after {n} messages");
    }
    stage.advance(SECOND);
    assert_eq!(stage.texts(0).len(), 50, "and all of it is told");
}
