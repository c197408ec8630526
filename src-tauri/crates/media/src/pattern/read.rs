//! Reads the test pattern's cells from a picture: when it was made, and which one it is.

use super::{
    CELLS, cells,
    layout::{Field, Layout},
};

/// What [`read`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Milliseconds of Unix time modulo 2^32 when the picture was made.
    pub unix_ms: u32,
    /// The number of the pattern's tick, modulo 2^16.
    pub frame: u16,
    /// The flash is on.
    pub flash: bool,
}

/// A cell of a smaller picture is less than a pixel.
const SMALLEST: usize = 54;

/// Reads the clock out of a decoded picture's luma plane, at any size. None where the check sum does not fit: another
/// picture, or one too damaged to read.
pub fn read(luma: &[u8], stride: usize, width: usize, height: usize) -> Option<Reading> {
    if width.min(height) < SMALLEST || stride < width || luma.len() < stride * (height - 1) + width {
        return None;
    }
    let layout = Layout::new(width, height);
    let bits = (0..CELLS).fold(0, |bits, cell| bits << 1 | u64::from(bright(luma, stride, layout.cell(cell))));
    let (unix_ms, frame) = ((bits >> 32) as u32, (bits >> 16) as u16);
    let flash = bright(luma, stride, layout.flash());
    (bits == cells(unix_ms, frame)).then_some(Reading { unix_ms, frame, flash })
}

/// Is the mean of the field's middle third above a medium grey?
fn bright(luma: &[u8], stride: usize, [left, right, top, bottom]: Field) -> bool {
    let (across, down) = (right - left, bottom - top);
    let columns = left + across / 3..(right - across / 3).max(left + across / 3 + 1);
    let rows = top + down / 3..(bottom - down / 3).max(top + down / 3 + 1);
    let count = columns.len() * rows.len();
    let sum: usize =
        rows.flat_map(|y| luma[y * stride..][columns.clone()].iter()).map(|&shade| usize::from(shade)).sum();
    sum > 128 * count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    #[test]
    fn what_is_drawn_is_read_at_every_size() {
        for (width, height) in [
            (1280, 720),
            (1920, 1080),
            (640, 360),
            (852, 480),
            (320, 180),
            (160, 90),
            (1080, 1920),
            (270, 480),
            (1366, 768),
            (682, 384),
            (340, 192),
            (1440, 1440),
            (160, 96),
            (96, 160),
        ] {
            let mut pattern = Pattern::new(width, height, "Skylark", words::Language::ENGLISH);
            let mut data = Vec::new();
            for (unix_ms, frame) in
                [(0, 0), (0xdead_beef, 0xcafe), (u64::from(u32::MAX), u64::from(u16::MAX)), (1_763_900_000_050, 70_000)]
            {
                pattern.draw(unix_ms, frame, &mut data);
                let found = read(&data, width.into(), width.into(), height.into());
                let flash = unix_ms % 1000 < 100;
                assert_eq!(
                    found,
                    Some(Reading { unix_ms: unix_ms as u32, frame: frame as u16, flash }),
                    "{width}x{height}"
                );
            }
        }
    }

    #[test]
    fn a_picture_of_one_shade_is_not_read() {
        for shade in [0, 16, 127, 128, 129, 235, 255] {
            assert_eq!(read(&vec![shade; 320 * 180], 320, 320, 180), None);
        }
    }

    #[test]
    fn a_plane_that_is_too_short_is_not_read() {
        assert_eq!(read(&[0; 100], 320, 320, 180), None);
        assert_eq!(read(&[], 0, 0, 0), None);
    }
}
