//! What of an RTP header a viewer looks at.

/// RFC 3550 5.1: where the payload begins.
pub(crate) fn header_len(packet: &[u8]) -> Option<usize> {
    let mut len = 12 + 4 * usize::from(packet[0] & 0x0f);
    if packet[0] & 0x10 != 0 {
        let words = packet.get(len + 2..len + 4)?;
        len += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    Some(len)
}

/// RFC 8285 4.2: a one-byte-header element.
pub(crate) fn extension(header: &[u8], id: u8) -> Option<&[u8]> {
    let start = 12 + 4 * usize::from(header[0] & 0x0f);
    let mut elements = header.get(start..)?.strip_prefix(&[0xbe, 0xde])?.get(2..)?;
    while let [first, rest @ ..] = elements {
        let len = usize::from(first & 0x0f) + 1;
        match first >> 4 {
            0 => elements = rest,
            found if found == id => return rest.get(..len),
            _ => elements = rest.get(len..)?,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_tells_its_length_and_its_extensions() {
        let packet =
            [0x91, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9, 9, 9, 0xbe, 0xde, 0, 2, 0x22, 7, 7, 7, 0, 0x41, 5, 6, 1];
        assert_eq!(header_len(&packet), Some(28));
        assert_eq!(extension(&packet[..28], 4), Some(&[5, 6][..]));
        assert_eq!(extension(&packet[..28], 3), None);
        assert_eq!(header_len(&packet[..17]), None);
        assert_eq!(header_len(&[0x80; 12]), Some(12));
    }
}
