//! What a compound packet costs whoever reads and answers it, counted in steps before any of it is acted on.

use super::feedback::{Nacks, WideFeedback};
use super::packet::{Kind, packets};

/// Of the numbers that the NACKs of a compound name, and of the packets that its transport-wide feedback tells of, no more than
/// this are looked up. A sender remembers about a second of packets, so there is nothing to be found behind more, whatever a compound
/// claims.
pub const MOST_NUMBERS: usize = 512;

/// Bytes that one step walks along: the smallest part that any RTCP packet is made of.
const A_STEP: usize = 4;

/// How many steps a compound takes. Its bytes are walked along once. Each number of its NACKs is looked up, and each packet that its
/// first transport-wide feedback tells of, up to [`MOST_NUMBERS`] of either. All else that it says is done in as many steps as it has
/// bytes for.
///
/// The count itself takes no more steps than the compound has bytes.
pub fn work(compound: &[u8]) -> usize {
    let (mut named, mut told) = (0, None);
    for packet in packets(compound) {
        let body = || packet.body(compound)?.get(8..);
        match packet.kind {
            Kind::Nack => named += body().map_or(0, |entries| Nacks::new(entries).count()),
            Kind::TransportWide if told.is_none() => {
                told = body().and_then(WideFeedback::read).map(|feedback| usize::from(feedback.count()));
            }
            _ => {}
        }
    }
    compound.len().div_ceil(A_STEP) + named.min(MOST_NUMBERS) + told.map_or(0, |told| told.min(MOST_NUMBERS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtcp::{Message, messages};

    /// A packet of so many words behind its first one, filled with `word`.
    fn packet(first: u8, kind: u8, words: usize, word: [u8; 4]) -> Vec<u8> {
        let mut out = vec![0x80 | first, kind];
        out.extend((words as u16).to_be_bytes());
        out.extend(word.repeat(words));
        out
    }

    /// Transport-wide feedback on `count` packets from `base` on, none of which arrived.
    fn wide(base: u16, count: u16) -> Vec<u8> {
        let mut out = packet(15, 205, 5, [0; 4]);
        out[12..14].copy_from_slice(&base.to_be_bytes());
        out[14..16].copy_from_slice(&count.to_be_bytes());
        out[20..22].copy_from_slice(&(count & 0x1fff).to_be_bytes());
        out
    }

    #[test]
    fn what_a_browser_says_costs_its_bytes_and_what_it_tells_of() {
        let report = packet(1, 201, 7, [0; 4]);
        assert_eq!(work(&report), 8);
        let nack = [packet(1, 205, 3, [0, 1, 0, 0b101])].concat();
        assert_eq!(work(&nack), 4 + 3, "a number, and two behind it");
        assert_eq!(work(&[report, wide(7, 40)].concat()), 8 + 6 + 40);
    }

    #[test]
    fn whatever_is_claimed_costs_no_more_than_the_bytes_and_twice_what_is_remembered() {
        let most = |compound: &[u8]| compound.len() / 4 + 2 * MOST_NUMBERS;
        let kinds: [(&str, Vec<u8>); 12] = [
            ("feedback that claims 4,096 lost packets, fifty times", wide(0, 4096).repeat(50)),
            ("a NACK of 5,800 numbers", packet(1, 205, 350, [0xff; 4])),
            ("NACKs of 17 numbers", packet(1, 205, 3, [0xff; 4]).repeat(93)),
            ("NACKs and feedback", [packet(1, 205, 340, [0xff; 4]), wide(9, 4096)].concat()),
            ("a REMB of 255 sources", [&packet(15, 206, 2, [0; 4])[..], b"REMB\xff\0\0\0", &[0; 1020]].concat()),
            ("a report of 31 blocks", packet(31, 201, 1 + 31 * 6, [1; 4])),
            ("a FIR of 180 sources", packet(4, 206, 2 + 2 * 180, [1; 4])),
            ("PLI after PLI", packet(1, 206, 2, [1; 4]).repeat(120)),
            ("descriptions", packet(31, 202, 350, [1; 4])),
            ("applications' own", packet(31, 204, 350, [1; 4])),
            ("extended reports", packet(31, 207, 350, [1; 4])),
            ("350 packets of nothing", packet(15, 205, 0, [0; 4]).repeat(350)),
        ];
        for (what, compound) in kinds {
            assert!(work(&compound) <= most(&compound), "{what}: {} steps", work(&compound));
            assert!(work(&compound) >= compound.len() / 4, "{what}: each word is paid for");
        }
        assert_eq!(work(&wide(0, 4096)), 6 + MOST_NUMBERS, "of fifty the same, as one of a datagram is read");
        assert_eq!(work(&wide(0, 4096).repeat(50)), 300 + MOST_NUMBERS);
    }

    #[test]
    fn no_message_takes_more_steps_than_were_counted() {
        let vectors = {
            // 14 packets in each pair of bytes, none of which arrived.
            let mut out = packet(15, 205, 4 + 146, [0x80, 0, 0x80, 0]);
            out[12..16].copy_from_slice(&[0, 0, 0x0f, 0xff]);
            out
        };
        let late = {
            // Runs of no packets: the chunks have no end, and tell of nothing.
            let mut out = packet(15, 205, 350, [0x20, 0, 0x20, 0]);
            out[12..16].copy_from_slice(&[0, 0, 0x0f, 0xff]);
            out
        };
        for compound in [wide(0, 4096), vectors, late] {
            for message in messages(&compound) {
                let Message::Wide(feedback) = message else { panic!("{message:?}") };
                for past in [0, 1, 511, 3584, 4096, u16::MAX] {
                    let mut arrivals = feedback.arrivals();
                    arrivals.pass(past);
                    let found = arrivals.by_ref().take(MOST_NUMBERS).count();
                    assert!(found <= MOST_NUMBERS);
                    // A pair of bytes is a chunk, and a chunk has up to 14 symbols.
                    let bound = MOST_NUMBERS + 8 * compound.len();
                    assert!(arrivals.steps <= bound, "{} steps past {past}", arrivals.steps);
                }
            }
        }
        let feedback = wide(0, 4096);
        let Some(Message::Wide(feedback)) = messages(&feedback).next() else { panic!("it is read") };
        let mut arrivals = feedback.arrivals();
        arrivals.pass(4000);
        assert_eq!(
            arrivals.steps, 2,
            "a run is passed in one step, however long it claims to be, and was found in one"
        );
        assert_eq!(arrivals.count(), 96);
    }
}
