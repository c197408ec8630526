//! The pointer: where it is, and how it looks.

use super::{
    super::Size,
    display::{Display, Place},
    trouble::Trouble,
};
use x11rb::protocol::{
    xfixes::{self, ConnectionExt as _},
    xproto::ConnectionExt as _,
};

/// The pointer, as it was looked at last.
#[derive(Default)]
pub(super) struct Cursor {
    /// None: the server does not tell how it looks.
    image: Option<Image>,
    is_old: bool,
    at: (i32, i32),
    /// Where it was before that.
    before: (i32, i32),
}

#[derive(Default)]
struct Image {
    width: i32,
    height: i32,
    /// What of it points.
    hot: (i32, i32),
    /// Alpha, red, green, blue from the highest byte down; multiplied by alpha already.
    pixels: Vec<u32>,
}

impl Cursor {
    pub(super) fn new(display: &Display) -> Result<Self, Trouble> {
        if !display.has(xfixes::X11_EXTENSION_NAME) {
            return Ok(Self::default());
        }
        display.connection.xfixes_query_version(5, 0)?.reply()?;
        display.connection.xfixes_select_cursor_input(display.root, xfixes::CursorNotifyMask::DISPLAY_CURSOR)?;
        Ok(Self { image: Some(Image::default()), is_old: true, ..Self::default() })
    }

    /// It looks otherwise now.
    pub(super) fn changed(&mut self) {
        self.is_old = true;
    }

    /// Looks where it is. Says whether that, or how it looks, is otherwise than before.
    pub(super) fn look(&mut self, display: &Display) -> Result<bool, Trouble> {
        let Some(image) = &mut self.image else { return Ok(false) };
        let pointer = display.connection.query_pointer(display.root)?.reply()?;
        self.before = std::mem::replace(&mut self.at, (pointer.root_x.into(), pointer.root_y.into()));
        let is_old = std::mem::take(&mut self.is_old);
        if is_old {
            let told = display.connection.xfixes_get_cursor_image()?.reply()?;
            let hot = (told.xhot.into(), told.yhot.into());
            *image = Image { width: told.width.into(), height: told.height.into(), hot, pixels: told.cursor_image };
        }
        Ok(is_old || self.before != self.at)
    }

    /// Whether it is, or was, seen there.
    pub(super) fn touches(&self, place: &Place) -> bool {
        let Some(image) = &self.image else { return false };
        let Size { width, height } = place.size;
        [self.at, self.before].into_iter().any(|at| {
            let (left, top) = image.corner(at, place);
            left < i32::from(width) && top < i32::from(height) && left + image.width > 0 && top + image.height > 0
        })
    }

    /// Draws it over the pixels of a place.
    pub(super) fn draw(&self, pixels: &mut [u8], place: &Place) {
        let Some(image) = &self.image else { return };
        let (left, top) = image.corner(self.at, place);
        let (width, height) = (i32::from(place.size.width), i32::from(place.size.height));
        let inside = |at: i32, length: i32, whole: i32| (-at).max(0)..length.min(whole - at).max((-at).max(0));
        for y in inside(top, image.height, height) {
            for x in inside(left, image.width, width) {
                let Some(&over) = image.pixels.get((y * image.width + x) as usize) else { return };
                let [blue, green, red, alpha] = over.to_le_bytes();
                let at = 4 * ((top + y) * width + left + x) as usize;
                for (below, over) in pixels[at..at + 3].iter_mut().zip([blue, green, red]) {
                    let left = u16::from(*below) * u16::from(255 - alpha) / 255;
                    *below = (u16::from(over) + left).min(255) as u8;
                }
            }
        }
    }
}

impl Image {
    /// Where its corner is in a place's picture, when it points there.
    fn corner(&self, at: (i32, i32), place: &Place) -> (i32, i32) {
        (at.0 - self.hot.0 - place.corner.0, at.1 - self.hot.1 - place.corner.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_drawn_where_it_points_and_never_outside() {
        let size = Size { width: 8, height: 6 };
        let place = Place { window: 1, drawable: 1, left: 0, top: 0, size, corner: (100, 50) };
        // Opaque white, half of black, nothing: 3 wide and 1 high.
        let pixels = vec![0xffff_ffff, 0x8000_0000, 0];
        let image = Image { width: 3, height: 1, hot: (1, 0), pixels };
        let mut cursor = Cursor { image: Some(image), ..Cursor::default() };
        for (at, row) in [
            ((103, 52), [200, 200, 255, 99, 200, 200, 200, 200]),
            ((100, 52), [99, 200, 200, 200, 200, 200, 200, 200]),
            ((108, 52), [200, 200, 200, 200, 200, 200, 200, 255]),
        ] {
            let mut picture = vec![200; 4 * 8 * 6];
            cursor.at = at;
            cursor.draw(&mut picture, &place);
            let drawn: Vec<u8> = (0..8).map(|x| picture[4 * (2 * 8 + x)]).collect();
            assert_eq!(drawn, row, "at {at:?}");
        }
        for at in [(-500, 0), (500, 500), (103, 40), (103, 56)] {
            let mut picture = vec![200; 4 * 8 * 6];
            (cursor.at, cursor.before) = (at, at);
            cursor.draw(&mut picture, &place);
            assert!(picture.iter().all(|&shade| shade == 200) && !cursor.touches(&place), "at {at:?}");
        }
    }
}
