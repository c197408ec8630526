//! The sockets of open watch pages: who is behind each, and how it is told something.

use crate::PageId;
use audience::{To, VisitorCookie};
use protocol::{PageMessage, ViewerId};
use std::collections::HashMap;
use tokio::sync::mpsc;

/// All open pages.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pages: HashMap<PageId, Page>,
}

#[derive(Debug)]
struct Page {
    cookie: Option<VisitorCookie>,
    /// The viewer whose session the page said it holds. Stays when that viewer is gone: the page is to hear why.
    viewer: Option<ViewerId>,
    tell: mpsc::Sender<PageMessage>,
}

impl Pages {
    pub(super) fn open(&mut self, id: PageId, cookie: Option<VisitorCookie>, tell: mpsc::Sender<PageMessage>) {
        self.pages.insert(id, Page { cookie, viewer: None, tell });
    }

    pub(super) fn watches(&mut self, id: PageId, viewer: ViewerId) {
        if let Some(page) = self.pages.get_mut(&id) {
            page.viewer = Some(viewer);
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

    /// Tells one page. A page that does not keep up is dropped, which closes its socket; it opens another.
    pub(super) fn tell_one(&mut self, id: PageId, message: PageMessage) {
        if self.pages.get(&id).is_some_and(|page| page.tell.try_send(message).is_err()) {
            self.pages.remove(&id);
        }
    }

    /// Tells all pages it is for.
    pub(super) fn tell(&mut self, to: To, message: &PageMessage) {
        self.pages.retain(|_, page| !page.is(to) || page.tell.try_send(message.clone()).is_ok());
    }
}

impl Page {
    fn is(&self, to: To) -> bool {
        match to {
            To::All => true,
            To::Visitor(cookie) => self.cookie == Some(cookie),
            To::Viewer(viewer) => self.viewer == Some(viewer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(n: u8) -> VisitorCookie {
        VisitorCookie::from_random([n; 16])
    }

    fn open(pages: &mut Pages, n: u8, room: usize) -> mpsc::Receiver<PageMessage> {
        let (tell, told) = mpsc::channel(room);
        pages.open(PageId(n.into()), Some(cookie(n)), tell);
        told
    }

    #[test]
    fn each_message_goes_to_those_it_is_for() {
        let mut pages = Pages::default();
        let (mut first, mut second) = (open(&mut pages, 1, 8), open(&mut pages, 2, 8));
        pages.watches(PageId(2), ViewerId(7));
        pages.tell(To::All, &PageMessage::Ended);
        pages.tell(To::Visitor(cookie(1)), &PageMessage::Forgiven);
        pages.tell(To::Viewer(ViewerId(7)), &PageMessage::Count { watching: 1 });
        assert_eq!(first.try_recv(), Ok(PageMessage::Ended));
        assert_eq!(first.try_recv(), Ok(PageMessage::Forgiven));
        assert!(first.try_recv().is_err());
        assert_eq!(second.try_recv(), Ok(PageMessage::Ended));
        assert_eq!(second.try_recv(), Ok(PageMessage::Count { watching: 1 }));
    }

    #[test]
    fn a_page_that_does_not_keep_up_is_dropped_and_delays_nobody() {
        let mut pages = Pages::default();
        let (_slow, mut quick) = (open(&mut pages, 1, 1), open(&mut pages, 2, 8));
        (0..3).for_each(|watching| pages.tell(To::All, &PageMessage::Count { watching }));
        assert_eq!(pages.len(), 1);
        assert_eq!((0..3).filter(|_| quick.try_recv().is_ok()).count(), 3);
    }
}
