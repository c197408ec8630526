//! What transport and payload feedback carry (RFC 4585, RFC 5104 and drafts), read while it is used.

use super::word;

/// The sequence numbers of a generic NACK: a number and a mask of the 16 after it, four bytes each.
#[derive(Clone, Debug)]
pub struct Nacks<'a> {
    rest: &'a [u8],
    number: u16,
    /// Bit i: `number` + i is still to be told.
    open: u32,
}

impl<'a> Nacks<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest, number: 0, open: 0 }
    }
}

impl Iterator for Nacks<'_> {
    type Item = u16;

    #[inline]
    fn next(&mut self) -> Option<u16> {
        if self.open == 0 {
            let (entry, rest) = self.rest.split_first_chunk::<4>()?;
            self.rest = rest;
            self.number = u16::from_be_bytes([entry[0], entry[1]]);
            self.open = 1 | u32::from(u16::from_be_bytes([entry[2], entry[3]])) << 1;
        }
        let bit = self.open.trailing_zeros();
        self.open &= self.open - 1;
        Some(self.number.wrapping_add(bit as u16))
    }

    /// In a step for each entry.
    fn count(self) -> usize {
        let of_entry = |entry: &[u8]| 1 + (entry[2].count_ones() + entry[3].count_ones()) as usize;
        self.open.count_ones() as usize + self.rest.chunks_exact(4).map(of_entry).sum::<usize>()
    }
}

/// Whether the entries of a full intra request, eight bytes each, name a source.
pub(super) fn fir_asks(entries: &[u8], ssrc: u32) -> bool {
    entries.chunks_exact(8).any(|entry| entry[..4] == ssrc.to_be_bytes())
}

/// Bits a second of a REMB; other application feedback is none.
pub(super) fn remb(body: &[u8]) -> Option<u64> {
    let value = word(body, 4).filter(|_| body.starts_with(b"REMB"))?;
    let exponent = (value >> 18) & 0x3f;
    Some(u64::from(value & 0x3_ffff).checked_shl(exponent).unwrap_or(u64::MAX))
}

/// Which packets arrived and when, by transport-wide number.
#[derive(Clone, Debug)]
pub struct WideFeedback<'a> {
    base: u16,
    count: u16,
    /// In 64 ms, wraps at 2^24.
    reference: i32,
    chunks: &'a [u8],
}

/// More packets than any sane feedback tells of: a second at a hundred times our rate.
const MOST_PACKETS: u16 = 4096;

/// Ticks of 250 microseconds.
const TICKS_A_MILLISECOND: i64 = 4;

impl<'a> WideFeedback<'a> {
    pub(super) fn read(body: &'a [u8]) -> Option<Self> {
        let (head, chunks) = body.split_first_chunk::<8>()?;
        let count = u16::from_be_bytes([head[2], head[3]]);
        let reference = i32::from_be_bytes([head[4], head[5], head[6], 0]) >> 8;
        (count <= MOST_PACKETS).then_some(Self {
            base: u16::from_be_bytes([head[0], head[1]]),
            count,
            reference,
            chunks,
        })
    }

    /// The first number told of.
    #[inline]
    pub fn base(&self) -> u16 {
        self.base
    }

    /// How many numbers it tells of, or claims to.
    #[inline]
    pub fn count(&self) -> u16 {
        self.count
    }

    /// The number after the last told of.
    #[inline]
    pub fn end(&self) -> u16 {
        self.base.wrapping_add(self.count)
    }

    /// Every number told of, and when it arrived in ticks of 250 microseconds by the viewer's clock, which starts anywhere and
    /// wraps after twelve days; `None` where it did not. Ends early where the message does.
    pub fn arrivals(&self) -> Arrivals<'a> {
        // The deltas follow the chunks, so the chunks are walked once to find where they end.
        let mut covered = 0;
        let mut at = 0;
        // A chunk is two bytes, so this ends with the message, however much is claimed.
        while covered < usize::from(self.count) {
            match self.chunks.get(at..at + 2) {
                Some(chunk) => covered += Chunk::read([chunk[0], chunk[1]]).len(),
                None => break,
            }
            at += 2;
        }
        let (chunks, deltas) = self.chunks.split_at(at);
        Arrivals {
            next: self.base,
            left: self.count,
            time: i64::from(self.reference) * 64 * TICKS_A_MILLISECOND,
            chunk: Chunk::default(),
            in_chunk: 0,
            chunks,
            deltas,
            #[cfg(test)]
            steps: at / 2,
        }
    }
}

/// See [`WideFeedback::arrivals`].
pub struct Arrivals<'a> {
    next: u16,
    left: u16,
    time: i64,
    chunk: Chunk,
    in_chunk: usize,
    chunks: &'a [u8],
    deltas: &'a [u8],
    /// Chunks and symbols that were looked at.
    #[cfg(test)]
    pub(super) steps: usize,
}

impl Arrivals<'_> {
    /// Goes past the next `count` numbers. A run of packets that did not arrive is passed in one step, so this takes no more steps
    /// than the message has bytes for, however much it claims.
    pub fn pass(&mut self, count: u16) {
        let mut rest = count.min(self.left);
        while rest > 0 && self.open_chunk().is_some() {
            let passed = match self.chunk {
                Chunk::Run { symbol: 0 | 3, len } => {
                    let passed = rest.min(len - self.in_chunk as u16);
                    self.next = self.next.wrapping_add(passed);
                    self.left -= passed;
                    self.in_chunk += usize::from(passed);
                    #[cfg(test)]
                    (self.steps += 1);
                    passed
                }
                // The times of those that arrived are needed, as each is told by its distance to the one before.
                _ => match self.next() {
                    Some(_) => 1,
                    None => return,
                },
            };
            rest -= passed;
        }
    }

    /// Reads the next chunk, if the one before is used up.
    #[inline]
    fn open_chunk(&mut self) -> Option<()> {
        while self.in_chunk == self.chunk.len() {
            let (chunk, rest) = self.chunks.split_first_chunk::<2>()?;
            (self.chunk, self.chunks, self.in_chunk) = (Chunk::read(*chunk), rest, 0);
        }
        Some(())
    }
}

impl Iterator for Arrivals<'_> {
    type Item = (u16, Option<i64>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        self.open_chunk()?;
        #[cfg(test)]
        (self.steps += 1);
        let symbol = self.chunk.symbol(self.in_chunk);
        let delta = match symbol {
            1 => {
                let (delta, rest) = self.deltas.split_first()?;
                self.deltas = rest;
                Some(i64::from(*delta))
            }
            2 => {
                let (delta, rest) = self.deltas.split_first_chunk::<2>()?;
                self.deltas = rest;
                Some(i64::from(i16::from_be_bytes(*delta)))
            }
            _ => None,
        };
        let number = self.next;
        self.next = number.wrapping_add(1);
        self.left -= 1;
        self.in_chunk += 1;
        Some((
            number,
            delta.map(|delta| {
                self.time += delta;
                self.time
            }),
        ))
    }
}

/// A packet status chunk: symbols of packets in a row.
#[derive(Clone, Copy, Debug)]
enum Chunk {
    /// All the same.
    Run { symbol: u8, len: u16 },
    /// 14 symbols of one bit.
    Bits(u16),
    /// 7 symbols of two bits.
    Pairs(u16),
}

impl Default for Chunk {
    fn default() -> Self {
        Self::Run { symbol: 0, len: 0 }
    }
}

impl Chunk {
    #[inline]
    fn read(bytes: [u8; 2]) -> Self {
        let word = u16::from_be_bytes(bytes);
        match word >> 14 {
            0 | 1 => Self::Run { symbol: (word >> 13) as u8 & 3, len: word & 0x1fff },
            2 => Self::Bits(word),
            _ => Self::Pairs(word),
        }
    }

    #[inline]
    fn len(&self) -> usize {
        match self {
            Self::Run { len, .. } => usize::from(*len),
            Self::Bits(_) => 14,
            Self::Pairs(_) => 7,
        }
    }

    #[inline]
    fn symbol(&self, i: usize) -> u8 {
        match self {
            Self::Run { symbol, .. } => *symbol,
            Self::Bits(word) => (word >> (13 - i)) as u8 & 1,
            Self::Pairs(word) => (word >> (12 - 2 * i)) as u8 & 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_are_read_from_runs_and_vectors() {
        let body = [
            0xff, 0xfe, 0, 6, 0, 0, 2, 0, // base 65534, 6 packets, reference 128 ms
            0x20, 2, // a run of 2, small deltas
            0xd2, 0x00, // pairs: 1, 0, 2, 0...
            4, 8, 12, 0xff, 0xfc, // 1 ms, 2 ms, 3 ms, -1 ms
        ];
        let feedback = WideFeedback::read(&body).expect("valid");
        let told: Vec<_> = feedback.arrivals().collect();
        let start = 128 * TICKS_A_MILLISECOND;
        let expected = [
            (65534, Some(start + 4)),
            (65535, Some(start + 12)),
            (0, Some(start + 24)),
            (1, None),
            (2, Some(start + 20)),
            (3, None),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_passed_changes_nothing_of_what_follows() {
        let body = [
            0xff, 0xf0, 0, 40, 0, 0, 2, 0, // base 65520, 40 packets, reference 128 ms
            0x20, 9, // a run of 9, small deltas
            0x00, 12, // 12 that did not arrive
            0xa5, 0x5a, // 14 symbols of one bit
            0xd2, 0x00, // pairs: 1, 0, 2, 0...
            1, 2, 3, 4, 5, 6, 7, 8, 9, // the run's
            1, 2, 3, 4, 5, 6, 7, // the bits'
            1, 0xff, 0xfc, // the pairs'
        ];
        let feedback = WideFeedback::read(&body).expect("valid");
        let all: Vec<_> = feedback.arrivals().collect();
        assert_eq!(all.iter().filter(|(_, time)| time.is_some()).count(), 9 + 7 + 2);
        for past in 0..50 {
            let mut arrivals = feedback.arrivals();
            arrivals.pass(past);
            let rest: Vec<_> = arrivals.collect();
            assert_eq!(rest, all[all.len().min(usize::from(past))..], "past {past}");
        }
    }

    #[test]
    fn a_run_of_length_zero_ends() {
        let body = [0, 0, 0, 2, 0, 0, 0, 0, 0x20, 0, 0x20, 0];
        let feedback = WideFeedback::read(&body).expect("valid head");
        assert_eq!(feedback.arrivals().count(), 0);
    }

    #[test]
    fn remb_is_mantissa_and_exponent() {
        assert_eq!(remb(b"REMB\x01\x05\x00\x10"), Some(((1 << 16) | 0x10) << 1));
        assert_eq!(remb(b"XXXX\x01\x05\x00\x10"), None);
    }
}
