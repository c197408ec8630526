//! AV1 over RTP (AOM's "RTP Payload Format For AV1", version 1.0.0): each payload has its aggregation header. The dependency descriptor is
//! an extension that a receiver of one layer does not need.

use super::h264::even;
use bytes::Bytes;

/// The aggregation header (section 4.4): the first element goes on with what the packet before ended with; the last one goes on in the next
/// packet; how many elements there are, of which the last then has no length before it; and a new coded video sequence begins.
const GOES_ON: u8 = 0x80;
const TO_BE_CONTINUED: u8 = 0x40;
const ELEMENTS: u8 = 4;
const NEW_SEQUENCE: u8 = 0x08;

/// How many elements are counted; where there are more each has its length before it.
const MOST_COUNTED: usize = 3;

/// OBU types (AV1 6.2.2).
const TEMPORAL_DELIMITER: u8 = 2;
const TILE_LIST: u8 = 8;
const PADDING: u8 = 15;
/// `obu_extension_flag` and `obu_has_size_field` of an OBU's header (AV1 5.3.2).
const EXTENSION: u8 = 0x04;
const HAS_SIZE: u8 = 0x02;

/// The payloads of one temporal unit in the low-overhead format (AV1 5.2), none above `limit` bytes. What stands behind a damaged OBU is
/// left out.
pub(super) fn payloads(unit: &[u8], keyframe: bool, limit: usize) -> Vec<Bytes> {
    let obus = obus(unit);
    // The last element of a packet has no length before it, and room for one all the same.
    let total = obus.iter().map(|obu| obu.len() + LENGTH).sum::<usize>().saturating_sub(LENGTH);
    // Packets of the same size, as far as lengths between OBUs let them be.
    let each = even(total, limit - 1 - LENGTH) + LENGTH;
    let mut out = Vec::with_capacity(total + total / each + 16);
    let mut ends = Vec::new();
    let mut packet: Vec<&[u8]> = Vec::new();
    let (mut room, mut goes_on) = (each, false);
    let mut finish = |packet: &mut Vec<&[u8]>, goes_on: bool, to_be_continued: bool| {
        let counted = if packet.len() <= MOST_COUNTED { packet.len() as u8 } else { 0 };
        let first = if ends.is_empty() && keyframe { NEW_SEQUENCE } else { 0 };
        let flags = if goes_on { GOES_ON } else { 0 } | if to_be_continued { TO_BE_CONTINUED } else { 0 };
        out.push(flags | counted << ELEMENTS | first);
        for (at, element) in packet.iter().enumerate() {
            if counted == 0 || at + 1 < packet.len() {
                leb128(element.len(), &mut out);
            }
            out.extend_from_slice(element);
        }
        ends.push(out.len());
        packet.clear();
    };
    for obu in &obus {
        let mut rest: &[u8] = obu;
        while !rest.is_empty() {
            if room <= LENGTH && !packet.is_empty() {
                finish(&mut packet, std::mem::take(&mut goes_on), false);
                room = each;
            }
            // A length may come to stand before it, if another element follows.
            let fits = rest.len().min(room.saturating_sub(LENGTH).max(1));
            let (now, later) = rest.split_at(fits);
            packet.push(now);
            room = room.saturating_sub(now.len() + LENGTH);
            rest = later;
            if !rest.is_empty() {
                finish(&mut packet, std::mem::replace(&mut goes_on, true), true);
                room = each;
            }
        }
    }
    if !packet.is_empty() {
        finish(&mut packet, goes_on, false);
    }
    let all = Bytes::from(out);
    let mut start = 0;
    ends.into_iter().map(|end| all.slice(std::mem::replace(&mut start, end)..end)).collect()
}

/// Bytes of a length in a packet, at most: packets are shorter than 16384 bytes.
const LENGTH: usize = 2;

/// The OBUs of a temporal unit without their size fields, and without those that a packet may not have (section 5).
fn obus(mut unit: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while let Some((&header, rest)) = unit.split_first() {
        let extension = usize::from(header & EXTENSION != 0);
        let Some((before, rest)) = rest.split_at_checked(extension) else { break };
        let Some((size, rest)) = (if header & HAS_SIZE != 0 { read_leb128(rest) } else { Some((rest.len(), rest)) })
        else {
            break;
        };
        let Some((body, after)) = rest.split_at_checked(size) else { break };
        if !matches!(header >> 3 & 0x0f, TEMPORAL_DELIMITER | TILE_LIST | PADDING) {
            found.push([&[header & !HAS_SIZE], before, body].concat());
        }
        unit = after;
    }
    found
}

/// AV1 4.10.5
fn leb128(mut value: usize, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(super) fn read_leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(4) {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packetise::depacketise::av1 as depacketise;
    use proptest::prelude::*;

    const SEQUENCE_HEADER: u8 = 1;
    const FRAME: u8 = 6;

    fn obu(kind: u8, len: usize) -> Vec<u8> {
        let mut obu = vec![kind << 3];
        obu.extend((0..len).map(|at| (at % 251) as u8));
        obu
    }

    /// As libaom writes them: a delimiter first, and each with its size.
    fn unit(obus: &[Vec<u8>]) -> Vec<u8> {
        let mut unit = vec![TEMPORAL_DELIMITER << 3 | HAS_SIZE, 0];
        for obu in obus {
            unit.push(obu[0] | HAS_SIZE);
            leb128(obu.len() - 1, &mut unit);
            unit.extend_from_slice(&obu[1..]);
        }
        unit
    }

    #[test]
    fn a_small_keyframe_is_one_packet_that_begins_a_sequence() {
        let obus = [obu(SEQUENCE_HEADER, 2), obu(FRAME, 3)];
        let payloads = payloads(&unit(&obus), true, 1160);
        assert_eq!(payloads, [&[0x28, 3, SEQUENCE_HEADER << 3, 0, 1, FRAME << 3, 0, 1, 2][..]]);
    }

    #[test]
    fn a_large_picture_is_cut_evenly_and_says_where_it_goes_on() {
        let obus = [obu(SEQUENCE_HEADER, 10), obu(FRAME, 30_000)];
        let payloads = payloads(&unit(&obus), true, 1160);
        let heads: Vec<u8> = payloads.iter().map(|payload| payload[0]).collect();
        let (last, middle) = heads[1..].split_last().expect("there are several");
        assert_eq!((heads[0], *last), (TO_BE_CONTINUED | 2 << ELEMENTS | NEW_SEQUENCE, GOES_ON | 1 << ELEMENTS));
        assert!(middle.iter().all(|head| *head == GOES_ON | TO_BE_CONTINUED | 1 << ELEMENTS));
        let sizes: Vec<usize> = payloads[1..payloads.len() - 1].iter().map(Bytes::len).collect();
        assert!(sizes.iter().all(|size| *size == sizes[0]), "a run of equal packets is one system call: {sizes:?}");
        assert_eq!(depacketise(&payloads), obus);
    }

    #[test]
    fn there_are_no_more_packets_than_it_takes() {
        for size in 1..4_000 {
            let made = payloads(&unit(&[obu(FRAME, size)]), false, 1160);
            // Of each a byte is the header.
            assert_eq!(made.len(), (size + 1).div_ceil(1160 - 1 - LENGTH), "{size} bytes");
        }
    }

    proptest! {
        #[test]
        fn every_temporal_unit_comes_back(
            sizes in prop::collection::vec(0usize..6_000, 1..7),
            keyframe: bool,
            limit in 64usize..1400,
        ) {
            let obus: Vec<Vec<u8>> = sizes.iter().map(|size| obu(FRAME, *size)).collect();
            let payloads = payloads(&unit(&obus), keyframe, limit);
            prop_assert!(payloads.iter().all(|payload| payload.len() > 1 && payload.len() <= limit));
            prop_assert_eq!(payloads[0][0] & NEW_SEQUENCE != 0, keyframe);
            prop_assert_eq!(depacketise(&payloads), obus);
        }

        #[test]
        fn no_bytes_make_it_panic(data in prop::collection::vec(any::<u8>(), 0..4_000)) {
            prop_assert!(payloads(&data, true, 200).iter().all(|payload| payload.len() <= 200));
        }
    }
}
