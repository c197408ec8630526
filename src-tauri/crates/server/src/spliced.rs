//! A document of which only a few words in its middle differ from one answer to the next, as gzip (RFC 1952): what stands before and
//! behind them is compressed once. To compress all of it for each who asks would be work of which a small request could have much.

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// A gzip of deflate without a name or a time, made on a system that is not told (RFC 1952 2.3).
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// As many bytes as one block can hold that is stored as it is (RFC 1951 3.2.4).
const MOST_STORED: usize = u16::MAX as usize;

/// What stands before the words, and what behind them.
pub(crate) struct Spliced {
    before: Part,
    after: Part,
}

struct Part {
    plain: String,
    /// Refers to nothing before it, and ends with a byte.
    deflated: Vec<u8>,
    crc: Crc,
}

impl Spliced {
    pub(crate) fn new(before: &str, after: &str) -> Spliced {
        Spliced { before: Part::new(before, FlushCompress::Sync), after: Part::new(after, FlushCompress::Finish) }
    }

    /// The document with these words.
    pub(crate) fn plain(&self, words: &str) -> Bytes {
        [&self.before.plain, words, &self.after.plain].concat().into()
    }

    /// The same as gzip.
    pub(crate) fn gzip(&self, words: &str) -> Bytes {
        let Spliced { before, after } = self;
        let mut out = Vec::with_capacity(before.deflated.len() + words.len() + after.deflated.len() + 64);
        out.extend(HEADER);
        out.extend(&before.deflated);
        for some in words.as_bytes().chunks(MOST_STORED) {
            let len = some.len() as u16;
            // Not the last block, and stored.
            out.push(0);
            out.extend(len.to_le_bytes());
            out.extend((!len).to_le_bytes());
            out.extend(some);
        }
        out.extend(&after.deflated);
        let mut crc = Crc::new();
        crc.combine(&before.crc);
        crc.update(words.as_bytes());
        crc.combine(&after.crc);
        out.extend(crc.sum().to_le_bytes());
        out.extend(crc.amount().to_le_bytes());
        out.into()
    }
}

impl Part {
    /// `end`: of the whole, or of a part that another one follows.
    fn new(text: &str, end: FlushCompress) -> Part {
        let mut compress = Compress::new(Compression::best(), false);
        // More than what cannot be compressed takes (RFC 1951 3.2.4), and than an empty block at its end.
        let mut deflated = Vec::with_capacity(text.len() + text.len() / 1000 + 1024);
        let status =
            compress.compress_vec(text.as_bytes(), &mut deflated, end).expect("there is nothing wrong with a text");
        let whole = compress.total_in() == text.len() as u64;
        assert!(whole && (end != FlushCompress::Finish || status == Status::StreamEnd), "there is room for all of it");
        let mut crc = Crc::new();
        crc.update(text.as_bytes());
        Part { plain: text.to_owned(), deflated, crc }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn read(gzip: &[u8]) -> String {
        let (mut text, mut decoder) = (String::new(), GzDecoder::new(gzip));
        decoder.read_to_string(&mut text).expect("a whole gzip, whose checksum is right");
        assert!(decoder.into_inner().is_empty(), "and nothing behind it");
        text
    }

    #[test]
    fn it_is_read_whatever_stands_in_the_middle() {
        let page = "<!doctype html>".repeat(2000);
        for (before, after) in [("", ""), ("a", ""), ("", "b"), (&page[..], &page[..])] {
            let spliced = Spliced::new(before, after);
            for words in ["", "<title>x</title>", &"ä".repeat(100_000)] {
                let whole = [before, words, after].concat();
                assert_eq!((read(&spliced.gzip(words)), &spliced.plain(words)[..]), (whole.clone(), whole.as_bytes()));
            }
        }
        assert!(Spliced::new(&page, &page).gzip("").len() < page.len() / 50);
    }
}
