//! An audience in virtual time, with words for what tests do.

use audience::{Audience, Greeting, Input, Now, Output, Persisted, Refusal, Token, Visitor, VisitorCookie};
use protocol::{Event, RefusalCode, ViewerId};
use std::time::{Duration, Instant};

/// The link of every test.
pub(crate) const LINK: &str = "the-link";

/// The audience, its time and what it put out since [`Stage::take`].
pub(crate) struct Stage {
    pub(crate) audience: Audience,
    start: Instant,
    elapsed: Duration,
    outputs: Vec<Output>,
    pub(crate) timeout: Instant,
}

impl Stage {
    /// Nothing is live, no limit.
    pub(crate) fn offline() -> Self {
        Self::restored(Persisted::new(token(LINK)))
    }

    /// Live, nobody there, no limit.
    pub(crate) fn live() -> Self {
        let mut stage = Self::offline();
        stage.input(Input::GoLive);
        stage.take();
        stage
    }

    /// As after a restart of the program.
    pub(crate) fn restored(persisted: Persisted) -> Self {
        let start = Instant::now();
        let now = Now { instant: start, unix_ms: 0 };
        let audience = Audience::new(persisted, 0, now);
        Self { audience, start, elapsed: Duration::ZERO, outputs: vec![], timeout: start }
    }

    pub(crate) fn now(&self) -> Now {
        Now { instant: self.start + self.elapsed, unix_ms: self.elapsed.as_millis() as u64 }
    }

    /// Lets time pass, and the audience be woken when it asked for it.
    pub(crate) fn advance(&mut self, ms: u64) {
        let end = self.elapsed + Duration::from_millis(ms);
        while self.timeout <= self.start + end {
            self.elapsed = self.timeout - self.start;
            self.input(Input::Tick);
        }
        self.elapsed = end;
    }

    /// Hands in one input; answers what it put out, which [`Stage::take`] answers too.
    pub(crate) fn input(&mut self, input: Input) -> Vec<Output> {
        self.audience.handle(input, self.now());
        self.drain()
    }

    fn drain(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        loop {
            match self.audience.poll() {
                Output::Timeout(at) => {
                    self.timeout = at;
                    break;
                }
                output => outputs.push(output),
            }
        }
        self.outputs.extend(outputs.clone());
        outputs
    }

    /// All that was put out since the last call.
    pub(crate) fn take(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// Asks to come in; nothing may be put out but of those who make room.
    pub(crate) fn join_by(&mut self, link: &str, visitor: &Visitor) -> Result<ViewerId, Refusal> {
        let now = self.now();
        let answer = self.audience.join(link, visitor.clone(), now);
        let outputs = self.drain();
        let of_others = |output: &Output| match output {
            Output::Drop { viewer, .. } => answer.as_ref().is_ok_and(|new| viewer < new),
            Output::Event(Event::Attempts { .. }) => true,
            _ => false,
        };
        assert!(outputs.iter().all(of_others), "a join is answered, and no page hears of it: {outputs:?}");
        answer
    }

    pub(crate) fn join(&mut self, visitor: &Visitor) -> Result<ViewerId, Refusal> {
        self.join_by(LINK, visitor)
    }

    /// Admitted and connected.
    pub(crate) fn watch(&mut self, visitor: &Visitor) -> ViewerId {
        let viewer = self.join(visitor).expect("the test's viewer is let in");
        self.input(Input::Connected { viewer });
        viewer
    }

    /// Its first check came, and no more.
    pub(crate) fn check(&mut self, viewer: ViewerId) -> Vec<Output> {
        self.input(Input::Checked { viewer })
    }

    /// The code with which a join is refused.
    pub(crate) fn refused(&mut self, visitor: &Visitor) -> RefusalCode {
        self.join(visitor).expect_err("the join is refused").code
    }

    pub(crate) fn knock(&self, link: &str, visitor: &Visitor) -> Result<(), RefusalCode> {
        self.audience.knock(link, visitor, self.now()).map_err(|refusal| refusal.code)
    }

    pub(crate) fn greet(&self, link: &str, visitor: &Visitor) -> Result<Greeting, Refusal> {
        self.audience.greet(link, visitor, self.now())
    }

    pub(crate) fn visit(&self, link: &str, visitor: &Visitor) -> Result<(), RefusalCode> {
        self.audience.visit(link, visitor, self.now()).map_err(|refusal| refusal.code)
    }
}

/// A browser that kept the cookie.
pub(crate) fn browser(n: u8, address: &str) -> Visitor {
    visitor(Some(VisitorCookie::from_random([n; 16])), address, "Mozilla/5.0 (X11; Linux) Firefox/140.0")
}

/// A browser of one of many, each with a cookie of its own.
pub(crate) fn one_of_many(n: u32, address: &str) -> Visitor {
    visitor(Some(VisitorCookie::from_random(u128::from(n).to_be_bytes())), address, "Firefox/140.0")
}

/// A client without a cookie.
pub(crate) fn bare(address: &str, user_agent: &str) -> Visitor {
    visitor(None, address, user_agent)
}

/// Browsers and clients without cookie, some behind one address.
pub(crate) fn people() -> Vec<Visitor> {
    vec![
        browser(1, "203.0.113.1"),
        browser(2, "203.0.113.1"),
        browser(3, "203.0.113.2"),
        browser(4, "127.0.0.1"),
        browser(5, "2001:db8::5"),
        browser(6, "2001:db8::6"),
        bare("203.0.113.1", "VLC/3"),
        bare("127.0.0.1", "VLC/3"),
    ]
}

fn visitor(cookie: Option<VisitorCookie>, address: &str, user_agent: &str) -> Visitor {
    Visitor::new(cookie, address.parse().expect("the tests' addresses are well-formed"), user_agent)
}

pub(crate) fn token(text: &str) -> Token {
    Token::named(text).expect("the tests' tokens are well-formed")
}

/// The events among outputs.
pub(crate) fn events(outputs: &[Output]) -> Vec<Event> {
    let event = |output: &Output| match output {
        Output::Event(event) => Some(event.clone()),
        _ => None,
    };
    outputs.iter().filter_map(event).collect()
}
