//! Who is told what, once, and who is dropped for it.

use super::*;
use audience::VisitorCookie;

fn cookie(n: u8) -> VisitorCookie {
    VisitorCookie::from_random([n; 16])
}

fn open(pages: &mut Pages, n: u8, room: usize) -> mpsc::Receiver<Told> {
    let (tell, told) = mpsc::channel(room);
    let visitor = Visitor::new(Some(cookie(n)), [203, 0, 113, n].into(), "Firefox/140.0");
    let page = OpenPage { token: "the-link".into(), visitor, tell, seat: Seat::nowhere() };
    pages.open(PageId(n.into()), page, inside());
    told
}

fn inside() -> Greeting {
    Greeting { outside: false, messages: vec![] }
}

fn heard(told: &mut mpsc::Receiver<Told>) -> Result<PageMessage, mpsc::error::TryRecvError> {
    told.try_recv().map(|told| told.message().clone())
}

#[test]
fn each_message_goes_to_those_it_is_for() {
    let mut pages = Pages::default();
    let (mut first, mut second) = (open(&mut pages, 1, 8), open(&mut pages, 2, 8));
    pages.watches(PageId(2), ViewerId(7));
    pages.tell(To::All, PageMessage::Ended);
    pages.tell(To::Visitor(cookie(1)), PageMessage::Forgiven);
    pages.tell(To::Viewer(ViewerId(7)), PageMessage::Count { watching: 1 });
    assert_eq!(heard(&mut first), Ok(PageMessage::Ended));
    assert_eq!(heard(&mut first), Ok(PageMessage::Forgiven));
    assert!(heard(&mut first).is_err());
    assert_eq!(heard(&mut second), Ok(PageMessage::Ended));
    assert_eq!(heard(&mut second), Ok(PageMessage::Count { watching: 1 }));
}

#[test]
fn a_page_that_is_closed_hears_why_and_nothing_more() {
    let mut pages = Pages::default();
    let (mut first, mut second) = (open(&mut pages, 1, 8), open(&mut pages, 2, 8));
    pages.look_again(|token, visitor| {
        assert_eq!(token, "the-link");
        let retired = Refusal::new(RefusalCode::RetiredLink);
        if visitor.cookie == Some(cookie(1)) { Err(retired) } else { Ok(inside()) }
    });
    pages.tell(To::All, PageMessage::Ended);
    assert_eq!(heard(&mut first), Ok(PageMessage::Retired));
    assert_eq!(heard(&mut first), Err(mpsc::error::TryRecvError::Disconnected), "its socket closes");
    assert_eq!(heard(&mut second), Ok(PageMessage::Ended));
}

#[test]
fn a_page_outside_hears_what_is_meant_for_it_and_all_once_it_is_inside() {
    let mut pages = Pages::default();
    let (mut first, mut second) = (open(&mut pages, 1, 8), open(&mut pages, 2, 8));
    pages.show_chat(PageId(1), true);
    let greeting = |outside, messages| {
        move |_: &str, visitor: &Visitor| match visitor.cookie == Some(cookie(1)) {
            true => Ok(Greeting { outside, messages: vec![PageMessage::Count { watching: messages }] }),
            false => Ok(inside()),
        }
    };
    assert_eq!(pages.look_again(greeting(true, 1)).len(), 1);
    assert_eq!(pages.look_again(greeting(true, 2)).len(), 0, "it is there already");
    pages.tell(To::All, PageMessage::Ended);
    pages.tell_chatting(PageMessage::ChatDeleted { messages: vec![] });
    pages.tell(To::Visitor(cookie(1)), PageMessage::Forgiven);
    pages.look_again(greeting(false, 3));
    pages.tell(To::All, PageMessage::Room);
    let count = |watching| PageMessage::Count { watching };
    for expected in [count(1), PageMessage::Forgiven, count(3), PageMessage::Room] {
        assert_eq!(heard(&mut first), Ok(expected));
    }
    assert!(heard(&mut first).is_err());
    assert_eq!((heard(&mut second), heard(&mut second)), (Ok(PageMessage::Ended), Ok(PageMessage::Room)));
    pages.look_again(|_, _| Err(Refusal::new(RefusalCode::PasscodeNeeded)));
    assert_eq!(heard(&mut second), Ok(PageMessage::Passcode), "its last words");
    assert_eq!(pages.len(), 0);
}

#[test]
fn a_page_that_does_not_keep_up_is_dropped_and_delays_nobody() {
    let mut pages = Pages::default();
    let (_slow, mut quick) = (open(&mut pages, 1, 1), open(&mut pages, 2, 8));
    (0..3).for_each(|watching| pages.tell(To::All, PageMessage::Count { watching }));
    assert_eq!(pages.len(), 1);
    assert_eq!((0..3).filter(|_| quick.try_recv().is_ok()).count(), 3);
}

#[test]
fn only_pages_that_show_the_chat_are_told_of_it() {
    let mut pages = Pages::default();
    let (mut shows, mut not) = (open(&mut pages, 1, 8), open(&mut pages, 2, 8));
    pages.show_chat(PageId(1), true);
    let said = || PageMessage::ChatDeleted { messages: vec![] };
    pages.tell_chatting(said());
    pages.show_chat(PageId(1), false);
    pages.tell_chatting(said());
    assert_eq!((heard(&mut shows), heard(&mut shows).is_err(), heard(&mut not).is_err()), (Ok(said()), true, true));
}

#[test]
fn what_a_page_was_told_before_the_others_it_is_not_told_again() {
    let said = |ids: RangeInclusive<u64>| -> Vec<SharedMessage> {
        let of = |id| protocol::ChatMessage {
            id: MessageId(id),
            at: 0,
            viewer: None,
            name: String::new(),
            host: true,
            colour: 0,
            text: String::new(),
            reply_to: None,
        };
        ids.map(|id| of(id).into()).collect()
    };
    let heard_of = |told: &mut mpsc::Receiver<Told>| match heard(told) {
        Ok(PageMessage::Chat { messages }) => messages.iter().map(|message| message.id.0).collect(),
        _ => Vec::new(),
    };
    let mut pages = Pages::default();
    let (mut first, mut second) = (open(&mut pages, 1, 8), open(&mut pages, 2, 8));
    pages.tell_ahead(PageId(1), &said(1..=2));
    assert!(heard_of(&mut first).is_empty(), "it does not show the chat");
    [1, 2].iter().for_each(|n| pages.show_chat(PageId(*n), true));
    pages.tell_ahead(PageId(1), &said(5..=6));
    pages.tell_ahead(PageId(1), &said(5..=6));
    pages.tell_ahead(PageId(1), &said(5..=7));
    assert_eq!((heard_of(&mut first), heard_of(&mut first)), (vec![5, 6], vec![7]));
    // What was put back goes to all.
    let of = |messages| PageMessage::Chat { messages };
    pages.tell_chatting(of(said(3..=4)));
    pages.tell_chatting(of(said(5..=8)));
    pages.tell_chatting(of(said(6..=6)));
    assert_eq!([(); 3].map(|()| heard_of(&mut first)), [vec![3, 4], vec![8], vec![6]]);
    assert_eq!([(); 3].map(|()| heard_of(&mut second)), [vec![3, 4], vec![5, 6, 7, 8], vec![6]]);
    pages.is_ahead(PageId(1), &said(9..=9));
    pages.tell_chatting(of(said(9..=9)));
    assert_eq!((heard_of(&mut first), heard_of(&mut second)), (vec![], vec![9]));
    assert_eq!(pages.len(), 2);
}

#[test]
fn what_may_be_missed_closes_no_page_and_takes_no_room_from_what_may_not() {
    let mut pages = Pages::default();
    let mut slow = open(&mut pages, 1, 8);
    pages.show_chat(PageId(1), true);
    (0..100).for_each(|_| pages.tell_chatting(PageMessage::Reactions { counts: [("👍".to_owned(), 1)].into() }));
    (0..4).for_each(|watching| pages.tell(To::All, PageMessage::Count { watching }));
    assert_eq!(pages.len(), 1);
    assert_eq!(std::iter::from_fn(|| heard(&mut slow).ok()).count(), 8, "four of each");
    (0..9).for_each(|watching| pages.tell(To::All, PageMessage::Count { watching }));
    assert_eq!(pages.len(), 0, "what it must hear it has no room for");
}

#[test]
fn a_page_asks_for_the_chat_once_a_second() {
    let (mut pages, now) = (Pages::default(), Instant::now());
    let _told = open(&mut pages, 1, 8);
    let at = |ms| now + Duration::from_millis(ms);
    let asked = [0, 1, 999, 1000, 1500].map(|ms| pages.asks_for_chat(PageId(1), at(ms)).is_ok());
    assert_eq!(asked, [true, false, false, true, false]);
    assert_eq!(pages.asks_for_chat(PageId(1), at(1750)), Err(Duration::from_millis(250)));
    assert!(pages.asks_for_chat(PageId(9), at(0)).is_err(), "which is not there");
}

#[test]
fn a_viewer_is_told_the_chat_again_at_the_rate_of_one_however_many_pages_it_opens() {
    let (mut pages, mut now) = (Pages::default(), Instant::now());
    let told: Vec<_> = (1..=20).map(|n| open(&mut pages, n, 8)).collect();
    (1..=20).for_each(|n| pages.watches(PageId(n), ViewerId(7)));
    let (mut bytes, answer) = (0, 200_000);
    for _ in 0..60 {
        for page in (1..=20).map(PageId) {
            if pages.asks_for_chat(page, now).is_ok() {
                pages.told_of_chat(page, answer, now);
                bytes += answer;
            }
        }
        now += Duration::from_secs(1);
    }
    let allowed = CHAT_BYTES_A_SECOND as usize * (60 + CHAT_AHEAD.as_secs() as usize) + answer;
    assert!((allowed / 2..=allowed).contains(&bytes), "{bytes} bytes in a minute");
    // Another's is its own.
    pages.watches(PageId(1), ViewerId(8));
    assert!(pages.asks_for_chat(PageId(1), now).is_ok());
    drop(told);
}

#[test]
fn a_page_hears_the_chat_as_long_as_its_viewer_is_there() {
    let mut pages = Pages::default();
    let (mut gone, mut stays) = (open(&mut pages, 1, 8), open(&mut pages, 2, 8));
    for n in [1, 2] {
        pages.watches(PageId(n.into()), ViewerId(n));
        pages.show_chat(PageId(n.into()), true);
    }
    pages.gone(ViewerId(1));
    let said = || PageMessage::ChatDeleted { messages: vec![] };
    pages.tell_chatting(said());
    assert_eq!((heard(&mut gone).is_err(), heard(&mut stays)), (true, Ok(said())));
    pages.watches(PageId(1), ViewerId(3));
    pages.tell_chatting(said());
    assert!(heard(&mut gone).is_err(), "before it asks");
}
