//! One viewer's transport, without a socket or a clock: datagrams and time go in, [`Output`]s come out.
//!
//! Its life: the viewer's checks find a path ([`Transport::check`]), DTLS runs over it, and from then on SRTCP is opened.
//! What is sent is sealed elsewhere, by the thread that owns the viewer's media: it is handed the [`Sealer`].

mod seen_checks;
mod token_bucket;

use crate::connection::dtls::{Dtls, Failure, Progress, Server};
use crate::event::Gone;
use port::{Check, Credentials, Path};
use rtp::rtcp::work;
use rtp::srtp::{OpenError, Opener, Sealer};
use sdp::Fingerprint;
use seen_checks::SeenChecks;
use std::sync::Arc;
use std::time::{Duration, Instant};
use token_bucket::TokenBucket;

/// What the owner has to do.
pub(crate) enum Output {
    /// Send this.
    Transmit(Path, Vec<u8>),
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

/// Why a datagram was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DropReason {
    /// It is of no protocol that is expected, or not at this time.
    Unknown,
    /// It is a check with a false MESSAGE-INTEGRITY.
    Forged,
    /// It is a replayed check, from an address from which no check has passed.
    ReplayedCheck,
    /// It is DTLS that cannot be the viewer's, or more of it than a handshake takes.
    Dtls,
    /// It is SRTCP that is not encrypted with the viewer's keys.
    Unauthenticated,
    /// It is replayed SRTCP.
    Replayed,
    /// It is SRTCP whose work is above the viewer's allowance.
    Flood,
    /// The certificate does not match the offer's fingerprint.
    Fingerprint,
}

/// How long a viewer may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    pub(crate) join: Duration,
    pub(crate) consent: Duration,
}

pub(crate) struct Transport {
    ice: Credentials,
    /// The session before an ICE restart: checks of it count until one of the new session came (RFC 8445 9).
    previous_ice: Option<Credentials>,
    /// The path in use.
    path: Option<Path>,
    /// It was chosen by the viewer.
    nominated: bool,
    /// When something authentic came along it last.
    heard: Instant,
    /// Where authenticated checks came from, the latest last.
    checked: Vec<Path>,
    seen: SeenChecks,
    dtls: Dtls,
    opener: Option<Opener>,
    reports: TokenBucket,
    /// Of the join; then of consent.
    deadline: Instant,
    timeouts: Timeouts,
}

/// A browser has a few addresses, and a few more behind a NAT that gives each destination another.
pub(crate) const MAX_PATHS: usize = 8;

/// A path is dead from which no check came in this time: the viewer sends one every 6 s at the longest (RFC 7675 5.1).
const DEAD: Duration = Duration::from_secs(7);
/// The same for reports, which come about once a second where there is something to report on. They always come along the
/// path that the viewer uses.
const QUIET: Duration = Duration::from_secs(1);

/// A viewer that said goodbye and still sends checks, every 5 s at the longest (RFC 7675 5.1), is there after all.
const GOODBYE: Duration = Duration::from_secs(6);

impl Transport {
    pub(crate) fn new(
        ice: Credentials,
        server: Arc<Server>,
        fingerprint: Fingerprint,
        timeouts: Timeouts,
        now: Instant,
    ) -> Transport {
        Transport {
            ice,
            previous_ice: None,
            path: None,
            nominated: false,
            heard: now,
            checked: Vec::new(),
            seen: SeenChecks::default(),
            dtls: Dtls::new(server, fingerprint),
            opener: None,
            reports: TokenBucket::new(now),
            deadline: now + timeouts.join,
            timeouts,
        }
    }

    /// An ICE restart: media goes on along the path there is until the viewer chose one of the new session.
    pub(crate) fn restart(&mut self, ice: Credentials) {
        self.previous_ice = Some(std::mem::replace(&mut self.ice, ice));
    }

    /// The user name fragments it answers to.
    pub(crate) fn ufrags(&self) -> impl Iterator<Item = &str> {
        [Some(&self.ice), self.previous_ice.as_ref()].into_iter().flatten().map(|ice| ice.ufrag.as_str())
    }

    /// What comes from the other end of this path is its: a check from there has passed.
    pub(crate) fn knows(&self, path: &Path) -> bool {
        self.checked.iter().any(|known| known.has_same_remote(path))
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
        let of_new_session = check.ufrag() == self.ice.ufrag.as_bytes();
        let ice = match &self.previous_ice {
            Some(previous) if !of_new_session => previous,
            _ => &self.ice,
        };
        let Some(authentic) = check.authenticate(ice) else {
            out.push(Output::Dropped(DropReason::Forged));
            return false;
        };
        // A check comes twice when our answer got lost, or when somebody recorded it. It is authentic all the same, but says
        // nothing new: no address is proved by it, no path chosen, nobody alive.
        let repeated = !self.seen.is_first(authentic.transaction);
        if repeated && !self.knows(&path) {
            out.push(Output::Dropped(DropReason::ReplayedCheck));
            return false;
        }
        out.push(Output::Transmit(path, authentic.response(ice, &path)));
        if repeated {
            return false;
        }
        if of_new_session {
            self.previous_ice = None;
        }
        if self.is_connected() {
            self.deadline = now + self.timeouts.consent;
        }
        self.checked.retain(|known| !known.has_same_remote(&path));
        if self.checked.len() == MAX_PATHS {
            let in_use = |known: &Path| self.path.is_some_and(|used| used.has_same_remote(known));
            let oldest = self.checked.iter().position(|known| !in_use(known)).unwrap_or(0);
            self.checked.remove(oldest);
        }
        self.checked.push(path);
        let chosen = authentic.nominates && (of_new_session || self.previous_ice.is_none());
        if self.path.is_none() || chosen {
            self.nominated |= authentic.nominates;
            self.use_path(path, now, out);
        } else {
            self.heard_from(path, DEAD, now, out);
        }
        true
    }

    /// Something authentic came from there. A NAT may have given the viewer another address without its knowing, so that it
    /// chooses nothing: then it is followed when the path in use was silent for so long.
    fn heard_from(&mut self, path: Path, silence: Duration, now: Instant, out: &mut Vec<Output>) {
        if self.path.is_some_and(|used| used.has_same_remote(&path)) {
            self.heard = self.heard.max(now);
        } else if self.is_connected() && now.saturating_duration_since(self.heard) > silence {
            self.use_path(path, now, out);
        }
    }

    fn use_path(&mut self, path: Path, now: Instant, out: &mut Vec<Output>) {
        self.heard = now;
        if self.path.replace(path) != Some(path) && self.is_connected() {
            out.push(Output::Path(path));
        }
    }

    /// Takes a datagram that is no check, along a path that it [knows](Transport::knows).
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

    /// The viewer said goodbye, in what [`Output::Rtcp`] handed over.
    pub(crate) fn goodbye(&mut self, now: Instant) {
        self.deadline = self.deadline.min(now + GOODBYE);
    }

    fn dtls(&mut self, data: &[u8], path: Path, now: Instant, out: &mut Vec<Output>) {
        // Until the viewer has chosen, answers go where it speaks from.
        if !self.nominated && !self.is_connected() {
            self.path = Some(path);
        }
        let reply = self.path.unwrap_or(path);
        let mut transmits = Vec::new();
        let progress = self.dtls.read(data, now, &mut |datagram| transmits.push(datagram.to_vec()));
        out.extend(transmits.into_iter().map(|datagram| Output::Transmit(reply, datagram)));
        match progress {
            Progress::None => {}
            Progress::Refused => out.push(Output::Dropped(DropReason::Dtls)),
            Progress::Connected(keys) => {
                let (sealer, opener) = *keys;
                self.opener = Some(opener);
                self.deadline = now + self.timeouts.consent;
                out.push(Output::Connected(Box::new(sealer), reply));
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

    /// When [`Transport::handle_timeout`] is due; it may move after any call.
    pub(crate) fn poll_timeout(&self) -> Instant {
        self.dtls.poll_timeout().map_or(self.deadline, |at| at.min(self.deadline))
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, out: &mut Vec<Output>) {
        if self.deadline <= now {
            out.push(Output::Gone(if self.is_connected() { Gone::Timeout } else { Gone::Failed }));
            return;
        }
        if let Some(path) = self.path {
            self.dtls.handle_timeout(now, &mut |datagram| out.push(Output::Transmit(path, datagram.to_vec())));
        }
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
