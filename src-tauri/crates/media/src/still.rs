//! The picture as a JPEG, for whoever is shown a link that was pasted somewhere.

use crate::fit::fit;
use crate::frame::Picture;
use crate::{jpeg, yuv};

/// Pixels on each side: as much as chats show of a link.
const LARGEST: usize = 800;

/// Of a hundred: some 40 KB, as its kind is sent to many and looked at once.
const QUALITY: i32 = 75;

/// One picture of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Still {
    /// As it is sent.
    pub jpeg: Vec<u8>,
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
}

/// As large as [`LARGEST`] lets it be, and no larger than it is.
pub(crate) fn of(picture: &Picture) -> Result<Still, String> {
    let own = (usize::from(picture.width), usize::from(picture.height));
    let (width, height) = fit(own, (own.0.min(LARGEST), own.1.min(LARGEST)));
    let mut small = Picture::black(width as u16, height as u16, picture.captured);
    yuv::scale(picture, &mut small, [0, 0, width, height]);
    let pixels = yuv::bgrx(&small.data, width, height);
    let jpeg = jpeg::encode(&pixels, (width, height), QUALITY)?;
    Ok(Still { jpeg, width: small.width, height: small.height })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jpeg::Decoder;
    use crate::pattern::{self, Pattern};
    use std::time::Instant;

    #[test]
    fn it_shows_the_picture_and_is_small() {
        for ((width, height), made) in [((1280, 720), (800, 450)), ((720, 1280), (450, 800)), ((320, 180), (320, 180))]
        {
            let mut picture = Picture::black(width, height, Instant::now());
            Pattern::new(width, height, "test", words::Language::ENGLISH).draw(42_000, 3, &mut picture.data);
            let still = of(&picture).expect("it is made");
            assert_eq!((still.width, still.height), made);
            assert!(still.jpeg.len() < 100_000, "{} bytes", still.jpeg.len());
            let (width, height) = (usize::from(made.0), usize::from(made.1));
            let mut decoder = Decoder::default();
            assert_eq!(decoder.size(&still.jpeg), Ok((width, height)));
            let (planes, _) = decoder.decode(&still.jpeg).expect("it is whole");
            let found = pattern::read(planes.planes[0], width, width, height).expect("its cells are whole");
            assert_eq!((found.unix_ms, found.flash), (42_000, true));
        }
    }
}
