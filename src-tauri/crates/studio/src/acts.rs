//! What the audience decides, carried out.

use crate::owner::{Owner, now};
use crate::requests::Question;
use crate::studio::CommandError;
use audience::{Input, Output, Refusal, RequestId};
use forward::{Gone, OfferError};
use protocol::{ErrorCode, LeaveReason, RefusalCode, Rid, ViewerId};
use server::{Joined, Refused};

impl Owner {
    /// Lets the audience decide, and carries out what it decides. An error: it was a command that cannot be carried out.
    pub(crate) fn decide(&mut self, input: Input) -> Result<(), CommandError> {
        let mut result = Ok(());
        let mut next = Some(input);
        let mut keep = None;
        while let Some(input) = next.take() {
            self.audience.handle(input, now());
            let mut turned_away = Vec::new();
            loop {
                match self.audience.poll() {
                    Output::Timeout(when) => {
                        self.audience_timeout = when;
                        break;
                    }
                    Output::Rejected { code, message } => result = Err(CommandError { code, message }),
                    // On disk last: who is kicked is out before a disk has turned.
                    Output::Keep(persisted) => keep = Some(persisted),
                    Output::Admitted { request, viewer } => {
                        if !self.let_in(request, viewer) {
                            turned_away.push(viewer);
                        }
                    }
                    Output::Welcome { request } => self.answer(request, Ok(())),
                    Output::Refused { request, refusal } => self.answer(request, Err(refusal)),
                    Output::Drop { viewer, .. } => {
                        self.forwarder.close(viewer);
                        self.forget(viewer);
                    }
                    Output::Tell { to, message } => self.pages.tell(to, &message),
                    Output::Event(event) => self.event(event),
                }
            }
            // One question admits one viewer.
            next = turned_away.pop().map(|viewer| Input::JoinFailed { viewer });
        }
        if let Some(persisted) = keep
            && let Err(error) = self.keeper.keep(&persisted)
        {
            let path = self.keeper.path().display();
            let message = format!(
                "{path} could not be written ({error}): what changed holds until Skylark ends. Free space, or make the folder writable."
            );
            self.complain(ErrorCode::Storage, message);
        }
        result
    }

    /// [`Owner::decide`] where no command is concerned, so that nothing can be rejected.
    pub(crate) fn decide_quietly(&mut self, input: Input) {
        if let Err(error) = self.decide(input) {
            tracing::error!("the audience rejected what was no command: {error}");
        }
    }

    /// A viewer went by itself; the forwarder has freed it already.
    pub(crate) fn gone(&mut self, viewer: ViewerId, why: Gone) {
        self.forget(viewer);
        let reason = match why {
            Gone::Closed => LeaveReason::Left,
            Gone::Timeout | Gone::Failed => LeaveReason::Timeout,
        };
        self.decide_quietly(Input::Gone { viewer, reason });
    }

    /// Frees what the studio holds of a viewer, and gives its share of the line to others.
    pub(crate) fn forget(&mut self, viewer: ViewerId) {
        self.sessions.close(viewer);
        for (other, rid) in self.upload.release(viewer) {
            self.forwarder.cap(other, rid);
        }
    }

    /// Makes a transport for an admitted viewer and answers its offer; false if that could not be.
    fn let_in(&mut self, request: RequestId, viewer: ViewerId) -> bool {
        let Some(Question::Join { offer, ticket, reply }) = self.questions.remove(&request) else { return false };
        let answer = self.transport(viewer, &offer);
        let joined = answer.map(|(answer, etag)| {
            let session = crate::open::random_bits().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            self.sessions.open(session.clone(), viewer, etag.clone(), ticket);
            Joined { session, answer, etag }
        });
        if let Err(Refused::Refusal(refusal)) = &joined {
            self.refused.count(refusal.code);
        }
        let is_in = joined.is_ok();
        // A client that gave up while it waited left no address to end its session by; it goes as one that never connects.
        let _ = reply.send(joined);
        is_in
    }

    /// The answer, and the name of the ICE session.
    fn transport(&mut self, viewer: ViewerId, offer: &str) -> Result<(String, String), Refused> {
        let full = || Refused::Refusal(Refusal::new(RefusalCode::Full));
        let max: Rid = self.upload.admit(viewer).ok_or_else(full)?;
        let joined = self.forwarder.join(viewer, offer, max).map_err(|error| {
            self.upload.release(viewer);
            match error {
                OfferError::Malformed(_) => Refused::BadOffer(error.to_string()),
                OfferError::NoMedia => Refused::NoMedia(error.to_string()),
                OfferError::Overloaded => Refused::Overloaded,
                OfferError::Duplicate => unreachable!("the audience never uses an id twice"),
            }
        })?;
        match self.upload.settle(viewer, joined.codec) {
            Some(settled) if settled != max => self.forwarder.cap(viewer, settled),
            Some(_) => {}
            None => {
                self.forwarder.close(viewer);
                return Err(full());
            }
        }
        Ok((joined.answer, joined.ice_ufrag))
    }

    fn answer(&mut self, request: RequestId, answer: Result<(), Refusal>) {
        let question = self.questions.remove(&request);
        // Most joins are refused at the knock already, before their offer is read.
        if let (Err(refusal), Some(Question::Knock(_) | Question::Join { .. })) = (&answer, &question) {
            self.refused.count(refusal.code);
        }
        // Nobody waits for an answer when its receiver is gone.
        match question {
            Some(Question::Page(reply) | Question::Knock(reply)) => drop(reply.send(answer)),
            Some(Question::Join { reply, .. }) => {
                if let Err(refusal) = answer {
                    drop(reply.send(Err(Refused::Refusal(refusal))));
                }
            }
            None => {}
        }
    }
}
