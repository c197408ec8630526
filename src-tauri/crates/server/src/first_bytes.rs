//! What a connection speaks, by its first bytes. A decision without I/O.

/// What the other end of a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// A TLS record that carries a handshake (RFC 8446 5.1).
    Tls,
    /// A STUN message in a frame, as ICE's checks come over TCP (RFC 4571 2, RFC 6544 3).
    Stun,
    /// Anything else. What is no HTTP either is refused there, in its words.
    Http,
}

/// As many bytes as are looked at: a frame's length, and of the STUN message in it what comes before the transaction id.
pub(crate) const MOST: usize = 10;

const STUN_HEADER: u16 = 20;
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

/// None while what there is could be more than one. It is never asked for more than is sent before an answer: HTTP is known by its
/// first byte, which is a letter.
pub(crate) fn protocol(first: &[u8]) -> Option<Protocol> {
    match first {
        [] | [0x16] => None,
        // As in every version there is: 0x0301 to 0x0303.
        [0x16, 3, ..] => Some(Protocol::Tls),
        _ => stun(first),
    }
}

/// A STUN request or indication in a frame: byte for byte, as far as they go.
fn stun(first: &[u8]) -> Option<Protocol> {
    let at = |n: usize| first.get(n).copied();
    // The frame is as long as the message, whose length leaves out its own header and is a multiple of four (RFC 8489 5). No
    // message of ICE is as long as 0x0700.
    let wrong = at(0).is_some_and(|high| high > 6)
        || at(2).is_some_and(|kind| kind > 0x3f)
        || at(5).is_some_and(|low| low % 4 != 0)
        || first.get(..6).is_some_and(|six| {
            let (frame, message) = (u16::from_be_bytes([six[0], six[1]]), u16::from_be_bytes([six[4], six[5]]));
            frame.checked_sub(STUN_HEADER) != Some(message)
        })
        || first.iter().skip(6).zip(MAGIC_COOKIE).any(|(byte, cookie)| *byte != cookie);
    match (wrong, first.len() >= MOST) {
        (true, _) => Some(Protocol::Http),
        (false, true) => Some(Protocol::Stun),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many bytes it is known what.
    fn known(bytes: &[u8]) -> (usize, Option<Protocol>) {
        let known = (0..=bytes.len()).find_map(|len| protocol(&bytes[..len]).map(|protocol| (len, Some(protocol))));
        known.unwrap_or((bytes.len(), None))
    }

    /// A binding request of one attribute, in its frame.
    const CHECK: [u8; 30] =
        [0, 28, 0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0x25, 0, 4, 0, 0, 0, 0];

    #[test]
    fn http_is_known_by_its_first_byte_and_the_others_by_as_many_as_are_sent_at_once() {
        for text in ["GET / HTTP/1.1\r\n", "POST /whep/x HTTP/1.1\r\n", "OPTIONS *", "\r\nGET /", "PRI * HTTP/2.0"] {
            let (at, protocol) = known(text.as_bytes());
            assert_eq!(protocol, Some(Protocol::Http), "{text}");
            assert_eq!(at, 1, "{text}");
        }
        for version in 1..=3 {
            assert_eq!(known(&[0x16, 3, version, 2, 0, 1]), (2, Some(Protocol::Tls)));
        }
        assert_eq!(known(&CHECK), (MOST, Some(Protocol::Stun)));
        assert_eq!(known(&CHECK[..9]), (9, None), "it may still be another");
    }

    #[test]
    fn what_is_neither_goes_where_it_is_refused() {
        assert_eq!(known(&[0x16, 2, 1]), (2, Some(Protocol::Http)), "no TLS there ever was");
        assert_eq!(known(&[0x80, 0x2e, 1, 3, 1]), (1, Some(Protocol::Http)), "SSL 2");
        for (byte, wrong) in [(0, 7), (1, 29), (2, 0x40), (4, 1), (5, 9), (5, 12), (6, 0), (9, 0)] {
            let mut frame = CHECK;
            frame[byte] = wrong;
            assert_eq!(known(&frame).1, Some(Protocol::Http), "byte {byte}");
        }
        let mut short = CHECK;
        short[1] = 8;
        assert_eq!(known(&short).1, Some(Protocol::Http), "a frame shorter than a header");
    }
}
