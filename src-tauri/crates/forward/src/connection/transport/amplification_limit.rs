//! What may be sent to an address before it is validated, so that nobody has much sent to an address by forging it (RFC 9000 8.1).

use super::token_bucket::TokenBucket;
use std::time::{Duration, Instant};

/// The limit of one address. It counts everything that is sent there: answers to checks, checks of ours, and DTLS.
#[derive(Default)]
pub(super) struct AmplificationLimit {
    /// Bytes that came from there and were authentic or of a handshake.
    received: usize,
    /// Bytes sent there.
    sent: usize,
    datagrams: u32,
    /// No datagram is sent before this, once there were [`AT_ONCE`].
    next: Option<Instant>,
}

/// No more than so many times the bytes that came from there are sent.
const FACTOR: usize = 3;
/// So many datagrams are sent without a pause: what a browser draws with its checks, one every 48 ms, in a quarter of a second, and
/// the flights of a handshake.
const AT_ONCE: u32 = 16;
/// Then each needs a pause twice as long as the one before. So an address that could not be reached for a while is validated after
/// as long again at the latest, and to one that never is hardly anything is sent however long somebody forges it.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(32);

impl AmplificationLimit {
    /// So many bytes came from there.
    pub(super) fn received(&mut self, bytes: usize) {
        self.received = self.received.saturating_add(bytes);
    }

    /// Whether so many bytes may be sent there now. What may is counted as sent.
    pub(super) fn take(&mut self, bytes: usize, now: Instant, session: &mut SessionLimit) -> bool {
        let sent = self.sent.saturating_add(bytes);
        let fits = sent <= self.received.saturating_mul(FACTOR) && self.next.is_none_or(|next| next <= now);
        if !fits || !session.0.take(1.0, now) {
            return false;
        }
        (self.sent, self.datagrams) = (sent, self.datagrams.saturating_add(1));
        if let Some(pauses) = self.datagrams.checked_sub(AT_ONCE) {
            self.next = Some(now + LONGEST_PAUSE.min(FIRST_PAUSE * 2u32.pow(pauses.min(16))));
        }
        true
    }
}

/// The datagrams that one session may have sent to addresses that are not validated, all of them together: the addresses it remembers
/// are few, and who forges one after the other would have each forgotten before its turn comes again.
pub(super) struct SessionLimit(TokenBucket);

/// As many as four addresses of a browser need whose first round trip takes a quarter of a second.
const SESSION_AT_ONCE: f32 = 40.0;
/// One a second: a viewer that moves again and again is answered.
const SESSION_PER_SECOND: f32 = 1.0;

impl SessionLimit {
    pub(super) fn new(now: Instant) -> SessionLimit {
        SessionLimit(TokenBucket::new(SESSION_AT_ONCE, SESSION_PER_SECOND, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_three_times_what_came_is_sent() {
        let now = Instant::now();
        let (mut limit, mut session) = (AmplificationLimit::default(), SessionLimit::new(now));
        assert!(!limit.take(1, now, &mut session), "nothing came");
        limit.received(100);
        assert!(limit.take(200, now, &mut session) && limit.take(100, now, &mut session));
        assert!(!limit.take(1, now, &mut session));
    }

    /// How many of what somebody asks for every tenth of a second, for so long, go to one address.
    fn sent(seconds: u32) -> usize {
        let start = Instant::now();
        let (mut limit, mut session) = (AmplificationLimit::default(), SessionLimit::new(start));
        (0..seconds * 10)
            .filter(|n| {
                limit.received(1000);
                limit.take(100, start + Duration::from_millis(100) * *n, &mut session)
            })
            .count()
    }

    #[test]
    fn an_address_that_is_never_validated_is_sent_less_and_less() {
        assert_eq!(sent(1), 10);
        assert!(sent(10) <= 22, "{}", sent(10));
        assert!(sent(3600) <= 135, "{} in an hour", sent(3600));
    }

    #[test]
    fn a_session_that_forges_ever_other_addresses_is_bounded_in_all() {
        let start = Instant::now();
        let mut session = SessionLimit::new(start);
        let sent = (0..60_000u32).filter(|n| {
            let mut new = AmplificationLimit::default();
            new.received(1000);
            new.take(100, start + Duration::from_millis(1) * *n, &mut session)
        });
        assert!(sent.count() <= 100, "40, and one a second of a minute");
    }
}
