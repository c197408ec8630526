//! From what a device delivers to what the encoders take: I420 of the configured size.

use crate::{
    frame::{Picture, PixelFormat, RawPicture},
    jpeg,
    yuv::{self, Colour, Planes},
};
use std::time::Instant;

/// Converts and scales, with buffers that are used again.
pub(crate) struct PictureConverter {
    /// Pictures of the device's size, where it is another than the encoders'.
    native: Picture,
    jpeg: jpeg::Decoder,
}

/// A picture that is not what its device says it is: cut off, or damaged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("delivered a picture that cannot be read: {0}")]
pub(crate) struct Unreadable(String);

impl PictureConverter {
    pub(crate) fn new() -> Self {
        Self { native: Picture::black(2, 2, Instant::now()), jpeg: jpeg::Decoder::default() }
    }

    /// Fills `into`, whose size says what is wanted. A picture of another shape gets black bars. May take `raw`'s bytes.
    pub(crate) fn convert(&mut self, raw: &mut RawPicture, into: &mut Picture) -> Result<(), Unreadable> {
        into.captured = raw.captured;
        if raw.format == PixelFormat::I420
            && (raw.width, raw.height) == (into.width, into.height)
            && raw.data.len() == into.data.len()
        {
            std::mem::swap(&mut raw.data, &mut into.data);
            return Ok(());
        }
        let (width, height) = (raw.width & !1, raw.height & !1);
        if width == 0 || height == 0 {
            return Err(Unreadable(format!("{}x{}", raw.width, raw.height)));
        }
        if (width, height) == (into.width, into.height) {
            return self.unpack(raw, into);
        }
        let mut native = std::mem::replace(&mut self.native, Picture::black(0, 0, raw.captured));
        native.reshape(width, height);
        let unpacked = self.unpack(raw, &mut native);
        if unpacked.is_ok() {
            letterbox(&native, into);
        }
        self.native = native;
        unpacked
    }

    /// The device's pixels as I420 of the same size.
    fn unpack(&mut self, raw: &RawPicture, into: &mut Picture) -> Result<(), Unreadable> {
        let (width, height) = (usize::from(raw.width), usize::from(raw.height));
        let pixels = width * height;
        let enough = |bytes: usize| match raw.data.len() < bytes {
            true => Err(Unreadable(format!("{} bytes of {bytes}", raw.data.len()))),
            false => Ok(()),
        };
        match raw.format {
            PixelFormat::Mjpeg => self.decode(raw, into)?,
            PixelFormat::Yuyv => {
                enough(width.next_multiple_of(2) * 2 * height)?;
                yuv::yuyv(&raw.data, width.next_multiple_of(2) * 2, into);
            }
            PixelFormat::Nv12 => {
                let stride = width.next_multiple_of(2);
                enough(stride * height + stride * height.div_ceil(2))?;
                let (luma, colour) = raw.data.split_at(stride * height);
                yuv::nv12(luma, colour, stride, into);
            }
            PixelFormat::I420 => {
                let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
                enough(pixels + 2 * half_width * half_height)?;
                let (y, colour) = raw.data.split_at(pixels);
                let (u, v) = colour.split_at(half_width * half_height);
                yuv::planar(
                    Planes { planes: [y, u, v], strides: [width, half_width, half_width] },
                    Colour::Squares,
                    into,
                );
            }
        }
        Ok(())
    }

    fn decode(&mut self, raw: &RawPicture, into: &mut Picture) -> Result<(), Unreadable> {
        let agreed = (raw.width.into(), raw.height.into());
        let (planes, colour) = self.jpeg.decode(&raw.data, agreed).map_err(Unreadable)?;
        yuv::planar(planes, colour, into);
        yuv::narrow(into);
        Ok(())
    }
}

/// Scales a picture into another so that all of it is seen and nothing is stretched.
pub(crate) fn letterbox(from: &Picture, into: &mut Picture) {
    let (width, height) = (usize::from(into.width), usize::from(into.height));
    let window = window((from.width.into(), from.height.into()), (width, height));
    if window != [0, 0, width, height] {
        let [y, u, v] = into.planes_mut();
        y.fill(16);
        u.fill(128);
        v.fill(128);
    }
    yuv::scale(from, into, window);
}

/// Left, top, width and height of the largest window with the shape of `from`; all even.
fn window((from_width, from_height): (usize, usize), (width, height): (usize, usize)) -> [usize; 4] {
    let (fit_width, fit_height) = if from_width * height >= from_height * width {
        (width, (from_height * width / from_width).max(2) & !1)
    } else {
        ((from_width * height / from_height).max(2) & !1, height)
    };
    [((width - fit_width) / 2) & !1, ((height - fit_height) / 2) & !1, fit_width, fit_height]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{self, Pattern};

    fn raw(format: PixelFormat, width: u16, height: u16, data: Vec<u8>) -> RawPicture {
        RawPicture { format, width, height, data, captured: Instant::now() }
    }

    /// The pattern as packed I420, which says whether it arrived.
    fn pattern(width: u16, height: u16) -> Vec<u8> {
        let mut data = Vec::new();
        Pattern::new(width, height, "test").draw(123_456, 7, &mut data);
        data
    }

    fn arrives(mut raw: RawPicture, width: u16, height: u16) -> Picture {
        let mut into = Picture::black(width, height, Instant::now());
        PictureConverter::new().convert(&mut raw, &mut into).expect("it can be read");
        let found =
            pattern::read(into.planes()[0], width.into(), width.into(), height.into()).expect("the cells are whole");
        assert_eq!((found.unix_ms, found.frame), (123_456, 7));
        into
    }

    fn yuyv(width: usize, i420: &[u8]) -> Vec<u8> {
        let luma = i420.len() * 2 / 3;
        let (y, colour) = i420.split_at(luma);
        let (u, v) = colour.split_at(luma / 4);
        let pair = |at: usize| {
            let (row, column) = (at * 2 / width, at * 2 % width);
            let colour = row / 2 * (width / 2) + column / 2;
            [y[at * 2], u[colour], y[at * 2 + 1], v[colour]]
        };
        (0..luma / 2).flat_map(pair).collect()
    }

    fn nv12(i420: &[u8]) -> Vec<u8> {
        let luma = i420.len() * 2 / 3;
        let (y, colour) = i420.split_at(luma);
        let (u, v) = colour.split_at(luma / 4);
        y.iter().copied().chain(u.iter().zip(v).flat_map(|(u, v)| [*u, *v])).collect()
    }

    fn jpeg(width: usize, height: usize, i420: &[u8]) -> Vec<u8> {
        let mut encoder = jpeg::Encoder::new(90).expect("the library is there");
        encoder.encode(i420, width, height).expect("it can be compressed")
    }

    #[test]
    fn every_format_arrives_at_its_own_size_and_scaled() {
        let i420 = pattern(1280, 720);
        for (format, data) in [
            (PixelFormat::I420, i420.clone()),
            (PixelFormat::Yuyv, yuyv(1280, &i420)),
            (PixelFormat::Nv12, nv12(&i420)),
            (PixelFormat::Mjpeg, jpeg(1280, 720, &i420)),
        ] {
            let same = arrives(raw(format, 1280, 720, data.clone()), 1280, 720);
            if format != PixelFormat::Mjpeg {
                assert_eq!(same.planes()[0], &i420[..1280 * 720], "{format:?} keeps every pixel's luma");
                let colour: Vec<u8> = same.planes()[1..].concat();
                assert!(
                    colour.iter().zip(&i420[1280 * 720..]).all(|(a, b)| a.abs_diff(*b) <= 1),
                    "{format:?} keeps colour"
                );
            }
            arrives(raw(format, 1280, 720, data.clone()), 640, 360);
            arrives(raw(format, 1280, 720, data), 1920, 1080);
        }
    }

    #[test]
    fn a_jpeg_s_black_and_white_become_those_of_video() {
        let i420 = [vec![0; 64 * 32], vec![255; 64 * 32], vec![128; 64 * 32]].concat();
        let mut picture = raw(PixelFormat::Mjpeg, 64, 64, jpeg(64, 64, &i420));
        let mut into = Picture::black(64, 64, Instant::now());
        PictureConverter::new().convert(&mut picture, &mut into).expect("it can be read");
        let [y, u, _] = into.planes();
        assert!(
            y[0].abs_diff(16) <= 1 && y[64 * 63].abs_diff(235) <= 1 && u[0].abs_diff(128) <= 1,
            "{} {} {}",
            y[0],
            y[64 * 63],
            u[0]
        );
    }

    #[test]
    fn another_shape_gets_bars_and_is_not_stretched() {
        assert_eq!(window((640, 480), (1280, 720)), [160, 0, 960, 720]);
        assert_eq!(window((1280, 720), (640, 480)), [0, 60, 640, 360]);
        assert_eq!(window((720, 1280), (1280, 720)), [438, 0, 404, 720]);
        let mut white = raw(PixelFormat::I420, 64, 48, [vec![235; 64 * 48], vec![128; 64 * 24]].concat());
        let mut into = Picture::black(1280, 720, Instant::now());
        into.data.fill(77);
        PictureConverter::new().convert(&mut white, &mut into).expect("it can be read");
        let row = &into.planes()[0][1280 * 360..][..1280];
        assert_eq!((row[0], row[159], row[162], row[1117], row[1279]), (16, 16, 235, 235, 16));
    }

    #[test]
    fn damaged_pictures_are_refused() {
        let mut into = Picture::black(640, 360, Instant::now());
        let mut converter = PictureConverter::new();
        for format in [PixelFormat::I420, PixelFormat::Yuyv, PixelFormat::Nv12, PixelFormat::Mjpeg] {
            for data in [vec![], vec![0; 100], vec![0xff; 640 * 300]] {
                assert!(converter.convert(&mut raw(format, 640, 360, data), &mut into).is_err(), "{format:?}");
            }
        }
        assert!(converter.convert(&mut raw(PixelFormat::Yuyv, 0, 0, vec![]), &mut into).is_err());
        let other = jpeg(64, 64, &vec![90; 64 * 96]);
        assert!(
            converter.convert(&mut raw(PixelFormat::Mjpeg, 640, 360, other), &mut into).is_err(),
            "of another size"
        );
    }
}
