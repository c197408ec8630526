//! The round trip, told from the handshake.

use super::flight::handshake_fragments;
use std::time::{Duration, Instant};

/// The viewer's next message can only follow our answer to the one before, so the time between them is a round trip and what the
/// viewer took to think. The least of those is kept. Messages are known by their numbers: a ClientHello that is repeated has
/// that of the first, and so is taken for no answer to ours.
#[derive(Default)]
pub(super) struct HandshakeRtt {
    /// The viewer's message that was answered last, and when.
    answered: Option<(u16, Instant)>,
    least: Option<Duration>,
}

impl HandshakeRtt {
    pub(super) fn round_trip(&self) -> Option<Duration> {
        self.least
    }

    /// A datagram came, and was `answered` at once or not.
    pub(super) fn after(&mut self, datagram: &[u8], answered: bool, now: Instant) {
        let Some(first) = handshake_fragments(datagram).map(|fragment| fragment.message).next() else { return };
        if let Some((before, at)) = self.answered {
            if first <= before {
                return;
            }
            let trip = now.saturating_duration_since(at);
            self.least = Some(self.least.map_or(trip, |least| least.min(trip)));
        }
        if answered {
            self.answered = Some((first, now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of epoch 0 with one handshake message of this kind and number.
    fn message(kind: u8, number: u8) -> Vec<u8> {
        let mut out = vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13];
        out.extend([kind, 0, 0, 1, 0, number, 0, 0, 0, 0, 0, 1, 7]);
        out
    }

    #[test]
    fn a_repeated_hello_is_no_answer_and_the_least_time_counts() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut rtt = HandshakeRtt::default();
        rtt.after(&message(1, 0), true, at(0));
        assert_eq!(rtt.round_trip(), None);
        rtt.after(&message(1, 0), true, at(2));
        assert_eq!(rtt.round_trip(), None, "the viewer's timer sent it again");
        rtt.after(&message(1, 1), true, at(40));
        assert_eq!(rtt.round_trip(), Some(Duration::from_millis(40)));
        rtt.after(&message(11, 2), false, at(110));
        rtt.after(&[20, 1, 2, 3], true, at(111));
        assert_eq!(rtt.round_trip(), Some(Duration::from_millis(40)), "the second took longer: it had to sign");
    }
}
