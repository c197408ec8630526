//! What the packets of a compound say.

use super::feedback::{Nacks, WideFeedback, fir_asks, remb};
use super::packet::{Kind, Packet, packets};
use super::report::{ReportBlock, ReportBlocks};
use super::word;

/// One RTCP packet of a compound, as far as it concerns somebody who sends.
#[derive(Clone, Debug)]
pub enum Message<'a> {
    /// Report blocks, of a receiver report or of a sender report.
    Reports(ReportBlocks<'a>),
    /// Generic NACK (RFC 4585 section 6.2.1).
    Nack {
        /// Of the source that is asked.
        ssrc: u32,
        /// What did not arrive.
        lost: Nacks<'a>,
    },
    /// Picture loss indication (RFC 4585 section 6.3.1).
    Pli {
        /// Of the source that is asked.
        ssrc: u32,
    },
    /// Full intra request (RFC 5104 section 4.3.1): the sources asked.
    Fir(FirSources<'a>),
    /// draft-alvestrand-rmcat-remb-03: bits a second.
    Remb(u64),
    /// draft-holmer-rmcat-transport-wide-cc-extensions-01.
    Wide(WideFeedback<'a>),
    /// At least one source says goodbye.
    Bye,
    /// Something that asks nothing of us.
    Other,
    /// What cannot be read. After a broken length nothing follows.
    Malformed,
}

/// The sources of a full intra request.
#[derive(Clone, Debug)]
pub struct FirSources<'a>(pub(super) &'a [u8]);

impl FirSources<'_> {
    /// Whether this source is among them.
    pub fn asks(&self, ssrc: u32) -> bool {
        fir_asks(self.0, ssrc)
    }
}

/// All that a compound says, one message a packet; see [`packets`] for what may be given.
pub fn messages(compound: &[u8]) -> impl Iterator<Item = Message<'_>> {
    packets(compound).map(move |packet| packet.message(compound))
}

impl Packet {
    /// What it says. `compound` has to be the one that it was found in.
    #[inline]
    pub fn message(self, compound: &[u8]) -> Message<'_> {
        self.body(compound).and_then(|body| read(self, body)).unwrap_or(Message::Malformed)
    }
}

/// What a packet's body says; `None` where it is too short.
#[inline]
fn read(packet: Packet, body: &[u8]) -> Option<Message<'_>> {
    Some(match packet.kind {
        Kind::ReceiverReport => Message::Reports(blocks(body, 4, packet.count)?),
        Kind::SenderReport => Message::Reports(blocks(body, 24, packet.count)?),
        Kind::Bye => Message::Bye,
        Kind::Nack => Message::Nack { ssrc: word(body, 4)?, lost: Nacks::new(body.get(8..)?) },
        Kind::TransportWide => Message::Wide(WideFeedback::read(body.get(8..)?)?),
        Kind::Pli => Message::Pli { ssrc: word(body, 4)? },
        Kind::Fir => Message::Fir(FirSources(body.get(8..)?)),
        Kind::Application => remb(body.get(8..)?).map_or(Message::Other, Message::Remb),
        Kind::Other => Message::Other,
        Kind::Malformed => Message::Malformed,
    })
}

fn blocks(body: &[u8], after: usize, count: u8) -> Option<ReportBlocks<'_>> {
    let len = usize::from(count) * ReportBlock::SIZE;
    Some(ReportBlocks::new(body.get(after..after + len)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_compound_is_read_packet_by_packet() {
        let mut compound = vec![0x81, 201, 0, 7, 0, 0, 0, 1];
        compound.extend([0, 0, 0, 9, 0x40, 0, 0, 5, 0, 0, 1, 2, 0, 0, 0, 3, 0xaa, 0xbb, 0xcc, 0xdd, 0, 1, 0, 0]);
        compound.extend([0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 9, 0x12, 0x34, 0x00, 0x03]);
        compound.extend([0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 9]);
        compound.extend([0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 1, 0, 0, 0]);
        compound.extend([0x81, 203, 0, 1, 0, 0, 0, 1]);
        let all: Vec<_> = messages(&compound).collect();
        let [
            Message::Reports(blocks),
            Message::Nack { ssrc: 9, lost },
            Message::Pli { ssrc: 9 },
            Message::Fir(fir),
            Message::Bye,
        ] = all.as_slice()
        else {
            panic!("{all:?}");
        };
        let block = blocks.clone().next().expect("one block");
        assert_eq!((block.ssrc, block.fraction_lost, block.last_report, block.delay), (9, 0x40, 0xaabb_ccdd, 0x1_0000));
        assert_eq!(lost.clone().collect::<Vec<_>>(), [0x1234, 0x1235, 0x1236]);
        assert!(fir.asks(9) && !fir.asks(8));
    }

    #[test]
    fn what_follows_a_broken_length_is_not_read() {
        let all: Vec<_> = messages(&[0x81, 206, 0, 200, 0, 0]).collect();
        assert!(matches!(all.as_slice(), [Message::Malformed]), "{all:?}");
    }

    /// Bytes with a valid frame around them reach deeper than noise does.
    fn framed() -> impl Strategy<Value = Vec<u8>> {
        let kind = prop_oneof![Just(200u8), Just(201), Just(203), Just(205), Just(206), any::<u8>()];
        let packet = (any::<bool>(), 0u8..32, kind, prop::collection::vec(any::<[u8; 4]>(), 0..40));
        prop::collection::vec(packet, 0..4).prop_map(|packets| {
            let mut out = Vec::new();
            for (padded, count, kind, words) in packets {
                out.extend([0x80 | u8::from(padded) << 5 | count, kind]);
                out.extend((words.len() as u16).to_be_bytes());
                out.extend(words.concat());
            }
            out
        })
    }

    fn read_all(bytes: &[u8]) {
        for message in messages(bytes) {
            match message {
                Message::Reports(blocks) => drop(blocks.count()),
                Message::Nack { lost, .. } => drop(lost.count()),
                Message::Wide(feedback) => drop(feedback.arrivals().count()),
                Message::Fir(fir) => drop(fir.asks(1)),
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            read_all(&bytes);
        }

        #[test]
        fn no_framed_bytes_make_it_panic(bytes in framed()) {
            read_all(&bytes);
        }
    }
}
