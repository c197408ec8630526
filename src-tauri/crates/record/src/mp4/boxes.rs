//! Boxes of ISO/IEC 14496-12 section 4.2: a size, a type of four letters, and what is in it. Written, and found again.

/// Bytes that boxes are written to.
#[derive(Clone, Debug, Default)]
pub(super) struct Boxes(pub(super) Vec<u8>);

/// A box's type.
pub(super) type Kind = [u8; 4];

/// What stands before a box's content: its size and its type.
pub(super) const HEADER: usize = 8;

impl Boxes {
    /// A box with what `fill` puts into it.
    pub(super) fn put(&mut self, kind: &Kind, fill: impl FnOnce(&mut Boxes)) {
        let start = self.0.len();
        self.u32(0);
        self.bytes(kind);
        fill(self);
        let size = (self.0.len() - start) as u32;
        self.0[start..start + 4].copy_from_slice(&size.to_be_bytes());
    }

    /// A full box (section 4.2.2): with a version and 24 flags before its content.
    pub(super) fn full(&mut self, kind: &Kind, version: u8, flags: u32, fill: impl FnOnce(&mut Boxes)) {
        self.put(kind, |this| {
            this.u32(u32::from(version) << 24 | flags);
            fill(this);
        });
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_be_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.bytes(&value.to_be_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn zeros(&mut self, count: usize) {
        self.0.resize(self.0.len() + count, 0);
    }
}

/// The size that a box says it has, and its type, from its first bytes; none where they cannot be a box of ours, which are all
/// shorter than 4 GB and say their size.
pub(super) fn head(bytes: &[u8]) -> Option<(u32, Kind)> {
    let size = u32::from_be_bytes(*bytes.first_chunk()?);
    let kind = *bytes.get(4..)?.first_chunk()?;
    (size as usize >= HEADER).then_some((size, kind))
}

/// The boxes that follow each other in `bytes`, as far as they are whole: each one's type, where it begins, and its content.
pub(super) fn children(bytes: &[u8]) -> impl Iterator<Item = (Kind, usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (size, kind) = head(bytes.get(at..)?)?;
        let start = at;
        at += size as usize;
        Some((kind, start, bytes.get(start + HEADER..at)?))
    })
}

/// The content of the first box of this type.
pub(super) fn find<'a>(bytes: &'a [u8], kind: &Kind) -> Option<&'a [u8]> {
    children(bytes).find(|(of, ..)| of == kind).map(|(_, _, content)| content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_found_again() {
        let mut boxes = Boxes::default();
        boxes.put(b"moov", |boxes| {
            boxes.full(b"mvhd", 1, 7, |boxes| boxes.u64(9));
            boxes.put(b"trak", |boxes| boxes.u16(2));
        });
        boxes.put(b"free", |boxes| boxes.zeros(3));
        let kinds: Vec<_> = children(&boxes.0).map(|(kind, at, _)| (kind, at)).collect();
        assert_eq!(kinds, [(*b"moov", 0), (*b"free", 38)]);
        let moov = find(&boxes.0, b"moov").expect("it was written");
        assert_eq!(find(moov, b"mvhd"), Some(&[1, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 9][..]));
        assert_eq!(find(moov, b"trak"), Some(&[0, 2][..]));
        assert_eq!(find(moov, b"mvex"), None);
    }

    #[test]
    fn bytes_that_are_no_box_are_none() {
        for bytes in
            [&[][..], &[0; 7], &[0; 64], &[0, 0, 0, 7, b'f', b'r', b'e', b'e'], &[0, 0, 1, 0, b'f', b'r', b'e', b'e']]
        {
            assert_eq!(children(bytes).count(), 0, "{bytes:?}");
        }
    }
}
