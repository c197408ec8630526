//! Where the lines of requests end, byte by byte, as they come: HTTP's parser takes a bare LF for the end of a line, which RFC 9112
//! 2.2 allows, and a proxy before us may not. Whoever reads one message where another reads two can hide the second from it. A
//! decision without I/O.

/// Follows the requests on one connection: their lines, and how long their bodies are, so that it knows a line from a body.
#[derive(Debug)]
pub(crate) struct RequestLines {
    state: State,
    /// The last byte was a CR.
    cr: bool,
    /// The line so far, as much of it as matters.
    line: [u8; LINE],
    len: usize,
    /// What the fields of this header said.
    body: Body,
    upgrades: bool,
}

/// Room for the fields that matter, with blanks: `transfer-encoding: chunked`, `upgrade: websocket`, a length.
const LINE: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    /// Before a request; empty lines may come (RFC 9112 2.2).
    Before,
    Header,
    /// Bytes of a body that are still to come.
    Body(u64),
    ChunkSize,
    /// Bytes of a chunk, with the CRLF behind it, that are still to come.
    Chunk(u64),
    Trailer,
    /// A request to become a WebSocket; it is not known yet whether it is let.
    Upgrade,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Body {
    None,
    Length(u64),
    Chunked,
}

impl Default for RequestLines {
    fn default() -> Self {
        Self { state: State::Before, cr: false, line: [0; LINE], len: 0, body: Body::None, upgrades: false }
    }
}

impl RequestLines {
    /// Takes what came. Some: the byte at this place should not be there, and nothing behind it is looked at.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            match self.state {
                State::Body(left) | State::Chunk(left) => {
                    let taken = left.min((bytes.len() - at) as u64);
                    at += taken as usize;
                    self.state = match (self.state, left - taken) {
                        (State::Body(_), 0) => State::Before,
                        (State::Body(_), left) => State::Body(left),
                        (_, 0) => State::ChunkSize,
                        (_, left) => State::Chunk(left),
                    };
                }
                // Who asks for another protocol waits for the answer (RFC 9110 7.8).
                State::Upgrade => return Some(at),
                State::Before | State::Header | State::ChunkSize | State::Trailer => {
                    if !self.byte(bytes[at]) {
                        return Some(at);
                    }
                    at += 1;
                }
            }
        }
        None
    }

    /// A request to become a WebSocket came last, and nothing behind it.
    pub(crate) fn awaits_upgrade(&self) -> bool {
        self.state == State::Upgrade
    }

    /// The lines of a request's header are not all there yet.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn in_header(&self) -> bool {
        self.state == State::Header
    }

    /// It was refused, and HTTP goes on.
    pub(crate) fn stays_http(&mut self) {
        self.state = State::Before;
    }

    /// False: a LF without a CR before it, or a CR without a LF behind it.
    fn byte(&mut self, byte: u8) -> bool {
        if self.cr != (byte == b'\n') {
            return false;
        }
        match byte {
            b'\r' => self.cr = true,
            b'\n' => {
                self.cr = false;
                self.line_ended();
                self.len = 0;
            }
            _ => {
                if let Some(room) = self.line.get_mut(self.len) {
                    *room = byte;
                }
                self.len += 1;
            }
        }
        true
    }

    fn line_ended(&mut self) {
        let line = &self.line[..self.len.min(LINE)];
        match (self.state, line) {
            (State::Header, []) => {
                self.state = match (self.upgrades, self.body) {
                    (true, _) => State::Upgrade,
                    (false, Body::None | Body::Length(0)) => State::Before,
                    (false, Body::Length(bytes)) => State::Body(bytes),
                    (false, Body::Chunked) => State::ChunkSize,
                };
                (self.body, self.upgrades) = (Body::None, false);
            }
            (State::Header, line) => {
                let text = String::from_utf8_lossy(line).to_ascii_lowercase();
                let Some((name, value)) = text.split_once(':') else { return };
                match (name, value.trim()) {
                    // What is said of chunks goes before a length (RFC 9112 6.3).
                    ("content-length", digits) if self.body != Body::Chunked => {
                        self.body = digits.parse().map_or(Body::None, Body::Length);
                    }
                    ("transfer-encoding", codings) if codings.ends_with("chunked") => self.body = Body::Chunked,
                    ("upgrade", "websocket") => self.upgrades = true,
                    _ => {}
                }
            }
            (State::ChunkSize, line) => {
                let digits = String::from_utf8_lossy(line.split(|byte| *byte == b';').next().unwrap_or_default());
                // What is no size is refused by HTTP's parser.
                let size = u64::from_str_radix(digits.trim(), 16).unwrap_or(0);
                self.state = if size == 0 { State::Trailer } else { State::Chunk(size.saturating_add(2)) };
            }
            (State::Trailer, []) | (State::Before, []) => self.state = State::Before,
            (State::Before, _) => self.state = State::Header,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the first wrong byte is, whether all comes at once or byte by byte.
    fn wrong(text: &str) -> Option<usize> {
        let at_once = RequestLines::default().take(text.as_bytes());
        let mut lines = RequestLines::default();
        let one_by_one = (0..text.len()).find(|at| lines.take(&text.as_bytes()[*at..*at + 1]).is_some());
        assert_eq!(at_once, one_by_one, "{text:?}");
        at_once
    }

    #[test]
    fn lines_end_with_crlf() {
        for right in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"] {
            assert_eq!(wrong(right), None);
        }
        for (text, at) in [
            ("GET / HTTP/1.1\nHost: x\r\n\r\n", 14),
            ("GET / HTTP/1.1\r\nHost: x\n\r\n", 23),
            ("GET / HTTP/1.1\r\n\n", 16),
            ("\nGET / HTTP/1.1\r\n\r\n", 0),
            ("GET / HTTP/1.1\r\nX: a\rb\r\n\r\n", 21),
            ("GET / HTTP/1.1\r\n\r\nGET /\n", 23),
        ] {
            assert_eq!(wrong(text), Some(at), "{text:?}");
        }
    }

    #[test]
    fn what_is_in_a_body_is_no_line_and_the_next_request_is_found_behind_it() {
        let next = "GET / HTTP/1.1\n";
        for before in [
            "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nv=0\na=b\r\n",
            "POST / HTTP/1.1\r\ncontent-length:0\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding:  chunked\r\n\r\n4;x=y\r\n\n\n\n\n\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n\n\n\r\n0\r\n\r\n",
        ] {
            assert_eq!(wrong(before), None);
            let both = format!("{before}{next}");
            assert_eq!(wrong(&both), Some(both.len() - 1), "{both:?}");
        }
        assert_eq!(
            wrong("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\n"),
            Some(48),
            "a chunk's size is a line"
        );
    }

    #[test]
    fn a_websocket_waits_for_its_answer() {
        let upgrade = "GET /w/x/events HTTP/1.1\r\nUpgrade: WebSocket\r\n\r\n";
        let mut lines = RequestLines::default();
        assert_eq!(lines.take(upgrade.as_bytes()), None);
        assert!(lines.awaits_upgrade());
        assert_eq!(wrong(&format!("{upgrade}x")), Some(upgrade.len()));
        lines.stays_http();
        assert_eq!(lines.take(b"GET / HTTP/1.1\n"), Some(14), "HTTP goes on");
    }

    #[test]
    fn whatever_comes_is_looked_at_once_and_keeps_nothing() {
        let mut random = 1_u32;
        for _ in 0..2000 {
            let bytes: Vec<u8> = (0..200)
                .map(|_| {
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    b"\r\n:;0aF \x00\xffchunked"[(random >> 24) as usize % 17]
                })
                .collect();
            let mut lines = RequestLines::default();
            assert!(lines.take(&bytes).is_none_or(|at| at < bytes.len()));
        }
    }
}
