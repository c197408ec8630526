//! The cure for a lost ServerHello flight: rtc-dtls 0.21 sends it once and then waits for ever.

use std::time::{Duration, Instant};

/// Our last flight (RFC 6347 section 4.2.4), until the client shows that it has it. Its datagrams are sent again as they were, since
/// the client drops the records it already saw (RFC 6347 section 4.1.2.6) and takes the others.
#[derive(Default)]
pub(super) struct Flight {
    datagrams: Vec<Vec<u8>>,
    repeat: Option<(Instant, Duration)>,
}

/// The timers of Chromium and Firefox for their own flights begin with 50 ms and 100 ms, so this is as early as theirs and no earlier
/// than most paths need.
const FIRST_REPEAT: Duration = Duration::from_millis(100);
const CLIENT_HELLO: u8 = 1;
const CERTIFICATE: u8 = 11;
const CLIENT_KEY_EXCHANGE: u8 = 16;
const SERVER_HELLO: u8 = 2;

impl Flight {
    /// The endpoint has taken `datagram` and sent `sent`.
    pub(super) fn after(
        &mut self,
        datagram: &[u8],
        sent: Vec<Vec<u8>>,
        now: Instant,
        transmit: &mut impl FnMut(&[u8]),
    ) {
        let carries = |datagram: &[u8], kinds: &[u8]| handshake_fragments(datagram).any(|f| kinds.contains(&f.kind));
        if !sent.is_empty() {
            // HelloVerifyRequest needs no cure: a repeated ClientHello gets it again.
            let server_hello = sent.iter().any(|out| carries(out, &[SERVER_HELLO]));
            self.repeat = server_hello.then(|| (now + FIRST_REPEAT, FIRST_REPEAT));
            self.datagrams = if server_hello { sent } else { Vec::new() };
        } else if carries(datagram, &[CERTIFICATE, CLIENT_KEY_EXCHANGE]) {
            // The client has the whole flight, and repeats its own until it has our next one.
            *self = Flight::default();
        } else if carries(datagram, &[CLIENT_HELLO]) {
            self.send(transmit);
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.repeat.map(|(at, _)| at)
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, transmit: &mut impl FnMut(&[u8])) {
        if let Some((at, interval)) = self.repeat
            && at <= now
        {
            self.repeat = Some((now + 2 * interval, 2 * interval));
            self.send(transmit);
        }
    }

    fn send(&self, transmit: &mut impl FnMut(&[u8])) {
        for datagram in &self.datagrams {
            transmit(datagram);
        }
    }
}

/// A piece of a handshake message in the clear (RFC 6347 section 4.2.3).
pub(super) struct HandshakeFragment<'a> {
    /// The message's type (HandshakeType).
    pub(super) kind: u8,
    /// The length of the whole message.
    pub(super) len: usize,
    /// The message's number (message_seq).
    pub(super) message: u16,
    /// Where in the message it stands.
    pub(super) offset: usize,
    pub(super) data: &'a [u8],
}

/// The handshake fragments of epoch 0 in a datagram, up to the first thing that cannot be read.
pub(super) fn handshake_fragments(mut datagram: &[u8]) -> impl Iterator<Item = HandshakeFragment<'_>> {
    const HANDSHAKE: u8 = 22;
    let mut record: &[u8] = &[];
    std::iter::from_fn(move || {
        while record.is_empty() {
            let (header, rest) = datagram.split_at_checked(13)?;
            let len = usize::from(u16::from_be_bytes([header[11], header[12]]));
            let (body, rest) = rest.split_at_checked(len)?;
            datagram = rest;
            if header[0] == HANDSHAKE && header[3..5] == [0, 0] {
                record = body;
            }
        }
        let (header, rest) = record.split_at_checked(12)?;
        let number = |at: usize| u32::from_be_bytes([0, header[at], header[at + 1], header[at + 2]]) as usize;
        let (data, rest) = rest.split_at_checked(number(9))?;
        record = rest;
        Some(HandshakeFragment {
            kind: header[0],
            len: number(1),
            message: u16::from_be_bytes([header[4], header[5]]),
            offset: number(6),
            data,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8) -> Vec<u8> {
        vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    }

    fn sent(flight: &mut Flight, at: Instant) -> usize {
        let mut count = 0;
        flight.handle_timeout(at, &mut |_| count += 1);
        count
    }

    #[test]
    fn the_flight_is_repeated_on_a_repeated_hello_and_on_a_doubling_timer_until_the_client_has_it() {
        let start = Instant::now();
        let mut flight = Flight::default();
        flight.after(&record(CLIENT_HELLO), vec![record(SERVER_HELLO), record(12)], start, &mut |_| {});
        let mut repeats = 0;
        flight.after(&record(CLIENT_HELLO), vec![], start, &mut |_| repeats += 1);
        assert_eq!(repeats, 2, "both datagrams go out on a hello that the endpoint did not answer");

        let first = flight.poll_timeout().expect("a timer");
        assert_eq!(first, start + FIRST_REPEAT);
        assert_eq!(sent(&mut flight, start), 0);
        assert_eq!(sent(&mut flight, first), 2);
        assert_eq!(flight.poll_timeout(), Some(first + 2 * FIRST_REPEAT));

        flight.after(&record(CERTIFICATE), vec![], first, &mut |_| {});
        assert_eq!(flight.poll_timeout(), None);
    }
}
