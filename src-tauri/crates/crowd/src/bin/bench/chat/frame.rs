//! WebSocket frames as a page writes and reads them (RFC 6455 5.2), and the stamps in what is said.

/// Text of a page's, masked by zeros as a client's has to be. 65,535 bytes at most.
pub(super) fn text(payload: &str) -> Vec<u8> {
    masked(0x81, payload.as_bytes())
}

/// The answer to a ping.
pub(super) fn pong(payload: &[u8]) -> Vec<u8> {
    masked(0x8a, payload)
}

fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len()).expect("a page says nothing so long");
    let mut frame = vec![first];
    match u8::try_from(len) {
        Ok(short @ 0..=125) => frame.push(0x80 | short),
        _ => {
            frame.push(0x80 | 126);
            frame.extend(len.to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// Text of the server's: unmasked.
pub(super) fn of_server(payload: &str) -> Vec<u8> {
    let len = u16::try_from(payload.len()).expect("a frame to pages is no longer");
    [&[0x81, 126][..], &len.to_be_bytes(), payload.as_bytes()].concat()
}

/// What a frame is: the lower half of its first byte.
pub(super) const TEXT: u8 = 1;
pub(super) const CLOSE: u8 = 8;
pub(super) const PING: u8 = 9;

/// What comes from a server, put together to frames.
#[derive(Default)]
pub(super) struct Incoming {
    bytes: Vec<u8>,
    read: usize,
}

impl Incoming {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.read);
        self.read = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole frame: what it is, and its payload.
    pub(super) fn next(&mut self) -> Option<(u8, &[u8])> {
        let left = &self.bytes[self.read..];
        let (head, len): (usize, usize) = match *left {
            [_, short @ 0..=125, ..] => (2, usize::from(short)),
            [_, 126, a, b, ..] => (4, usize::from(u16::from_be_bytes([a, b]))),
            [_, 127, a, b, c, d, e, f, g, h, ..] => {
                (10, usize::try_from(u64::from_be_bytes([a, b, c, d, e, f, g, h])).ok()?)
            }
            _ => return None,
        };
        let kind = left[0] & 0x0f;
        let end = head.checked_add(len)?;
        if left.len() < end {
            return None;
        }
        let payload = self.read + head..self.read + end;
        self.read += end;
        Some((kind, &self.bytes[payload]))
    }
}

const MARK: &str = "bench ";
const DIGITS: usize = 16;
const REST: &str = " and a sentence as long as people write";

/// What is said at this time, in microseconds since the bench began.
pub(super) fn stamp(micros: u64) -> String {
    format!("{MARK}{micros:0DIGITS$}{REST}")
}

/// Puts another time into each message of a payload.
pub(super) fn restamp(payload: &mut [u8], micros: u64) {
    let digits = format!("{micros:0DIGITS$}");
    let mut from = 0;
    while let Some(at) = find(&payload[from..], MARK.as_bytes()) {
        let start = from + at + MARK.len();
        if start + DIGITS > payload.len() {
            return;
        }
        payload[start..start + DIGITS].copy_from_slice(digits.as_bytes());
        from = start + DIGITS;
    }
}

/// The messages in a payload: their ids, and when they were said.
pub(super) fn messages(payload: &[u8]) -> impl Iterator<Item = (u64, u64)> {
    let mut left = payload;
    std::iter::from_fn(move || {
        let at = find(left, b"{\"id\":")? + 6;
        let id = number(&left[at..]);
        let said = at + find(&left[at..], MARK.as_bytes())? + MARK.len();
        let micros = number(&left[said..]);
        left = &left[said..];
        Some((id, micros))
    })
}

fn number(digits: &[u8]) -> u64 {
    digits.iter().take_while(|d| d.is_ascii_digit()).fold(0, |n, d| n * 10 + u64::from(d - b'0'))
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_put_together_whatever_the_pieces() {
        let long = "x".repeat(70_000 / 2);
        let all = [of_server("one"), vec![0x89, 0], of_server(&long)].concat();
        for pieces in [1, 7, 40_000] {
            let mut incoming = Incoming::default();
            let mut heard = Vec::new();
            for piece in all.chunks(pieces) {
                incoming.push(piece);
                while let Some((kind, payload)) = incoming.next() {
                    heard.push((kind, payload.len()));
                }
            }
            assert_eq!(heard, [(TEXT, 3), (PING, 0), (TEXT, 35_000)]);
        }
    }

    #[test]
    fn a_pages_frame_has_its_length_and_an_empty_mask() {
        assert_eq!(text("hi"), [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
        assert_eq!(text(&"x".repeat(200))[..8], [0x81, 0xfe, 0, 200, 0, 0, 0, 0]);
    }

    #[test]
    fn stamps_are_found_and_made_anew() {
        let said = |id, at| format!(r#"{{"id":{id},"at":7,"viewer":"v","text":"{}"}}"#, stamp(at));
        let mut payload =
            format!(r#"{{"type":"chat","messages":[{},{}]}}"#, said(41, 1_000), said(42, 2_000)).into_bytes();
        assert_eq!(messages(&payload).collect::<Vec<_>>(), [(41, 1_000), (42, 2_000)]);
        let len = payload.len();
        restamp(&mut payload, 123_456);
        assert_eq!(messages(&payload).collect::<Vec<_>>(), [(41, 123_456), (42, 123_456)]);
        assert_eq!(payload.len(), len);
    }
}
