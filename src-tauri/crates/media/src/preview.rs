use crate::{convert::letterbox, frame::Picture};
use bytes::Bytes;
use std::time::{Duration, Instant};
use turbojpeg::{Compressor, Subsamp, YuvImage};

/// Pixels: what the panel's preview shows at most.
const WIDTH: u16 = 640;
const HEIGHT: u16 = 360;
const QUALITY: i32 = 75;
/// No more than 30 a second; a little less than their distance, or every second picture of 30 would come too early.
const SHORTEST: Duration = Duration::from_millis(25);

/// Makes JPEGs of the newest picture, when asked.
pub(crate) struct Preview {
    small: Picture,
    compressor: Option<Compressor>,
    last: Option<(Instant, Bytes)>,
}

impl Preview {
    pub(crate) fn new() -> Self {
        Self { small: Picture::black(WIDTH, HEIGHT, Instant::now()), compressor: None, last: None }
    }

    /// That picture as a JPEG, or the last one where it is the same or nearly as new.
    pub(crate) fn jpeg(&mut self, picture: &Picture) -> Option<Bytes> {
        if let Some((captured, jpeg)) = &self.last
            && picture.captured < *captured + SHORTEST
            && picture.captured >= *captured
        {
            return Some(jpeg.clone());
        }
        match self.compress(picture) {
            Ok(jpeg) => {
                self.last = Some((picture.captured, jpeg.clone()));
                Some(jpeg)
            }
            Err(error) => {
                tracing::warn!("no preview: {error}");
                None
            }
        }
    }

    fn compress(&mut self, picture: &Picture) -> turbojpeg::Result<Bytes> {
        letterbox(picture, &mut self.small);
        let luma = usize::from(WIDTH) * usize::from(HEIGHT);
        for (at, sample) in self.small.data.iter_mut().enumerate() {
            *sample = if at < luma { widen(*sample, 16, 235) } else { widen(*sample, 16, 240) };
        }
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            none => none.insert({
                let mut compressor = Compressor::new()?;
                compressor.set_quality(QUALITY)?;
                compressor
            }),
        };
        let image = YuvImage {
            pixels: &self.small.data[..],
            width: WIDTH.into(),
            align: 1,
            height: HEIGHT.into(),
            subsamp: Subsamp::Sub2x2,
        };
        Ok(Bytes::from(compressor.compress_yuv_to_vec(image)?))
    }
}

/// From the range of video to the full range of JPEG.
fn widen(sample: u8, low: u8, high: u8) -> u8 {
    let (sample, low, high) = (u32::from(sample.clamp(low, high)), u32::from(low), u32::from(high));
    (((sample - low) * 255 + (high - low) / 2) / (high - low)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{self, Pattern};

    #[test]
    fn a_preview_is_a_small_jpeg_of_the_picture() {
        let mut picture = Picture::black(1280, 720, Instant::now());
        Pattern::new(1280, 720, "test").draw(42_000, 3, &mut picture.data);
        let jpeg = Preview::new().jpeg(&picture).expect("it can be made");
        let image = turbojpeg::decompress_to_yuv(&jpeg).expect("it is a JPEG");
        assert_eq!((image.width, image.height), (640, 360));
        let found = pattern::read(&image.pixels, 640, 640, 360).expect("the cells are whole");
        assert_eq!((found.unix_ms, found.flash), (42_000, true));
        assert_eq!((widen(16, 16, 235), widen(235, 16, 235), widen(128, 16, 240)), (0, 255, 128));
    }

    #[test]
    fn the_same_picture_is_not_compressed_again() {
        let picture = Picture::black(640, 360, Instant::now());
        let mut preview = Preview::new();
        let (first, second) = (preview.jpeg(&picture).expect("made"), preview.jpeg(&picture).expect("kept"));
        assert_eq!(first.as_ptr(), second.as_ptr());
    }
}
