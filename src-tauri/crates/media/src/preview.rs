//! The newest picture in the size in which the panel shows it: made only while somebody asks, and only where it changed.

use crate::fit::fit;
use crate::frame::Picture;
use crate::yuv;
use std::time::Instant;

/// Pixels on each side. A larger picture says no more to the broadcaster, and where there is room for one it is stretched: each pixel is
/// copied, or even carried into another process, many times a second.
const LARGEST: u16 = 1280;

/// A picture for the panel: pixels as they are. Compressing them here and reading that there costs more than carrying them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewPicture {
    /// Another one for each picture that looks different; never 0.
    pub number: u32,
    /// Pixels; even.
    pub width: u16,
    /// Pixels; even.
    pub height: u16,
    /// I420 in the range of video, BT.601: the planes Y, U and V one after another, without padding.
    pub planes: Vec<u8>,
}

impl PreviewPicture {
    /// As a screen has them: blue, green, red, and a byte that says nothing, row by row without padding.
    pub fn pixels(&self) -> Vec<u8> {
        yuv::bgrx(&self.planes, self.width.into(), self.height.into())
    }
}

/// Makes pictures for the panel, when asked.
pub(crate) struct Preview {
    /// What was shown last, and its number; 0 before the first.
    shown: Picture,
    number: u32,
    /// Where the next is made, to be compared with that.
    next: Picture,
}

impl Preview {
    pub(crate) fn new() -> Self {
        let none = Picture::black(0, 0, Instant::now());
        Self { shown: none.clone(), number: 0, next: none }
    }

    /// That picture as large as it fits into an area of so many pixels, and no larger than it is; none where it looks like
    /// picture `after`, which the panel has.
    pub(crate) fn picture(&mut self, picture: &Picture, area: (u16, u16), after: u32) -> Option<PreviewPicture> {
        let (width, height) = size(picture, area);
        let is_made = self.number > 0
            && (self.shown.width, self.shown.height) == (width, height)
            && self.shown.captured == picture.captured;
        if !is_made {
            self.next.reshape(width, height);
            let whole = [0, 0, width.into(), height.into()];
            yuv::scale(picture, &mut self.next, whole);
            self.next.captured = picture.captured;
            // A slate, or a camera that shows the same again, is nothing new.
            let looks_the_same = self.next.width == self.shown.width && self.next.data == self.shown.data;
            std::mem::swap(&mut self.shown, &mut self.next);
            if !looks_the_same {
                self.number = self.number.wrapping_add(1).max(1);
            }
        }
        (after != self.number).then(|| PreviewPicture {
            number: self.number,
            width,
            height,
            planes: self.shown.data.clone(),
        })
    }
}

/// The picture's shape inside the area, in even numbers.
fn size(picture: &Picture, (width, height): (u16, u16)) -> (u16, u16) {
    let side = |wanted: u16, own: u16| usize::from(wanted.min(own).clamp(2, LARGEST) & !1);
    let area = (side(width, picture.width), side(height, picture.height));
    let (width, height) = fit((picture.width.into(), picture.height.into()), area);
    // Neither is larger than the area's, which are numbers of 16 bits.
    (width as u16, height as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{self, Pattern};
    use std::time::Duration;

    fn picture(width: u16, height: u16) -> Picture {
        Picture::black(width, height, Instant::now())
    }

    #[test]
    fn it_is_as_large_as_it_is_shown_and_shows_the_picture() {
        let mut picture = picture(1280, 720);
        Pattern::new(1280, 720, "test", words::Language::ENGLISH).draw(42_000, 3, &mut picture.data);
        let mut preview = Preview::new();
        for (area, shown) in [((832, 471), (832, 468)), ((640, 360), (640, 360)), ((3840, 2160), (1280, 720))] {
            let made = preview.picture(&picture, area, 0).expect("there is none yet");
            assert_eq!((made.width, made.height), shown, "in an area of {area:?}");
            assert_eq!(made.planes.len(), usize::from(shown.0) * usize::from(shown.1) * 3 / 2);
            let found = pattern::read(&made.planes, shown.0.into(), shown.0.into(), shown.1.into());
            let found = found.unwrap_or_else(|| panic!("the cells are whole at {shown:?}"));
            assert_eq!((found.unix_ms, found.flash), (42_000, true));
        }
    }

    #[test]
    fn its_pixels_are_what_a_screen_shows() {
        let colours = [
            ([16, 128, 128], [0, 0, 0]),
            ([235, 128, 128], [255, 255, 255]),
            ([82, 90, 240], [0, 0, 255]),
            ([145, 54, 34], [0, 255, 0]),
            ([41, 240, 110], [255, 0, 0]),
        ];
        for ([y, u, v], shown) in colours {
            let planes = [vec![y; 8], vec![u; 2], vec![v; 2]].concat();
            let pixels = PreviewPicture { number: 1, width: 4, height: 2, planes }.pixels();
            assert_eq!(pixels.len(), 4 * 8);
            for pixel in pixels.chunks(4) {
                let near = pixel.iter().zip(shown).all(|(&found, wanted): (&u8, u8)| found.abs_diff(wanted) <= 3);
                assert!(near, "{pixel:?} is not {shown:?}");
            }
        }
    }

    #[test]
    fn every_shape_fits_into_every_area() {
        for (width, height) in [(1280, 720), (720, 1280), (160, 96), (1920, 1080), (96, 160)] {
            let picture = picture(width, height);
            for area in [(0, 0), (1, 900), (333, 77), (77, 333), (1920, 1080), (u16::MAX, u16::MAX)] {
                let (shown_width, shown_height) = size(&picture, area);
                assert!(shown_width % 2 == 0 && shown_height % 2 == 0 && shown_width >= 2 && shown_height >= 2);
                assert!(shown_width <= width.min(area.0.clamp(2, LARGEST)), "{shown_width} of {width} in {area:?}");
                assert!(shown_height <= height.min(area.1.clamp(2, LARGEST)), "{shown_height} of {height} in {area:?}");
            }
        }
    }

    #[test]
    fn who_has_a_picture_is_not_given_it_again() {
        let mut preview = Preview::new();
        let start = Instant::now();
        let mut white = Picture::black(640, 360, start);
        white.data[..640 * 360].fill(235);
        let first = preview.picture(&white, (640, 360), 0).expect("it is new");
        assert_eq!(preview.picture(&white, (640, 360), first.number), None, "the same picture");
        white.captured = start + Duration::from_millis(33);
        assert_eq!(preview.picture(&white, (640, 360), first.number), None, "another one that looks the same");
        assert_eq!(
            preview.picture(&white, (640, 360), 0),
            Some(first.clone()),
            "a panel that was loaded anew has none"
        );
        let smaller = preview.picture(&white, (320, 180), first.number).expect("another size is another picture");
        assert_ne!(smaller.number, first.number);
        white.captured = start + Duration::from_millis(66);
        white.data[0] = 16;
        assert_ne!(
            preview.picture(&white, (640, 360), smaller.number).expect("it looks different").number,
            first.number
        );
    }
}
