//! The pointer over a picture: its shapes as Windows has them, drawn without a call of the system.

/// How it looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) width: i32,
    pub(super) height: i32,
    dots: Vec<Dot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dot {
    Nothing,
    /// Blue, green, red over what is there, with this opacity.
    Over([u8; 3], u8),
    /// What is there, with these bits of it turned round.
    Invert([u8; 3]),
}

/// The kinds that Windows knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bit a pixel, twice as high as it is: what is left of the picture, and below it what is turned round in it.
    Monochrome,
    /// Blue, green, red, opacity.
    Colour,
    /// Blue, green, red, and 0 where they replace, 255 where they turn round.
    Masked,
}

/// No pointer is larger, not even magnified.
const LARGEST: i32 = 1024;

impl Shape {
    /// Of bytes in rows of `pitch`; `height` of a monochrome one is twice what is seen. None: they do not fit together.
    pub(super) fn new(kind: Kind, (width, height): (i32, i32), pitch: usize, bytes: &[u8]) -> Option<Shape> {
        let height = if kind == Kind::Monochrome { height / 2 } else { height };
        if !(1..=LARGEST).contains(&width) || !(1..=LARGEST).contains(&height) {
            return None;
        }
        let bit = |x: i32, y: i32| {
            let byte = bytes.get(y as usize * pitch + x as usize / 8)?;
            Some(byte & (0x80 >> (x % 8)) != 0)
        };
        let mut dots = Vec::with_capacity((width * height) as usize);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            if kind == Kind::Monochrome {
                dots.push(match (bit(x, y)?, bit(x, y + height)?) {
                    (false, white) => Dot::Over([if white { 255 } else { 0 }; 3], 255),
                    (true, false) => Dot::Nothing,
                    (true, true) => Dot::Invert([255; 3]),
                });
                continue;
            }
            let at = y as usize * pitch + 4 * x as usize;
            let &[blue, green, red, last] = bytes.get(at..at + 4)? else { return None };
            let colour = [blue, green, red];
            dots.push(match (kind, last) {
                (Kind::Masked, 0) => Dot::Over(colour, 255),
                (Kind::Masked, _) if colour == [0; 3] => Dot::Nothing,
                (Kind::Masked, _) => Dot::Invert(colour),
                (_, 0) => Dot::Nothing,
                (_, opacity) => Dot::Over(colour, opacity),
            });
        }
        Some(Shape { width, height, dots })
    }

    /// Draws it with its corner there, over a picture of four bytes a pixel; what is outside is not drawn.
    pub(super) fn draw(&self, picture: &mut [u8], size: (i32, i32), (left, top): (i32, i32)) {
        let inside = |at: i32, length: i32, whole: i32| {
            let (at, length, whole) = (i64::from(at), i64::from(length), i64::from(whole));
            let from = (-at).clamp(0, length);
            from as i32..(whole - at).clamp(from, length) as i32
        };
        for y in inside(top, self.height, size.1) {
            for x in inside(left, self.width, size.0) {
                let at = 4 * ((top + y) as usize * size.0 as usize + (left + x) as usize);
                let (Some(below), Some(dot)) =
                    (picture.get_mut(at..at + 3), self.dots.get((y * self.width + x) as usize))
                else {
                    return;
                };
                match *dot {
                    Dot::Nothing => {}
                    Dot::Over(colour, opacity) => {
                        for (below, over) in below.iter_mut().zip(colour) {
                            let (over, opacity) = (u32::from(over), u32::from(opacity));
                            *below = ((over * opacity + u32::from(*below) * (255 - opacity)) / 255) as u8;
                        }
                    }
                    Dot::Invert(bits) => below.iter_mut().zip(bits).for_each(|(below, bits)| *below ^= bits),
                }
            }
        }
    }
}

/// A pointer without opacity in its colours has a mask of the same size for it: made into one that replaces where the mask says nothing.
/// Both have four bytes a pixel.
pub(super) fn with_mask(colours: &mut [u8], mask: &[u8]) -> Kind {
    if colours.chunks_exact(4).any(|pixel| pixel[3] != 0) {
        return Kind::Colour;
    }
    for (pixel, mask) in colours.chunks_exact_mut(4).zip(mask.chunks_exact(4)) {
        pixel[3] = if mask[0] == 0 { 0 } else { 255 };
    }
    Kind::Masked
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first row of blue of a picture of 6 by 2 that is 200 everywhere.
    fn drawn(shape: &Shape, at: (i32, i32)) -> Vec<u8> {
        let mut picture = vec![200; 4 * 6 * 2];
        shape.draw(&mut picture, (6, 2), at);
        picture.chunks(4).take(6).map(|pixel| pixel[0]).collect()
    }

    #[test]
    fn a_monochrome_pointer_is_black_white_nothing_and_the_inverse() {
        // The mask 0011, and what is turned round 0101.
        let shape = Shape::new(Kind::Monochrome, (4, 2), 2, &[0b0011_0000, 0, 0b0101_0000, 0]).expect("it fits");
        assert_eq!((shape.width, shape.height), (4, 1));
        assert_eq!(drawn(&shape, (1, 0)), [200, 0, 255, 200, 55, 200]);
    }

    #[test]
    fn a_coloured_pointer_lies_over_the_picture_by_its_opacity() {
        let bytes = [[10, 20, 30, 255], [0, 0, 0, 128], [90, 90, 90, 0]].concat();
        let shape = Shape::new(Kind::Colour, (3, 1), 12, &bytes).expect("it fits");
        assert_eq!(drawn(&shape, (2, 0)), [200, 200, 10, 99, 200, 200]);
    }

    #[test]
    fn a_masked_pointer_replaces_or_turns_round() {
        let bytes = [[10, 20, 30, 0], [255, 255, 255, 255], [0, 0, 0, 255]].concat();
        let shape = Shape::new(Kind::Masked, (3, 1), 12, &bytes).expect("it fits");
        assert_eq!(drawn(&shape, (0, 0)), [10, 55, 200, 200, 200, 200]);
    }

    #[test]
    fn it_is_never_drawn_outside() {
        let shape = Shape::new(Kind::Colour, (2, 1), 8, &[1, 1, 1, 255, 2, 2, 2, 255]).expect("it fits");
        assert_eq!(drawn(&shape, (-1, 0)), [2, 200, 200, 200, 200, 200]);
        assert_eq!(drawn(&shape, (5, 0)), [200, 200, 200, 200, 200, 1]);
        for at in [(6, 0), (-2, 0), (0, 2), (0, -1), (i32::MIN, 0), (0, i32::MAX)] {
            assert_eq!(drawn(&shape, at), [200; 6], "at {at:?}");
        }
    }

    #[test]
    fn what_does_not_fit_together_is_no_pointer() {
        assert_eq!(Shape::new(Kind::Colour, (2, 2), 8, &[0; 12]), None, "too few bytes");
        assert_eq!(Shape::new(Kind::Monochrome, (8, 1), 1, &[0; 2]), None, "no height");
        assert_eq!(Shape::new(Kind::Colour, (i32::MAX, i32::MAX), 8, &[0; 12]), None, "too large");
    }

    #[test]
    fn colours_without_opacity_take_the_masks() {
        let mut colours = [9, 9, 9, 0, 8, 8, 8, 0];
        assert_eq!(with_mask(&mut colours, &[0, 0, 0, 0, 255, 255, 255, 0]), Kind::Masked);
        assert_eq!(colours, [9, 9, 9, 0, 8, 8, 8, 255]);
        assert_eq!(with_mask(&mut [9, 9, 9, 7], &[0; 4]), Kind::Colour);
    }
}
