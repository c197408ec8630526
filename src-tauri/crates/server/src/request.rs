//! What the owner of the broadcast is asked.

use crate::{Seat, Told};
use audience::{PasscodeId, Refusal, Visitor};
use protocol::{FailureCode, PageHello, RefusalCode, RejectedMedia, Secret};
use sdp::{Fragment, Offer};
use tokio::sync::{mpsc, oneshot};
use words::Said;

/// What somebody who has the link is shown of the stream before they watch it: nothing while something is asked first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The broadcaster's words for it; may be empty.
    pub title: String,
    /// It is live.
    pub live: bool,
    /// A picture of the last minute may be shown.
    pub still: bool,
    /// The link is that of a rehearsal: nothing in the page names it for others.
    pub private: bool,
}

/// What the owner is asked. A reply that is dropped unsent is answered with 503.
#[derive(Debug)]
pub enum Request {
    /// `GET /w/TOKEN`: may this visitor see the watch page? While nothing is live, too: the page waits.
    Page {
        /// As it stands in the URL.
        token: String,
        /// Without a cookie when it sent none; the answer will set one.
        visitor: Visitor,
        /// What is shown of the stream before they watch it; or why nothing is.
        reply: oneshot::Sender<Result<Shown, Refusal>>,
    },
    /// Somebody says a word: `POST /w/TOKEN/passcode`, or a player's Bearer token.
    Passcode {
        /// As it stands in the URL.
        token: String,
        /// Who says it.
        visitor: Visitor,
        /// What was said.
        word: Secret,
        /// What stands for the passcode, where it is that; none where there is none.
        reply: oneshot::Sender<Result<Option<PasscodeId>, Refusal>>,
    },
    /// Asked before the body of a WHEP POST is read.
    Knock {
        /// As it stands in the URL.
        token: String,
        /// Who asks.
        visitor: Visitor,
        /// Why not.
        reply: oneshot::Sender<Result<(), Refusal>>,
    },
    /// WHEP POST.
    Join {
        /// As it stands in the URL.
        token: String,
        /// Who asks.
        visitor: Visitor,
        /// What was read of it, so that the owner reads nothing.
        offer: Offer,
        /// It takes an offer in the place of an answer: [`LetIn::There`].
        counter_offers: bool,
        /// It takes pictures of several codecs in one stream, one after the other.
        codec_changes: bool,
        /// The session, or why there is none.
        reply: oneshot::Sender<Result<LetIn, Refused>>,
    },
    /// A WHEP POST whose body is no offer; it was answered already.
    BadOffer {
        /// Who sent it; knocked and was let in.
        visitor: Visitor,
        /// Why it is none, for people.
        reason: Said,
    },
    /// A page shows nothing, and says what its browser knows of that.
    Failed {
        /// As it stands in the URL.
        token: String,
        /// Whose page it is; one that may be shown it.
        visitor: Visitor,
        /// What its browser came to.
        code: FailureCode,
        /// The session that it had, as it stands in the URL.
        session: Option<String>,
        /// It was told.
        reply: oneshot::Sender<()>,
    },
    /// WHEP PATCH.
    Patch {
        /// As it stands in the URL.
        token: String,
        /// As it stands in the URL.
        session: String,
        /// What was read of it.
        fragment: Fragment,
        /// The header as it was sent.
        if_match: Option<String>,
        /// What was done.
        reply: oneshot::Sender<Result<Patched, PatchError>>,
    },
    /// WHEP PATCH that answers a counter-offer.
    Answer {
        /// As it stands in the URL.
        token: String,
        /// As it stands in the URL.
        session: String,
        /// SDP, which was read and found to be a description of a connection.
        answer: String,
        /// It was taken, and all is agreed on; or there is another offer, which is to be answered, too.
        reply: oneshot::Sender<Result<Option<String>, PatchError>>,
    },
    /// WHEP DELETE.
    Leave {
        /// As it stands in the URL.
        token: String,
        /// As it stands in the URL.
        session: String,
        /// There was such a session.
        reply: oneshot::Sender<bool>,
    },
    /// `GET` or `HEAD` of a session: is there one?
    Session {
        /// As it stands in the URL.
        token: String,
        /// As it stands in the URL.
        session: String,
        /// There is.
        reply: oneshot::Sender<bool>,
    },
    /// A watch page opened its socket.
    PageOpened {
        /// Names it from here on.
        page: PageId,
        /// As it stands in the URL.
        token: String,
        /// Who.
        visitor: Visitor,
        /// What it is told. Bounded: a page that does not keep up (`try_send` fails) is dropped by dropping this.
        tell: mpsc::Sender<Told>,
        /// Of its connection, which makes room for others while no viewer watches by this page.
        seat: Seat,
        /// Why it gets no socket; after an `Ok` the page counts as open until [`Request::PageClosed`].
        reply: oneshot::Sender<Result<(), Refusal>>,
    },
    /// A watch page said something.
    PageSaid {
        /// Which.
        page: PageId,
        /// What.
        hello: PageHello,
        /// It was decided. Only then is the page heard again, so that its own words cannot crowd out what it is told of them.
        reply: oneshot::Sender<()>,
    },
    /// A watch page's socket is closed. This alone ends no session.
    PageClosed {
        /// Which.
        page: PageId,
    },
    /// `GET /metrics`.
    Metrics {
        /// Joins that the server itself refused since it started, by code: the owner never heard of them.
        refused: Vec<(RefusalCode, u64)>,
        /// In the Prometheus text format.
        reply: oneshot::Sender<String>,
    },
}

impl Request {
    /// Nobody waits for the answer any more: the connection was closed, or the answer took too long. Such a request is not carried
    /// out, as there is nobody whom it would serve. What a page says, its end, and a viewer's goodbye are meant all the same: who
    /// closes a tab does not wait to hear of it.
    pub fn is_abandoned(&self) -> bool {
        match self {
            Request::Page { reply, .. } => reply.is_closed(),
            Request::Passcode { reply, .. } => reply.is_closed(),
            Request::Knock { reply, .. } | Request::PageOpened { reply, .. } => reply.is_closed(),
            Request::Join { reply, .. } => reply.is_closed(),
            Request::Patch { reply, .. } => reply.is_closed(),
            Request::Answer { reply, .. } => reply.is_closed(),
            Request::Session { reply, .. } => reply.is_closed(),
            Request::Metrics { reply, .. } => reply.is_closed(),
            Request::BadOffer { .. }
            | Request::Failed { .. }
            | Request::Leave { .. }
            | Request::PageSaid { .. }
            | Request::PageClosed { .. } => false,
        }
    }
}

/// One open socket of a watch page. Never used twice while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageId(pub u64);

/// A viewer was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The last part of the session's URL: 128 random bits as hex.
    pub session: String,
    /// SDP.
    pub answer: String,
    /// Names this ICE session, without the quotes of the header.
    pub etag: String,
    /// What of the offer is rejected.
    pub rejected: Vec<RejectedMedia>,
}

/// How a viewer was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetIn {
    /// 201: it is sent the stream from here.
    Here(Joined),
    /// 406 with an offer that it is to answer: it is sent the stream from elsewhere.
    There(CounterOffer),
}

/// What a viewer is to answer, within seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterOffer {
    /// As in [`Joined`].
    pub session: String,
    /// SDP.
    pub offer: String,
}

/// A viewer was not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// By the audience, or by the upload cap.
    Refusal(Refusal),
    /// 400: the offer was read, but cannot be answered as it is, with the cause.
    BadOffer(Said),
    /// 406: the offer can be read, but holds nothing that this stream has.
    NoMedia(Said),
    /// 503: it takes only a codec that nobody else watches, and the machine has no room for one encoder more. Worth trying again.
    NoEncoder,
    /// 503: too many joins are under way for one more. Worth trying again.
    Overloaded,
}

/// What a PATCH did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Patched {
    /// 204: candidates taken in.
    Trickled,
    /// 200: ICE restarted.
    Restarted {
        /// The answering fragment.
        fragment: String,
        /// The new one, without the quotes of the header.
        etag: String,
    },
}

/// Why a PATCH did nothing. The session goes on as before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchError {
    /// 404.
    NoSession,
    /// 428: `If-Match` is missing.
    PreconditionRequired,
    /// 412: `If-Match` names another ICE session.
    Stale,
    /// 409: nothing was offered that could be answered, or it was answered already.
    NotAsked,
    /// 422: it watches elsewhere, and what it has there is not changed from here.
    Elsewhere,
    /// 502: who offered does not take the answer; there is no such session any more.
    NotTaken,
}
