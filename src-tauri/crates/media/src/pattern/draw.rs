//! Draws the test pattern: colours, a moving part, and the cells that a program reads.

use super::{CELLS, COLUMNS, FLASH, FLASH_MS, cells, field, noise::Noise};
use crate::{frame::Picture, text};
use std::time::Instant;

/// Draws the pattern's pictures: what never changes is drawn once and copied.
#[derive(Debug)]
pub(crate) struct Pattern {
    still: Picture,
    noise: Noise,
}

/// Shades of luma in the range of video.
const BLACK: u8 = 16;
const WHITE: u8 = 235;
const GROUND: u8 = 40;

/// Fields, in cells: left, right, top, bottom.
const NOISE: [usize; 4] = [0, 25, 9, 18];
const FLASH_FRAME: [usize; 4] = [25, 31, 11, 17];
const COLOURS: [usize; 4] = [25, 32, 9, 11];
/// U and V of the colours.
const HUES: [(u8, u8); 6] = [(90, 240), (16, 146), (54, 34), (166, 16), (240, 110), (202, 222)];

impl Pattern {
    /// `name` is shown in large letters.
    pub(crate) fn new(width: u16, height: u16, name: &str) -> Self {
        let mut still = Picture::black(width, height, Instant::now());
        let (w, h) = (usize::from(width), usize::from(height));
        let [y, u, v] = still.planes_mut();
        y.fill(GROUND);
        u.fill(136);
        v.fill(124);
        fill(y, w, field(FLASH_FRAME, w, h), BLACK);
        let [left, right, top, bottom] = field(COLOURS, w, h);
        fill(y, w, [left, right, top, bottom], 120);
        for (at, (hue_u, hue_v)) in HUES.into_iter().enumerate() {
            let edge = |at: usize| (left + (right - left) * at / HUES.len()) / 2;
            let bar = [edge(at), edge(at + 1), top / 2, bottom / 2];
            fill(u, w / 2, bar, hue_u);
            fill(v, w / 2, bar, hue_v);
        }
        text::draw(y, w, name, (w / COLUMNS, h * 6 / 18), text::dot(w, h, 180), WHITE);
        Self { still, noise: Noise::new() }
    }

    /// The picture of that moment, as packed I420.
    pub(crate) fn draw(&mut self, unix_ms: u64, frame: u64, into: &mut Vec<u8>) {
        let (w, h) = (usize::from(self.still.width), usize::from(self.still.height));
        into.clear();
        into.extend_from_slice(&self.still.data);
        let luma = &mut into[..w * h];
        let bits = cells(unix_ms as u32, frame as u16);
        for cell in 0..CELLS {
            let (column, row) = (cell % COLUMNS, cell / COLUMNS);
            let shade = if bits >> (CELLS - 1 - cell) & 1 == 1 { WHITE } else { BLACK };
            fill(luma, w, field([column, column + 1, row, row + 1], w, h), shade);
        }
        self.noise.fill(luma, w, field(NOISE, w, h));
        let flash = if unix_ms % 1000 < u64::from(FLASH_MS) { WHITE } else { BLACK };
        fill(luma, w, field(FLASH, w, h), flash);
        let (seconds, ms) = (unix_ms / 1000, unix_ms % 1000);
        let (hours, minutes, seconds) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        let time = format!("{hours:02}:{minutes:02}:{seconds:02}.{ms:03} UTC");
        text::draw(luma, w, &time, (w / COLUMNS, h * 3 / 18), text::dot(w, h, 120), WHITE);
        let number = format!("{frame:>8}");
        text::draw(luma, w, &number, (w * 25 / COLUMNS, h * 7 / 18), text::dot(w, h, 240), WHITE);
    }
}

fn fill(plane: &mut [u8], stride: usize, [left, right, top, bottom]: [usize; 4], shade: u8) {
    for y in top..bottom {
        plane[y * stride + left..y * stride + right].fill(shade);
    }
}
