//! The addresses that a viewer's checks came from, and which of them are validated: known to receive what is sent there.

use super::Output;
use super::amplification_limit::{AmplificationLimit, SessionLimit};
use super::consent::LIFETIME;
use port::{IceSession, Path, Request, Response};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The paths from which an authentic check came, the latest last. Each is told apart by its other end.
pub(super) struct Paths {
    known: Vec<Known>,
    limit: SessionLimit,
    /// When the earliest check of ours is to be sent again.
    repeat: Option<Instant>,
}

/// A path and what its other end has shown.
struct Known {
    path: Path,
    /// The ICE session of the last check that came along it: the one in which the viewer expects ours.
    session: Arc<IceSession>,
    /// When it answered a check of ours last.
    validated: Option<Instant>,
    limit: AmplificationLimit,
    check: Option<Unanswered>,
}

/// The last check of ours along a path, until its answer.
struct Unanswered {
    request: Request,
    session: Arc<IceSession>,
    first_sent: Instant,
    last_sent: Instant,
    /// When it is sent again by itself.
    repeat: Option<Instant>,
}

/// What a response to a check of ours is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It came from where the check was sent, with the right password: the address is validated.
    Valid,
    /// It is not authentic.
    Forged,
    /// It is late or repeated, or comes from elsewhere: nothing waits for it.
    Unexpected,
}

/// A browser has a few addresses, and a few more behind a NAT that gives each destination another.
pub(crate) const MAX_PATHS: usize = 8;

/// A check that may have got lost is sent again after this: once by itself, and then whenever the viewer is heard of from there.
/// Browsers check several times a second as long as they look for a path.
const REPEAT: Duration = Duration::from_millis(300);
/// After this a check is another one. Until then its answer is waited for, which a path of satellites takes a second to bring.
const PATIENCE: Duration = Duration::from_secs(2);
/// An address that answered so lately need not be asked again because of another check of the viewer's.
const FRESH: Duration = Duration::from_secs(10);

impl Paths {
    pub(super) fn new(now: Instant) -> Paths {
        Paths { known: Vec::new(), limit: SessionLimit::new(now), repeat: None }
    }

    /// A check from the other end of this path has passed.
    pub(super) fn knows(&self, path: &Path) -> bool {
        self.position(path).is_some()
    }

    /// An authentic check of this session came along a path. Where there are too many paths the oldest is forgotten that is not
    /// among those to `keep`.
    pub(super) fn checked(&mut self, path: Path, session: &Arc<IceSession>, bytes: usize, keep: [Option<Path>; 2]) {
        let mut known = match self.position(&path) {
            Some(at) => self.known.remove(at),
            None => {
                if self.known.len() == MAX_PATHS {
                    let kept = |known: &Known| keep.iter().flatten().any(|kept| kept.has_same_remote(&known.path));
                    let oldest = self.known.iter().position(|known| !kept(known)).unwrap_or(0);
                    self.known.remove(oldest);
                }
                let limit = AmplificationLimit::default();
                Known { path, session: session.clone(), validated: None, limit, check: None }
            }
        };
        (known.path, known.session) = (path, session.clone());
        known.limit.received(bytes);
        self.known.push(known);
    }

    /// So many bytes of a handshake came along a path.
    pub(super) fn received(&mut self, path: &Path, bytes: usize) {
        if let Some(at) = self.position(path) {
            self.known[at].limit.received(bytes);
        }
    }

    /// When the other end of a path was validated last, if that still holds.
    pub(super) fn validated(&self, path: &Path, now: Instant) -> Option<Instant> {
        let validated = self.known[self.position(path)?].validated?;
        (now < validated + LIFETIME).then_some(validated)
    }

    /// Sends a datagram, if as much may be sent to the other end of this path.
    pub(super) fn transmit(&mut self, path: Path, datagram: Vec<u8>, now: Instant, out: &mut Vec<Output>) {
        if self.may_send(&path, datagram.len(), now) {
            out.push(Output::Transmit(path, datagram));
        }
    }

    /// Checks the other end of a path, unless it answered lately or was checked just now.
    pub(super) fn validate(&mut self, path: &Path, now: Instant, out: &mut Vec<Output>) {
        let Some(at) = self.position(path) else { return };
        let known = &mut self.known[at];
        if known.validated.is_some_and(|validated| now < validated + FRESH) {
            return;
        }
        match &mut known.check {
            Some(check) if now < check.first_sent + PATIENCE => {
                if check.last_sent + REPEAT <= now {
                    check.last_sent = now;
                    let datagram = check.request.datagram.clone();
                    self.transmit(*path, datagram, now, out);
                }
            }
            _ => self.check(path, Some(now + REPEAT), now, out),
        }
    }

    /// Checks whether the other end of a path still answers. Such a check is not repeated: the next one is another (RFC 7675 5.1).
    pub(super) fn renew_consent(&mut self, path: &Path, now: Instant, out: &mut Vec<Output>) {
        self.check(path, None, now, out);
    }

    fn check(&mut self, path: &Path, repeat: Option<Instant>, now: Instant, out: &mut Vec<Output>) {
        let Some(at) = self.position(path) else { return };
        let session = self.known[at].session.clone();
        let Some(request) = Request::new(&session) else { return };
        if self.may_send(path, request.datagram.len(), now) {
            out.push(Output::Check(*path, request.transaction, request.datagram.clone()));
            self.known[at].check = Some(Unanswered { request, session, first_sent: now, last_sent: now, repeat });
            self.schedule();
        }
    }

    /// A response to a check of ours came along a path.
    pub(super) fn answered(&mut self, response: Response, path: &Path, now: Instant) -> Answer {
        let Some(at) = self.position(path) else { return Answer::Unexpected };
        let known = &mut self.known[at];
        let expected = known.check.as_ref().filter(|check| check.request.transaction == response.transaction());
        let Some(check) = expected else { return Answer::Unexpected };
        if !response.is_authentic(&check.session) {
            return Answer::Forged;
        }
        (known.check, known.validated, known.limit) = (None, Some(now), AmplificationLimit::default());
        self.schedule();
        Answer::Valid
    }

    /// When [`Paths::handle_timeout`] is due.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.repeat
    }

    /// Sends again what had no answer.
    pub(super) fn handle_timeout(&mut self, now: Instant, out: &mut Vec<Output>) {
        if self.repeat.is_none_or(|at| at > now) {
            return;
        }
        for at in 0..self.known.len() {
            let known = &mut self.known[at];
            if let Some(check) = &mut known.check
                && check.repeat.take_if(|at| *at <= now).is_some()
            {
                check.last_sent = now;
                let (path, datagram) = (known.path, check.request.datagram.clone());
                self.transmit(path, datagram, now, out);
            }
        }
        self.schedule();
    }

    fn may_send(&mut self, path: &Path, bytes: usize, now: Instant) -> bool {
        let validated = self.validated(path, now).is_some();
        let Some(at) = self.position(path) else { return false };
        validated || self.known[at].limit.take(bytes, now, &mut self.limit)
    }

    fn schedule(&mut self) {
        let repeats = self.known.iter().filter_map(|known| known.check.as_ref()?.repeat);
        self.repeat = repeats.min();
    }

    fn position(&self, path: &Path) -> Option<usize> {
        self.known.iter().position(|known| known.path.has_same_remote(path))
    }
}
