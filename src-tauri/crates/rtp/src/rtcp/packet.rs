//! The one pass over a compound packet: what its packets are and where each lies.
//!
//! The thread that opens a compound and the thread that acts on it may be two. Lengths and padding are checked once, by the
//! first; the second finds its packets without looking for them.

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const GOODBYE: u8 = 203;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;

/// One RTCP packet of a compound: what it is, and where in the compound its body lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    pub(super) kind: Kind,
    /// Report blocks, where it has any.
    pub(super) count: u8,
    start: u16,
    len: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    SenderReport,
    ReceiverReport,
    Bye,
    Nack,
    TransportWide,
    Pli,
    Fir,
    /// Application layer feedback (RFC 4585 section 6.4), which may be a REMB.
    Application,
    Other,
    Malformed,
}

impl Kind {
    fn of(packet_type: u8, count: u8) -> Kind {
        match (packet_type, count) {
            (SENDER_REPORT, _) => Kind::SenderReport,
            (RECEIVER_REPORT, _) => Kind::ReceiverReport,
            (GOODBYE, 1..) => Kind::Bye,
            (TRANSPORT_FEEDBACK, 1) => Kind::Nack,
            (TRANSPORT_FEEDBACK, 15) => Kind::TransportWide,
            (PAYLOAD_FEEDBACK, 1) => Kind::Pli,
            (PAYLOAD_FEEDBACK, 4) => Kind::Fir,
            (PAYLOAD_FEEDBACK, 15) => Kind::Application,
            _ => Kind::Other,
        }
    }
}

impl Packet {
    const MALFORMED: Packet = Packet { kind: Kind::Malformed, count: 0, start: 0, len: 0 };

    /// It is answered with packets, or by sending no more: NACK, PLI, FIR, BYE. All others only inform.
    #[inline]
    pub fn asks(self) -> bool {
        matches!(self.kind, Kind::Nack | Kind::Pli | Kind::Fir | Kind::Bye)
    }

    /// It says something to somebody who sends, or cannot be read. Others, such as descriptions of sources, may be skipped.
    #[inline]
    pub fn concerns_sender(self) -> bool {
        self.kind != Kind::Other
    }

    /// At least one source says goodbye (RFC 3550 section 6.6).
    #[inline]
    pub fn is_bye(self) -> bool {
        self.kind == Kind::Bye
    }

    /// Its body, from the compound that it was found in; `None` where that is shorter.
    #[inline]
    pub(super) fn body(self, compound: &[u8]) -> Option<&[u8]> {
        let start = usize::from(self.start);
        compound.get(start..start + usize::from(self.len))
    }
}

/// Finds the packets of a compound (RFC 3550 section 6.1), also of a reduced-size one (RFC 5506). What follows a broken length
/// cannot be found: the packet that stands for it is [`super::Message::Malformed`].
pub fn packets(compound: &[u8]) -> Packets<'_> {
    Packets { compound, at: 0 }
}

/// See [`packets`].
#[derive(Clone, Debug)]
pub struct Packets<'c> {
    compound: &'c [u8],
    at: usize,
}

impl Iterator for Packets<'_> {
    type Item = Packet;

    #[inline]
    fn next(&mut self) -> Option<Packet> {
        if self.at >= self.compound.len() {
            return None;
        }
        Some(self.split().unwrap_or_else(|| {
            self.at = self.compound.len();
            Packet::MALFORMED
        }))
    }
}

impl Packets<'_> {
    #[inline]
    fn split(&mut self) -> Option<Packet> {
        let rest = &self.compound[self.at..];
        let header = rest.first_chunk::<4>()?;
        if header[0] >> 6 != 2 {
            return None;
        }
        let body = rest.get(4..4 + 4 * usize::from(u16::from_be_bytes([header[2], header[3]])))?;
        let mut len = body.len();
        if header[0] & 0x20 != 0 {
            let padding = usize::from(*body.last()?);
            if padding == 0 {
                return None;
            }
            len = len.checked_sub(padding)?;
        }
        let start = self.at + 4;
        self.at = start + body.len();
        let count = header[0] & 0x1f;
        // No datagram is longer than 16 bits can tell.
        let (start, len) = (start.try_into().ok()?, len.try_into().ok()?);
        Some(Packet { kind: Kind::of(header[1], count), count, start, len })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtcp::Message;

    #[test]
    fn what_is_too_long_for_a_datagram_is_not_read() {
        let mut compound = vec![0x80, 204, 0x3f, 0xff];
        compound.resize(4 + 4 * 0x3fff, 0);
        compound.extend([0x81, 203, 0, 1, 0, 0, 0, 1]);
        let all: Vec<_> = packets(&compound).map(|packet| packet.kind).collect();
        assert_eq!(all, [Kind::Other, Kind::Malformed]);
    }

    #[test]
    fn a_packet_that_is_looked_for_in_another_compound_is_malformed() {
        let compound = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 9];
        let pli = packets(&compound).next().expect("there is one");
        assert!(matches!(pli.message(&compound), Message::Pli { ssrc: 9 }));
        assert!(matches!(pli.message(&compound[..8]), Message::Malformed));
    }
}
