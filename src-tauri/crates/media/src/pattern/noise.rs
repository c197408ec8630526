//! Noise that costs an encoder the same in every layer.

/// A tile of noise with the same strength in every octave, so that detail is left in the layers that are scaled down.
/// White noise would average out there, and a moving texture would be predicted from the picture before.
#[derive(Debug)]
pub(super) struct Noise {
    tile: Vec<u8>,
    random: Random,
}

/// Width and height of the tile. A power of two; a row of it is copied whole, so it is wider and higher than any picture's noise.
const SIDE: usize = 2048;
/// How far each octave moves a pixel's shade. Faint noise serves the widest range of bitrates: a coarse quantiser drops it,
/// a fine one spends any number of bits on it. Measured at 720p: within 1 % of all bitrates from 1 to 6 Mbit/s, where
/// noise three times as strong cannot be had for less than 2.9.
const STRENGTH: i32 = 4;
/// The sizes of the grains, pixels. 16 is 4 in the quarter layer.
const GRAINS: [usize; 4] = [2, 4, 8, 16];

impl Noise {
    /// The same noise each time: a test that fails fails again.
    pub(super) fn new() -> Self {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut tile = vec![96_i32; SIDE * SIDE];
        for grain in GRAINS {
            for top in (0..SIDE).step_by(grain) {
                for left in (0..SIDE).step_by(grain) {
                    let shift = if random.next() & 1 == 0 { STRENGTH } else { -STRENGTH };
                    for y in top..top + grain {
                        tile[y * SIDE + left..y * SIDE + left + grain].iter_mut().for_each(|shade| *shade += shift);
                    }
                }
            }
        }
        Self { tile: tile.into_iter().map(|shade| shade.clamp(16, 235) as u8).collect(), random }
    }

    /// Fills rows of a picture, from `top` down and each from where to where, with a piece of the tile that no encoder can foresee.
    pub(super) fn fill(&mut self, luma: &mut [u8], stride: usize, top: usize, rows: &[(usize, usize)]) {
        let (left, right) = rows.iter().fold((usize::MAX, 0), |(left, right), row| (left.min(row.0), right.max(row.1)));
        let (x, y) = (self.random.below(SIDE - (right - left)), self.random.below(SIDE - rows.len()));
        for (row, &(from, to)) in rows.iter().enumerate() {
            let (line, tile) = ((top + row) * stride, (y + row) * SIDE + x);
            luma[line + from..line + to].copy_from_slice(&self.tile[tile + from - left..tile + to - left]);
        }
    }
}

/// xorshift64: a noise generator, not a secret.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}
