//! The RTP headers of one viewer's source: which extensions go with which pictures.

use crate::connection::negotiated::Extensions;
use rtp::ExtensionId;

/// A longer mid is left out, as the SSRC in the answer says the same. Browsers use short numbers.
const LONGEST_MID: usize = 4;

/// playout-delay: a minimum and a maximum of 12 bits each, in units of 10 ms. With this value pictures are shown as they come, and lip
/// sync never holds them back.
pub(super) const AT_ONCE: [u8; 3] = [0, 0, 0];
/// With this value lip sync may hold pictures back by up to 100 ms. It is not more, as Firefox remembers how late sound was while its
/// audio device opened, and would hold the picture back for that and release it only slowly.
pub(super) const WITH_SOUND: [u8; 3] = [0, 0, 10];

/// The header of one SSRC, and the extensions that the viewer knows.
pub(super) struct Header {
    rtp: rtp::Header,
    transport_wide: Option<ExtensionId>,
    abs_send_time: Option<ExtensionId>,
    abs_capture_time: Option<ExtensionId>,
    playout_delay: Option<(ExtensionId, [u8; 3])>,
    mid: Option<(ExtensionId, Mid)>,
}

/// The mid of the m-line.
#[derive(Clone, Copy)]
struct Mid {
    bytes: [u8; LONGEST_MID],
    len: u8,
}

/// Extensions that only some pictures carry. All packets of such a picture carry them, as the packets of a run must have one size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extras {
    /// The capture time, as NTP time.
    pub(super) capture: Option<u64>,
    /// Whether mid and playout-delay go along.
    pub(super) introduce: bool,
}

impl Header {
    pub(super) fn new(payload_type: u8, ssrc: u32, extensions: Extensions, mid: &str) -> Self {
        let id = |id: Option<u8>| id.and_then(ExtensionId::new);
        Self {
            rtp: rtp::Header::new(payload_type, ssrc),
            transport_wide: id(extensions.twcc),
            abs_send_time: id(extensions.abs_send_time),
            abs_capture_time: id(extensions.abs_capture_time),
            playout_delay: id(extensions.playout_delay).map(|id| (id, AT_ONCE)),
            mid: id(extensions.mid).zip(Mid::new(mid)),
        }
    }

    /// The next pictures have this payload type.
    pub(super) fn set_payload_type(&mut self, payload_type: u8) {
        self.rtp.set_payload_type(payload_type);
    }

    /// Packets carry a transport-wide sequence number.
    pub(super) fn is_numbered(&self) -> bool {
        self.transport_wide.is_some()
    }

    /// Whether lip sync may hold the picture back; sent with the next picture that has the extension.
    pub(super) fn picture_waits(&mut self, waits: bool) {
        if let Some((_, delay)) = &mut self.playout_delay {
            *delay = if waits { WITH_SOUND } else { AT_ONCE };
        }
    }

    /// Its length in bytes, once [`Header::begin`] was called.
    pub(super) fn len(&self) -> usize {
        self.rtp.len()
    }

    pub(super) fn carries_capture_time(&self) -> bool {
        self.abs_capture_time.is_some()
    }

    /// Writes what all packets of a picture share. There is room for all extensions together.
    pub(super) fn begin(&mut self, timestamp: u32, abs_send_time: u32, extras: Extras) {
        let mut extensions = self.rtp.begin(timestamp);
        if let Some(id) = self.transport_wide {
            extensions.transport_wide_number(id);
        }
        if let Some(id) = self.abs_send_time {
            extensions.abs_send_time(id, abs_send_time);
        }
        if let (Some(id), Some(ntp)) = (self.abs_capture_time, extras.capture) {
            extensions.abs_capture_time(id, ntp);
        }
        if extras.introduce {
            if let Some((id, delay)) = self.playout_delay {
                extensions.put(id, &delay);
            }
            if let Some((id, mid)) = self.mid {
                extensions.put(id, &mid.bytes[..usize::from(mid.len)]);
            }
        }
        extensions.finish();
    }

    /// The header of one packet. `wide` is its transport-wide sequence number, which is used only if [`Header::is_numbered`].
    pub(super) fn packet(&mut self, sequence: u16, marker: bool, wide: u16) -> &[u8] {
        self.rtp.packet(sequence, marker, wide)
    }
}

impl Mid {
    fn new(mid: &str) -> Option<Mid> {
        if !(1..=LONGEST_MID).contains(&mid.len()) {
            return None;
        }
        let mut bytes = [0; LONGEST_MID];
        bytes[..mid.len()].copy_from_slice(mid.as_bytes());
        Some(Mid { bytes, len: mid.len() as u8 })
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
        assert_eq!(bytes.len(), 44);
        assert_eq!(bytes[12..16], [0xbe, 0xde, 0, 7]);
        assert_eq!(bytes[16..19], [0x31, 0xab, 0xcd]);
        assert_eq!(bytes[19..23], [0x22, 0x12, 0x34, 0x56]);
        assert_eq!(bytes[23..32], [0x47, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(bytes[32..36], [0x52, 0, 0, 0]);
        assert_eq!(bytes[36..41], [0xe3, b'a', b'b', b'c', b'd']);
        assert_eq!(bytes[41..], [0, 0, 0]);
    }
}
