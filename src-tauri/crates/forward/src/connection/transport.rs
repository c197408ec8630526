//! One viewer's transport, without a socket or a clock: datagrams and time go in, [`Output`]s come out.
//!
//! Its life: the viewer's checks find a path ([`Transport::check`]), its answers to our own validate it ([`Transport::response`]), DTLS
//! runs over it, and from then on SRTCP is opened. What is sent is sealed elsewhere, by the thread that owns the viewer's media: it
//! is handed the [`Sealer`].
//!
//! A source address can be forged, by a viewer too, which has all keys of its own session. So media goes only to an address that has
//! answered a check of ours, and as long as it answers: nothing else that comes from there shows that anybody receives there. A
//! handshake that ends does not show it either, as its flights may have gone to another address than the one it ends from.

mod amplification_limit;
mod answered_checks;
mod consent;
mod drop_reason;
mod paths;
mod report_work;
mod seen_checks;
mod token_bucket;

pub(crate) use drop_reason::DropReason;

use crate::connection::dtls::{Dtls, Failure, Progress, Server};
use crate::event::Gone;
use answered_checks::AnsweredChecks;
use consent::Consent;
use paths::{Answer, Paths};
use port::{Check, IceSession, Path, Response, Transaction};
use report_work::ReportWork;
use rtp::rtcp::work;
use rtp::srtp::{OpenError, Opener, Sealer};
use sdp::Fingerprint;
use seen_checks::SeenChecks;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What whoever has the transport must do for it.
pub(crate) enum Output {
    /// Send this datagram along this path.
    Transmit(Path, Vec<u8>),
    /// Send this check of ours, and hand the response with this transaction to [`Transport::response`].
    Check(Path, Transaction, Vec<u8>),
    /// From now on media is sealed with this and goes along this path.
    Connected(Box<Sealer>, Path),
    /// Media goes along another path.
    Path(Path),
    /// The datagram was opened in place: so many of its bytes are a compound packet. Who reads it tells of a goodbye in it; see
    /// [`Transport::goodbye`].
    Rtcp(usize),
    /// The datagram was dropped.
    Dropped(DropReason),
    /// The viewer is gone; drop the transport.
    Gone(Gone),
}

/// How long a viewer may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    /// From its offer until it is connected.
    pub(crate) join: Duration,
    /// Between two of its checks.
    pub(crate) consent: Duration,
}

pub(crate) struct Transport {
    ice: Arc<IceSession>,
    /// The session before an ICE restart. Checks of it are answered until the first one of the new session arrives (RFC 8445 9).
    previous_ice: Option<Arc<IceSession>>,
    /// The path in use. Before the viewer is connected it need not be validated.
    path: Option<Path>,
    /// The viewer has nominated a path (USE-CANDIDATE), so DTLS does not follow the address that it comes from any more.
    nominated: bool,
    /// The path that the viewer nominated and that is not validated yet. It is used as soon as it is.
    awaited: Option<Path>,
    /// When the last authentic datagram arrived along the path in use.
    heard: Instant,
    paths: Paths,
    /// The consent to send along the path in use, once the viewer is connected.
    consent: Option<Consent>,
    seen: SeenChecks,
    answered: AnsweredChecks,
    dtls: Dtls,
    /// The keys of a handshake that is done, until there is a validated path for media.
    keys: Option<Box<(Sealer, Opener)>>,
    opener: Option<Opener>,
    reports: ReportWork,
    /// Until it is connected, when the join is given up; from then on, when a viewer is gone that sends no check.
    deadline: Instant,
    timeouts: Timeouts,
}

/// When a check arrives along another path, the path in use counts as dead once nothing was heard along it for so long: a viewer
/// sends a check along the path that it uses every 6 s at the longest (RFC 7675 5.1).
const DEAD: Duration = Duration::from_secs(7);
/// When a report arrives along another path, the path in use counts as dead after this: a viewer sends its reports, about one a second
/// and more, along the one path that it uses.
const QUIET: Duration = Duration::from_secs(1);

/// A viewer that said goodbye has so long to send a check, which shows that it is there after all: viewers that are send one every
/// 6 s at the longest (RFC 7675 5.1).
const GOODBYE: Duration = Duration::from_secs(6);

impl Transport {
    pub(crate) fn new(
        ice: IceSession,
        server: Arc<Server>,
        fingerprint: Fingerprint,
        timeouts: Timeouts,
        now: Instant,
    ) -> Transport {
        Transport {
            ice: Arc::new(ice),
            previous_ice: None,
            path: None,
            nominated: false,
            awaited: None,
            heard: now,
            paths: Paths::new(now),
            consent: None,
            seen: SeenChecks::default(),
            answered: AnsweredChecks::new(now),
            dtls: Dtls::new(server, fingerprint),
            keys: None,
            opener: None,
            reports: ReportWork::new(now),
            deadline: now + timeouts.join,
            timeouts,
        }
    }

    /// An ICE restart: media goes on along the path there is until the viewer chose one of the new session.
    pub(crate) fn restart(&mut self, ice: IceSession) {
        self.previous_ice = Some(std::mem::replace(&mut self.ice, Arc::new(ice)));
    }

    /// The user name fragments it answers to.
    pub(crate) fn ufrags(&self) -> impl Iterator<Item = &str> {
        [Some(&self.ice), self.previous_ice.as_ref()].into_iter().flatten().map(|ice| ice.ours.ufrag.as_str())
    }

    /// What comes from the other end of this path is its: a check from there has passed.
    pub(crate) fn knows(&self, path: &Path) -> bool {
        self.paths.knows(path)
    }

    /// The other end of this path has answered a check of ours lately.
    pub(crate) fn is_validated(&self, path: &Path, now: Instant) -> bool {
        self.paths.validated(path, now).is_some()
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.opener.is_some()
    }

    /// Begins to fetch what its reports are opened with.
    pub(crate) fn prefetch(&self) {
        if let Some(opener) = &self.opener {
            opener.prefetch();
        }
    }

    /// The handshake's; see [`Dtls::round_trip`].
    pub(crate) fn round_trip(&self) -> Option<Duration> {
        self.dtls.round_trip()
    }

    /// Takes a check that names one of [`Transport::ufrags`]. Before its integrity passed nothing changes. True: it passed, and
    /// what comes from there is the viewer's.
    pub(crate) fn check(&mut self, check: Check, path: Path, now: Instant, out: &mut Vec<Output>) -> bool {
        let of_new_session = check.ufrag() == self.ice.ours.ufrag.as_bytes();
        let ice = match &self.previous_ice {
            Some(previous) if !of_new_session => previous.clone(),
            _ => self.ice.clone(),
        };
        let bytes = check.datagram_len();
        let Some(authentic) = check.authenticate(&ice.ours) else {
            out.push(Output::Dropped(DropReason::Forged));
            return false;
        };
        // A check comes twice when our answer got lost, or when somebody recorded it. It is authentic all the same, but says
        // nothing new: no address is known by it, no path chosen, nobody alive.
        let repeated = !self.seen.is_first(authentic.transaction);
        if repeated && !self.knows(&path) {
            out.push(Output::Dropped(DropReason::ReplayedCheck));
            return false;
        }
        if !self.answered.take(repeated, now) {
            out.push(Output::Dropped(DropReason::Flood));
            return false;
        }
        let response = authentic.response(&ice.ours, &path);
        if repeated {
            self.paths.transmit(path, response, now, out);
            return false;
        }
        if of_new_session {
            self.previous_ice = None;
        }
        if self.is_connected() {
            self.deadline = now + self.timeouts.consent;
        }
        self.paths.checked(path, &ice, bytes, [self.path, self.awaited]);
        // Ours first: where little may be sent, the answer to it is what more may be sent by.
        self.paths.validate(&path, now, out);
        if self.uses(&path) && self.consent.as_mut().is_some_and(|consent| consent.take_with_an_answer(now)) {
            self.paths.renew_consent(&path, now, out);
        }
        self.paths.transmit(path, response, now, out);
        if authentic.nominates && (of_new_session || self.previous_ice.is_none()) {
            self.choose(path, now, out);
        } else if self.path.is_none() {
            self.path = Some(path);
        } else {
            self.heard_from(path, DEAD, now, out);
        }
        true
    }

    /// Takes a response to a check of ours. True: the address receives what is sent there, and what comes from there is the viewer's.
    pub(crate) fn response(&mut self, response: Response, path: Path, now: Instant, out: &mut Vec<Output>) -> bool {
        match self.paths.answered(response, &path, now) {
            Answer::Unexpected => return false,
            Answer::Forged => {
                out.push(Output::Dropped(DropReason::Forged));
                return false;
            }
            Answer::Valid => {}
        }
        if let Some(chosen) = self.awaited.filter(|chosen| chosen.has_same_remote(&path)) {
            self.choose(chosen, now, out);
        } else if !self.is_connected() && self.path.is_none_or(|used| self.paths.validated(&used, now).is_none()) {
            self.path = Some(path);
        } else {
            self.heard_from(path, DEAD, now, out);
        }
        if self.uses(&path)
            && let Some(consent) = &mut self.consent
        {
            consent.answered(now);
        }
        self.connect(now, out);
        true
    }

    /// The viewer chose a path: it is used as soon as it is validated, and until then the one there is.
    fn choose(&mut self, path: Path, now: Instant, out: &mut Vec<Output>) {
        if self.paths.validated(&path, now).is_some() {
            self.awaited = None;
            self.nominated = true;
            self.use_path(path, now, out);
        } else {
            self.awaited = Some(path);
            self.path = self.path.or(self.awaited);
        }
    }

    /// Something authentic came from there. A NAT may have given the viewer another address without its knowing, so that it
    /// chooses nothing: then it is followed when the path in use was silent for so long.
    fn heard_from(&mut self, path: Path, silence: Duration, now: Instant, out: &mut Vec<Output>) {
        if self.uses(&path) {
            self.heard = self.heard.max(now);
        } else if self.is_connected() && now.saturating_duration_since(self.heard) > silence {
            match self.paths.validated(&path, now) {
                Some(_) => self.use_path(path, now, out),
                None => self.paths.validate(&path, now, out),
            }
        }
    }

    /// It is the path in use.
    fn uses(&self, path: &Path) -> bool {
        self.path.is_some_and(|used| used.has_same_remote(path))
    }

    /// Along a validated path.
    fn use_path(&mut self, path: Path, now: Instant, out: &mut Vec<Output>) {
        self.heard = now;
        if self.path.replace(path) != Some(path) && self.is_connected() {
            self.consent = self.paths.validated(&path, now).map(Consent::since);
            out.push(Output::Path(path));
        }
    }

    /// Takes a datagram that is no STUN message, along a path that it [knows](Transport::knows).
    pub(crate) fn datagram(&mut self, data: &mut [u8], path: Path, now: Instant, out: &mut Vec<Output>) {
        // RFC 7983 7: the first byte tells the protocols apart; RFC 5761 4: the second tells RTCP from RTP.
        match data {
            [20..=63, ..] => self.dtls(data, path, now, out),
            [128..=191, 192..=223, ..] => self.rtcp(data, path, now, out),
            _ => out.push(Output::Dropped(DropReason::Unknown)),
        }
    }

    fn rtcp(&mut self, data: &mut [u8], path: Path, now: Instant, out: &mut Vec<Output>) {
        let Some(opener) = &mut self.opener else {
            out.push(Output::Dropped(DropReason::Unknown));
            return;
        };
        let opened = match opener.rtcp(data) {
            // Only authentic packets are paid for, so that nobody else can use up the viewer's allowance.
            Ok(plain) if !self.reports.pay(work(plain), now) => Output::Dropped(DropReason::Flood),
            Ok(plain) => {
                let opened = Output::Rtcp(plain.len());
                self.heard_from(path, QUIET, now, out);
                opened
            }
            Err(OpenError::Unauthenticated) => Output::Dropped(DropReason::Unauthenticated),
            Err(OpenError::Replayed) => Output::Dropped(DropReason::Replayed),
        };
        out.push(opened);
    }

    /// The compound packet that [`Output::Rtcp`] handed over has a BYE in it.
    pub(crate) fn goodbye(&mut self, now: Instant) {
        self.deadline = self.deadline.min(now + GOODBYE);
    }

    fn dtls(&mut self, data: &[u8], path: Path, now: Instant, out: &mut Vec<Output>) {
        let is_validated = |of: &Path| self.is_validated(of, now);
        // Until the viewer has chosen, answers go where it speaks from, but not from a validated path to one that is not.
        let better = is_validated(&path) || !self.path.as_ref().is_some_and(is_validated);
        if !self.nominated && !self.is_connected() && better {
            self.path = Some(path);
        }
        let reply = self.path.unwrap_or(path);
        self.paths.received(&path, data.len());
        if !self.is_connected() {
            self.paths.validate(&path, now, out);
        }
        let paths = &mut self.paths;
        let progress = self.dtls.read(data, now, &mut |datagram| paths.transmit(reply, datagram.to_vec(), now, out));
        match progress {
            Progress::None => {}
            Progress::Refused => out.push(Output::Dropped(DropReason::Dtls)),
            Progress::Connected(keys) => {
                self.keys = Some(keys);
                self.connect(now, out);
            }
            Progress::Closed => out.push(Output::Gone(Gone::Closed)),
            Progress::Failed(failure) => {
                if failure == Failure::Fingerprint {
                    out.push(Output::Dropped(DropReason::Fingerprint));
                }
                out.push(Output::Gone(Gone::Failed));
            }
        }
    }

    /// Media begins as soon as there are keys and a validated path for it. Mostly the path is first: the check that validates it is
    /// sent with the answer to the viewer's first check, a round trip before the viewer can begin with DTLS.
    fn connect(&mut self, now: Instant, out: &mut Vec<Output>) {
        let Some(path) = self.path else { return };
        let Some(validated) = self.paths.validated(&path, now) else { return };
        let Some(keys) = self.keys.take() else { return };
        let (sealer, opener) = *keys;
        self.opener = Some(opener);
        self.consent = Some(Consent::since(validated));
        self.deadline = now + self.timeouts.consent;
        out.push(Output::Connected(Box::new(sealer), path));
    }

    /// When [`Transport::handle_timeout`] is due; it may move after any call.
    pub(crate) fn poll_timeout(&self) -> Instant {
        let consent = self.consent.as_ref().map(Consent::poll_timeout);
        let others = [self.dtls.poll_timeout(), self.paths.poll_timeout(), consent];
        others.into_iter().flatten().fold(self.deadline, Instant::min)
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, out: &mut Vec<Output>) {
        let expired = self.consent.as_ref().is_some_and(|consent| consent.is_expired(now));
        if self.deadline <= now || expired {
            out.push(Output::Gone(if self.is_connected() { Gone::Timeout } else { Gone::Failed }));
            return;
        }
        self.paths.handle_timeout(now, out);
        let Some(path) = self.path else { return };
        if self.consent.as_mut().is_some_and(|consent| consent.take_check(now)) {
            self.paths.renew_consent(&path, now, out);
        }
        let paths = &mut self.paths;
        self.dtls.handle_timeout(now, &mut |datagram| paths.transmit(path, datagram.to_vec(), now, out));
    }

    /// The last words on DTLS: close_notify, where there is somebody to tell.
    pub(crate) fn close(mut self, now: Instant) -> Vec<Vec<u8>> {
        let mut farewell = Vec::new();
        self.dtls.close(now, &mut |datagram| farewell.push(datagram.to_vec()));
        farewell
    }
}

#[cfg(test)]
mod tests;
