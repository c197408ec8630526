//! The sockets of open watch pages: who is behind each, and how it is told something.

use crate::{PageId, Seat, Told};
use audience::{Headcount, To, Visitor};
use protocol::{Class, PageMessage, ViewerId};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// A page that did not watch at so many looks in a row waits: on the way to a picture it does not watch either.
const WAITS: u8 = 2;

/// A page may ask for the chat once in this time.
const CHAT_ASKS: Duration = Duration::from_secs(1);

/// So much of what was said in the chat a viewer may be told again, by however many pages: a thousand lines at once, and then a line's
/// share of what its picture takes.
const CHAT_BYTES_A_SECOND: u32 = 64 * 1024;
const CHAT_AHEAD: Duration = Duration::from_secs(8);

/// All open pages.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pages: HashMap<PageId, Page>,
    /// Of each viewer that is connected, or whose session some page said that it holds.
    viewers: HashMap<ViewerId, Watching>,
}

#[derive(Debug, Default)]
struct Watching {
    /// The page by which it watches: the last that said so, and no other, however many say it.
    page: Option<PageId>,
    /// Media flows.
    connected: bool,
    /// What it was told of the chat is made up for then.
    chat_paid: Option<Instant>,
}

#[derive(Debug)]
struct Page {
    visitor: Visitor,
    /// The viewer whose session the page said it holds. Stays when that viewer is gone: the page is to hear why.
    viewer: Option<ViewerId>,
    tell: mpsc::Sender<Told>,
    seat: Seat,
    /// It shows the chat, and is told of it.
    chats: bool,
    /// When it may ask for the chat again.
    may_ask: Option<Instant>,
    /// At how many looks in a row it did not watch; two are enough.
    waits: u8,
}

impl Pages {
    pub(super) fn open(&mut self, id: PageId, visitor: Visitor, tell: mpsc::Sender<Told>, seat: Seat) {
        self.pages.insert(id, Page { visitor, viewer: None, tell, seat, chats: false, may_ask: None, waits: 0 });
    }

    /// The page says that it holds the session of this viewer, which there is.
    pub(super) fn watches(&mut self, id: PageId, viewer: ViewerId) {
        let Some(page) = self.pages.get_mut(&id) else { return };
        let before = page.viewer.replace(viewer).and_then(|before| self.viewers.get_mut(&before));
        if let Some(before) = before.filter(|before| before.page == Some(id)) {
            before.page = None;
            page.seat.watched(false);
        }
        let watching = self.viewers.entry(viewer).or_default();
        let (other, connected) = (watching.page.replace(id), watching.connected);
        self.watched(other, false);
        self.watched(Some(id), connected);
    }

    /// Media flows to the viewer.
    pub(super) fn connected(&mut self, viewer: ViewerId) {
        let watching = self.viewers.entry(viewer).or_default();
        watching.connected = true;
        let page = watching.page;
        self.watched(page, true);
    }

    /// The viewer is gone.
    pub(super) fn gone(&mut self, viewer: ViewerId) {
        let page = self.viewers.remove(&viewer).and_then(|watching| watching.page);
        self.watched(page, false);
        // What people say is for who watches. Its page asks for it again when it holds another session.
        self.pages.values_mut().filter(|page| page.viewer == Some(viewer)).for_each(|page| page.chats = false);
    }

    /// The connection of a page is a viewer's own, or as any other.
    fn watched(&self, page: Option<PageId>, is: bool) {
        if let Some(page) = page.and_then(|page| self.pages.get(&page)) {
            page.seat.watched(is);
        }
    }

    pub(super) fn viewer(&self, id: PageId) -> Option<ViewerId> {
        self.pages.get(&id)?.viewer
    }

    pub(super) fn close(&mut self, id: PageId) {
        self.pages.remove(&id);
    }

    pub(super) fn len(&self) -> usize {
        self.pages.len()
    }

    /// How many people wait behind the pages: those whose page did not watch at [`WAITS`] looks, of which this is one. Who watches all the
    /// same, by another page or by none, does not wait, and some may not.
    pub(super) fn waiting<'a>(
        &mut self,
        watchers: impl Iterator<Item = &'a Visitor>,
        may_wait: impl Fn(&Visitor) -> bool,
    ) -> u32 {
        let viewers = &self.viewers;
        let watches =
            |page: &Page| page.viewer.and_then(|viewer| viewers.get(&viewer)).is_some_and(|viewer| viewer.connected);
        for page in self.pages.values_mut() {
            page.waits = if watches(page) { 0 } else { (page.waits + 1).min(WAITS) };
        }
        if self.pages.values().all(|page| page.waits < WAITS) {
            return 0;
        }
        let mut people = Headcount::default();
        watchers.for_each(|visitor| people.leave_out(visitor));
        let waiting = |page: &&Page| page.waits == WAITS && may_wait(&page.visitor);
        self.pages.values().filter(waiting).for_each(|page| people.count(&page.visitor));
        people.people()
    }

    /// Tells one page. A page that does not keep up is dropped, which closes its socket; it opens another.
    pub(super) fn tell_one(&mut self, id: PageId, message: PageMessage) {
        if self.pages.get(&id).is_some_and(|page| !page.hears(&message.into())) {
            self.pages.remove(&id);
        }
    }

    /// Drops those whose visitors this concerns, with these last words: their sockets close.
    pub(super) fn close_where(&mut self, concerns: impl Fn(&Visitor) -> bool, last: &PageMessage) {
        self.pages.retain(|_, page| {
            let closes = concerns(&page.visitor);
            if closes {
                // Whoever does not keep up hears nothing; the socket closes all the same.
                let _ = page.tell.try_send(last.clone().into());
            }
            !closes
        });
    }

    /// Tells all pages it is for.
    pub(super) fn tell(&mut self, to: To, message: PageMessage) {
        if matches!(message, PageMessage::Removed { .. }) {
            // What people say is not for who was removed.
            self.pages.values_mut().filter(|page| page.is(to)).for_each(|page| page.chats = false);
        }
        self.tell_where(|page| page.is(to), message);
    }

    /// Tells those that show the chat.
    pub(super) fn tell_chatting(&mut self, message: PageMessage) {
        self.tell_where(|page| page.chats, message);
    }

    fn tell_where(&mut self, concerns: impl Fn(&Page) -> bool, message: PageMessage) {
        let told = Told::from(message);
        self.pages.retain(|_, page| !concerns(page) || page.hears(&told));
    }

    /// The page asks for the chat. An error, when it may: not a moment after it did, nor before what its viewer was told is made up for, for
    /// to answer costs more than to ask.
    pub(super) fn asks_for_chat(&mut self, id: PageId, now: Instant) -> Result<(), Duration> {
        let Some(page) = self.pages.get_mut(&id) else { return Err(CHAT_ASKS) };
        let paid = page.viewer.and_then(|viewer| self.viewers.get(&viewer)?.chat_paid);
        let paid = paid.and_then(|paid| paid.checked_sub(CHAT_AHEAD));
        let wait = page.may_ask.max(paid).map(|then| then.saturating_duration_since(now)).unwrap_or_default();
        if !wait.is_zero() {
            return Err(wait);
        }
        page.may_ask = Some(now + CHAT_ASKS);
        Ok(())
    }

    /// The page is told so many bytes of what was said.
    pub(super) fn told_of_chat(&mut self, id: PageId, bytes: usize, now: Instant) {
        let viewer = self.viewer(id).and_then(|viewer| self.viewers.get_mut(&viewer));
        if let Some(watching) = viewer {
            let costs = Duration::from_secs_f64(bytes as f64 / f64::from(CHAT_BYTES_A_SECOND));
            watching.chat_paid = Some(watching.chat_paid.map_or(now, |paid| paid.max(now)) + costs);
        }
    }

    /// The page shows the chat from now on, or does not.
    pub(super) fn show_chat(&mut self, id: PageId, shows: bool) {
        if let Some(page) = self.pages.get_mut(&id) {
            page.chats = shows;
        }
    }
}

impl Page {
    /// False: it has no room for what it must hear, so it does not keep up.
    fn hears(&self, told: &Told) -> bool {
        match told.message().class() {
            Class::MustHear => self.tell.try_send(told.clone()).is_ok(),
            Class::MayMiss => {
                // Half the room is for the others.
                if self.tell.capacity() * 2 > self.tell.max_capacity() {
                    // An error: the socket is gone, which its end says.
                    let _ = self.tell.try_send(told.clone());
                }
                true
            }
        }
    }

    fn is(&self, to: To) -> bool {
        match to {
            To::All => true,
            // Who was banned with a cookie of a version before is told of its end, too.
            To::Visitor(cookie) => self.visitor.cookie.or(self.visitor.unsigned) == Some(cookie),
            To::Viewer(viewer) => self.viewer == Some(viewer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use audience::VisitorCookie;

    fn cookie(n: u8) -> VisitorCookie {
        VisitorCookie::from_random([n; 16])
    }

    fn open(pages: &mut Pages, n: u8, room: usize) -> mpsc::Receiver<Told> {
        let (tell, told) = mpsc::channel(room);
        let visitor = Visitor::new(Some(cookie(n)), [203, 0, 113, n].into(), "Firefox/140.0");
        pages.open(PageId(n.into()), visitor, tell, Seat::nowhere());
        told
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
        pages.close_where(|visitor| visitor.cookie == Some(cookie(1)), &PageMessage::Retired);
        pages.tell(To::All, PageMessage::Ended);
        assert_eq!(heard(&mut first), Ok(PageMessage::Retired));
        assert_eq!(heard(&mut first), Err(mpsc::error::TryRecvError::Disconnected), "its socket closes");
        assert_eq!(heard(&mut second), Ok(PageMessage::Ended));
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
}
