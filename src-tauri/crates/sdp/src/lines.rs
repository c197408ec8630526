//! The lines of a description, and counting what may be repeated.

use crate::limits::{MAX_LINE, MAX_LINES};

/// The lines of a description (RFC 8866 section 5) as type and value. A line that is none is an error, wherever it stands, and so
/// is a carriage return inside one: what an answer repeats must not read as a line of its own. What editors, scripts and players in C
/// leave behind, a byte order mark before the first line, blanks at a line's end and zeroes behind the last, means nothing and is
/// passed over.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Result<(char, &str), &'static str>> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text).trim_end_matches('\0');
    let lines = text.split('\n').map(|line| line.trim_end_matches(['\r', ' ', '\t'])).filter(|line| !line.is_empty());
    lines.enumerate().map(|(at, line)| {
        if at == MAX_LINES {
            return Err("it has too many lines");
        }
        if line.len() > MAX_LINE {
            return Err("a line is longer than 4 kB");
        }
        let mut chars = line.chars();
        match (chars.next(), chars.next()) {
            (Some(kind), Some('=')) if kind.is_ascii_lowercase() && !line.contains('\r') => Ok((kind, chars.as_str())),
            _ => Err("a line is not of the form type=value"),
        }
    })
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The words of a line. One blank stands between two of them (RFC 8866 section 9); where there are several, they part as one.
pub(crate) fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(' ').filter(|word| !word.is_empty())
}

/// Counts one more of what may be there so many times.
pub(crate) fn one_more(count: &mut usize, most: usize, too_many: &'static str) -> Result<(), &'static str> {
    *count += 1;
    if *count > most { Err(too_many) } else { Ok(()) }
}

/// A mid as RFC 5888 section 4 has it: a token. It comes back in the answer.
pub(crate) fn is_mid(text: &str) -> bool {
    (1..=crate::limits::MAX_MID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// What a text is told whose mid is none.
pub(crate) const NO_MID: &str = "a mid is no token of 1 to 255 characters";

/// What a text is told whose name for ICE is longer than may be.
pub(crate) const LONG_UFRAG: &str = "its ICE user name is too long";

/// What a text is told whose password for ICE is longer than may be.
pub(crate) const LONG_PWD: &str = "its ICE password is too long";

/// What a text is told that lists too many addresses.
pub(crate) const MANY_CANDIDATES: &str = "it has too many candidates";

/// What a text is told that has too many media descriptions.
pub(crate) const MANY_MEDIA: &str = "it has too many m-lines";
