//! Commands from stdin, a line each, read by a thread of its own.

use crate::signals;
use std::io::{self, BufRead, Read};
use std::thread::sleep;
use std::time::Duration;
use tokio::sync::mpsc;

/// Lines that wait to be carried out. Whoever writes more waits.
const LINES: usize = 64;

/// Bytes of the longest line that is read: the longest command, with a reason and a title of a page each, is far shorter.
pub(super) const MAX_LINE: usize = 64 * 1024;

/// A line that is not read; the next one is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It was longer than [`MAX_LINE`]; the rest of it was passed over.
    TooLong,
    /// It is no UTF-8. Guessing what was meant could change a name, or kick for a reason that nobody wrote.
    NotUtf8,
}

/// How often a program in the background looks whether the terminal is its own again.
const LOOK: Duration = Duration::from_secs(1);

/// The lines of stdin that are not blank. They end when stdin does, which ends nothing else.
///
/// A thread of its own reads them, because a read of stdin cannot be called off: at the program's end it is left waiting.
pub(super) fn lines() -> mpsc::Receiver<Result<String, Unread>> {
    let (sender, receiver) = mpsc::channel(LINES);
    let run = move || {
        let mut stdin = Foreground(io::stdin().lock());
        while let Ok(Some(line)) = next(&mut stdin) {
            if sender.blocking_send(line).is_err() {
                break;
            }
            threads::fault();
        }
    };
    threads::restarted("stdin", run).expect("the system has room for a thread");
    receiver
}

/// A terminal from which a program in the background may not read: reading goes on when it is in the foreground again.
struct Foreground<R>(R);

impl<R: BufRead> BufRead for Foreground<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        loop {
            match self.0.fill_buf() {
                Ok([]) => return Ok(&[]),
                // It is in the buffer, so this reads nothing.
                Ok(_) => return self.0.fill_buf(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Whoever has the other end, or shares the terminal, has set it not to block.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => signals::wait_for_input(),
                Err(_) if signals::is_in_background() => sleep(LOOK),
                Err(error) => return Err(error),
            }
        }
    }

    fn consume(&mut self, amount: usize) {
        self.0.consume(amount);
    }
}

impl<R: Read> Read for Foreground<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

/// What some editors and shells put before the first line, and joining files puts before others. It is no part of a line.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The next line that is not blank; none at the end.
fn next(input: &mut impl BufRead) -> io::Result<Option<Result<String, Unread>>> {
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
        if too_long {
            return Ok(Some(Err(Unread::TooLong)));
        }
        let bare = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&line);
        match std::str::from_utf8(bare).map(str::trim) {
            Err(_) => return Ok(Some(Err(Unread::NotUtf8))),
            Ok("") if at_end => return Ok(None),
            Ok("") => line.clear(),
            Ok(text) => return Ok(Some(Ok(text.to_owned()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All lines, read through a buffer of a few bytes.
    fn all(input: &[u8]) -> Vec<Result<String, Unread>> {
        let mut input = io::BufReader::with_capacity(7, input);
        std::iter::from_fn(|| next(&mut input).expect("memory can be read")).collect()
    }

    #[test]
    fn lines_come_without_their_ends_and_blank_ones_not_at_all() {
        let lines = all(b"  one \r\n\n   \ntwo, longer than the buffer\nthree");
        assert_eq!(lines, ["one", "two, longer than the buffer", "three"].map(|line| Ok(line.to_owned())));
        assert_eq!(all(b""), []);
    }

    /// Input that was set not to block, and has a line now and then.
    struct NowAndThen(Vec<&'static [u8]>, bool);

    impl Read for NowAndThen {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let Some(next) = self.0.pop() else { return Ok(0) };
            buffer[..next.len()].copy_from_slice(next);
            Ok(next.len())
        }
    }

    #[test]
    fn what_was_set_not_to_block_is_waited_for() {
        let mut input = Foreground(io::BufReader::new(NowAndThen(vec![b"two\n", b"one\n"], false)));
        let lines = std::iter::from_fn(|| next(&mut input).expect("it is no error that there is nothing yet"));
        assert_eq!(lines.collect::<Vec<_>>(), ["one", "two"].map(|line| Ok(line.to_owned())));
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_what_is_no_utf8_is_refused() {
        let read = |lines: &[&str]| lines.iter().map(|line| Ok((*line).to_owned())).collect::<Vec<_>>();
        assert_eq!(all(b"\xef\xbb\xbfone\ntwo"), read(&["one", "two"]));
        assert_eq!(all(b"one\r\n\xef\xbb\xbftwo"), read(&["one", "two"]), "of files that were joined");
        assert_eq!(
            (all(b"\xef\xbb\xbf"), all(b"\xef\xbb\xbf\none")),
            (vec![], read(&["one"])),
            "alone it is a blank line"
        );
        assert_eq!(all(b"a \xef\xbb\xbf b"), read(&["a \u{feff} b"]), "inside a line it is a sign as others");
        let after = |line: &[u8]| all(&[line, b"\nnext"].concat());
        for refused in
            [&b"\xff"[..], b"{\"reason\":\"caf\xe9\"}", b"cut \xe2\x82", b"\xed\xa0\x80", b"\xef\xbb\xbf\xff"]
        {
            assert_eq!(after(refused), [Err(Unread::NotUtf8), Ok("next".to_owned())], "{refused:?}");
        }
        // As a shell writes that means UTF-16: its mark and a line of it.
        assert_eq!(all(b"\xff\xfe{\0}\0")[0], Err(Unread::NotUtf8));
    }

    #[test]
    fn a_line_that_is_too_long_is_told_once_and_the_next_is_read() {
        let long = |bytes: usize| [vec![b'x'; bytes], b"\nnext".to_vec()].concat();
        assert_eq!(all(&long(MAX_LINE))[0], Ok("x".repeat(MAX_LINE)));
        for bytes in [MAX_LINE + 1, 10 * MAX_LINE] {
            assert_eq!(all(&long(bytes)), [Err(Unread::TooLong), Ok("next".to_owned())]);
        }
        assert_eq!(all(&vec![b'x'; 2 * MAX_LINE]), [Err(Unread::TooLong)]);
    }
}
