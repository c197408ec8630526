//! What the HTTP side asks.

use crate::metrics::{self, Scrape};
use crate::owner::Owner;
use crate::sessions;
use audience::{Input, Refusal, RequestId, Visitor};
use forward::FragmentError;
use protocol::{LeaveReason, PageHello, PageMessage, RefusalCode};
use server::{JoinTicket, Joined, PageId, PatchError, Patched, Refused, Request};
use tokio::sync::{mpsc, oneshot};

/// What the audience was asked, and who waits for the answer.
pub(crate) enum Question {
    Page(oneshot::Sender<Result<(), Refusal>>),
    Knock(oneshot::Sender<Result<(), Refusal>>),
    Join { offer: String, ticket: JoinTicket, reply: oneshot::Sender<Result<Joined, Refused>> },
}

impl Owner {
    pub(crate) fn requested(&mut self, request: Request) {
        // A reply whose receiver is gone is not wanted any more, so sending it may fail.
        match request {
            Request::Page { token, visitor, reply } => {
                let request = self.question(Question::Page(reply));
                self.decide_quietly(Input::Visit { request, token, visitor });
            }
            Request::Knock { token, visitor, reply } => {
                let request = self.question(Question::Knock(reply));
                self.decide_quietly(Input::Knock { request, token, visitor });
            }
            Request::Join { token, visitor, offer, ticket, reply } => {
                let request = self.question(Question::Join { offer, ticket, reply });
                self.decide_quietly(Input::Join { request, token, visitor });
            }
            Request::Patch { session, fragment, if_match, reply, .. } => {
                drop(reply.send(self.patch(&session, &fragment, if_match.as_deref())));
            }
            Request::Leave { session, reply, .. } => drop(reply.send(self.leave(&session))),
            Request::Session { session, reply, .. } => drop(reply.send(self.sessions.viewer(&session).is_some())),
            Request::PageOpened { page, token, visitor, tell, reply } => {
                drop(reply.send(self.page_opened(page, &token, &visitor, tell)));
            }
            Request::PageSaid { page, hello } => self.page_said(page, hello),
            Request::PageClosed { page } => self.pages.close(page),
            Request::Metrics { refused, reply } => drop(reply.send(self.metrics(&refused))),
        }
    }

    fn question(&mut self, question: Question) -> RequestId {
        self.next_request += 1;
        let request = RequestId(self.next_request);
        self.questions.insert(request, question);
        request
    }

    fn patch(&mut self, session: &str, fragment: &str, if_match: Option<&str>) -> Result<Patched, PatchError> {
        let session = self.sessions.get_mut(session).ok_or(PatchError::NoSession)?;
        let if_match = if_match.ok_or(PatchError::PreconditionRequired)?;
        if !sessions::matches(if_match, &session.etag) {
            return Err(PatchError::Stale);
        }
        match self.forwarder.patch(session.viewer, fragment) {
            Ok(None) => Ok(Patched::Trickled),
            Ok(Some(fragment)) => {
                session.etag = ice_ufrag(&fragment).unwrap_or_default().to_owned();
                Ok(Patched::Restarted { etag: session.etag.clone(), fragment })
            }
            Err(error @ FragmentError::Malformed(_)) => Err(PatchError::Bad(error.to_string())),
            Err(FragmentError::NoViewer) => Err(PatchError::NoSession),
        }
    }

    fn leave(&mut self, session: &str) -> bool {
        let Some(viewer) = self.sessions.viewer(session) else { return false };
        self.forwarder.close(viewer);
        self.forget(viewer);
        self.decide_quietly(Input::Gone { viewer, reason: LeaveReason::Left });
        true
    }

    fn page_opened(
        &mut self,
        page: PageId,
        token: &str,
        visitor: &Visitor,
        tell: mpsc::Sender<PageMessage>,
    ) -> Result<(), Refusal> {
        let greeting = self.audience.greet(token, visitor)?;
        self.pages.open(page, visitor.cookie, tell);
        greeting.into_iter().for_each(|message| self.pages.tell_one(page, message));
        Ok(())
    }

    fn page_said(&mut self, page: PageId, hello: PageHello) {
        match hello {
            PageHello::Watching { session } => {
                if let Some(viewer) = self.sessions.viewer(&session) {
                    self.pages.watches(page, viewer);
                }
            }
            PageHello::Latency { latency_ms } => {
                if let Some(viewer) = self.pages.viewer(page) {
                    self.decide_quietly(Input::Latency { viewer, latency_ms });
                }
            }
        }
    }

    fn metrics(&self, refused_before: &[(RefusalCode, u64)]) -> String {
        metrics::text(&Scrape {
            live: self.audience.live(),
            watching: self.audience.watching(),
            peak: self.audience.peak(),
            pages: self.pages.len(),
            sessions: self.sessions.len(),
            refused: &self.refused.and(refused_before),
            totals: self.forwarder.totals(),
            steps: &self.meter.steps,
        })
    }
}

/// Of an answering fragment.
fn ice_ufrag(fragment: &str) -> Option<&str> {
    fragment.lines().find_map(|line| line.trim().strip_prefix("a=ice-ufrag:"))
}
