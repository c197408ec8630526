//! H.264 over RTP (RFC 6184, packetization-mode=1): single NAL units, STAP-A and FU-A.

use bytes::Bytes;
use stream::annex_b::nal_units;

pub(super) const STAP_A: u8 = 24;
pub(super) const FU_A: u8 = 28;
const IMPORTANCE: u8 = 0b0110_0000;

/// The payloads of one Annex B access unit, none above `limit` bytes.
pub(super) fn payloads(access_unit: &[u8], limit: usize) -> Vec<Bytes> {
    let mut cut = Cut { out: Vec::with_capacity(access_unit.len() + access_unit.len() / 256 + 16), ends: Vec::new() };
    let mut small: Vec<&[u8]> = Vec::new();
    let mut size = 1;
    for nal in nal_units(access_unit).filter(|nal| carries_picture(nal)) {
        if nal.len() + 2 + size > limit {
            cut.together(&small);
            small.clear();
            size = 1;
        }
        if nal.len() > limit {
            cut.apart(nal, limit);
        } else {
            small.push(nal);
            size += 2 + nal.len();
        }
    }
    cut.together(&small);
    cut.finish()
}

/// Delimiters and filler say nothing that RTP does not.
fn carries_picture(nal: &[u8]) -> bool {
    nal.first().is_some_and(|first| !matches!(first & 0x1f, 0 | 9..=12 | 24..=31))
}

struct Cut {
    out: Vec<u8>,
    ends: Vec<usize>,
}

impl Cut {
    /// One NAL unit as it is (section 5.6), several in a STAP-A (5.7.1).
    fn together(&mut self, nals: &[&[u8]]) {
        match nals {
            [] => return,
            [one] => self.out.extend_from_slice(one),
            several => {
                let importance = several.iter().map(|nal| nal[0] & IMPORTANCE).max().unwrap_or(0);
                self.out.push(importance | STAP_A);
                for nal in several {
                    self.out.extend_from_slice(&(nal.len() as u16).to_be_bytes());
                    self.out.extend_from_slice(nal);
                }
            }
        }
        self.ends.push(self.out.len());
    }

    /// One NAL unit in FU-As (section 5.8) of the same size, the last at most a few bytes shorter.
    fn apart(&mut self, nal: &[u8], limit: usize) {
        let (header, body) = (nal[0], &nal[1..]);
        let each = even(body.len(), limit - 2);
        let pieces = body.len().div_ceil(each);
        for (i, piece) in body.chunks(each).enumerate() {
            let start = if i == 0 { 0x80 } else { 0 };
            let end = if i + 1 == pieces { 0x40 } else { 0 };
            self.out.push(header & 0xe0 | FU_A);
            self.out.push(header & 0x1f | start | end);
            self.out.extend_from_slice(piece);
            self.ends.push(self.out.len());
        }
    }

    fn finish(self) -> Vec<Bytes> {
        let all = Bytes::from(self.out);
        let mut start = 0;
        self.ends.into_iter().map(|end| all.slice(std::mem::replace(&mut start, end)..end)).collect()
    }
}

/// The size of each piece when `bytes` are cut into as few pieces of at most `limit` as will do, all the same but the last.
pub(super) fn even(bytes: usize, limit: usize) -> usize {
    bytes.div_ceil(bytes.div_ceil(limit).max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packetise::depacketise::h264 as depacketise;
    use proptest::prelude::*;

    fn annex_b(nals: &[Vec<u8>]) -> Vec<u8> {
        nals.iter().flat_map(|nal| [&[0, 0, 0, 1], nal.as_slice()].concat()).collect()
    }

    fn nal(kind: u8, len: usize) -> Vec<u8> {
        let mut nal = vec![kind; 1];
        nal.extend((0..len - 1).map(|i| (i % 251 + 2) as u8));
        nal
    }

    #[test]
    fn parameter_sets_share_a_packet_and_the_picture_is_cut_evenly() {
        let nals = vec![nal(0x67, 15), nal(0x68, 5), nal(0x65, 30_000)];
        let payloads = payloads(&annex_b(&nals), 1160);
        assert_eq!(depacketise(&payloads), nals);
        assert_eq!(payloads[0][0], 0x60 | STAP_A);
        let sizes: Vec<_> = payloads[1..].iter().map(Bytes::len).collect();
        let (last, same) = sizes.split_last().expect("there are fragments");
        assert!(same.iter().all(|s| *s == same[0]), "a run of equal packets is one system call: {sizes:?}");
        assert!(*last <= same[0] && same[0] - last <= sizes.len());
    }

    #[test]
    fn a_small_picture_is_one_packet() {
        let nals = vec![nal(0x67, 15), nal(0x68, 5), nal(0x65, 900)];
        assert_eq!(payloads(&annex_b(&nals), 1160).len(), 1);
    }

    #[test]
    fn delimiters_are_left_out() {
        let nals = vec![vec![9, 0xf0], nal(0x41, 100)];
        assert_eq!(depacketise(&payloads(&annex_b(&nals), 1160)), vec![nal(0x41, 100)]);
    }

    proptest! {
        #[test]
        fn every_access_unit_comes_back(sizes in prop::collection::vec(2usize..9_000, 1..6), limit in 64usize..1400) {
            let nals: Vec<_> = sizes.iter().map(|size| nal(0x41, *size)).collect();
            let payloads = payloads(&annex_b(&nals), limit);
            prop_assert!(payloads.iter().all(|p| !p.is_empty() && p.len() <= limit));
            prop_assert_eq!(depacketise(&payloads), nals);
        }

        #[test]
        fn no_bytes_make_it_panic(data in prop::collection::vec(prop_oneof![Just(0u8), Just(1), any::<u8>()], 0..4_000)) {
            prop_assert!(payloads(&data, 200).iter().all(|p| p.len() <= 200));
        }
    }
}
