//! The pattern's simple shapes: fields of one shade, tints, round corners.

use super::layout::Field;
use crate::text::blend;

/// Fills a field with a shade.
pub(super) fn fill(plane: &mut [u8], stride: usize, [left, right, top, bottom]: Field, shade: u8) {
    for y in top..bottom {
        plane[y * stride + left..y * stride + right].fill(shade);
    }
}

/// Gives a field a hue, which may change from left to right. Colour is sampled for two by two pixels.
pub(super) fn tint(u: &mut [u8], v: &mut [u8], stride: usize, field: Field, hue: impl Fn(usize) -> [u8; 2]) {
    let [left, right, top, bottom] = field.map(|edge| edge / 2);
    for x in left..right {
        let [hue_u, hue_v] = hue(2 * x);
        for y in top..bottom {
            (u[y * (stride / 2) + x], v[y * (stride / 2) + x]) = (hue_u, hue_v);
        }
    }
}

/// A field in so many parts along its longer side.
pub(super) fn parts([left, right, top, bottom]: Field, count: usize) -> Vec<Field> {
    let (wide, high) = (right - left, bottom - top);
    let part = |at: usize| match wide >= high {
        true => [left + wide * at / count, left + wide * (at + 1) / count, top, bottom],
        false => [left, right, top + high * at / count, top + high * (at + 1) / count],
    };
    (0..count).map(part).collect()
}

/// From where to where each row of a field goes whose corners are round.
pub(super) fn rows([left, right, top, bottom]: Field, radius: f32) -> Vec<(usize, usize)> {
    let height = bottom - top;
    let inset = |row: usize| {
        let from_edge = row.min(height - 1 - row) as f32 + 0.5;
        let up = (radius - from_edge).max(0.0);
        (radius - (radius * radius - up * up).max(0.0).sqrt()).round() as usize
    };
    (0..height).map(|row| (left + inset(row), right - inset(row))).map(|(from, to)| (from.min(to), to)).collect()
}

/// The pixels of a field with a round lamp in it, as large as fits; an oval field's has straight sides.
pub(super) fn lamp([left, right, top, bottom]: Field, shade: u8, ground: u8) -> Vec<u8> {
    let (w, h) = ((right - left) as f32, (bottom - top) as f32);
    let radius = w.min(h) / 2.0;
    let covered = |x: usize, y: usize| {
        // How far outside of the line between the two centres, which are one where the field is square.
        let off = |at: usize, side: f32| ((at as f32 + 0.5 - side / 2.0).abs() - (side / 2.0 - radius)).max(0.0);
        radius - off(x, w).hypot(off(y, h)) + 0.5
    };
    let pixel = |x, y| blend(ground, shade, covered(x, y));
    (0..bottom - top).flat_map(|y| (0..right - left).map(move |x| pixel(x, y))).collect()
}

/// Puts the pixels of a field into a plane.
pub(super) fn put(plane: &mut [u8], stride: usize, [left, right, top, _]: Field, pixels: &[u8]) {
    for (row, line) in pixels.chunks_exact((right - left).max(1)).enumerate() {
        let start = (top + row) * stride + left;
        plane[start..start + line.len()].copy_from_slice(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_are_round_and_the_middle_is_whole() {
        let rows = rows([10, 110, 0, 60], 8.0);
        assert_eq!(rows.len(), 60);
        assert_eq!(rows[30], (10, 110));
        assert!(rows[0].0 > 13 && rows[0].0 - 10 == 110 - rows[0].1, "{:?}", rows[0]);
        assert_eq!(rows[0], rows[59]);
        assert!(rows.windows(2).take(8).all(|pair| pair[0].0 >= pair[1].0), "{rows:?}");
    }

    #[test]
    fn a_lamp_fills_its_field_but_the_corners() {
        for (width, height) in [(160, 160), (135, 427), (20, 21)] {
            let lamp = lamp([0, width, 0, height], 235, 34);
            let at = |x: usize, y: usize| lamp[y * width + x];
            assert_eq!(lamp.len(), width * height);
            assert_eq!((at(width / 2, height / 2), at(0, 0)), (235, 34), "{width}x{height}");
            assert_eq!(at(width / 2, 1), 235, "{width}x{height}: it reaches the edge");
        }
    }

    #[test]
    fn parts_cover_a_field_along_its_longer_side() {
        assert_eq!(parts([0, 60, 0, 10], 3), [[0, 20, 0, 10], [20, 40, 0, 10], [40, 60, 0, 10]]);
        assert_eq!(parts([0, 10, 0, 61], 2), [[0, 10, 0, 30], [0, 10, 30, 61]]);
    }
}
