//! The sockets of open watch pages: who is behind each, and how it is told something.

use crate::{PageId, Seat, Told};
use audience::{Greeting, Headcount, Refusal, To, Visitor};
use protocol::{Class, MessageId, PageMessage, RefusalCode, SharedMessage, ViewerId};
use std::collections::HashMap;
use std::ops::RangeInclusive;
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

/// What is known of a page that opens its socket.
#[derive(Debug)]
pub(super) struct OpenPage {
    /// Of the link that it came by, as it stands in the URL.
    pub(super) token: String,
    pub(super) visitor: Visitor,
    pub(super) tell: mpsc::Sender<Told>,
    pub(super) seat: Seat,
}

#[derive(Debug)]
struct Page {
    token: Box<str>,
    visitor: Visitor,
    /// It hears nothing but what is meant for it alone.
    outside: bool,
    /// The viewer whose session the page said it holds. Stays when that viewer is gone: the page is to hear why.
    viewer: Option<ViewerId>,
    tell: mpsc::Sender<Told>,
    seat: Seat,
    /// It shows the chat, and is told of it.
    chats: bool,
    /// Of the chat, what it was told before the others are.
    ahead: Option<RangeInclusive<MessageId>>,
    /// When it may ask for the chat again.
    may_ask: Option<Instant>,
    /// At how many looks in a row it did not watch; two are enough.
    waits: u8,
}

impl Pages {
    pub(super) fn open(&mut self, id: PageId, page: OpenPage, greeting: Greeting) {
        let OpenPage { token, visitor, tell, seat } = page;
        let (token, Greeting { outside, messages }) = (token.into(), greeting);
        let (viewer, ahead, may_ask) = (None, None, None);
        let page = Page { token, visitor, outside, viewer, tell, seat, chats: false, ahead, may_ask, waits: 0 };
        self.pages.insert(id, page);
        messages.into_iter().for_each(|message| self.tell_one(id, message));
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
        // Who knocks is listed, one by one.
        let waiting = |page: &&Page| page.waits == WAITS && !page.outside && may_wait(&page.visitor);
        self.pages.values().filter(waiting).for_each(|page| people.count(&page.visitor));
        people.people()
    }

    /// Tells one page. A page that does not keep up is dropped, which closes its socket; it opens another.
    pub(super) fn tell_one(&mut self, id: PageId, message: PageMessage) {
        if self.pages.get(&id).is_some_and(|page| !page.hears(&message.into())) {
            self.pages.remove(&id);
        }
    }

    /// Has each greeted anew by the link that it came by. One that comes in by it, or has to go out, is told; who is refused hears why as
    /// its last words: its socket closes.
    /// Answers those that have to go out.
    pub(super) fn look_again(
        &mut self,
        greet: impl Fn(&str, &Visitor) -> Result<Greeting, Refusal>,
    ) -> Vec<(PageId, String, Visitor)> {
        let mut out = Vec::new();
        self.pages.retain(|id, page| match greet(&page.token, &page.visitor) {
            Ok(greeting) if greeting.outside == page.outside => true,
            Ok(Greeting { outside, messages }) => {
                (page.outside, page.chats) = (outside, page.chats && !outside);
                if outside {
                    out.push((*id, page.token.to_string(), page.visitor.clone()));
                }
                messages.into_iter().all(|message| page.hears(&message.into()))
            }
            Err(refusal) => {
                let last = match refusal.code {
                    RefusalCode::PasscodeNeeded => PageMessage::Passcode,
                    _ => PageMessage::Retired,
                };
                // Whoever does not keep up hears nothing; the socket closes all the same.
                let _ = page.tell.try_send(last.into());
                false
            }
        });
        out
    }

    pub(super) fn is_outside(&self, id: PageId) -> bool {
        self.pages.get(&id).is_some_and(|page| page.outside)
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
        let told = Told::from(message);
        self.pages.retain(|_, page| !page.chats || page.news(&told).is_none_or(|news| page.hears(&news)));
    }

    /// Tells one that shows the chat what the others are told soon.
    pub(super) fn tell_ahead(&mut self, id: PageId, said: &[SharedMessage]) {
        let Some(page) = self.pages.get(&id).filter(|page| page.chats) else { return };
        let messages: Vec<_> = said.iter().filter(|message| !page.has(message)).cloned().collect();
        if !messages.is_empty() {
            self.tell_one(id, PageMessage::Chat { messages });
        }
        self.is_ahead(id, said);
    }

    /// It was told what the others are told soon, all in one message.
    pub(super) fn is_ahead(&mut self, id: PageId, said: &[SharedMessage]) {
        if let Some(page) = self.pages.get_mut(&id) {
            page.ahead = said.first().zip(said.last()).map(|(first, last)| first.id..=last.id);
        }
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
    /// What the others are told and this one was not yet; none: nothing of it.
    fn news(&mut self, told: &Told) -> Option<Told> {
        let (Some(ahead), PageMessage::Chat { messages }) = (&self.ahead, told.message()) else {
            return Some(told.clone());
        };
        let news: Vec<_> = messages.iter().filter(|message| !self.has(message)).cloned().collect();
        if messages.iter().any(|message| message.id == *ahead.end()) {
            self.ahead = None;
        }
        (!news.is_empty()).then(|| PageMessage::Chat { messages: news }.into())
    }

    /// It was told this before the others are.
    fn has(&self, message: &SharedMessage) -> bool {
        self.ahead.as_ref().is_some_and(|ahead| ahead.contains(&message.id))
    }

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
            To::All => !self.outside,
            // Who was banned with a cookie of a version before is told of its end, too.
            To::Visitor(cookie) => self.visitor.cookie.or(self.visitor.unsigned) == Some(cookie),
            To::Viewer(viewer) => self.viewer == Some(viewer),
        }
    }
}

#[cfg(test)]
mod tests;
