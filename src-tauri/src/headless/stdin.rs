//! Commands from stdin, a line each, read by a thread of its own.

use std::io::{self, BufRead};
use tokio::sync::mpsc;

/// Lines that wait to be carried out. Whoever writes more waits.
const LINES: usize = 64;

/// Bytes of the longest line that is read: the longest command, with a reason and a title of a page each, is far shorter.
pub(super) const MAX_LINE: usize = 64 * 1024;

/// A line was longer than [`MAX_LINE`]; the rest of it was passed over.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// The lines of stdin that are not blank. They end when stdin does, which ends nothing else.
///
/// A thread of its own reads them, because a read of stdin cannot be called off: at the program's end it is left waiting.
pub(super) fn lines() -> mpsc::Receiver<Result<String, TooLong>> {
    let (sender, receiver) = mpsc::channel(LINES);
    let run = move || {
        let mut stdin = io::stdin().lock();
        while let Ok(Some(line)) = next(&mut stdin) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    };
    std::thread::Builder::new().name("stdin".into()).spawn(run).expect("the system has room for a thread");
    receiver
}

/// The next line that is not blank; none at the end. What is not UTF-8 becomes a line that is no command, and is answered as one.
fn next(input: &mut impl BufRead) -> io::Result<Option<Result<String, TooLong>>> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let piece = input.fill_buf()?;
        let at_end = piece.is_empty();
        let newline = piece.iter().position(|byte| *byte == b'\n');
        let part = &piece[..newline.unwrap_or(piece.len())];
        too_long |= line.len() + part.len() > MAX_LINE;
        if !too_long {
            line.extend_from_slice(part);
        }
        let read = part.len() + usize::from(newline.is_some());
        input.consume(read);
        if newline.is_none() && !at_end {
            continue;
        }
        let text = String::from_utf8_lossy(&line).trim().to_owned();
        match (too_long, text.is_empty(), at_end) {
            (true, ..) => return Ok(Some(Err(TooLong))),
            (false, false, _) => return Ok(Some(Ok(text))),
            (false, true, true) => return Ok(None),
            (false, true, false) => line.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All lines, read through a buffer of a few bytes.
    fn all(input: &[u8]) -> Vec<Result<String, TooLong>> {
        let mut input = io::BufReader::with_capacity(7, input);
        std::iter::from_fn(|| next(&mut input).expect("memory can be read")).collect()
    }

    #[test]
    fn lines_come_without_their_ends_and_blank_ones_not_at_all() {
        let lines = all(b"  one \r\n\n   \ntwo, longer than the buffer\nthree");
        assert_eq!(lines, ["one", "two, longer than the buffer", "three"].map(|line| Ok(line.to_owned())));
        assert_eq!(all(b""), []);
        assert_eq!(all(b"\xff\n"), [Ok("\u{fffd}".to_owned())]);
    }

    #[test]
    fn a_line_that_is_too_long_is_told_once_and_the_next_is_read() {
        let long = |bytes: usize| [vec![b'x'; bytes], b"\nnext".to_vec()].concat();
        assert_eq!(all(&long(MAX_LINE))[0], Ok("x".repeat(MAX_LINE)));
        for bytes in [MAX_LINE + 1, 10 * MAX_LINE] {
            assert_eq!(all(&long(bytes)), [Err(TooLong), Ok("next".to_owned())]);
        }
        assert_eq!(all(&vec![b'x'; 2 * MAX_LINE]), [Err(TooLong)]);
    }
}
