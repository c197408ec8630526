//! What was agreed with a camera of its pictures, and how it says so.

use crate::{
    argument::{ALTERNATE, Argument, fourcc},
    picture,
};

/// A format and a size, and in which order its rows come (`V4L2_FIELD_…`).
#[derive(Clone)]
pub(crate) struct Agreed {
    pub(crate) fourcc: String,
    pub(crate) width: u32,
    /// Of whole pictures.
    pub(crate) height: u32,
    pub(crate) field: u32,
}

impl Agreed {
    /// Fields that come one by one are pictures of half as many rows.
    fn rows(&self) -> u32 {
        if self.field == ALTERNATE { self.height / 2 } else { self.height }
    }

    /// Bytes of each piece of memory that a picture takes, with so many bytes behind each row.
    pub(crate) fn pieces(&self, padding: usize) -> Vec<usize> {
        picture::pieces(&self.fourcc, self.width as usize, self.rows() as usize, padding)
    }

    /// Writes a `v4l2_format`; of several planes where pictures are handed over so. `says`: bytes from row to row, whatever they are.
    pub(crate) fn tell(&self, a: &mut Argument, by_planes: bool, padding: usize, says: Option<u32>) {
        let stride = picture::stride(&self.fourcc, self.width as usize, padding) as u32;
        let stride = says.unwrap_or(stride);
        let (pieces, rows) = (self.pieces(padding), self.rows());
        a.clear(8);
        a.put(8, [self.width, rows, fourcc(&self.fourcc), self.field]);
        // V4L2_COLORSPACE_SRGB.
        const COLOURS: u32 = 8;
        if !by_planes {
            return a.put(24, [stride, pieces.iter().sum::<usize>() as u32, COLOURS]);
        }
        a.put(24, [COLOURS]);
        for (at, bytes) in pieces.iter().enumerate() {
            // Three planes have colours in two of them, with half the bytes.
            let stride = if at > 0 && pieces.len() == 3 { stride.div_ceil(2) } else { stride };
            a.put(28 + 20 * at, [*bytes as u32, stride]);
        }
        a.put(188, [u32::from_ne_bytes([pieces.len() as u8, 0, 0, 0])]);
    }
}
