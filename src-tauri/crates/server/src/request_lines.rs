//! Where the lines of requests end, byte by byte, as they come: HTTP's parser takes a bare LF for the end of a line, which RFC 9112
//! 2.2 allows, and a proxy before us may not. Whoever reads one message where another reads two can hide the second from it. A
//! decision without I/O.

/// Follows the requests on one connection: their lines, and how long their bodies are, so that it knows a line from a body.
#[derive(Debug)]
pub(crate) struct RequestLines {
    state: State,
    /// The last byte was a CR.
    cr: bool,
    /// The line so far, as much of it as matters, without the blanks before a field's value.
    line: [u8; LINE],
    len: usize,
    /// A colon came, and nothing but blanks behind it.
    before_value: bool,
    /// What the fields of this header said.
    body: Body,
    upgrades: bool,
}

/// Room for the fields that matter: `transfer-encoding:chunked`, `upgrade:websocket`, a length.
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
    /// A request to become a WebSocket; it is not known yet whether it is let. If not, its body follows.
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
        Self {
            state: State::Before,
            cr: false,
            line: [0; LINE],
            len: 0,
            before_value: false,
            body: Body::None,
            upgrades: false,
        }
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
        self.behind_the_header();
    }

    /// False: a LF without a CR before it, a CR without a LF behind it, or the end of a line that says how long a body is and is itself
    /// longer than any length.
    fn byte(&mut self, byte: u8) -> bool {
        if self.cr != (byte == b'\n') {
            return false;
        }
        match byte {
            b'\r' => self.cr = true,
            b'\n' => {
                self.cr = false;
                let is_plain = self.line_ended();
                (self.len, self.before_value) = (0, false);
                return is_plain;
            }
            b' ' | b'\t' if self.before_value => {}
            _ => {
                let names = self.state == State::Header && byte == b':';
                self.before_value = names && !self.line[..self.len.min(LINE)].contains(&b':');
                if let Some(room) = self.line.get_mut(self.len) {
                    *room = byte;
                }
                self.len += 1;
            }
        }
        true
    }

    /// False: it says how long a body is, in more digits than are looked at.
    fn line_ended(&mut self) -> bool {
        let line = &self.line[..self.len.min(LINE)];
        match (self.state, line) {
            (State::Header, []) => match std::mem::take(&mut self.upgrades) {
                true => self.state = State::Upgrade,
                false => self.behind_the_header(),
            },
            (State::Header, line) => {
                let text = String::from_utf8_lossy(line).to_ascii_lowercase();
                let Some((name, value)) = text.split_once(':') else { return true };
                match (name, value.trim()) {
                    ("content-length", _) if self.len > LINE => return false,
                    // What is said of chunks goes before a length (RFC 9112 6.3).
                    ("content-length", digits) if self.body != Body::Chunked => {
                        self.body = digits.parse().map_or(Body::None, Body::Length);
                    }
                    // Any other coding in a request's last place is refused by HTTP's parser.
                    ("transfer-encoding", _) => self.body = Body::Chunked,
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
        true
    }

    fn behind_the_header(&mut self) {
        self.state = match std::mem::replace(&mut self.body, Body::None) {
            Body::None | Body::Length(0) => State::Before,
            Body::Length(bytes) => State::Body(bytes),
            Body::Chunked => State::ChunkSize,
        };
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
    fn no_field_is_hidden_by_blanks_or_by_its_length() {
        let pad = " \t".repeat(40);
        let upgrade = format!("GET /w/x/events HTTP/1.1\r\nUpgrade:{pad}websocket{pad}\r\n\r\n");
        let mut lines = RequestLines::default();
        assert_eq!(lines.take(upgrade.as_bytes()), None);
        assert!(lines.awaits_upgrade());
        let next = "GET / HTTP/1.1\n";
        for header in [
            format!("Content-Length:{pad}3"),
            format!("Content-Length: 99\r\nTransfer-Encoding:{pad}chunked"),
            format!("Content-Length: 99\r\nTransfer-Encoding: {}, chunked", "x".repeat(80)),
        ] {
            let body = if header.contains("chunked") { "1\r\n\n\r\n0\r\n\r\n" } else { "\n\n\n" };
            let all = format!("POST / HTTP/1.1\r\n{header}\r\n\r\n{body}{next}");
            assert_eq!(wrong(&all), Some(all.len() - 1), "{all:?}: the next request is found, and looked at");
        }
        let zeros = format!("POST / HTTP/1.1\r\nContent-Length: {}5\r\n", "0".repeat(70));
        assert_eq!(wrong(&zeros), Some(zeros.len() - 1), "it is not known how long the body is");
        let long = format!("GET / HTTP/1.1\r\nX: a:b {pad}c\r\nCookie: {}\r\n\r\n", "y".repeat(4000));
        assert_eq!(wrong(&long), None, "others may be as long as they like");
    }

    #[test]
    fn behind_an_upgrade_that_is_refused_comes_its_body() {
        let mut lines = RequestLines::default();
        let upgrade = b"POST / HTTP/1.1\r\nUpgrade: websocket\r\nContent-Length: 30\r\n\r\n";
        assert_eq!(lines.take(upgrade), None);
        lines.stays_http();
        assert_eq!(lines.take(b"GET /\r\nContent-Length: 99\r\n\r\n\n"), None, "not a byte of it is a line");
        assert_eq!(lines.take(b"GET / HTTP/1.1\n"), Some(14));
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
