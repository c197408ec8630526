//! An owner, its time, and those it asks.

use super::asks::Asks;
use crate::Options;
use crate::admission::Admission;
use crate::configuration::Configuration;
use crate::devices::Devices;
use crate::events::Events;
use crate::happened::Happened;
use crate::meter::Meter;
use crate::owner::{Owner, Parts};
use crate::reachability::{Reachability, Surroundings};
use crate::recording::Reached;
use crate::relays::Relays;
use crate::relief::Relief;
use crate::settings::Written;
use crate::studio::CommandError;
use audience::{Now, Persisted, Token, Visitor, VisitorCookie};
use protocol::{Command, Event, PageHello, PageMessage, ViewerId};
use record::Target;
use sdp::{Fingerprint, Hash, Offer, Transport};
use server::{CookieKey, Joined, LetIn, PageId, Refused, Request, Seat, Told};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

/// The link of every test.
pub(super) const LINK: &str = "the-link";

/// The parts of an owner whose port is 8787 on every address, and what it tells the panel.
pub(super) fn parts<F, E, B>(
    written: Written,
    forwarder: F,
    encoders: E,
    background: B,
    now: Now,
) -> (Parts<F, E, B>, broadcast::Receiver<Event>) {
    let configuration = Configuration::new(written, &Options::default()).expect("the test's settings can be");
    let (sender, events) = broadcast::channel(256);
    let (tell, _) = mpsc::unbounded_channel();
    let persisted = Persisted::new(Token::named(LINK).expect("well-formed"));
    let meant = configuration.meant();
    let parts = Parts {
        forwarder,
        encoders,
        background,
        tell,
        events: Events::new(sender),
        reachability: Reachability::new("[::]:8787".parse().expect("well-formed"), meant, LINK, now.instant),
        public_url: watch::channel(None).0,
        admission: Admission::new(
            persisted,
            meant.max_viewers,
            meant.max_upload_kbps,
            meant.limits.unfinished_joins,
            (&meant.video, meant.sound),
            now,
        ),
        devices: Devices::new(meant.picture(), &meant.microphone),
        recordings: Some(PathBuf::from("/home/anna/Videos/Skylark")),
        configuration,
        relays: Relays::default(),
        relief: Relief::default(),
        meter: Arc::new(Meter::default()),
        cookie_key: CookieKey::default(),
    };
    (parts, events)
}

pub(super) struct World {
    pub(super) owner: Owner<Asks, Asks, Asks>,
    asks: Asks,
    events: broadcast::Receiver<Event>,
    pub(super) now: Now,
    pages: u64,
}

impl World {
    /// Nothing is live, and there are no addresses yet.
    pub(super) fn offline(written: Written) -> World {
        let now = Now { instant: Instant::now(), unix_ms: 0 };
        let asks = Asks::default();
        let (parts, events) = parts(written, asks.clone(), asks.clone(), asks.clone(), now);
        let mut owner = Owner::new(parts, Surroundings::default(), Vec::new(), now);
        owner.events.somebody_listens();
        World { owner, asks, events, now, pages: 0 }
    }

    /// Live, and nobody there.
    pub(super) fn live(written: Written) -> World {
        let mut world = World::offline(written);
        world.command(Command::GoLive).expect("nothing runs");
        world.happened(Happened::FirstPicture(1));
        world.asked();
        world.told();
        world
    }

    pub(super) fn command(&mut self, command: Command) -> Result<(), CommandError> {
        self.owner.command(command, self.now)
    }

    pub(super) fn configure(&mut self, settings: protocol::SettingsChange) -> Result<(), CommandError> {
        self.owner.command(Command::Configure { settings }, self.now)
    }

    pub(super) fn happened(&mut self, happened: Happened) {
        self.owner.happened(happened, self.now);
    }

    /// Lets time pass, and the owner be woken when it asked for it.
    pub(super) fn advance(&mut self, by: Duration) {
        let end = self.now.instant + by;
        while self.owner.timeout() <= end {
            self.now.instant = self.now.instant.max(self.owner.timeout());
            self.owner.timed_out(self.now);
        }
        self.now.instant = end;
    }

    pub(super) fn second(&mut self) {
        self.owner.second(self.now);
    }

    /// Every request is answered before the owner returns.
    fn ask<T>(&mut self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> T {
        let (reply, mut answer) = oneshot::channel();
        self.owner.requested(request(reply), self.now);
        answer.try_recv().expect("the owner answers at once")
    }

    /// Asks to join with an offer, of which the name of its ICE session says what this world's forwarder makes of it.
    pub(super) fn join(&mut self, visitor: &Visitor, offer: &str) -> Result<Joined, Refused> {
        self.join_by(LINK, visitor, offer)
    }

    /// The same by another link.
    pub(super) fn join_by(&mut self, token: &str, visitor: &Visitor, offer: &str) -> Result<Joined, Refused> {
        self.join_saying(token, visitor, offer, false)
    }

    /// The same, with what it says of several codecs in one stream.
    pub(super) fn join_saying(
        &mut self,
        token: &str,
        visitor: &Visitor,
        offer: &str,
        codec_changes: bool,
    ) -> Result<Joined, Refused> {
        let (token, visitor, offer) = (token.to_owned(), visitor.clone(), offer_named(offer));
        let counter_offers = false;
        let joined = self.ask(|reply| Request::Join { token, visitor, offer, counter_offers, codec_changes, reply });
        joined.map(|let_in| if let LetIn::Here(joined) = let_in { joined } else { panic!("nobody asked for that") })
    }

    /// Lets one in and media flow to it.
    pub(super) fn watch(&mut self, visitor: &Visitor, viewer: ViewerId) -> Joined {
        let joined = self.join(visitor, "h264").expect("the test's viewer is let in");
        self.happened(Happened::Forward(forward::Event::Connected(viewer)));
        joined
    }

    pub(super) fn leave(&mut self, joined: &Joined) -> bool {
        self.leave_session(&joined.session)
    }

    pub(super) fn leave_session(&mut self, session: &str) -> bool {
        let (token, session) = (LINK.to_owned(), session.to_owned());
        self.ask(|reply| Request::Leave { token, session, reply })
    }

    pub(super) fn open_page(&mut self, visitor: &Visitor) -> Page {
        self.open_page_by(LINK, visitor)
    }

    /// The same by another link.
    pub(super) fn open_page_by(&mut self, token: &str, visitor: &Visitor) -> Page {
        let (tell, mut told) = mpsc::channel(32);
        self.pages += 1;
        let (page, token, visitor) = (PageId(self.pages), token.to_owned(), visitor.clone());
        let opened = self.ask(|reply| Request::PageOpened { page, token, visitor, tell, seat: Seat::nowhere(), reply });
        opened.expect("the test's page may open");
        while told.try_recv().is_ok() {}
        Page(page, told)
    }

    /// A page says something.
    pub(super) fn says(&mut self, page: &Page, hello: PageHello) {
        self.ask(|reply| Request::PageSaid { page: page.0, hello, reply });
    }

    /// What the others were asked since the last call.
    pub(super) fn asked(&mut self) -> Vec<String> {
        self.asks.take()
    }

    /// Each broadcast is to be recorded there.
    pub(super) fn record_always(&mut self, folder: &std::path::Path) {
        self.owner.record_always(Target::new(folder), self.now);
    }

    /// How far its recorder says the recording is.
    pub(super) fn recorded(&mut self, reached: Option<Reached>) {
        self.asks.recorded_is(reached);
    }

    /// The program took so much more of all processors.
    pub(super) fn worked(&mut self, more: Duration) {
        self.asks.worked(more);
    }

    /// The encoder had so many pictures more to make of the top layer, and made so many.
    pub(super) fn encoded(&mut self, due: u64, made: u64) {
        self.asks.encoded(due, made);
    }

    /// What the panel was told since the last call.
    pub(super) fn told(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }
}

/// An open page, and what it is told.
pub(super) struct Page(PageId, mpsc::Receiver<Told>);

impl Page {
    /// What it was told next.
    pub(super) fn hears(&mut self) -> Option<PageMessage> {
        self.1.try_recv().ok().map(|told| told.message().clone())
    }
}

/// An offer, of which nothing else matters here.
fn offer_named(ice_ufrag: &str) -> Offer {
    let fingerprint = Fingerprint { hash: Hash::Sha256, digests: vec![vec![0; Hash::Sha256.digest_len()]] };
    let transport = Transport { fingerprint, ice_ufrag: ice_ufrag.to_owned(), ice_pwd: String::new() };
    Offer { transport, bundles: Vec::new(), media: Vec::new() }
}

/// A browser that kept the cookie.
pub(super) fn browser(n: u8) -> Visitor {
    Visitor::new(Some(VisitorCookie::from_random([n; 16])), [203, 0, 113, n].into(), "Firefox/140.0")
}
