//! RTP headers (RFC 3550 section 5.1) with one-byte extensions (RFC 8285 section 4.2), written in place.

use crate::negotiated::Extensions;

/// 12 bytes, and extensions of 4 + 3 + 4 + 9 + 4 + 5 bytes, padded to words.
const ROOM: usize = 44;
/// A longer mid is left out: the SSRC in the answer says the same. Browsers number their mids.
const LONGEST_MID: usize = 4;

/// playout-delay: 12 bits least, 12 bits most, in 10 ms. Pictures are shown as they come, whatever lip sync thinks of it.
pub(super) const AT_ONCE: [u8; 3] = [0, 0, 0];
/// Pictures are shown as they come, but lip sync may hold them back by up to 100 ms. Not longer: Firefox remembers how late
/// sound was while its audio device opened, and with half a second it held the picture back by 200 ms for that, sound 20 to
/// 76 ms before it, and came down by only 8 ms a second.
pub(super) const WITH_SOUND: [u8; 3] = [0, 0, 10];

/// One source's header: the parts all packets of a picture share are written once, the rest for each packet.
pub(super) struct Header {
    bytes: [u8; ROOM],
    len: usize,
    wide_at: Option<usize>,
    payload_type: u8,
    ids: Extensions,
    mid: [u8; LONGEST_MID],
    mid_len: usize,
    playout_delay: [u8; 3],
}

/// Extensions that some pictures carry, then on all their packets: the kernel sends a run only if its packets are of one size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extras {
    /// NTP time of the capture.
    pub(super) capture: Option<u64>,
    /// Say who we are (mid) and how long to wait with showing it.
    pub(super) introduce: bool,
}

impl Header {
    pub(super) fn new(payload_type: u8, ssrc: u32, extensions: Extensions, mid: &str) -> Self {
        let mut bytes = [0; ROOM];
        bytes[8..12].copy_from_slice(&ssrc.to_be_bytes());
        let one_byte = |id: Option<u8>| id.filter(|id| (1..=14).contains(id));
        let ids = Extensions {
            twcc: one_byte(extensions.twcc),
            abs_send_time: one_byte(extensions.abs_send_time),
            abs_capture_time: one_byte(extensions.abs_capture_time),
            playout_delay: one_byte(extensions.playout_delay),
            mid: one_byte(extensions.mid).filter(|_| (1..=LONGEST_MID).contains(&mid.len())),
        };
        let mut kept = [0; LONGEST_MID];
        if ids.mid.is_some() {
            kept[..mid.len()].copy_from_slice(mid.as_bytes());
        }
        Self { bytes, len: 12, wide_at: None, payload_type, ids, mid: kept, mid_len: mid.len(), playout_delay: AT_ONCE }
    }

    /// Packets carry a number that transport-wide feedback tells of.
    pub(super) fn is_numbered(&self) -> bool {
        self.ids.twcc.is_some()
    }

    /// Whether lip sync may hold the picture back; told with the next picture that introduces itself.
    pub(super) fn picture_waits(&mut self, waits: bool) {
        self.playout_delay = if waits { WITH_SOUND } else { AT_ONCE };
    }

    /// Bytes, once begun.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn carries_capture_time(&self) -> bool {
        self.ids.abs_capture_time.is_some()
    }

    /// What all packets of a picture, sent now, share.
    pub(super) fn begin(&mut self, timestamp: u32, abs_send_time: u32, extras: Extras) {
        self.bytes[4..8].copy_from_slice(&timestamp.to_be_bytes());
        self.bytes[0] = 0x80;
        self.len = 16;
        self.wide_at = None;
        if let Some(id) = self.ids.twcc {
            self.wide_at = Some(self.len + 1);
            self.element(id, &[0, 0]);
        }
        if let Some(id) = self.ids.abs_send_time {
            self.element(id, &abs_send_time.to_be_bytes()[1..]);
        }
        if let (Some(id), Some(ntp)) = (self.ids.abs_capture_time, extras.capture) {
            self.element(id, &ntp.to_be_bytes());
        }
        if extras.introduce {
            if let Some(id) = self.ids.playout_delay {
                let playout_delay = self.playout_delay;
                self.element(id, &playout_delay);
            }
            if let Some(id) = self.ids.mid {
                let mid = self.mid;
                self.element(id, &mid[..self.mid_len]);
            }
        }
        if self.len == 16 {
            self.len = 12;
            return;
        }
        self.bytes[0] |= 0x10;
        let end = self.len.next_multiple_of(4);
        self.bytes[self.len..end].fill(0);
        self.len = end;
        self.bytes[12..14].copy_from_slice(&[0xbe, 0xde]);
        self.bytes[14..16].copy_from_slice(&((end as u16 - 16) / 4).to_be_bytes());
    }

    /// One packet's header; `wide` is its transport-wide number, for which [`Header::is_numbered`] asks.
    pub(super) fn packet(&mut self, sequence: u16, marker: bool, wide: u16) -> &[u8] {
        self.bytes[1] = self.payload_type | u8::from(marker) << 7;
        self.bytes[2..4].copy_from_slice(&sequence.to_be_bytes());
        if let Some(at) = self.wide_at {
            self.bytes[at..at + 2].copy_from_slice(&wide.to_be_bytes());
        }
        &self.bytes[..self.len]
    }

    fn element(&mut self, id: u8, value: &[u8]) {
        self.bytes[self.len] = id << 4 | (value.len() as u8 - 1);
        self.bytes[self.len + 1..self.len + 1 + value.len()].copy_from_slice(value);
        self.len += 1 + value.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_extensions_it_is_twelve_bytes() {
        let mut header = Header::new(96, 0x0102_0304, Extensions::default(), "0");
        header.begin(7, 0, Extras { capture: Some(1), introduce: true });
        assert_eq!(header.packet(5, true, 0), [0x80, 0x80 | 96, 0, 5, 0, 0, 0, 7, 1, 2, 3, 4]);
    }

    #[test]
    fn with_all_extensions_it_fits_and_reads_back() {
        let all = Extensions {
            twcc: Some(3),
            abs_send_time: Some(2),
            abs_capture_time: Some(4),
            playout_delay: Some(5),
            mid: Some(14),
        };
        let mut header = Header::new(96, 1, all, "abcd");
        header.begin(7, 0x12_3456, Extras { capture: Some(0x0102_0304_0506_0708), introduce: true });
        let bytes = header.packet(5, false, 0xabcd);
        assert_eq!(bytes.len(), ROOM);
        assert_eq!(bytes[12..16], [0xbe, 0xde, 0, 7]);
        assert_eq!(bytes[16..19], [0x31, 0xab, 0xcd]);
        assert_eq!(bytes[19..23], [0x22, 0x12, 0x34, 0x56]);
        assert_eq!(bytes[23..32], [0x47, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(bytes[32..36], [0x52, 0, 0, 0]);
        assert_eq!(bytes[36..41], [0xe3, b'a', b'b', b'c', b'd']);
        assert_eq!(bytes[41..], [0, 0, 0]);
    }
}
