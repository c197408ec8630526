//! How a picture of one shape is put into another: what of it is seen, and where. Decided without a pixel.

use crate::yuv::Window;

/// How a picture is put into another of another shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    /// It fills the other, and what sticks out is cut off; else all of it is seen, between black bars.
    pub(crate) fills: bool,
    /// As in a mirror.
    pub(crate) mirrored: bool,
    /// What is cut off before that.
    pub(crate) crop: Crop,
}

impl Fit {
    /// All of it, as it is.
    pub(crate) const WHOLE: Fit = Fit { fills: false, mirrored: false, crop: Crop::NONE };

    /// Left, top, width and height of what is shown of a picture, in one of that size; all even.
    pub(crate) fn part(&self, (width, height): (usize, usize), into: (usize, usize)) -> [usize; 4] {
        let [left, top, width, height] = self.crop.part(width, height);
        if !self.fills {
            return [left, top, width, height];
        }
        let (part_width, part_height) = fit(into, (width, height));
        let inset = |whole: usize, part: usize| ((whole - part) / 2) & !1;
        [left + inset(width, part_width), top + inset(height, part_height), part_width, part_height]
    }
}

/// What is cut off from a picture at each side, in thousandths of its width and height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crop {
    /// Of the width.
    pub left: u16,
    /// Of the height.
    pub top: u16,
    /// Of the width.
    pub right: u16,
    /// Of the height.
    pub bottom: u16,
}

impl Crop {
    /// Nothing is cut off.
    pub const NONE: Crop = Crop { left: 0, top: 0, right: 0, bottom: 0 };

    /// What is left of a picture of that size; all even.
    pub(crate) fn part(&self, width: usize, height: usize) -> Window {
        let of = |whole: usize, part: u16| (whole * usize::from(part) / 1000) & !1;
        let (left, top) = (of(width, self.left), of(height, self.top));
        let (right, bottom) = (of(width, self.right), of(height, self.bottom));
        [left, top, ((width - left - right) & !1).max(2), ((height - top - bottom) & !1).max(2)]
    }
}

/// Left, top, width and height of the largest window with the shape of `from`; all even.
pub(crate) fn window(from: (usize, usize), (width, height): (usize, usize)) -> [usize; 4] {
    let (fit_width, fit_height) = fit(from, (width, height));
    [((width - fit_width) / 2) & !1, ((height - fit_height) / 2) & !1, fit_width, fit_height]
}

/// The largest size with the shape of `from` inside another; all even.
pub(crate) fn fit((from_width, from_height): (usize, usize), (width, height): (usize, usize)) -> (usize, usize) {
    if from_width * height >= from_height * width {
        (width, (from_height * width / from_width).max(2) & !1)
    } else {
        ((from_width * height / from_height).max(2) & !1, height)
    }
}
