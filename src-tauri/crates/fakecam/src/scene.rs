//! What stands in front of the lens: colour bars that move to the left, and over them, in a corner, a clock that a program can read.
//!
//! The clock is that of Skylark's test pattern: a block of 8 by 8 cells at the top right, bright for 1 and dark for 0, row by row: 32 bits
//! of Unix time in milliseconds, 16 bits of the picture's number, 16 bits of CRC. Of the 96 by 54 fields of the picture (54 by 96 where it
//! is upright) a cell is 2 wide and 2 high, and 3 are free at the edges.

/// A pixel: Y, U and V in the range of video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// The scene at one moment. It is the same all the way down within a band, so a row of each describes it: of each row of cells, and of
/// what is above and below them.
pub(crate) struct Scene {
    pub(crate) width: usize,
    pub(crate) height: usize,
    bands: [Vec<Colour>; SIDE + 1],
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
/// Cells in a row, and rows of cells.
const SIDE: usize = 8;
/// Width and height of a cell, and what is free at the edges, in fields.
const CELL: usize = 2;
const MARGIN: usize = 3;

impl Scene {
    pub(crate) fn at(width: usize, height: usize, number: u32, unix_ms: u64) -> Scene {
        let clock = clock(unix_ms as u32, number as u16);
        let shift = number as usize * PIXELS_A_PICTURE;
        let bars: Vec<Colour> = (0..width).map(|x| BARS[(x + shift) % width * BARS.len() / width]).collect();
        let (columns, _) = fields(width, height);
        let edge = |cell: usize| (columns - MARGIN - CELL * (SIDE - cell)) * width / columns;
        let row = |row: usize| {
            let mut cells = bars.clone();
            for cell in 0..SIDE {
                let bit = clock >> (SIDE * SIDE - 1 - row * SIDE - cell) & 1;
                cells[edge(cell)..edge(cell + 1)].fill(if bit == 1 { BRIGHT } else { DARK });
            }
            cells
        };
        let bands = std::array::from_fn(|band| if band < SIDE { row(band) } else { bars.clone() });
        Scene { width, height, bands }
    }

    pub(crate) fn row(&self, y: usize) -> &[Colour] {
        &self.bands[self.band(y)]
    }

    /// Rows of one band are alike.
    pub(crate) fn band(&self, y: usize) -> usize {
        let (_, rows) = fields(self.width, self.height);
        let edge = |cell: usize| (MARGIN + CELL * cell) * self.height / rows;
        (0..SIDE).find(|cell| (edge(*cell)..edge(cell + 1)).contains(&y)).unwrap_or(SIDE)
    }
}

/// Fields of the width and of the height.
fn fields(width: usize, height: usize) -> (usize, usize) {
    if height > width { (54, 96) } else { (96, 54) }
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
