//! What stands in front of the lens: a clock that a program can read, above colour bars that move to the left.
//!
//! The clock is that of Skylark's test pattern: two rows of 32 cells at the top, bright for 1 and dark for 0, each 1/32 of the width and
//! 1/18 of the height: 32 bits of Unix time in milliseconds, 16 bits of the picture's number, 16 bits of CRC.

/// A pixel: Y, U and V in the range of video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// The scene at one moment. It is the same all the way down within a band, so a row of each describes it.
pub(crate) struct Scene {
    pub(crate) width: usize,
    pub(crate) height: usize,
    bands: [Vec<Colour>; 3],
}

const BRIGHT: Colour = Colour(235, 128, 128);
const DARK: Colour = Colour(16, 128, 128);

/// White, yellow, cyan, green, magenta, red, blue, black.
const BARS: [Colour; 8] = [
    Colour(180, 128, 128),
    Colour(162, 44, 142),
    Colour(131, 156, 44),
    Colour(112, 72, 58),
    Colour(84, 184, 198),
    Colour(65, 100, 212),
    Colour(35, 212, 114),
    Colour(16, 128, 128),
];
const PIXELS_A_PICTURE: usize = 4;
const CELLS: usize = 32;
/// The height, over that of a cell.
const ROWS: usize = 18;

impl Scene {
    pub(crate) fn at(width: usize, height: usize, number: u32, unix_ms: u64) -> Scene {
        let clock = clock(unix_ms as u32, number as u16);
        let cells = |bits: u32| {
            (0..width).map(|x| if bits >> (CELLS - 1 - x * CELLS / width) & 1 == 1 { BRIGHT } else { DARK }).collect()
        };
        let shift = number as usize * PIXELS_A_PICTURE;
        let bars = (0..width).map(|x| BARS[(x + shift) % width * BARS.len() / width]).collect();
        Scene { width, height, bands: [cells((clock >> 32) as u32), cells(clock as u32), bars] }
    }

    pub(crate) fn row(&self, y: usize) -> &[Colour] {
        &self.bands[self.band(y)]
    }

    /// Rows of one band are alike.
    pub(crate) fn band(&self, y: usize) -> usize {
        (y * ROWS / self.height).min(2)
    }
}

/// The 64 cells, the first in the highest bit.
fn clock(unix_ms: u32, number: u16) -> u64 {
    let bytes = unix_ms.to_be_bytes().into_iter().chain(number.to_be_bytes());
    // CRC-16/CCITT-FALSE.
    let crc = bytes.fold(0xffff_u16, |crc, byte| {
        let step = |crc: u16, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 };
        (0..8).fold(crc ^ u16::from(byte) << 8, step)
    });
    u64::from(unix_ms) << 32 | u64::from(number) << 16 | u64::from(crc)
}
