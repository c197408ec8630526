//! What goes in and what comes out.

use crate::{Guest, Passcode, Token, Visitor, VisitorCookie};
use protocol::{
    Controls, ErrorCode, Event, FailureCode, LeaveReason, PageMessage, RefusalCode, RejectedMedia, RelayId, Rid,
    ViewerId, ViewerStats,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Instant;
use words::Said;

/// The time of an input, by both clocks: the monotonic one decides, the wall clock is shown to people.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Monotonic.
    pub instant: Instant,
    /// Milliseconds since the Unix epoch.
    pub unix_ms: u64,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// A broadcast starts. Kicks of the broadcast before are over, and so is a rehearsal.
    GoLive,
    /// A rehearsal starts: who has this link may watch, and nobody is a viewer. The token is made outside, as that of a new link.
    Rehearse {
        /// Of the private link.
        token: Token,
    },
    /// The rehearsal ends, if one runs: its link dies, and who watches by it is dropped.
    EndRehearsal,
    /// The broadcast ends: every viewer is dropped.
    End,
    /// The shell had to turn an admitted viewer away.
    JoinFailed {
        /// Who.
        viewer: ViewerId,
    },
    /// An admitted viewer's offer could not be answered.
    OfferRefused {
        /// Who.
        viewer: ViewerId,
        /// Why, for people.
        reason: Said,
    },
    /// What somebody who may watch sent as an offer is none: nobody was let in for it.
    BadOffer {
        /// Who.
        visitor: Visitor,
        /// Why, for people.
        reason: Said,
    },
    /// A page of somebody who may watch shows nothing.
    PageFailed {
        /// By which link: a guest's own, or that of a rehearsal, leads past what stands before others.
        token: String,
        /// Who.
        visitor: Visitor,
        /// Whose session the page had, where that is not over.
        viewer: Option<ViewerId>,
        /// What its browser came to.
        code: FailureCode,
    },
    /// An admitted viewer's offer was answered, but not all of it.
    Answered {
        /// Who.
        viewer: ViewerId,
        /// What is not sent.
        rejected: Vec<RejectedMedia>,
    },
    /// An admitted viewer is to watch at this relay.
    Relayed {
        /// Who.
        viewer: ViewerId,
        /// Where.
        relay: RelayId,
    },
    /// The first authentic check of an admitted viewer came: from here on it takes a place.
    Checked {
        /// Who.
        viewer: ViewerId,
    },
    /// Media flows to an admitted viewer.
    Connected {
        /// Who.
        viewer: ViewerId,
    },
    /// A viewer is gone; the transport is freed already.
    Gone {
        /// Who.
        viewer: ViewerId,
        /// Why.
        reason: LeaveReason,
    },
    /// Remove a viewer for this broadcast: a watching one, or one that left a moment ago.
    Kick {
        /// Who.
        viewer: ViewerId,
        /// Shown to the viewer.
        reason: Option<String>,
    },
    /// Remove a viewer until lifted, by browser and address: a watching one, one that left a moment ago, or a kicked one.
    Ban {
        /// Who.
        viewer: ViewerId,
        /// Shown to the viewer.
        reason: Option<String>,
    },
    /// Refuse an address for this broadcast, but for who is watching from there.
    Block {
        /// Which; one of this machine's own cannot be.
        address: IpAddr,
    },
    /// Undo a kick, a ban or a block.
    Forgive {
        /// The id that was removed.
        viewer: ViewerId,
    },
    /// Let nobody new in, or again.
    Lock(bool),
    /// Retire the link. The new token is made outside, because randomness is I/O.
    NewLink {
        /// Takes the place of the current one.
        token: Token,
    },
    /// Have who comes wait until somebody lets it in, or not any more. Those watching stay.
    SetWaitingRoom(bool),
    /// Let one in who knocks.
    Admit {
        /// Who.
        viewer: ViewerId,
    },
    /// Let all in who knock.
    AdmitAll {
        /// Of them, those who watched before.
        known_only: bool,
    },
    /// Do not let one in who knocks.
    Refuse {
        /// Who.
        viewer: ViewerId,
        /// Shown to who knocks.
        reason: Option<String>,
    },
    /// Make a guest's own link.
    MakeGuest(Guest),
    /// End one: who is here by it goes.
    RevokeGuest {
        /// As it was made.
        name: String,
    },
    /// Ask everybody who comes for this word, or nobody for any. Those watching stay.
    SetPasscode(Option<Passcode>),
    /// Most viewers at one time, those included whose first check came; 0: no limit. Drops nobody.
    SetMaxViewers(u32),
    /// The broadcaster's words for the stream.
    SetTitle(String),
    /// What the broadcaster withholds for a while.
    SetControls(Controls),
    /// The addresses of this machine, which a ban never covers.
    HostAddresses(Vec<IpAddr>),
    /// A page measured its glass-to-glass latency.
    Latency {
        /// Who.
        viewer: ViewerId,
        /// Milliseconds.
        latency_ms: f32,
    },
    /// A viewer holds this layer from now on, or none.
    Held {
        /// Who.
        viewer: ViewerId,
        /// Which.
        layer: Option<Rid>,
    },
    /// How connections do, as the transport tells it.
    Stats(Vec<(ViewerId, ViewerStats)>),
    /// The time that [`Output::Timeout`] named has come.
    Tick,
}

/// What to do, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A command that cannot be carried out; nothing changed.
    Rejected {
        /// What a program tells apart.
        code: ErrorCode,
        /// For people.
        message: Said,
    },
    /// Close this viewer's transport. What its page must know was told by an [`Output::Tell`] before.
    Drop {
        /// Who.
        viewer: ViewerId,
        /// Why.
        reason: LeaveReason,
    },
    /// Tell watch pages.
    Tell {
        /// Which.
        to: To,
        /// What.
        message: PageMessage,
    },
    /// Who may hear of the broadcast changed: [greet](crate::Audience::greet) every open page anew, and close the sockets of those that
    /// are refused.
    LookAgain,
    /// Tell the panel and scripts.
    Event(Event),
    /// Write this to disk: it changed.
    Keep(Persisted),
    /// Nothing more to do before this time; always the last. Then handle [`Input::Tick`].
    Timeout(Instant),
}

/// Which watch pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum To {
    /// All of them.
    All,
    /// Those opened by the browser with this cookie, watching or not.
    Visitor(VisitorCookie),
    /// The one that said it holds this viewer's session; known to the shell also after the viewer was dropped.
    Viewer(ViewerId),
}

/// How a page that has its socket open stands, and what it is told of that.
#[derive(Clone, Debug, PartialEq)]
pub struct Greeting {
    /// It hears nothing but what is meant for it alone.
    pub outside: bool,
    /// What it is told first.
    pub messages: Vec<PageMessage>,
}

/// Why somebody may not watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What a program tells apart, and the HTTP status with it.
    pub code: RefusalCode,
    /// The broadcaster's words, where there are some.
    pub reason: Option<String>,
    /// When it is worth trying again, seconds.
    pub retry_after_s: Option<u32>,
}

impl Refusal {
    /// A refusal without the broadcaster's words; [`RefusalCode::NotLive`], [`RefusalCode::WaitingRoom`],
    /// [`RefusalCode::Full`] and [`RefusalCode::TooMany`] say when to try again.
    pub fn new(code: RefusalCode) -> Self {
        let retry_after_s = match code {
            RefusalCode::NotLive => Some(5),
            RefusalCode::Full => Some(10),
            RefusalCode::WaitingRoom => Some(5),
            RefusalCode::LinkInUse => Some(10),
            RefusalCode::TooMany => Some(2),
            _ => None,
        };
        Self { code, reason: None, retry_after_s }
    }
}

/// What outlives the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persisted {
    /// Of the current link.
    pub token: Token,
    /// Of links that were replaced, the latest last.
    #[serde(default)]
    pub retired: Vec<Token>,
    /// Not lifted yet, the oldest first.
    #[serde(default)]
    pub bans: Vec<Ban>,
    /// What is asked for at the door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passcode: Option<Passcode>,
    /// Who comes waits until somebody lets it in.
    #[serde(default)]
    pub waiting_room: bool,
    /// Guests' own links.
    #[serde(default)]
    pub guests: Vec<Guest>,
    /// Those that are over, the latest last.
    #[serde(default)]
    pub ended_guests: Vec<Token>,
}

impl Persisted {
    /// Of a link that is new: nobody is banned, and nothing stands before it.
    pub fn new(token: Token) -> Persisted {
        Persisted {
            token,
            retired: Vec::new(),
            bans: Vec::new(),
            passcode: None,
            waiting_room: false,
            guests: Vec::new(),
            ended_guests: Vec::new(),
        }
    }
}

/// One ban, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// The banned browser; none for a client that kept no cookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookie: Option<VisitorCookie>,
    /// Where the viewer was. Whether all of it is refused is decided anew at every start, as the host's own addresses
    /// may have changed.
    pub address: IpAddr,
    /// With the address, what a client without a cookie is known by.
    pub user_agent: String,
    /// The guest's own link by which the viewer came; it is refused as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest: Option<Token>,
    /// The broadcaster's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Milliseconds since the Unix epoch.
    pub banned_at: u64,
}
