//! The owner's side of the requests: who has a page open, whose session is whose, and how many were refused.

mod outside;
mod pages;
mod refusals;
mod sessions;
#[cfg(test)]
mod tests;
mod waiting;

pub use refusals::Refusals;

use crate::{CounterOffer, Joined, LetIn, PageId, PatchError, Patched, Refused, Request, Shown};
use audience::{Audience, Input, Now, To, Visitor};
use outside::Outsiders;
use pages::{OpenPage, Pages};
use protocol::{LeaveReason, PageHello, PageMessage, RefusalCode, SharedMessage, ViewerId};
use sdp::{Fragment, Offer};
use sessions::Sessions;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use sessions::matches;
use std::collections::HashMap;
use std::time::Duration;
use waiting::{Waiting, WaitsFor};
use words::said;

/// Answers [`Request`]s. The audience decides who may watch, [`Transports`] are made by whoever can; the door knows which
/// page and which session stands for whom.
///
/// It waits for nothing and has no clock. What an answer makes the audience put out is left there for the owner to poll.
#[derive(Debug, Default)]
pub struct Door {
    pages: Pages,
    sessions: Sessions,
    refusals: Refusals,
    outsiders: Outsiders,
    waiting: Waiting,
    /// Pages that were outside when they were looked at, and whose they are.
    waits_by: HashMap<PageId, Visitor>,
    /// Who is shown the stream before they watch it is shown a picture of it, too.
    stills: bool,
}

/// Makes, changes and frees viewers' transports.
pub trait Transports {
    /// Makes one for an admitted viewer, and draws its session's id. After an error nothing is held for the viewer. None: it is to be
    /// sent the stream from elsewhere, and is answered later, by [`Door::counter_offer`] or [`Door::refuse`].
    fn join(&mut self, viewer: ViewerId, visitor: &Visitor, asks: &Asks) -> Result<Option<Joined>, Refused>;

    /// Takes the answer to a counter-offer. It is replied to later, by [`Door::answer_taken`].
    fn answer(&mut self, viewer: ViewerId, answer: String) -> Result<(), PatchError>;

    /// Takes a trickle fragment in. An ICE restart gives the fragment to answer with.
    fn patch(&mut self, viewer: ViewerId, fragment: &Fragment) -> Result<Option<String>, PatchError>;

    /// Somebody asks whether this viewer's session is there: who watches elsewhere is heard of by that.
    fn asked_for(&mut self, _viewer: ViewerId) {}

    /// Frees the transport of a viewer that leaves.
    fn close(&mut self, viewer: ViewerId);

    /// `/metrics` in the Prometheus text format. `refused_before` were refused by the server, and the door never heard of them.
    fn metrics(&self, audience: &Audience, door: &Door, refused_before: &[(RefusalCode, u64)]) -> String;
}

/// What somebody who is let in asks for.
#[derive(Debug)]
pub struct Asks {
    /// What it can be sent.
    pub offer: Offer,
    /// It takes an offer in the place of an answer.
    pub counter_offers: bool,
    /// It takes pictures of several codecs in one stream, one after the other.
    pub codec_changes: bool,
}

impl Door {
    /// Nobody has come. `stills`: see [`Door::show_stills`].
    pub fn new(stills: bool) -> Door {
        Door { stills, ..Door::default() }
    }

    /// Whether a pasted link has a picture of the stream beside it.
    pub fn show_stills(&mut self, on: bool) {
        self.stills = on;
    }

    /// What this visitor, who may see the page, is shown before they watch.
    fn shown(&self, token: &str, visitor: &Visitor, audience: &Audience, now: Now) -> Shown {
        if audience.is_rehearsal(token) {
            return Shown { title: audience.title().to_owned(), private: true, ..Shown::default() };
        }
        let Some(title) = audience.title_for(visitor, now) else { return Shown::default() };
        let live = audience.live();
        Shown { title: title.to_owned(), live, still: live && self.stills, private: false }
    }

    /// Answers a request, unless nobody waits for that any more.
    pub fn answer(&mut self, request: Request, audience: &mut Audience, transports: &mut impl Transports, now: Now) {
        if request.is_abandoned() {
            return;
        }
        // A reply whose receiver is gone is not wanted any more, so sending it may fail.
        match request {
            Request::Page { token, visitor, reply } => {
                let answer = audience.visit(&token, &visitor, now);
                if let Err(refusal) = &answer {
                    self.outsiders.refused(&visitor, refusal.code);
                }
                drop(reply.send(answer.map(|()| self.shown(&token, &visitor, audience, now))));
            }
            Request::Passcode { token, visitor, word, reply } => {
                let answer = audience.try_passcode(&token, &visitor, word.reveal(), now);
                if let Err(refusal) = &answer {
                    self.refusals.count(refusal.code);
                }
                drop(reply.send(answer));
            }
            Request::Knock { token, visitor, reply } => {
                let answer = audience.knock(&token, &visitor, now);
                // Most joins are refused here already, before their offer is read.
                if let Err(refusal) = &answer {
                    self.refusals.count(refusal.code);
                    self.outsiders.refused(&visitor, refusal.code);
                    if refusal.code == RefusalCode::WaitingRoom {
                        audience.waits(&token, &visitor, false, now);
                    }
                }
                drop(reply.send(answer));
            }
            Request::Join { token, visitor, offer, counter_offers, codec_changes, reply } => {
                let joined = match audience.join(&token, visitor.clone(), now) {
                    Ok(viewer) => {
                        let asks = Asks { offer, counter_offers, codec_changes };
                        let joined = self.open_session(viewer, &visitor, &asks, transports).transpose();
                        let Some(joined) = joined else { return self.waiting.add(viewer, WaitsFor::Offer(reply)) };
                        audience.handle(became(viewer, &joined), now);
                        joined
                    }
                    Err(refusal) => Err(Refused::Refusal(refusal)),
                };
                if let Err(Refused::Refusal(refusal)) = &joined {
                    self.refusals.count(refusal.code);
                    self.outsiders.refused(&visitor, refusal.code);
                }
                // A client that gave up while it waited left no address to end its session by; it goes as one that never connects.
                drop(reply.send(joined.map(LetIn::Here)));
            }
            Request::BadOffer { visitor, reason } => audience.handle(Input::BadOffer { visitor, reason }, now),
            Request::Failed { token, visitor, code, session, reply } => {
                let viewer = session.and_then(|session| self.sessions.viewer(&session));
                audience.handle(Input::PageFailed { token, visitor, viewer, code }, now);
                let _ = reply.send(());
            }
            Request::Patch { session, fragment, if_match, reply, .. } => {
                drop(reply.send(self.patch(&session, &fragment, if_match.as_deref(), transports)));
            }
            Request::Answer { session, answer, reply, .. } => match self.answered(&session, answer, transports) {
                Ok(viewer) => self.waiting.add(viewer, WaitsFor::Taken(reply)),
                Err(error) => drop(reply.send(Err(error))),
            },
            Request::Leave { session, reply, .. } => drop(reply.send(self.leave(&session, audience, transports, now))),
            Request::Session { session, reply, .. } => {
                let viewer = self.sessions.viewer(&session);
                if let Some(viewer) = viewer {
                    transports.asked_for(viewer);
                }
                let _ = reply.send(viewer.is_some());
            }
            Request::PageOpened { page, token, visitor, tell, seat, reply } => {
                let greeting = audience.greet(&token, &visitor, now);
                if greeting.as_ref().is_ok_and(|greeting| greeting.outside) {
                    audience.waits(&token, &visitor, true, now);
                    self.waits_by.insert(page, visitor.clone());
                }
                let open = |greeting| self.pages.open(page, OpenPage { token, visitor, tell, seat }, greeting);
                drop(reply.send(greeting.map(open)));
            }
            Request::PageSaid { page, hello, reply } => {
                self.page_said(page, hello, audience, now);
                let _ = reply.send(());
            }
            Request::PageClosed { page } => {
                self.pages.close(page);
                self.waits_no_more(page, audience, now);
            }
            Request::Metrics { refused, reply } => drop(reply.send(transports.metrics(audience, self, &refused))),
        }
    }

    /// Tells the pages it is for. One that does not keep up is dropped, which closes its socket; it opens another.
    pub fn tell(&mut self, to: To, message: PageMessage) {
        self.pages.tell(to, message);
    }

    /// Tells one page.
    pub fn tell_page(&mut self, page: PageId, message: PageMessage) {
        self.pages.tell_one(page, message);
    }

    /// Tells the pages that show the chat.
    pub fn tell_chatting(&mut self, message: PageMessage) {
        self.pages.tell_chatting(message);
    }

    /// Tells one page that shows the chat what the others are told soon, as far as it was not told before: then it is not told it again.
    pub fn tell_ahead(&mut self, page: PageId, said: &[SharedMessage]) {
        self.pages.tell_ahead(page, said);
    }

    /// The page was told already what the others are told soon.
    pub fn is_ahead(&mut self, page: PageId, said: &[SharedMessage]) {
        self.pages.is_ahead(page, said);
    }

    /// The viewer whose session the page holds.
    pub fn viewer_of(&self, page: PageId) -> Option<ViewerId> {
        self.pages.viewer(page).filter(|viewer| self.sessions.is_of(*viewer))
    }

    /// A page asks for the chat. An error, when it is to be answered: it asked a moment ago, or was told much.
    pub fn asks_for_chat(&mut self, page: PageId, now: Now) -> Result<(), Duration> {
        self.pages.asks_for_chat(page, now.instant)
    }

    /// The page is told so many bytes of what was said before it asked.
    pub fn told_of_chat(&mut self, page: PageId, bytes: usize, now: Now) {
        self.pages.told_of_chat(page, bytes, now.instant);
    }

    /// The page shows the chat from now on, or does not.
    pub fn show_chat(&mut self, page: PageId, shows: bool) {
        self.pages.show_chat(page, shows);
    }

    /// Media flows to the viewer: the connection of its page is a viewer's own.
    pub fn connected(&mut self, viewer: ViewerId) {
        if self.sessions.is_of(viewer) {
            self.pages.connected(viewer);
        }
    }

    /// Who may hear of the broadcast changed: every page is greeted anew, and those that are refused are told why and closed.
    pub fn look_again(&mut self, audience: &mut Audience, now: Now) {
        let out = self.pages.look_again(|token, visitor| audience.greet(token, visitor, now));
        for (page, token, visitor) in out {
            audience.waits(&token, &visitor, true, now);
            self.waits_by.insert(page, visitor);
        }
    }

    /// The page waits outside until its visitor is let in: whose it is.
    pub fn waits(&self, page: PageId) -> Option<&Visitor> {
        self.waits_by.get(&page).filter(|_| self.pages.is_outside(page))
    }

    /// There is an offer from elsewhere for this viewer: its session begins. Who answered one goes on with that session. False: nobody waits
    /// for it any more, or there is no such viewer.
    pub fn counter_offer(&mut self, viewer: ViewerId, counter: CounterOffer) -> bool {
        if let Some(reply) = self.waiting.take_answered(viewer) {
            return reply.send(Ok(Some(counter.offer))).is_ok();
        }
        let Some(reply) = self.waiting.take_offered(viewer) else { return false };
        self.sessions.open(counter.session.clone(), viewer, String::new());
        reply.send(Ok(LetIn::There(counter))).is_ok()
    }

    /// There will be no offer from elsewhere.
    pub fn refuse(&mut self, viewer: ViewerId, refused: Refused) {
        if let Some(reply) = self.waiting.take_offered(viewer) {
            drop(reply.send(Err(refused)));
        }
    }

    /// The answer to the offer from elsewhere was taken, or not: then the viewer is to be closed, too.
    pub fn answer_taken(&mut self, viewer: ViewerId, well: bool) {
        if let Some(reply) = self.waiting.take_answered(viewer) {
            drop(reply.send(if well { Ok(None) } else { Err(PatchError::NotTaken) }));
        }
    }

    /// The viewer is gone, and its session with it. Its page stays open, so that it hears why.
    pub fn close(&mut self, viewer: ViewerId) {
        // Who waits for a word hears that there is none.
        self.waiting.drop_of(viewer);
        self.sessions.close(viewer);
        self.pages.gone(viewer);
    }

    /// How many pages are open.
    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    /// How many sessions there are, joining or watching.
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// The joins that were refused here.
    pub fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    fn open_session(
        &mut self,
        viewer: ViewerId,
        visitor: &Visitor,
        asks: &Asks,
        transports: &mut impl Transports,
    ) -> Result<Option<Joined>, Refused> {
        let joined = transports.join(viewer, visitor, asks)?;
        if let Some(joined) = &joined {
            self.sessions.open(joined.session.clone(), viewer, joined.etag.clone());
        }
        Ok(joined)
    }

    /// Who waited by other pages as well waits on.
    fn waits_no_more(&mut self, page: PageId, audience: &mut Audience, now: Now) {
        let Some(visitor) = self.waits_by.remove(&page) else { return };
        if self.waits_by.values().all(|other| *other != visitor) {
            audience.waits_no_more(&visitor, now);
        }
    }

    fn answered(
        &mut self,
        session: &str,
        answer: String,
        transports: &mut impl Transports,
    ) -> Result<ViewerId, PatchError> {
        let viewer = self.sessions.viewer(session).ok_or(PatchError::NoSession)?;
        transports.answer(viewer, answer)?;
        Ok(viewer)
    }

    fn patch(
        &mut self,
        session: &str,
        fragment: &Fragment,
        if_match: Option<&str>,
        transports: &mut impl Transports,
    ) -> Result<Patched, PatchError> {
        let session = self.sessions.get_mut(session).ok_or(PatchError::NoSession)?;
        let if_match = if_match.ok_or(PatchError::PreconditionRequired)?;
        if !sessions::matches(if_match, &session.etag) {
            return Err(PatchError::Stale);
        }
        match transports.patch(session.viewer, fragment)? {
            None => Ok(Patched::Trickled),
            Some(fragment) => {
                session.etag = ice_ufrag(&fragment).unwrap_or_default().to_owned();
                Ok(Patched::Restarted { etag: session.etag.clone(), fragment })
            }
        }
    }

    fn leave(&mut self, session: &str, audience: &mut Audience, transports: &mut impl Transports, now: Now) -> bool {
        let Some(viewer) = self.sessions.viewer(session) else { return false };
        transports.close(viewer);
        self.close(viewer);
        audience.handle(Input::Gone { viewer, reason: LeaveReason::Left }, now);
        true
    }

    fn page_said(&mut self, page: PageId, hello: PageHello, audience: &mut Audience, now: Now) {
        match hello {
            PageHello::Watching { session } => {
                if let Some(viewer) = self.sessions.viewer(&session) {
                    self.pages.watches(page, viewer);
                }
            }
            PageHello::Latency { latency_ms } => {
                if let Some(viewer) = self.pages.viewer(page) {
                    audience.handle(Input::Latency { viewer, latency_ms }, now);
                }
            }
            // Of the chat the door knows nothing but who shows it: the owner took what concerns that.
            _ => {}
        }
    }
}

/// What the audience is told of an admitted viewer's offer.
fn became(viewer: ViewerId, joined: &Result<Joined, Refused>) -> Input {
    match joined {
        Ok(joined) => Input::Answered { viewer, rejected: joined.rejected.clone() },
        Err(Refused::BadOffer(why) | Refused::NoMedia(why)) => Input::OfferRefused { viewer, reason: why.clone() },
        Err(Refused::NoEncoder) => Input::OfferRefused { viewer, reason: said!("offer.no_room") },
        Err(Refused::Refusal(_) | Refused::Overloaded) => Input::JoinFailed { viewer },
    }
}

/// Of an answering fragment; it names the ICE session from then on.
fn ice_ufrag(fragment: &str) -> Option<&str> {
    fragment.lines().find_map(|line| line.trim().strip_prefix("a=ice-ufrag:"))
}
