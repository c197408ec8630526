//! An image of the broadcaster's own in the place of the cards that stand there by choice.

use crate::{
    convert::PictureConverter,
    fit::Fit,
    frame::{Picture, PixelFormat, RawPicture},
    image,
};
use std::{fmt, path::Path, sync::Arc, time::Instant};
use words::Said;

/// An image that was read, and can be shown.
#[derive(Clone)]
pub struct Card(Arc<Picture>);

impl Card {
    /// Reads it (PNG, JPEG). The error is a sentence with the remedy.
    pub fn read(file: &Path) -> Result<Card, Said> {
        image::read(file).map(|(_, picture)| Card(Arc::new(picture)))
    }

    /// All of it, in a picture of that size.
    pub(crate) fn draw(&self, width: u16, height: u16, captured: Instant) -> Picture {
        let mut picture = Picture::black(width, height, captured);
        let (format, data) = (PixelFormat::I420, self.0.data.clone());
        let mut raw = RawPicture { format, width: self.0.width, height: self.0.height, data, ..RawPicture::new() };
        let drawn = PictureConverter::new().convert(&mut raw, &mut picture, &Fit::WHOLE);
        drawn.expect("it was read so, and that is how it was made");
        picture
    }
}

#[cfg(test)]
impl Card {
    /// A white square.
    pub(crate) fn white() -> Card {
        let mut picture = Picture::black(64, 64, Instant::now());
        picture.planes_mut()[0].fill(235);
        Card(Arc::new(picture))
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Card({}x{})", self.0.width, self.0.height)
    }
}

impl PartialEq for Card {
    fn eq(&self, other: &Card) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_seen_in_a_picture_of_another_shape() {
        let picture = Card::white().draw(320, 180, Instant::now());
        let [y, ..] = picture.planes();
        let row = &y[90 * 320..91 * 320];
        assert!(row[..68].iter().chain(&row[252..]).all(|shade| *shade <= 16), "black beside it");
        assert!(row[72..248].iter().all(|shade| shade.abs_diff(235) <= 2), "the whole height is its own");
    }

    #[test]
    fn what_cannot_be_read_is_said_with_the_remedy() {
        let error = Card::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))).expect_err("a text");
        assert!(error.contains("neither PNG nor JPEG") && error.contains("choose another one"), "{error}");
    }
}
