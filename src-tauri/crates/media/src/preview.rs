//! Small JPEGs of the newest picture, for the panel: made only while somebody asks.

use crate::{convert::letterbox, frame::Picture, jpeg::Encoder};
use bytes::Bytes;
use std::time::{Duration, Instant};

/// Pixels: what the panel's preview shows at most.
const WIDTH: u16 = 640;
const HEIGHT: u16 = 360;
const QUALITY: i32 = 75;
/// No more than about 30 a second, however often it is asked; a little less than their distance, or every second one of
/// a camera's 30 would come too early.
const SHORTEST: Duration = Duration::from_millis(25);

/// Makes JPEGs of the newest picture, when asked.
pub(crate) struct Preview {
    small: Picture,
    encoder: Option<Encoder>,
    last: Option<Last>,
}

struct Last {
    captured: Instant,
    made: Instant,
    jpeg: Bytes,
}

impl Preview {
    pub(crate) fn new() -> Self {
        Self { small: Picture::black(WIDTH, HEIGHT, Instant::now()), encoder: None, last: None }
    }

    /// That picture as a JPEG; the last one again where the picture is the same or the last was made just before.
    pub(crate) fn jpeg(&mut self, picture: &Picture, now: Instant) -> Option<Bytes> {
        if let Some(last) = &self.last
            && (last.captured == picture.captured || now < last.made + SHORTEST)
        {
            return Some(last.jpeg.clone());
        }
        match self.compress(picture) {
            Ok(jpeg) => {
                self.last = Some(Last { captured: picture.captured, made: now, jpeg: jpeg.clone() });
                Some(jpeg)
            }
            Err(error) => {
                tracing::warn!("no preview: {error}");
                None
            }
        }
    }

    fn compress(&mut self, picture: &Picture) -> Result<Bytes, String> {
        letterbox(picture, &mut self.small);
        let luma = usize::from(WIDTH) * usize::from(HEIGHT);
        for (at, sample) in self.small.data.iter_mut().enumerate() {
            *sample = if at < luma { widen(*sample, 16, 235) } else { widen(*sample, 16, 240) };
        }
        let encoder = match &mut self.encoder {
            Some(encoder) => encoder,
            none => none.insert(Encoder::new(QUALITY)?),
        };
        encoder.encode(&self.small.data, WIDTH.into(), HEIGHT.into()).map(Bytes::from)
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
    use crate::jpeg::Decoder;
    use crate::pattern::{self, Pattern};

    #[test]
    fn a_preview_is_a_small_jpeg_of_the_picture() {
        let mut picture = Picture::black(1280, 720, Instant::now());
        Pattern::new(1280, 720, "test").draw(42_000, 3, &mut picture.data);
        let jpeg = Preview::new().jpeg(&picture, Instant::now()).expect("it can be made");
        let mut decoder = Decoder::default();
        assert_eq!(decoder.size(&jpeg, (0, 0)), Ok((640, 360)));
        let (planes, _) = decoder.decode(&jpeg).expect("it is a JPEG");
        let found = pattern::read(planes.planes[0], planes.strides[0], 640, 360).expect("the cells are whole");
        assert_eq!((found.unix_ms, found.flash), (42_000, true));
        assert_eq!((widen(16, 16, 235), widen(235, 16, 235), widen(128, 16, 240)), (0, 255, 128));
    }

    #[test]
    fn a_picture_is_compressed_once_and_another_one_not_too_soon() {
        let start = Instant::now();
        let mut preview = Preview::new();
        let mut jpeg = |taken: u64, now: u64| {
            let picture = Picture::black(640, 360, start + Duration::from_millis(taken));
            preview.jpeg(&picture, start + Duration::from_millis(now)).expect("made or kept").as_ptr()
        };
        let first = jpeg(0, 0);
        assert_eq!(jpeg(0, 1000), first, "the same picture");
        assert_eq!(jpeg(5, 10), first, "another one, but too soon");
        assert_ne!(jpeg(5, 25), first, "in time");
    }
}
