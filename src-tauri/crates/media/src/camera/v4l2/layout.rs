//! How a device's pictures lie in its buffers, and how they are taken out: each row at its place, one plane behind the other.

use super::{
    fourcc,
    ioctl::{Fields, Format, MOST_PIECES},
};
use crate::{
    camera::{
        Opened,
        choose::{PictureFormat, Rate},
    },
    device::{DeviceError, IT},
    frame::{MOST_PIXELS, PixelFormat},
};
use words::said;

/// Bytes from one row to the next beyond which a driver says no length but nonsense: no row is so long, whatever is behind it.
const MOST_STRIDE: usize = 1 << 18;

/// What stands for bytes that did not come: a neutral grey in every format.
const GREY: u8 = 128;

/// Where a picture's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// What the driver said, by which it is told whether it says another thing later.
    agreed: Format,
    pixels: PixelFormat,
    width: u16,
    /// Of a whole picture, of both fields.
    height: u16,
    /// Bytes from one row to the next: of each plane where each has a piece of memory of its own; else of the first one.
    strides: [usize; MOST_PIECES],
}

impl Layout {
    /// What a driver made of the format that was set.
    pub(super) fn of(agreed: Format) -> Result<Layout, DeviceError> {
        let strange = |format: String| DeviceError::Other(said!("device.set_to", device = IT, format));
        let letters = fourcc::letters(agreed.fourcc);
        let rows = if agreed.fields == Fields::Alone { agreed.height.saturating_mul(2) } else { agreed.height };
        let (Ok(width), Ok(height)) = (u16::try_from(agreed.width), u16::try_from(rows)) else {
            return Err(strange(format!("{}x{}", agreed.width, agreed.height)));
        };
        if width == 0 || height == 0 || usize::from(width) * usize::from(height) > MOST_PIXELS {
            return Err(strange(format!("{width}x{height}")));
        }
        let planes = |pixels: &PixelFormat| pixels.planes(1, 1).iter().filter(|(_, rows)| *rows > 0).count();
        let in_one = agreed.pieces == 1;
        let pixels = fourcc::pixels(agreed.fourcc).filter(|pixels| in_one || planes(pixels) == agreed.pieces as usize);
        let pixels = pixels.ok_or_else(|| strange(format!("{letters} in {} pieces of memory", agreed.pieces)))?;
        // Some drivers tell none, or less than a row has, or any number; and some tell one of JPEGs, which have no rows.
        let packed = pixels.planes(pixels.row(width.into()), 1).map(|(row, _)| row);
        let most = if pixels == PixelFormat::Mjpeg { 0 } else { MOST_STRIDE };
        let told = agreed.bytes_per_line.map(|told| Some(told as usize).filter(|told| *told <= most));
        let strides = std::array::from_fn(|piece| told[piece].unwrap_or(0).max(packed[piece]));
        Ok(Layout { agreed, pixels, width, height, strides })
    }

    /// The same, or rows without padding where padded ones have no room in the pieces of memory that there are. The last row may do
    /// without.
    pub(super) fn within(mut self, rooms: impl Iterator<Item = usize>) -> Layout {
        for (piece, room) in rooms.enumerate().take(MOST_PIECES) {
            if self.bytes(piece) - self.padding(piece) > room {
                self.strides[piece] = self.packed()[piece].0;
            }
        }
        self
    }

    /// What is delivered.
    pub(super) fn opened(&self, rate: Option<Rate>) -> Opened {
        let Layout { agreed, pixels, width, height, .. } = *self;
        let stride = if self.is_in_order() { self.strides[0] } else { 0 };
        Opened { format: PictureFormat { width, height, rate, pixels }, stride, full_range: agreed.full_range }
    }

    /// Pieces of memory of a picture.
    pub(super) fn pieces(&self) -> usize {
        self.agreed.pieces as usize
    }

    /// Whether a driver that says this now says what it said.
    pub(super) fn is(&self, agreed: &Format) -> bool {
        self.agreed == *agreed
    }

    /// As many bytes came as a picture has, with what stands behind its last row or without; of what is compressed nobody knows.
    pub(super) fn is_whole(&self, came: usize) -> bool {
        let sum = |of: &dyn Fn(usize) -> usize| (0..self.pieces()).map(of).sum::<usize>();
        let whole = sum(&|piece| self.bytes(piece));
        whole == 0 || (whole - sum(&|piece| self.padding(piece))..=whole).contains(&came)
    }

    /// Fills `data` with a picture as far as it came in each piece of memory. `odd`: of two fields it is the one of the odd rows.
    pub(super) fn fill(&self, data: &mut Vec<u8>, came: &[&[u8]], odd: bool) {
        data.clear();
        let first = came.first().copied().unwrap_or_default();
        if self.is_in_order() {
            let whole = self.bytes(0);
            let end = if whole == 0 { first.len() } else { first.len().min(whole) };
            data.extend_from_slice(&first[..end]);
            return data.resize(data.len().max(whole), GREY);
        }
        let lies = self.pixels.planes(self.strides[0], self.rows_in_memory());
        let mut begins = 0;
        for (plane, (row, rows)) in self.packed().into_iter().enumerate() {
            let (from, stride) = match self.pieces() {
                1 => (first.get(begins..).unwrap_or_default(), lies[plane].0),
                _ => (came.get(plane).copied().unwrap_or_default(), self.strides[plane]),
            };
            begins += lies[plane].0 * lies[plane].1;
            for number in 0..rows {
                let there = from.get(stride * self.agreed.fields.place(number, rows, odd)..).unwrap_or_default();
                let end = data.len() + row;
                data.extend_from_slice(&there[..there.len().min(row)]);
                data.resize(end, GREY);
            }
        }
    }

    /// The planes of a whole picture without padding: bytes of a row, and rows.
    fn packed(&self) -> [(usize, usize); MOST_PIECES] {
        self.pixels.planes(self.pixels.row(self.width.into()), self.height.into())
    }

    /// It is taken out as it is.
    fn is_in_order(&self) -> bool {
        self.pieces() == 1 && (self.agreed.fields == Fields::Woven || self.pixels == PixelFormat::Mjpeg)
    }

    fn rows_in_memory(&self) -> usize {
        if self.agreed.fields == Fields::Alone { usize::from(self.height) / 2 } else { self.height.into() }
    }

    /// Bytes behind each row of a piece of memory, which need not stand behind the last one.
    fn padding(&self, piece: usize) -> usize {
        self.strides[piece] - self.packed()[piece].0
    }

    /// Of a piece of memory; 0 where each picture has its own number.
    fn bytes(&self, piece: usize) -> usize {
        let rows = self.rows_in_memory();
        match self.pieces() {
            1 => self.pixels.bytes(self.strides[0], self.width.into(), rows),
            _ => self.strides[piece] * self.pixels.planes(1, rows)[piece].1,
        }
    }
}

impl Fields {
    /// Where a row of a whole plane stands among those that are there. Of a field alone each stands for two, and its own place is among
    /// those that it has: so a picture does not jump up and down with the fields.
    fn place(self, row: usize, rows: usize, odd: bool) -> usize {
        let half = row / 2;
        match (self, row % 2) {
            (Fields::Woven, _) => row,
            (Fields::EvenFirst, 0) | (Fields::OddFirst, 1) => half,
            (Fields::EvenFirst, _) => rows.div_ceil(2) + half,
            (Fields::OddFirst, _) => rows / 2 + half,
            (Fields::Alone, _) if odd => row.saturating_sub(1) / 2,
            (Fields::Alone, _) => half.min((rows / 2).saturating_sub(1)),
        }
    }
}

#[cfg(test)]
mod tests;
