//! What the broadcaster does about it.

use crate::stage::{Stage, speaker};
use protocol::{ChatMode, ChatRefusal, ErrorCode, Event, MessageId, PageMessage, ViewerId};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Four lines of two people and the broadcaster, on the screen of one page.
fn evening() -> (Stage, Vec<MessageId>) {
    let mut stage = Stage::live();
    stage.listen(0);
    stage.say(1, "one").unwrap();
    stage.say(2, "two").unwrap();
    stage.say(1, "three").unwrap();
    stage.act(|chat, now| chat.say_as_host("four", None, now)).unwrap();
    stage.advance(SECOND);
    let ids = stage.pages[0].lines.keys().copied().collect();
    (stage, ids)
}

#[test]
fn the_broadcaster_is_marked_and_nobody_else_is() {
    let (stage, ids) = evening();
    let hosts: Vec<_> = ids.iter().map(|id| stage.pages[0].lines[id].host).collect();
    assert_eq!(hosts, [false, false, false, true]);
    assert_eq!(stage.last().viewer, None);
}

#[test]
fn one_message_goes_and_comes_back() {
    let (mut stage, ids) = evening();
    stage.act(|chat, _| chat.delete(&[ids[1]])).unwrap();
    assert_eq!(stage.texts(0), ["one", "three", "four"]);
    assert!(stage.told_of().contains(&Event::ChatDeleted { messages: vec![ids[1]] }));
    for odd in [ids[1], MessageId(3), MessageId(u64::MAX)] {
        let error = stage.act(|chat, _| chat.delete(&[odd])).unwrap_err();
        assert_eq!(error.code, ErrorCode::UnknownMessage);
    }
    assert_eq!(stage.reply(1, "what?", Some(ids[1])).unwrap_err().code, ChatRefusal::UnknownMessage);
    stage.act(|chat, _| chat.restore(&[ids[1]])).unwrap();
    assert_eq!(stage.texts(0), ["one", "two", "three", "four"], "in its place");
    assert!(stage.act(|chat, _| chat.restore(&ids)).is_err(), "nothing else was deleted");
}

#[test]
fn all_of_one_viewer_goes() {
    let (mut stage, _) = evening();
    stage.act(|chat, _| chat.delete_of(ViewerId(1), None)).unwrap();
    assert_eq!(stage.texts(0), ["two", "four"]);
    stage.act(|chat, _| chat.delete_of(ViewerId(9), Some(speaker(9)))).expect("who wrote nothing");
    assert_eq!(stage.act(|chat, _| chat.delete_of(ViewerId(9), None)).unwrap_err().code, ErrorCode::UnknownViewer);
}

#[test]
fn a_removed_viewers_lines_go_and_come_back_with_the_undo() {
    let (mut stage, ids) = evening();
    stage.act(|chat, _| chat.delete(&ids[..1])).unwrap();
    stage.act(|chat, _| chat.pin(Some(ids[2]))).unwrap();
    stage.act(|chat, _| chat.removed(ViewerId(1), Some(speaker(1))));
    assert_eq!(stage.texts(0), ["two", "four"]);
    assert_eq!(stage.chat.snapshot(|_| true).pinned, None, "what was pinned is gone");
    stage.act(|chat, _| chat.forgiven(ViewerId(1)));
    assert_eq!(stage.texts(0), ["two", "three", "four"], "what was deleted before stays deleted");
    stage.act(|chat, _| chat.forgiven(ViewerId(1)));
    assert!(stage.pages[0].doubled.is_empty());
}

#[test]
fn a_mute_lasts_as_long_as_it_was_meant() {
    let (mut stage, _) = evening();
    stage.told_of();
    stage.act(|chat, now| chat.mute(ViewerId(1), None, Some(10), now)).unwrap();
    let until = Some(stage.now.unix_ms + 10_000);
    assert_eq!(stage.told_of(), [Event::Muted { viewer: ViewerId(1), until }]);
    let refused = stage.reply(1, "x", None).unwrap_err();
    assert_eq!((refused.code, refused.retry_after), (ChatRefusal::Muted, Some(10 * SECOND)));
    stage.act(|chat, now| chat.mute(ViewerId(1), None, None, now)).unwrap();
    stage.advance(3600 * SECOND);
    assert_eq!(stage.say(1, "x"), Err(ChatRefusal::Muted), "the longer one counts");
    assert_eq!(stage.chat.snapshot(|_| true).muted.len(), 1);
    stage.act(|chat, now| chat.unmute(ViewerId(1), None, now)).unwrap();
    stage.say(1, "x").unwrap();
    for seconds in [0, 86_401] {
        let error = stage.act(|chat, now| chat.mute(ViewerId(1), None, Some(seconds), now)).unwrap_err();
        assert_eq!(error.code, ErrorCode::BadSetting);
    }
    assert_eq!(
        stage.act(|chat, now| chat.mute(ViewerId(99), None, None, now)).unwrap_err().code,
        ErrorCode::UnknownViewer
    );
    stage.act(|chat, now| chat.mute(ViewerId(50), Some(speaker(50)), None, now)).expect("who wrote nothing yet");
    assert_eq!(stage.say(50, "x"), Err(ChatRefusal::Muted));
}

#[test]
fn a_mute_that_is_over_admits_nobody() {
    let (mut stage, _) = evening();
    for seconds in [Some(10), None] {
        stage.act(|chat, now| chat.mute(ViewerId(9), Some(speaker(9)), seconds, now)).unwrap();
        stage.act(|chat, _| chat.set_mode(ChatMode::Admitted));
        stage.advance(11 * SECOND);
        if seconds.is_some() {
            assert_eq!(stage.say(9, "x"), Err(ChatRefusal::NotAdmitted), "nobody said that this one may write");
        } else {
            stage.act(|chat, now| chat.unmute(ViewerId(9), None, now)).unwrap();
            stage.say(9, "x").expect("the broadcaster said so");
        }
    }
}

#[test]
fn slow_mode_counts_from_the_last_message() {
    let (mut stage, _) = evening();
    stage.act(|chat, _| chat.slow_mode(30)).unwrap();
    stage.advance(28 * SECOND);
    let refused = stage.reply(1, "x", None).unwrap_err();
    assert_eq!((refused.code, refused.retry_after), (ChatRefusal::SlowMode, Some(SECOND)));
    stage.advance(SECOND);
    stage.say(1, "x").unwrap();
    assert_eq!(stage.say(1, "x"), Err(ChatRefusal::SlowMode));
    stage.act(|chat, now| chat.say_as_host("not for me", None, now)).unwrap();
    stage.act(|chat, _| chat.slow_mode(0)).unwrap();
    stage.say(1, "x").unwrap();
    assert!(stage.act(|chat, _| chat.slow_mode(u32::MAX)).is_err());
}

#[test]
fn the_chat_is_for_everyone_for_admitted_names_or_off() {
    let (mut stage, _) = evening();
    stage.act(|chat, _| chat.set_mode(ChatMode::Admitted));
    stage.say(1, "was here").unwrap();
    assert_eq!(stage.say(7, "is new"), Err(ChatRefusal::NotAdmitted));
    stage.act(|chat, now| chat.unmute(ViewerId(7), Some(speaker(7)), now)).unwrap();
    stage.say(7, "was admitted").unwrap();
    stage.act(|chat, _| chat.set_mode(ChatMode::Off));
    assert_eq!(stage.say(1, "x"), Err(ChatRefusal::ChatOff));
    assert_eq!(stage.act(|chat, now| chat.react(speaker(1), "👏", now)).unwrap_err().code, ChatRefusal::ChatOff);
    let error = stage.act(|chat, now| chat.say_as_host("x", None, now)).unwrap_err();
    assert_eq!(error.code, ErrorCode::WrongState);
    stage.act(|chat, _| chat.set_mode(ChatMode::Everyone));
    stage.say(8, "x").unwrap();
}

#[test]
fn words_and_links_that_are_not_wanted() {
    let (mut stage, _) = evening();
    stage.act(|chat, _| chat.set_words(vec!["spoiler".into()])).unwrap();
    stage.act(|chat, _| chat.set_links(false));
    assert_eq!(stage.say(1, "Sp0iler!"), Err(ChatRefusal::UnwantedWord));
    assert_eq!(stage.name(1, "SPOILER"), Err(ChatRefusal::UnwantedWord));
    assert_eq!(stage.say(2, "see https://example.com"), Err(ChatRefusal::NoLinks));
    let hears = |stage: &mut Stage, host| stage.act(|chat, now| chat.say_as_host(host, None, now));
    hears(&mut stage, "no spoilers, see https://example.com").expect("the broadcaster may");
    stage.advance(6 * SECOND);
    stage.say(1, "spoilers").unwrap();
    assert!(stage.act(|chat, _| chat.set_words(vec!["x".into(); 1001])).is_err());
    assert!(stage.act(|chat, _| chat.set_words(vec!["x".repeat(101)])).is_err());
    let state = stage.listen(1);
    assert!(!format!("{state:?}").contains("\"spoiler\""), "the list is the broadcaster's");
    assert!(matches!(state[0], PageMessage::ChatState { links: false, .. }));
}

#[test]
fn one_is_pinned_for_who_comes_late_too() {
    let (mut stage, ids) = evening();
    stage.act(|chat, _| chat.pin(Some(ids[3]))).unwrap();
    let pinned = |answer: &[PageMessage]| match &answer[0] {
        PageMessage::ChatState { pinned, .. } => pinned.as_ref().map(|message| message.id),
        other => panic!("{other:?}"),
    };
    assert_eq!(pinned(&stage.listen(1)), Some(ids[3]));
    assert!(stage.act(|chat, _| chat.pin(Some(MessageId(1)))).is_err());
    stage.act(|chat, _| chat.pin(None)).unwrap();
    assert_eq!(pinned(&stage.listen(1)), None);
}

#[test]
fn a_hand_is_lowered_by_the_broadcaster() {
    let (mut stage, _) = evening();
    stage.act(|chat, now| chat.hand(speaker(1), true, now)).unwrap();
    stage.told.clear();
    stage.act(|chat, _| chat.lower_hand(ViewerId(1))).unwrap();
    assert!(matches!(stage.told[..], [(ViewerId(1), PageMessage::You { hand: false, .. })]));
    assert!(stage.act(|chat, _| chat.lower_hand(ViewerId(1))).is_err());
}

#[test]
fn what_the_broadcaster_says_is_looked_at_too() {
    let (mut stage, _) = evening();
    for text in ["", " \u{200b}", &"x".repeat(501)] {
        let error = stage.act(|chat, now| chat.say_as_host(text, None, now)).unwrap_err();
        assert_eq!(error.code, ErrorCode::BadMessage);
    }
    let error = stage.act(|chat, now| chat.say_as_host("x", Some(MessageId(1)), now)).unwrap_err();
    assert_eq!(error.code, ErrorCode::UnknownMessage);
}
