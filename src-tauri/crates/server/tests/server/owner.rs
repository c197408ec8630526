//! Answers requests as the studio does, without media: an audience, sessions, pages.

use audience::{Audience, Input, Now, Output, Persisted, RequestId, To, Token};
use protocol::{PageHello, PageMessage, ViewerId};
use server::{JoinTicket, Joined, PageId, PatchError, Patched, Refused, Request};
use std::collections::HashMap;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};

/// What a test does to the owner.
#[derive(Debug)]
pub(crate) enum Order {
    /// Hand this to the audience.
    Input(Input, oneshot::Sender<()>),
    /// Every join under way connects.
    Connect(oneshot::Sender<Vec<ViewerId>>),
    /// Send this to every page, at once and whether it keeps up or not.
    Tell(PageMessage, usize, oneshot::Sender<usize>),
    /// What the owner knows.
    Look(oneshot::Sender<Look>),
}

/// What the owner knows.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Look {
    pub(crate) pages: usize,
    pub(crate) sessions: usize,
    pub(crate) offers: Vec<String>,
    pub(crate) said: Vec<PageHello>,
    pub(crate) viewers: Vec<protocol::Viewer>,
}

struct Session {
    viewer: ViewerId,
    etag: String,
    ticket: Option<JoinTicket>,
}

struct Page {
    cookie: Option<audience::VisitorCookie>,
    viewer: Option<ViewerId>,
    tell: mpsc::Sender<PageMessage>,
}

pub(crate) struct Owner {
    audience: Audience,
    sessions: HashMap<String, Session>,
    pages: HashMap<PageId, Page>,
    made: u64,
    look: Look,
}

impl Owner {
    pub(crate) fn new(link: &str) -> Self {
        let token = Token::named(link).expect("the test's link is well-formed");
        let audience = Audience::new(Persisted { token, retired: vec![], bans: vec![] }, 0, now());
        Self { audience, sessions: HashMap::new(), pages: HashMap::new(), made: 0, look: Look::default() }
    }

    /// Until the test is over.
    pub(crate) async fn run(mut self, mut requests: mpsc::Receiver<Request>, mut orders: mpsc::Receiver<Order>) {
        loop {
            tokio::select! {
                Some(request) = requests.recv() => self.answer(request),
                Some(order) = orders.recv() => self.obey(order),
                else => return,
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Input(input, done) => {
                self.decide(input);
                let _ = done.send(());
            }
            Order::Connect(done) => {
                let connect = |session: &mut Session| session.ticket.take().map(|_| session.viewer);
                let viewers: Vec<ViewerId> = self.sessions.values_mut().filter_map(connect).collect();
                for viewer in &viewers {
                    self.decide(Input::Connected { viewer: *viewer });
                }
                let _ = done.send(viewers);
            }
            Order::Tell(message, times, done) => {
                for _ in 0..times {
                    self.tell(To::All, &message);
                }
                let _ = done.send(self.pages.len());
            }
            Order::Look(look) => {
                self.look.pages = self.pages.len();
                self.look.sessions = self.sessions.len();
                self.look.viewers = self.audience.viewers();
                let _ = look.send(self.look.clone());
            }
        }
    }

    fn answer(&mut self, request: Request) {
        let id = RequestId(self.made);
        match request {
            Request::Page { token, visitor, reply } => {
                let _ = reply.send(self.ask(Input::Visit { request: id, token, visitor }).map(drop));
            }
            Request::Knock { token, visitor, reply } => {
                let _ = reply.send(self.ask(Input::Knock { request: id, token, visitor }).map(drop));
            }
            Request::Join { token, visitor, offer, ticket, reply } => {
                let joined = match self.ask(Input::Join { request: id, token, visitor }) {
                    Ok(viewer) => self.join(viewer.expect("a join is answered with a viewer"), offer, ticket),
                    Err(refusal) => Err(Refused::Refusal(refusal)),
                };
                let _ = reply.send(joined);
            }
            Request::Patch { session, fragment, if_match, reply, .. } => {
                let _ = reply.send(self.patch(&session, &fragment, if_match.as_deref()));
            }
            Request::Leave { session, reply, .. } => {
                let left = self.sessions.remove(&session);
                if let Some(session) = &left {
                    self.decide(Input::Gone { viewer: session.viewer, reason: protocol::LeaveReason::Left });
                }
                let _ = reply.send(left.is_some());
            }
            Request::Session { session, reply, .. } => {
                let _ = reply.send(self.sessions.contains_key(&session));
            }
            Request::PageOpened { page, token, visitor, tell, reply } => {
                let greeting = self.audience.greet(&token, &visitor);
                if let Ok(messages) = &greeting {
                    for message in messages {
                        tell.try_send(message.clone()).expect("a new page's queue is empty");
                    }
                    self.pages.insert(page, Page { cookie: visitor.cookie, viewer: None, tell });
                }
                let _ = reply.send(greeting.map(drop));
            }
            Request::PageSaid { page, hello } => {
                if let PageHello::Watching { session } = &hello {
                    let viewer = self.sessions.get(session).map(|session| session.viewer);
                    self.pages.get_mut(&page).expect("only open pages say something").viewer = viewer;
                }
                self.look.said.push(hello);
            }
            Request::PageClosed { page } => {
                self.pages.remove(&page);
            }
            Request::Metrics { refused, reply } => {
                let _ = reply.send(format!("skylark_viewers {}\n{refused:?}\n", self.audience.watching()));
            }
        }
    }

    fn join(&mut self, viewer: ViewerId, offer: String, ticket: JoinTicket) -> Result<Joined, Refused> {
        self.look.offers.push(offer.clone());
        let refused = match offer.as_str() {
            "v=0 without media" => Some(Refused::NoMedia("neither H.264, VP8 nor Opus is offered".into())),
            offer if !offer.starts_with("v=0") => Some(Refused::BadOffer("An offer begins with v=0.".into())),
            _ => None,
        };
        if let Some(refused) = refused {
            self.decide(Input::JoinFailed { viewer });
            return Err(refused);
        }
        self.made += 1;
        let session = format!("{:032x}", self.made);
        let etag = "ice-1".to_owned();
        self.sessions.insert(session.clone(), Session { viewer, etag: etag.clone(), ticket: Some(ticket) });
        Ok(Joined { session, answer: "v=0 answer".into(), etag })
    }

    fn patch(&mut self, session: &str, fragment: &str, if_match: Option<&str>) -> Result<Patched, PatchError> {
        let session = self.sessions.get_mut(session).ok_or(PatchError::NoSession)?;
        match (fragment, if_match) {
            ("candidate", _) => Ok(Patched::Trickled),
            ("restart", None) => Err(PatchError::PreconditionRequired),
            ("restart", Some("*" | "\"*\"")) => {
                session.etag = "ice-2".into();
                Ok(Patched::Restarted { fragment: "a=ice-ufrag:new".into(), etag: session.etag.clone() })
            }
            ("restart", Some(_)) => Err(PatchError::Stale),
            _ => Err(PatchError::Bad("This is no fragment.".into())),
        }
    }

    /// Asks the audience a question; a join is answered with its viewer.
    fn ask(&mut self, input: Input) -> Result<Option<ViewerId>, audience::Refusal> {
        let mut answer = None;
        for output in self.decide(input) {
            answer = match output {
                Output::Admitted { viewer, .. } => Some(Ok(Some(viewer))),
                Output::Welcome { .. } => Some(Ok(None)),
                Output::Refused { refusal, .. } => Some(Err(refusal)),
                _ => answer,
            };
        }
        answer.expect("a question is answered")
    }

    fn decide(&mut self, input: Input) -> Vec<Output> {
        self.audience.handle(input, now());
        let mut outputs = Vec::new();
        loop {
            match self.audience.poll() {
                Output::Timeout(_) => return outputs,
                Output::Tell { to, message } => self.tell(to, &message),
                Output::Drop { viewer, .. } => self.sessions.retain(|_, session| session.viewer != viewer),
                output => outputs.push(output),
            }
        }
    }

    fn tell(&mut self, to: To, message: &PageMessage) {
        self.pages.retain(|_, page| {
            let meant = match to {
                To::All => true,
                To::Visitor(cookie) => page.cookie == Some(cookie),
                To::Viewer(viewer) => page.viewer == Some(viewer),
            };
            !meant || page.tell.try_send(message.clone()).is_ok()
        });
    }
}

fn now() -> Now {
    Now { instant: Instant::now(), unix_ms: 0 }
}
