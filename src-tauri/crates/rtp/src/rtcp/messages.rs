use super::feedback::{Nacks, WideFeedback, fir_asks, remb};
use super::report::{ReportBlock, ReportBlocks};

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const GOODBYE: u8 = 203;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;

/// One RTCP packet of a compound, as far as it concerns somebody who sends.
#[derive(Clone, Debug)]
pub enum Message<'a> {
    /// Report blocks, of a receiver report or of a sender report.
    Reports(ReportBlocks<'a>),
    /// Generic NACK (RFC 4585 section 6.2.1).
    Nack { ssrc: u32, lost: Nacks<'a> },
    /// Picture loss indication (RFC 4585 section 6.3.1).
    Pli { ssrc: u32 },
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
    pub fn asks(&self, ssrc: u32) -> bool {
        fir_asks(self.0, ssrc)
    }
}

/// The packets of a compound (RFC 3550 section 6.1), also of a reduced-size one (RFC 5506).
pub fn messages(mut rest: &[u8]) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some((packet, after)) = split(rest) else {
            rest = &[];
            return Some(Message::Malformed);
        };
        rest = after;
        Some(read(packet).unwrap_or(Message::Malformed))
    })
}

struct Packet<'a> {
    count: u8,
    kind: u8,
    body: &'a [u8],
}

fn split(bytes: &[u8]) -> Option<(Packet<'_>, &[u8])> {
    let header = bytes.first_chunk::<4>()?;
    if header[0] >> 6 != 2 {
        return None;
    }
    let len = 4 + 4 * usize::from(u16::from_be_bytes([header[2], header[3]]));
    let (packet, after) = bytes.split_at_checked(len)?;
    let mut body = &packet[4..];
    if header[0] & 0x20 != 0 {
        let padding = usize::from(*body.last()?);
        if padding == 0 {
            return None;
        }
        body = &body[..body.len().checked_sub(padding)?];
    }
    Some((Packet { count: header[0] & 0x1f, kind: header[1], body }, after))
}

fn read(packet: Packet<'_>) -> Option<Message<'_>> {
    let Packet { count, kind, body } = packet;
    Some(match (kind, count) {
        (RECEIVER_REPORT, _) => Message::Reports(blocks(body, 4, count)?),
        (SENDER_REPORT, _) => Message::Reports(blocks(body, 24, count)?),
        (GOODBYE, 0) => Message::Other,
        (GOODBYE, _) => Message::Bye,
        (TRANSPORT_FEEDBACK, 1) => Message::Nack { ssrc: word(body, 4)?, lost: Nacks::new(body.get(8..)?) },
        (TRANSPORT_FEEDBACK, 15) => Message::Wide(WideFeedback::read(body.get(8..)?)?),
        (PAYLOAD_FEEDBACK, 1) => Message::Pli { ssrc: word(body, 4)? },
        (PAYLOAD_FEEDBACK, 4) => Message::Fir(FirSources(body.get(8..)?)),
        (PAYLOAD_FEEDBACK, 15) => remb(body.get(8..)?).map_or(Message::Other, Message::Remb),
        _ => Message::Other,
    })
}

fn blocks(body: &[u8], after: usize, count: u8) -> Option<ReportBlocks<'_>> {
    let len = usize::from(count) * ReportBlock::SIZE;
    Some(ReportBlocks::new(body.get(after..after + len)?))
}

/// The 32 bits at `at`.
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
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
