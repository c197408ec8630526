//! Words in a picture's luma plane, in the 8x8 letters of old machines: no font file, no rasteriser.

use font8x8::legacy::BASIC_LEGACY;

/// Width and height of a letter before scaling.
pub(crate) const LETTER: usize = 8;

/// Draws `text` with its top left corner at `x`, `y`, each dot `scale` pixels wide and high. What does not fit is cut off;
/// letters that the font lacks become `?`.
pub(crate) fn draw(luma: &mut [u8], width: usize, text: &str, (x, y): (usize, usize), scale: usize, shade: u8) {
    let height = luma.len() / width.max(1);
    for (at, letter) in text.chars().enumerate() {
        let rows = BASIC_LEGACY.get(letter as usize).unwrap_or(&BASIC_LEGACY['?' as usize]);
        for (row, bits) in rows.iter().enumerate() {
            for column in (0..LETTER).filter(|column| bits >> column & 1 == 1) {
                let left = x + (at * LETTER + column) * scale;
                let top = y + row * scale;
                for line in top..(top + scale).min(height) {
                    let (from, to) = (left.min(width), (left + scale).min(width));
                    luma[line * width + from..line * width + to].fill(shade);
                }
            }
        }
    }
}

/// How wide a text is drawn.
pub(crate) fn width(text: &str, scale: usize) -> usize {
    text.chars().count() * LETTER * scale
}

/// Pixels of a letter's dot where one of so many parts of the height is wanted. A picture that is narrower for its height than 16:9 has
/// the letters of the 16:9 picture of its width: what fits there fits here.
pub(crate) fn dot(width: usize, height: usize, parts: usize) -> usize {
    (height.min(width * 9 / 16) / parts).max(1)
}
