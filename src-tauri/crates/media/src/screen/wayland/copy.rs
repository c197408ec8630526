//! From a buffer of PipeWire's to a picture as it is seen: cut out, turned, blue before red, row by row.

use super::super::Size;

/// What is in a buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) size: Size,
    /// From one row to the next, in bytes; 0: the rows stand close together.
    pub(super) stride: i32,
    /// Red stands before blue.
    pub(super) red_first: bool,
    /// What of it is the picture; None: all.
    pub(super) crop: Option<Crop>,
    /// How it was turned into the buffer, as Wayland and SPA number that: so many quarters counter-clockwise, and from 4 on mirrored before.
    pub(super) turn: u32,
}

/// A part of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crop {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Of a pixel.
const BYTES: usize = 4;

/// Puts the picture into `into`, in the place of what was there. None: the buffer is shorter than it says, or nothing of it is the picture.
pub(super) fn copy(from: &[u8], layout: &Layout, into: &mut Vec<u8>) -> Option<Size> {
    let whole = (usize::from(layout.size.width), usize::from(layout.size.height));
    let stride = match usize::try_from(layout.stride).ok()? {
        0 => whole.0 * BYTES,
        stride => stride,
    };
    let end = (whole.1.checked_sub(1)?).checked_mul(stride)?.checked_add(whole.0 * BYTES)?;
    if stride < whole.0 * BYTES || from.len() < end {
        return None;
    }
    let (left, top, columns, rows) = part(layout.crop, whole)?;
    let from = &from[top * stride + left * BYTES..];
    // How far it is in the buffer from a pixel to the one on its right and to the one below, as both are seen.
    let (right, down) = (BYTES.cast_signed(), stride.cast_signed());
    let (last_column, last_row) = (right * (columns - 1).cast_signed(), down * (rows - 1).cast_signed());
    let (begin, across, along) = match layout.turn {
        1 => (last_row, -down, right),
        2 => (last_column + last_row, -right, -down),
        3 => (last_column, down, -right),
        4 => (last_column, -right, down),
        5 => (0, down, right),
        6 => (last_row, right, -down),
        7 => (last_column + last_row, -down, -right),
        _ => (0, right, down),
    };
    let (width, height) = if layout.turn % 2 == 1 && layout.turn < 8 { (rows, columns) } else { (columns, rows) };
    into.clear();
    into.reserve(width * height * BYTES);
    let at = |x: usize, y: usize| {
        let place = begin + across * x.cast_signed() + along * y.cast_signed();
        place.cast_unsigned()
    };
    for y in 0..height {
        if across == right {
            into.extend_from_slice(&from[at(0, y)..][..width * BYTES]);
        } else {
            (0..width).for_each(|x| into.extend_from_slice(&from[at(x, y)..][..BYTES]));
        }
    }
    if layout.red_first {
        into.chunks_exact_mut(BYTES).for_each(|pixel| pixel.swap(0, 2));
    }
    Some(Size { width: width as u16, height: height as u16 })
}

/// Left, top, width and height of what is in the buffer of the part that is said to be the picture.
fn part(crop: Option<Crop>, (width, height): (usize, usize)) -> Option<(usize, usize, usize, usize)> {
    let Some(Crop { left, top, width: columns, height: rows }) = crop else { return Some((0, 0, width, height)) };
    // Of one who says nothing of it all is the picture.
    if columns == 0 || rows == 0 {
        return Some((0, 0, width, height));
    }
    let within = |start: i32, length: u32, whole: usize| {
        let whole = whole as i64;
        let (start, end) = (i64::from(start).max(0), (i64::from(start) + i64::from(length)).min(whole));
        (start < end).then_some((start as usize, (end - start) as usize))
    };
    let ((left, columns), (top, rows)) = (within(left, columns, width)?, within(top, rows, height)?);
    Some((left, top, columns, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Layout =
        Layout { size: Size { width: 3, height: 2 }, stride: 0, red_first: false, crop: None, turn: 0 };

    /// Pixels by their blue.
    fn pixels(blues: &[u8]) -> Vec<u8> {
        blues.iter().flat_map(|blue| [*blue, 100, 200, 0]).collect()
    }

    fn copied(from: &[u8], layout: &Layout) -> Option<(u16, u16, Vec<u8>)> {
        let mut into = vec![9; 7];
        let Size { width, height } = copy(from, layout, &mut into)?;
        assert_eq!(into.len(), usize::from(width) * usize::from(height) * BYTES);
        Some((width, height, into.chunks_exact(BYTES).map(|pixel| pixel[0]).collect()))
    }

    #[test]
    fn what_stands_between_rows_is_left_out() {
        let from = [pixels(&[1, 2, 3]), vec![77; 5], pixels(&[4, 5, 6])].concat();
        let layout = Layout { stride: 17, ..PLAIN };
        assert_eq!(copied(&from, &layout), Some((3, 2, vec![1, 2, 3, 4, 5, 6])));
        assert_eq!(copied(&pixels(&[1, 2, 3, 4, 5, 6]), &PLAIN), Some((3, 2, vec![1, 2, 3, 4, 5, 6])));
    }

    #[test]
    fn a_picture_that_was_turned_is_seen_upright() {
        // What is to be seen, and how it stands in the buffer by each turn.
        let seen = Some((3, 2, vec![1, 2, 3, 4, 5, 6]));
        for (turn, width, height, stands) in [
            (0, 3, 2, [1, 2, 3, 4, 5, 6]),
            (1, 2, 3, [3, 6, 2, 5, 1, 4]),
            (2, 3, 2, [6, 5, 4, 3, 2, 1]),
            (3, 2, 3, [4, 1, 5, 2, 6, 3]),
            (4, 3, 2, [3, 2, 1, 6, 5, 4]),
            (5, 2, 3, [1, 4, 2, 5, 3, 6]),
            (6, 3, 2, [4, 5, 6, 1, 2, 3]),
            (7, 2, 3, [6, 3, 5, 2, 4, 1]),
        ] {
            let layout = Layout { size: Size { width, height }, turn, ..PLAIN };
            assert_eq!(copied(&pixels(&stands), &layout), seen, "turn {turn}");
        }
    }

    #[test]
    fn only_what_is_the_picture_is_taken_and_red_goes_behind_blue() {
        let from = pixels(&[1, 2, 3, 4, 5, 6]);
        let crop = |left, top, width, height| Layout { crop: Some(Crop { left, top, width, height }), ..PLAIN };
        assert_eq!(copied(&from, &crop(1, 0, 2, 2)), Some((2, 2, vec![2, 3, 5, 6])));
        assert_eq!(copied(&from, &crop(2, 1, 900, 900)), Some((1, 1, vec![6])), "what lies outside is not");
        assert_eq!(copied(&from, &crop(-1, -1, 2, 2)), Some((1, 1, vec![1])));
        assert_eq!(copied(&from, &crop(0, 0, 0, 0)), Some((3, 2, vec![1, 2, 3, 4, 5, 6])), "nothing was said");
        assert_eq!(copied(&from, &crop(3, 0, 1, 1)), None);
        assert_eq!(copied(&from, &crop(i32::MIN, i32::MAX, u32::MAX, u32::MAX)), None);
        let mut into = Vec::new();
        copy(&from, &Layout { red_first: true, ..PLAIN }, &mut into).expect("it is whole");
        assert_eq!(into[..4], [200, 100, 1, 0]);
    }

    #[test]
    fn a_buffer_that_is_shorter_than_it_says_is_none() {
        let from = pixels(&[1, 2, 3, 4, 5, 6]);
        assert_eq!(copied(&from[..23], &PLAIN), None);
        for stride in [13, 11, -12, i32::MAX, i32::MIN] {
            assert_eq!(copied(&from, &Layout { stride, ..PLAIN }), None, "{stride}");
        }
        let empty = Layout { size: Size { width: 3, height: 0 }, ..PLAIN };
        assert_eq!(copied(&from, &empty), None);
        for turn in 8..12 {
            assert_eq!(copied(&from, &Layout { turn, ..PLAIN }).map(|(width, ..)| width), Some(3), "no such turn");
        }
    }
}
