//! The door without a socket, in virtual time.

mod outside;

use super::*;
use crate::{Seat, Told};
use audience::{Output, Persisted, Refusal, Token, VisitorCookie};
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};

const LINK: &str = "the-link";

/// An offer that can be read.
const OFFER: &str = "v=0\r\na=ice-ufrag:ufrag\r\na=ice-pwd:password\r\na=fingerprint:sha-256 \
    00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n";

/// A fragment that restarts ICE.
const RESTART: &str = "a=ice-ufrag:new\r\na=ice-pwd:password\r\n";

fn offer() -> Offer {
    Offer::parse(OFFER).expect("it has all that an offer needs")
}

/// Transports as a test wants them.
#[derive(Default)]
struct Made {
    refuse: Option<Refused>,
    open: Vec<ViewerId>,
}

impl Transports for Made {
    fn join(&mut self, viewer: ViewerId, _: &Visitor, asks: &Asks) -> Result<Option<Joined>, Refused> {
        if let Some(refused) = &self.refuse {
            return Err(refused.clone());
        }
        self.open.push(viewer);
        if asks.counter_offers {
            return Ok(None);
        }
        Ok(Some(Joined {
            session: format!("session-{viewer}"),
            answer: "v=0 answer".into(),
            etag: "first".into(),
            rejected: vec![],
        }))
    }

    fn answer(&mut self, _: ViewerId, answer: String) -> Result<(), PatchError> {
        if answer == "unasked" { Err(PatchError::NotAsked) } else { Ok(()) }
    }

    fn patch(&mut self, _: ViewerId, fragment: &Fragment) -> Result<Option<String>, PatchError> {
        Ok(fragment.ice.as_ref().map(|_| "a=ice-ufrag:second\r\n".to_owned()))
    }

    fn close(&mut self, viewer: ViewerId) {
        self.open.retain(|open| *open != viewer);
    }

    fn metrics(&self, _: &Audience, door: &Door, refused_before: &[(RefusalCode, u64)]) -> String {
        format!("{:?}", door.refusals().and(refused_before))
    }
}

struct World {
    door: Door,
    audience: Audience,
    transports: Made,
    now: Now,
}

impl World {
    fn live() -> World {
        let now = Now { instant: Instant::now(), unix_ms: 0 };
        let token = Token::named(LINK).expect("well-formed");
        let audience = Audience::new(Persisted::new(token), 0, now);
        let mut world = World { door: Door::default(), audience, transports: Made::default(), now };
        world.input(Input::GoLive);
        world
    }

    fn input(&mut self, input: Input) {
        self.audience.handle(input, self.now);
        self.carry_out();
    }

    /// As the owner does.
    fn carry_out(&mut self) {
        loop {
            match self.audience.poll() {
                Output::Timeout(_) => return,
                Output::Tell { to, message } => self.door.tell(to, message),
                Output::LookAgain => self.door.look_again(&mut self.audience, self.now),
                Output::Drop { viewer, .. } => {
                    self.transports.close(viewer);
                    self.door.close(viewer);
                }
                _ => {}
            }
        }
    }

    /// Every request is answered before the door returns.
    fn ask<T>(&mut self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> T {
        let (reply, mut answer) = oneshot::channel();
        self.door.answer(request(reply), &mut self.audience, &mut self.transports, self.now);
        self.carry_out();
        answer.try_recv().expect("the door answers at once")
    }

    fn join(&mut self, visitor: &Visitor) -> Result<Joined, Refused> {
        let (token, visitor, offer) = (LINK.to_owned(), visitor.clone(), offer());
        let join = |reply| Request::Join { token, visitor, offer, counter_offers: false, codec_changes: false, reply };
        self.ask(join).map(|let_in| match let_in {
            LetIn::Here(joined) => joined,
            LetIn::There(counter) => panic!("{counter:?}"),
        })
    }

    /// Asks for whatever there is; the reply comes later.
    fn ask_for_offer(&mut self, visitor: &Visitor) -> oneshot::Receiver<Result<LetIn, Refused>> {
        let (reply, answer) = oneshot::channel();
        let (token, visitor, offer) = (LINK.to_owned(), visitor.clone(), offer());
        let join = Request::Join { token, visitor, offer, counter_offers: true, codec_changes: false, reply };
        self.door.answer(join, &mut self.audience, &mut self.transports, self.now);
        self.carry_out();
        answer
    }

    fn answers(&mut self, session: &str, sdp: &str) -> oneshot::Receiver<Result<Option<String>, PatchError>> {
        let (reply, answer) = oneshot::channel();
        let (token, session, sdp) = (LINK.to_owned(), session.to_owned(), sdp.to_owned());
        let request = Request::Answer { token, session, answer: sdp, reply };
        self.door.answer(request, &mut self.audience, &mut self.transports, self.now);
        answer
    }

    fn patch(&mut self, session: &str, fragment: &str, if_match: Option<&str>) -> Result<Patched, PatchError> {
        let (token, session) = (LINK.to_owned(), session.to_owned());
        let fragment = Fragment::parse(fragment).expect("the test's fragments can be read");
        let if_match = if_match.map(str::to_owned);
        self.ask(|reply| Request::Patch { token, session, fragment, if_match, reply })
    }

    fn open_page(&mut self, page: u64, visitor: &Visitor) -> (Result<(), Refusal>, mpsc::Receiver<Told>) {
        let (tell, told) = mpsc::channel(8);
        let (page, token, visitor) = (PageId(page), LINK.to_owned(), visitor.clone());
        (self.ask(|reply| Request::PageOpened { page, token, visitor, tell, seat: Seat::nowhere(), reply }), told)
    }
}

fn browser(n: u8) -> Visitor {
    Visitor::new(Some(VisitorCookie::from_random([n; 16])), [203, 0, 113, n].into(), "Firefox/140.0")
}

#[test]
fn a_join_opens_a_session_and_leaving_ends_it() {
    let mut world = World::live();
    let joined = world.join(&browser(1)).expect("the stream is open");
    assert_eq!((world.door.sessions(), world.transports.open.len()), (1, 1));
    let leave = |session: &str| {
        let (token, session) = (LINK.to_owned(), session.to_owned());
        move |reply| Request::Leave { token, session, reply }
    };
    assert!(world.ask(leave(&joined.session)));
    assert_eq!((world.door.sessions(), world.transports.open.len()), (0, 0));
    assert!(!world.ask(leave(&joined.session)), "it is over");
}

#[test]
fn who_gets_no_transport_holds_no_place_and_is_counted() {
    let mut world = World::live();
    world.input(Input::SetMaxViewers(1));
    let full = Refused::Refusal(Refusal::new(RefusalCode::Full));
    world.transports.refuse = Some(full.clone());
    assert_eq!(world.join(&browser(1)), Err(full));
    world.transports.refuse = Some(Refused::BadOffer("no".into()));
    assert_eq!(world.join(&browser(1)), Err(Refused::BadOffer("no".into())));
    world.transports.refuse = None;
    assert!(world.join(&browser(1)).is_ok(), "the one place is free");
    let counted: Vec<_> = world.door.refusals().iter().collect();
    assert_eq!(counted, [("full", 1)], "what cannot be read is no refusal by anybody");
}

#[test]
fn who_does_not_wait_any_more_is_passed_over_and_who_says_goodbye_is_heard() {
    let mut world = World::live();
    let abandoned = |request: Request, world: &mut World| {
        assert!(request.is_abandoned());
        world.door.answer(request, &mut world.audience, &mut world.transports, world.now);
        world.carry_out();
    };
    let (token, visitor) = (LINK.to_owned(), browser(1));
    let (reply, _) = oneshot::channel();
    let join = Request::Join {
        token: token.clone(),
        visitor: visitor.clone(),
        offer: offer(),
        counter_offers: false,
        codec_changes: false,
        reply,
    };
    abandoned(join, &mut world);
    assert_eq!((world.door.sessions(), world.transports.open.len()), (0, 0), "nobody would ever come");
    let (reply, _) = oneshot::channel();
    let (tell, _told) = mpsc::channel(8);
    abandoned(
        Request::PageOpened {
            page: PageId(1),
            token: token.clone(),
            visitor: visitor.clone(),
            tell,
            seat: Seat::nowhere(),
            reply,
        },
        &mut world,
    );
    assert_eq!(world.door.pages(), 0);
    world.input(Input::Lock(true));
    let (reply, _) = oneshot::channel();
    abandoned(Request::Knock { token: token.clone(), visitor: visitor.clone(), reply }, &mut world);
    assert_eq!(world.door.refusals().iter().count(), 0, "nobody was refused");

    world.input(Input::Lock(false));
    let session = world.join(&visitor).expect("the stream is open").session;
    let (reply, _) = oneshot::channel();
    let fragment = Fragment::parse(RESTART).expect("a restart");
    let patch =
        Request::Patch { token: token.clone(), session: session.clone(), fragment, if_match: Some("*".into()), reply };
    abandoned(patch, &mut world);
    assert_eq!(world.patch(&session, "a=candidate:1\r\n", Some("\"first\"")), Ok(Patched::Trickled), "no restart");
    let (reply, _) = oneshot::channel();
    let leave = Request::Leave { token, session, reply };
    assert!(!leave.is_abandoned(), "a closed tab waits for nothing");
    world.door.answer(leave, &mut world.audience, &mut world.transports, world.now);
    world.carry_out();
    assert_eq!(world.door.sessions(), 0);
}

#[test]
fn refusals_at_the_knock_count_and_those_of_the_page_do_not() {
    let mut world = World::live();
    world.input(Input::Lock(true));
    let (token, visitor) = (LINK.to_owned(), browser(1));
    let knocked = world.ask(|reply| Request::Knock { token: token.clone(), visitor: visitor.clone(), reply });
    assert_eq!(knocked.expect_err("locked").code, RefusalCode::Locked);
    let page = world.ask(|reply| Request::Page { token, visitor, reply });
    assert_eq!(page.expect_err("locked").code, RefusalCode::Locked);
    assert_eq!(world.door.refusals().iter().collect::<Vec<_>>(), [("locked", 1)]);
    let metrics = world.ask(|reply| Request::Metrics { refused: vec![(RefusalCode::TooMany, 2)], reply });
    assert!(metrics.contains("too_many") && metrics.contains("locked"), "{metrics}");
}

#[test]
fn a_restart_changes_the_name_of_the_ice_session() {
    let mut world = World::live();
    let session = world.join(&browser(1)).expect("the stream is open").session;
    assert_eq!(world.patch(&session, "a=candidate:1\r\n", Some("\"first\"")), Ok(Patched::Trickled));
    assert_eq!(world.patch(&session, RESTART, None), Err(PatchError::PreconditionRequired));
    let restarted = Patched::Restarted { fragment: "a=ice-ufrag:second\r\n".into(), etag: "second".into() };
    assert_eq!(world.patch(&session, RESTART, Some("\"first\"")), Ok(restarted));
    assert_eq!(world.patch(&session, RESTART, Some("\"first\"")), Err(PatchError::Stale));
    assert_eq!(world.patch("another", "a=candidate:1\r\n", Some("*")), Err(PatchError::NoSession));
}

#[test]
fn a_removed_viewers_page_hears_why_after_its_session_is_gone() {
    let mut world = World::live();
    let visitor = Visitor::new(None, [203, 0, 113, 9].into(), "VLC/3");
    let session = world.join(&visitor).expect("the stream is open").session;
    let viewer = world.transports.open[0];
    world.input(Input::Connected { viewer });
    let (opened, mut told) = world.open_page(1, &visitor);
    assert_eq!(opened, Ok(()));
    world.ask(|reply| Request::PageSaid { page: PageId(1), hello: PageHello::Watching { session }, reply });
    while told.try_recv().is_ok() {}
    world.input(Input::Kick { viewer, reason: None });
    assert_eq!(world.door.sessions(), 0);
    let mut heard = || told.try_recv().map(|told| told.message().clone());
    assert_eq!(heard(), Ok(PageMessage::Removed { code: RefusalCode::Kicked, reason: None }));
    world.input(Input::Forgive { viewer });
    assert_eq!(heard(), Ok(PageMessage::Forgiven), "the page still stands for the viewer");
}

fn counter(n: u32) -> CounterOffer {
    CounterOffer { session: format!("session-{n}"), offer: "v=0 offer".into() }
}

#[test]
fn who_takes_a_counter_offer_is_answered_when_there_is_one_and_heard_when_it_was_taken() {
    let mut world = World::live();
    let mut offered = world.ask_for_offer(&browser(1));
    assert!(offered.try_recv().is_err(), "the engine has yet to offer");
    assert!(world.door.counter_offer(ViewerId(1), counter(1)));
    assert_eq!(offered.try_recv(), Ok(Ok(LetIn::There(counter(1)))));
    assert_eq!(world.door.sessions(), 1);
    assert_eq!(world.answers("session-9", "v=0").try_recv(), Ok(Err(PatchError::NoSession)));
    assert_eq!(world.answers("session-1", "unasked").try_recv(), Ok(Err(PatchError::NotAsked)));
    let mut taken = world.answers("session-1", "v=0 answer");
    assert!(taken.try_recv().is_err(), "the engine has yet to take it");
    world.door.answer_taken(ViewerId(1), true);
    assert_eq!(taken.try_recv(), Ok(Ok(None)));
    world.door.answer_taken(ViewerId(1), true);
}

#[test]
fn who_answered_one_offer_may_be_sent_another_in_the_same_session() {
    let mut world = World::live();
    let mut offered = world.ask_for_offer(&browser(1));
    assert!(world.door.counter_offer(ViewerId(1), counter(1)));
    assert!(offered.try_recv().is_ok());
    let mut answered = world.answers("session-1", "v=0 answer");
    assert!(world.door.counter_offer(ViewerId(1), CounterOffer { offer: "v=0 more".into(), ..counter(2) }));
    assert_eq!(answered.try_recv(), Ok(Ok(Some("v=0 more".into()))));
    assert_eq!(world.door.sessions(), 1);
    assert!(!world.door.counter_offer(ViewerId(1), counter(3)), "nobody waits for it");
    let mut taken = world.answers("session-1", "v=0 answer");
    world.door.answer_taken(ViewerId(1), true);
    assert_eq!(taken.try_recv(), Ok(Ok(None)));
}

#[test]
fn whose_answer_was_not_taken_hears_that_and_nothing_else() {
    let mut world = World::live();
    let mut offered = world.ask_for_offer(&browser(1));
    world.door.answer_taken(ViewerId(1), false);
    assert!(matches!(offered.try_recv(), Err(oneshot::error::TryRecvError::Empty)), "it waits for an offer");
    assert!(world.door.counter_offer(ViewerId(1), counter(1)));
    let mut taken = world.answers("session-1", "v=0 answer");
    // As the owner ends one, however far it is.
    world.door.refuse(ViewerId(1), Refused::Overloaded);
    world.door.answer_taken(ViewerId(1), false);
    world.door.close(ViewerId(1));
    assert_eq!(taken.try_recv(), Ok(Err(PatchError::NotTaken)));
}

#[test]
fn who_goes_before_there_is_an_offer_gets_none_and_who_is_refused_hears_it() {
    let mut world = World::live();
    drop(world.ask_for_offer(&browser(1)));
    assert!(!world.door.counter_offer(ViewerId(1), counter(1)), "nobody waits any more");
    world.door.close(ViewerId(1));
    assert_eq!(world.door.sessions(), 0);
    assert!(!world.door.counter_offer(ViewerId(1), counter(1)), "once");

    let mut refused = world.ask_for_offer(&browser(2));
    world.door.refuse(ViewerId(2), Refused::Overloaded);
    assert_eq!(refused.try_recv(), Ok(Err(Refused::Overloaded)));

    let mut removed = world.ask_for_offer(&browser(3));
    world.input(Input::Kick { viewer: ViewerId(3), reason: None });
    assert!(matches!(removed.try_recv(), Err(oneshot::error::TryRecvError::Closed)), "it is not kept waiting");
    assert!(world.transports.open.iter().all(|viewer| *viewer != ViewerId(3)));
}
