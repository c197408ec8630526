//! Where a camera's JPEG ends in the buffer that it came in.

/// How many bytes of `buffer` its JPEG picture takes, from the first to the end marker. None if it starts with none or
/// the picture is cut off.
///
/// nokhwa hands on a camera's whole buffer and not how much of it was filled, so behind a picture there is what earlier
/// ones left, their end markers included. Only walking from marker to marker finds the right end (ITU-T T.81, annex B).
pub(super) fn length(buffer: &[u8]) -> Option<usize> {
    const START: [u8; 2] = [0xff, 0xd8];
    const END: u8 = 0xd9;
    const SCAN: u8 = 0xda;
    const FILL: u8 = 0xff;
    if !buffer.starts_with(&START) {
        return None;
    }
    let mut at = START.len();
    loop {
        if *buffer.get(at)? != 0xff {
            return None;
        }
        let marker = *buffer.get(at + 1)?;
        match marker {
            END => return Some(at + 2),
            FILL => at += 1,
            _ => {
                let length = u16::from_be_bytes([*buffer.get(at + 2)?, *buffer.get(at + 3)?]);
                at += 2 + usize::from(length);
                if marker == SCAN {
                    at += entropy_coded(buffer.get(at..)?)?;
                }
            }
        }
    }
}

/// The length of the data behind a scan's header, up to the next marker that is no restart marker. In it, a byte 0xff
/// is followed by 0.
fn entropy_coded(data: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += data.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match data.get(at + 1)? {
            0x00 | 0xd0..=0xd7 => at += 2,
            _ => return Some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Start, a segment that holds an end marker, a scan with a stuffed byte and a restart marker, end.
    const PICTURE: [u8; 24] = [
        0xff, 0xd8, 0xff, 0xe0, 0, 4, 0xff, 0xd9, 0xff, 0xff, 0xda, 0, 3, 7, 1, 0xff, 0, 2, 0xff, 0xd3, 3, 4, 0xff,
        0xd9,
    ];

    #[test]
    fn ends_where_the_picture_ends_and_not_where_an_older_one_did() {
        assert_eq!(length(&PICTURE), Some(PICTURE.len()));
        let with_rest = [&PICTURE[..], &[0, 0, 0x55, 0xff, 0xd9, 0, 0]].concat();
        assert_eq!(length(&with_rest), Some(PICTURE.len()));
    }

    #[test]
    fn what_is_cut_off_or_no_jpeg_has_no_end() {
        for cut in 0..PICTURE.len() {
            assert_eq!(length(&PICTURE[..cut]), None, "cut after {cut} bytes");
        }
        assert_eq!(length(&[0; 100]), None);
    }
}
