//! An owner without media: a real door and a real audience, and transports that are made of words.

use audience::{Audience, Input, Now, Output, Persisted, To, Token, Visitor};
use protocol::{ChatRefusal, PageHello, PageMessage, RefusalCode, ViewerId};
use sdp::Fragment;
use server::{Asks, CounterOffer, Door, Joined, PatchError, Refused, Request, Transports};
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};

/// What a test does to the owner.
#[derive(Debug)]
pub(crate) enum Order {
    /// Hand this to the audience.
    Input(Input, oneshot::Sender<()>),
    /// The first check of every join under way comes.
    Check(oneshot::Sender<()>),
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
    /// Those that it was given, by the names of their ICE sessions.
    pub(crate) offers: Vec<String>,
    pub(crate) said: Vec<PageHello>,
    pub(crate) viewers: Vec<protocol::Viewer>,
}

pub(crate) struct Owner {
    audience: Audience,
    door: Door,
    transports: Words,
    said: Vec<PageHello>,
}

/// Answers an offer by what stands in it.
#[derive(Default)]
struct Words {
    offers: Vec<String>,
    joining: Vec<ViewerId>,
    /// Whom an engine is to offer something.
    elsewhere: Vec<ViewerId>,
    /// What they answered.
    answers: Vec<(ViewerId, String)>,
}

impl Transports for Words {
    fn join(&mut self, viewer: ViewerId, _: &Visitor, asks: &Asks) -> Result<Option<Joined>, Refused> {
        let offer = &asks.offer;
        self.offers.push(offer.transport.ice_ufrag.clone());
        match offer.media.first() {
            None => return Err(Refused::NoMedia("neither H.264, VP9, VP8 nor Opus is offered".into())),
            Some(media) if media.kind == "text" => return Err(Refused::BadOffer("it has no picture".into())),
            Some(media) if media.kind == "application" => return Err(Refused::NoEncoder),
            Some(_) if asks.counter_offers => {
                self.elsewhere.push(viewer);
                return Ok(None);
            }
            Some(_) => self.joining.push(viewer),
        }
        let session = format!("{:032x}", viewer.0);
        let answer = if asks.codec_changes { "v=0 answer of several codecs" } else { "v=0 answer" };
        Ok(Some(Joined { session, answer: answer.into(), etag: "ice-1".into(), rejected: vec![] }))
    }

    fn answer(&mut self, viewer: ViewerId, answer: String) -> Result<(), PatchError> {
        if self.joining.contains(&viewer) || self.answers.iter().any(|(answered, _)| *answered == viewer) {
            return Err(PatchError::NotAsked);
        }
        self.answers.push((viewer, answer));
        Ok(())
    }

    fn patch(&mut self, _: ViewerId, fragment: &Fragment) -> Result<Option<String>, PatchError> {
        Ok(fragment.ice.as_ref().map(|_| "a=ice-ufrag:ice-2".into()))
    }

    fn close(&mut self, viewer: ViewerId) {
        self.joining.retain(|joining| *joining != viewer);
    }

    fn metrics(&self, audience: &Audience, _: &Door, refused_before: &[(RefusalCode, u64)]) -> String {
        format!("skylark_viewers {}\n{refused_before:?}\n", audience.watching())
    }
}

impl Owner {
    pub(crate) fn new(link: &str) -> Self {
        let token = Token::named(link).expect("the test's link is well-formed");
        let audience = Audience::new(Persisted::new(token), 0, now());
        Self { audience, door: Door::default(), transports: Words::default(), said: Vec::new() }
    }

    /// Until the test is over.
    pub(crate) async fn run(mut self, mut requests: mpsc::Receiver<Request>, mut orders: mpsc::Receiver<Order>) {
        loop {
            tokio::select! {
                Some(request) = requests.recv() => {
                    if let Request::PageSaid { page, hello, .. } = &request {
                        self.said.push(hello.clone());
                        if let Some(of) = hello.act() {
                            let (code, retry_after_s) = (ChatRefusal::TooFast, None);
                            self.door.tell_page(*page, PageMessage::Refused { code, of, retry_after_s });
                        }
                    }
                    self.door.answer(request, &mut self.audience, &mut self.transports, now());
                    self.be_the_engine();
                }
                Some(order) = orders.recv() => self.obey(order),
                else => return,
            }
            self.carry_out();
        }
    }

    /// Offers something to whom it was asked to, and takes the answer, unless it says otherwise, or wants more.
    fn be_the_engine(&mut self) {
        for viewer in std::mem::take(&mut self.transports.elsewhere) {
            let session = format!("{:032x}", viewer.0);
            assert!(self.door.counter_offer(viewer, CounterOffer { session, offer: "v=0 offer".into() }));
        }
        let wants_more = |(_, answer): &(ViewerId, String)| answer.contains(":more");
        let (more, settled) = std::mem::take(&mut self.transports.answers).into_iter().partition(wants_more);
        self.transports.answers = settled;
        let more: Vec<(ViewerId, String)> = more;
        for (viewer, _) in more {
            let counter = CounterOffer { session: String::new(), offer: "v=0 more".into() };
            assert!(self.door.counter_offer(viewer, counter));
        }
        for (viewer, answer) in &self.transports.answers {
            self.door.answer_taken(*viewer, !answer.contains("nogood"));
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Input(input, done) => {
                self.decide(input);
                let _ = done.send(());
            }
            Order::Check(done) => {
                for viewer in self.transports.joining.clone() {
                    self.decide(Input::Checked { viewer });
                }
                let _ = done.send(());
            }
            Order::Connect(done) => {
                let viewers = std::mem::take(&mut self.transports.joining);
                for &viewer in &viewers {
                    self.decide(Input::Connected { viewer });
                    self.door.connected(viewer);
                }
                let _ = done.send(viewers);
            }
            Order::Tell(message, times, done) => {
                (0..times).for_each(|_| self.door.tell(To::All, message.clone()));
                let _ = done.send(self.door.pages());
            }
            Order::Look(look) => {
                let _ = look.send(Look {
                    pages: self.door.pages(),
                    sessions: self.door.sessions(),
                    offers: self.transports.offers.clone(),
                    said: self.said.clone(),
                    viewers: self.audience.viewers(),
                });
            }
        }
    }

    fn decide(&mut self, input: Input) {
        self.audience.handle(input, now());
        self.carry_out();
    }

    fn carry_out(&mut self) {
        loop {
            match self.audience.poll() {
                Output::Timeout(_) => return,
                Output::Tell { to, message } => self.door.tell(to, message),
                Output::LookAgain => self.door.look_again(&mut self.audience, now()),
                Output::Drop { viewer, .. } => {
                    self.transports.close(viewer);
                    self.door.close(viewer);
                }
                _ => {}
            }
        }
    }
}

fn now() -> Now {
    Now { instant: Instant::now(), unix_ms: 0 }
}
