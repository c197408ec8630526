//! RTP headers (RFC 3550 section 5.1) with one-byte extensions (RFC 8285 section 4.2), written in place.

/// A source's header: the parts that all packets of a picture share are written once, the rest for each packet.
///
/// ```
/// use rtp::{ExtensionId, Header};
/// let mid = ExtensionId::new(4).unwrap();
/// let mut header = Header::new(96, 0x1234_5678);
/// let mut extensions = header.begin(90_000);
/// assert!(extensions.put(mid, b"0"));
/// extensions.finish();
/// assert_eq!(header.packet(7, true, 0)[..4], [0x90, 0x80 | 96, 0, 7]);
/// ```
pub struct Header {
    bytes: [u8; ROOM],
    len: u8,
    /// Where the transport-wide number stands; 0 where there is none.
    wide_at: u8,
    payload_type: u8,
}

/// The fixed header and 48 bytes of extensions behind their 4-byte head: more than browsers and engines agree on at once. One cache line.
const ROOM: usize = 64;
/// A header without extensions.
const FIXED: usize = 12;
/// Before the first extension stand the profile and the length.
const FIRST_EXTENSION: usize = FIXED + 4;

/// The number by which an extension goes in one session (`a=extmap`). Only those that fit into the one-byte form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExtensionId(u8);

impl ExtensionId {
    /// `None`: the one-byte form has no such number; it has 1 to 14.
    pub fn new(id: u8) -> Option<ExtensionId> {
        (1..=14).contains(&id).then_some(ExtensionId(id))
    }
}

impl Header {
    /// Without extensions. `payload_type` is below 128.
    pub fn new(payload_type: u8, ssrc: u32) -> Header {
        let mut bytes = [0; ROOM];
        bytes[0] = 0x80;
        bytes[8..12].copy_from_slice(&ssrc.to_be_bytes());
        Header { bytes, len: FIXED as u8, wide_at: 0, payload_type: payload_type & 0x7f }
    }

    /// The next packets have this payload type, below 128.
    #[inline]
    pub fn set_payload_type(&mut self, payload_type: u8) {
        self.payload_type = payload_type & 0x7f;
    }

    /// Writes what the next packets share: the timestamp and, by what it returns, extensions. The extensions of the packets
    /// before are gone.
    #[inline]
    pub fn begin(&mut self, timestamp: u32) -> ExtensionWriter<'_> {
        self.bytes[0] = 0x80;
        self.bytes[4..8].copy_from_slice(&timestamp.to_be_bytes());
        self.len = FIXED as u8;
        self.wide_at = 0;
        ExtensionWriter { header: self, end: FIRST_EXTENSION }
    }

    /// Bytes of the packets' headers, once begun.
    #[expect(clippy::len_without_is_empty, reason = "a header is never empty")]
    #[inline]
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// One packet's header. `transport_wide` is its transport-wide sequence number, which goes into the packet only where
    /// [`ExtensionWriter::transport_wide_number`] made a place for it.
    #[inline]
    pub fn packet(&mut self, sequence: u16, marker: bool, transport_wide: u16) -> &[u8] {
        self.bytes[1] = self.payload_type | u8::from(marker) << 7;
        self.bytes[2..4].copy_from_slice(&sequence.to_be_bytes());
        let at = usize::from(self.wide_at);
        if at > 0 {
            self.bytes[at..at + 2].copy_from_slice(&transport_wide.to_be_bytes());
        }
        &self.bytes[..usize::from(self.len)]
    }
}

/// Writes a header's extensions. Without [`ExtensionWriter::finish`] the packets have none.
#[must_use = "extensions count once they are finished"]
pub struct ExtensionWriter<'h> {
    header: &'h mut Header,
    /// Where the next element begins.
    end: usize,
}

impl ExtensionWriter<'_> {
    /// An element of 1 to 16 bytes: a mid (RFC 9143 section 15), a rid (RFC 8852 section 3) or whatever was agreed on. False, and
    /// nothing is written, where it is empty, longer, or there is no room left for it.
    #[inline]
    pub fn put(&mut self, id: ExtensionId, value: &[u8]) -> bool {
        let end = self.end + 1 + value.len();
        let fits = (1..=16).contains(&value.len()) && end <= ROOM;
        if fits {
            self.header.bytes[self.end] = id.0 << 4 | (value.len() as u8 - 1);
            self.header.bytes[self.end + 1..end].copy_from_slice(value);
            self.end = end;
        }
        fits
    }

    /// A place for each packet's transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 2).
    #[inline]
    pub fn transport_wide_number(&mut self, id: ExtensionId) -> bool {
        let at = self.end + 1;
        let fits = self.put(id, &[0, 0]);
        if fits {
            self.header.wide_at = at as u8;
        }
        fits
    }

    /// abs-send-time: seconds in 6.18 fixed point, of which 24 bits are used.
    #[inline]
    pub fn abs_send_time(&mut self, id: ExtensionId, seconds: u32) -> bool {
        self.put(id, &seconds.to_be_bytes()[1..])
    }

    /// abs-capture-time: NTP time in 32.32 fixed point, without the offset of a clock that is not ours.
    #[inline]
    pub fn abs_capture_time(&mut self, id: ExtensionId, ntp: u64) -> bool {
        self.put(id, &ntp.to_be_bytes())
    }

    /// The packets have these extensions.
    #[inline]
    pub fn finish(self) {
        if self.end == FIRST_EXTENSION {
            return;
        }
        let bytes = &mut self.header.bytes;
        let end = self.end.next_multiple_of(4);
        bytes[self.end..end].fill(0);
        bytes[0] |= 0x10;
        bytes[12..14].copy_from_slice(&[0xbe, 0xde]);
        bytes[14..16].copy_from_slice(&((end - FIRST_EXTENSION) as u16 / 4).to_be_bytes());
        self.header.len = end as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(id: u8) -> ExtensionId {
        ExtensionId::new(id).expect("1 to 14")
    }

    #[test]
    fn only_numbers_of_the_one_byte_form_are_ids() {
        let valid: Vec<u8> = (0..=255).filter(|n| ExtensionId::new(*n).is_some()).collect();
        assert_eq!(valid, (1..=14).collect::<Vec<u8>>());
    }

    #[test]
    fn without_extensions_it_is_twelve_bytes() {
        let mut header = Header::new(96, 0x0102_0304);
        header.begin(7).finish();
        assert_eq!(header.packet(5, true, 9), [0x80, 0x80 | 96, 0, 5, 0, 0, 0, 7, 1, 2, 3, 4]);
    }

    #[test]
    fn extensions_are_padded_to_words_and_end_with_the_next_picture() {
        let mut header = Header::new(96, 1);
        let mut extensions = header.begin(7);
        assert!(extensions.transport_wide_number(id(3)));
        assert!(extensions.abs_send_time(id(2), 0x12_3456));
        assert!(extensions.abs_capture_time(id(4), 0x0102_0304_0506_0708));
        assert!(extensions.put(id(10), b"h"), "a rid");
        extensions.finish();
        let expected = [
            &[0xbe, 0xde, 0, 5, 0x31, 0xab, 0xcd, 0x22, 0x12, 0x34, 0x56][..],
            &[0x47, 1, 2, 3, 4, 5, 6, 7, 8, 0xa0, b'h', 0, 0],
        ];
        let bytes = header.packet(5, false, 0xabcd);
        assert_eq!(bytes[0], 0x90);
        assert_eq!(bytes[12..], expected.concat()[..]);
        assert_eq!(header.len(), 36);
        header.begin(8).finish();
        assert_eq!(header.packet(6, false, 0xffff), [0x80, 96, 0, 6, 0, 0, 0, 8, 0, 0, 0, 1]);
    }

    #[test]
    fn what_does_not_fit_is_left_out_whole() {
        let mut header = Header::new(96, 1);
        let mut extensions = header.begin(7);
        assert!(!extensions.put(id(1), b"") && !extensions.put(id(1), &[1; 17]));
        assert!((0..3).all(|_| extensions.put(id(1), &[1; 15])), "three times 16 bytes of 48");
        assert!(!extensions.put(id(1), &[1]) && !extensions.transport_wide_number(id(2)));
        extensions.finish();
        assert_eq!(header.packet(5, false, 0xffff).len(), ROOM);
        assert_eq!(header.packet(5, false, 0xffff)[ROOM - 15..], [1; 15]);
    }
}
