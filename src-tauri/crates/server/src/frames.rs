//! How many WebSocket frames came (RFC 6455 5.2): of those that a message is made of, its reader tells nothing before the last.
//! A decision without I/O.

/// Follows the frames of one connection.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    header: [u8; LONGEST],
    len: usize,
    /// Bytes of payload that are still to come.
    payload: u64,
}

/// A frame's header: two bytes, eight of length, four of mask.
const LONGEST: usize = 14;

impl Frames {
    /// Takes what came; says how many frames' headers ended in it.
    pub(crate) fn take(&mut self, mut bytes: &[u8]) -> u32 {
        let mut frames = 0;
        loop {
            let skipped = self.payload.min(bytes.len() as u64);
            self.payload -= skipped;
            bytes = &bytes[skipped as usize..];
            let Some((byte, rest)) = bytes.split_first() else { return frames };
            bytes = rest;
            self.header[self.len] = *byte;
            self.len += 1;
            if let Some(payload) = self.payload() {
                frames += 1;
                (self.len, self.payload) = (0, payload);
            }
        }
    }

    /// The length of the payload, once the header is whole.
    fn payload(&self) -> Option<u64> {
        let second = self.header[..self.len].get(1)?;
        let (short, mask) = (second & 0x7f, if second & 0x80 == 0 { 0 } else { 4 });
        let more = match short {
            127 => 8,
            126 => 2,
            _ => 0,
        };
        let long = self.header[2..2 + more].iter().fold(0, |length, byte| length << 8 | u64::from(*byte));
        (self.len == 2 + more + mask).then_some(if more == 0 { short.into() } else { long })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(first: u8, payload: usize, masked: bool) -> Vec<u8> {
        let mask = if masked { 0x80 } else { 0 };
        let mut frame = match payload {
            0..126 => vec![first, mask | payload as u8],
            126..65_536 => [&[first, mask | 126][..], &(payload as u16).to_be_bytes()].concat(),
            _ => [&[first, mask | 127][..], &(payload as u64).to_be_bytes()].concat(),
        };
        frame.extend(vec![0x81; payload + if masked { 4 } else { 0 }]);
        frame
    }

    #[test]
    fn each_frame_is_counted_however_it_is_cut() {
        let all: Vec<u8> = [(0x01, 5), (0x00, 0), (0x00, 125), (0x89, 0), (0x80, 126), (0x82, 70_000), (0x81, 65_535)]
            .into_iter()
            .flat_map(|(first, payload)| [frame(first, payload, true), frame(first, payload, false)].concat())
            .collect();
        for cut in [1, 2, 3, 7, 1024, all.len()] {
            let mut frames = Frames::default();
            let counted: u32 = all.chunks(cut).map(|piece| frames.take(piece)).sum();
            assert_eq!((counted, frames.len, frames.payload), (14, 0, 0), "in pieces of {cut}");
        }
    }

    #[test]
    fn an_empty_one_is_one_too() {
        let empty = frame(0, 0, true).repeat(1000);
        assert_eq!(Frames::default().take(&empty), 1000);
    }
}
