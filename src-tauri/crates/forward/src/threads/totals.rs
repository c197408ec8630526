//! Counters of everything that the forwarder does, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counters since the forwarder started, for `/metrics`. All only ever grow, but for `viewers`.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Totals {
            $($(#[$doc])* pub $name: u64,)*
        }

        /// The same counters, as all threads count them.
        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: Counter,)*
        }

        impl Counters {
            pub(crate) fn totals(&self) -> Totals {
                Totals { $($name: self.$name.0.load(Ordering::Relaxed),)* }
            }
        }
    };
}

counters! {
    /// Viewers held now, connected or still joining.
    viewers,
    /// Offers answered.
    joins,
    /// Viewers whose DTLS handshake was done.
    connected,
    /// Viewers gone because DTLS failed or was not done in time.
    failed,
    /// Viewers gone because nothing authenticated came for too long.
    timed_out,
    /// RTP and RTCP packets handed to the kernel, repairs included.
    packets_sent,
    /// Bytes of UDP payload in them.
    bytes_sent,
    /// System calls that handed them over.
    sends,
    /// RTP packets sent again after a NACK.
    retransmitted,
    /// Packets that the kernel did not take, because its send buffer was full or there was no route to the viewer.
    dropped_unsent,
    /// Pictures and sounds that a sending thread left out for all its viewers because it was too far behind to send them in 250 ms.
    dropped_late,
    /// Pictures that a sending thread that did not keep up left out for one viewer; viewers with the worst paths come first.
    left_out,
    /// Datagrams that came to the port, whoever owns them.
    datagrams_received,
    /// Datagrams from addresses that passed no STUN check, or that are no protocol of ours.
    dropped_unknown,
    /// STUN requests with an unknown ufrag, responses with an unknown transaction, and either with a false MESSAGE-INTEGRITY or a
    /// false FINGERPRINT.
    dropped_stun,
    /// STUN requests that came before, from addresses that never passed one.
    dropped_replayed_check,
    /// DTLS that cannot be the viewer's, or more of it than a handshake takes.
    dropped_dtls,
    /// SRTCP that failed authentication.
    dropped_unauthenticated,
    /// SRTCP that was seen before.
    dropped_replayed,
    /// SRTCP that was more work than anybody's reports have to be, or came faster than the sending thread took it.
    dropped_flood,
    /// Authentic RTCP of which a part was left unread, as it asked for more than one datagram may.
    dropped_excessive,
    /// Authentic RTCP that waited for its turn when its viewer was removed.
    dropped_removed,
    /// Authentic RTCP of which some could not be read.
    malformed_rtcp,
    /// DTLS handshakes whose certificate did not have the fingerprint of the offer.
    dropped_fingerprint,
    /// Viewers whose media began to go to another address.
    paths_changed,
    /// Checks of ours that were sent, to see whether an address receives what is sent there.
    checks_sent,
    /// Those that were answered.
    checks_answered,
    /// Pictures of the largest layer that an encoder handed in.
    pictures_encoded,
    /// How old they were then, since their capture: microseconds, added up.
    pictures_encoded_age_us,
    /// Pictures of the largest layer that a sending thread had given to the last of its viewers.
    pictures_sent,
    /// How old they were then, since their capture: microseconds, added up.
    pictures_sent_age_us,
}

/// Microseconds from `then` to `now`, for a counter that adds up ages.
pub(crate) fn micros_since(then: Instant, now: Instant) -> u64 {
    now.saturating_duration_since(then).as_micros() as u64
}

impl Totals {
    /// With what the port counted before anybody was given anything.
    pub(crate) fn with_port(self, port: port::Totals) -> Totals {
        Totals {
            datagrams_received: self.datagrams_received + port.received,
            dropped_stun: self.dropped_stun + port.dropped_stun,
            dropped_unknown: self.dropped_unknown + port.dropped_unknown,
            ..self
        }
    }
}

/// One counter. Nothing is decided by it, so relaxed atomics are enough.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub(crate) fn one(&self) {
        self.add(1);
    }

    pub(crate) fn set(&self, n: u64) {
        self.0.store(n, Ordering::Relaxed);
    }
}
