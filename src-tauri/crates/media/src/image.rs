//! A still image (PNG, JPEG) in the place of a camera. The one file that knows the library for PNG.

use crate::{
    SourceChoice,
    convert::PictureConverter,
    fit::{Fit, fit},
    frame::{MOST_PIXELS, Picture, PixelFormat, RawPicture},
    jpeg,
    source::{Next, PictureSource, SourceError},
};
use protocol::ErrorCode;
use std::{
    fs::File,
    io::{Cursor, Read},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};
use words::{Said, said};

/// A larger file is not read: a picture of 33 million pixels has less.
const MOST_BYTES: u64 = 64 << 20;

/// What is kept of an image is no larger than this: nothing larger is sent.
const KEPT: (usize, usize) = (3840, 2160);

/// It stands still, so nobody is to look at it often.
const LOOK: Duration = Duration::from_millis(100);

const PNG: [u8; 4] = [0x89, b'P', b'N', b'G'];
const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];

/// Reads an image to see whether it can be shown. The error is a sentence with the remedy.
pub fn check(file: &Path) -> Result<(), Said> {
    read(file).map(drop)
}

/// An image as a camera that delivers one picture.
pub(crate) struct ImageSource {
    file: PathBuf,
    /// As the file has it.
    size: (u16, u16),
    kept: Picture,
    due: bool,
}

impl ImageSource {
    pub(crate) fn open(file: &Path) -> Result<Self, SourceError> {
        let (size, kept) = read(file).map_err(|message| SourceError::Said(ErrorCode::DeviceFailed, message))?;
        Ok(Self { file: file.to_owned(), size, kept, due: true })
    }
}

impl PictureSource for ImageSource {
    fn next(&mut self, into: &mut RawPicture) -> Result<Next, SourceError> {
        if !std::mem::take(&mut self.due) {
            thread::sleep(LOOK);
            return Ok(Next::Later);
        }
        (into.format, into.width, into.height) = (PixelFormat::I420, self.kept.width, self.kept.height);
        (into.stride, into.full_range, into.captured) = (0, false, Instant::now());
        into.data.clone_from(&self.kept.data);
        Ok(Next::Taken)
    }

    fn again(&mut self) {
        self.due = true;
    }

    fn id(&self) -> String {
        SourceChoice::Image(self.file.clone()).to_string()
    }

    fn format(&self) -> String {
        format!("{}x{}", self.size.0, self.size.1)
    }
}

/// Width and height as the file has them, and the picture, no larger than it is of use.
pub(crate) fn read(file: &Path) -> Result<((u16, u16), Picture), Said> {
    let bytes = bytes_of(file).map_err(|cause| said!("image.unread", name = file.display(), cause))?;
    let unfit = |cause: Said| said!("image.unfit", name = file.display(), cause);
    let mut raw = match &bytes[..] {
        bytes if bytes.starts_with(&PNG) => png(bytes).map_err(unfit)?,
        bytes if bytes.starts_with(&JPEG) => jpeg(bytes).map_err(unfit)?,
        _ => return Err(unfit(said!("image.neither"))),
    };
    let size = (raw.width, raw.height);
    // Colour is sampled for two by two pixels: an image has at least as many.
    let (width, height) = (usize::from(size.0.max(2)), usize::from(size.1.max(2)));
    let (width, height) = match width <= KEPT.0 && height <= KEPT.1 {
        true => (width & !1, height & !1),
        false => fit((width, height), KEPT),
    };
    let mut kept = Picture::black(width as u16, height as u16, raw.captured);
    let converted = PictureConverter::new().convert(&mut raw, &mut kept, &Fit::WHOLE);
    converted.map_err(|damage| unfit(said!("image.damaged", cause = damage.0)))?;
    Ok((size, kept))
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, Said> {
    let told = |error: std::io::Error| Said::from(error.to_string());
    let opened = File::open(file).map_err(told)?;
    let about = opened.metadata().map_err(told)?;
    // What is no file might never end, or wait for somebody.
    if !about.is_file() {
        return Err(said!("image.no_file"));
    }
    if about.len() > MOST_BYTES {
        return Err(said!("image.bytes", most = MOST_BYTES >> 20));
    }
    let mut bytes = Vec::new();
    opened.take(MOST_BYTES).read_to_end(&mut bytes).map_err(told)?;
    Ok(bytes)
}

fn sized(width: usize, height: usize) -> Result<(u16, u16), Said> {
    let sides = u16::try_from(width).ok().zip(u16::try_from(height).ok());
    let sides = sides.filter(|(width, height)| *width > 0 && *height > 0);
    sides.filter(|_| width * height <= MOST_PIXELS).ok_or_else(|| said!("image.pixels", width, height))
}

fn jpeg(bytes: &[u8]) -> Result<RawPicture, Said> {
    let (width, height) = jpeg::Decoder::strict().size(bytes)?;
    let (width, height) = sized(width, height)?;
    let mut decoder = jpeg::Decoder::strict();
    // A camera's picture that is cut off is shown as far as it goes; of a file it is said.
    decoder.decode(bytes)?;
    Ok(RawPicture { format: PixelFormat::Mjpeg, width, height, data: bytes.to_vec(), ..RawPicture::new() })
}

fn png(bytes: &[u8]) -> Result<RawPicture, Said> {
    let told = |error: png::DecodingError| Said::from(error.to_string());
    let limits = png::Limits { bytes: 16 * MOST_PIXELS };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    let header = decoder.read_header_info().map_err(told)?;
    let (width, height) = sized(header.width as usize, header.height as usize)?;
    let mut reader = decoder.read_info().map_err(told)?;
    let length = reader.output_buffer_size().ok_or_else(|| said!("image.large"))?;
    let mut data = vec![0; length];
    let info = reader.next_frame(&mut data).map_err(told)?;
    data.truncate(info.buffer_size());
    let format = match info.color_type {
        png::ColorType::Grayscale => PixelFormat::Grey,
        png::ColorType::GrayscaleAlpha => {
            data = data.chunks_exact(2).map(|pixel| over_black(pixel[0], pixel[1])).collect();
            PixelFormat::Grey
        }
        png::ColorType::Rgba => {
            let seen = data.chunks_exact(4);
            data = seen.flat_map(|pixel| [0, 1, 2].map(|at| over_black(pixel[at], pixel[3]))).collect();
            PixelFormat::Rgb24
        }
        png::ColorType::Rgb | png::ColorType::Indexed => PixelFormat::Rgb24,
    };
    Ok(RawPicture { format, width, height, data, ..RawPicture::new() })
}

fn over_black(shade: u8, alpha: u8) -> u8 {
    ((u16::from(shade) * u16::from(alpha) + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Four fields: red, green, blue and white.
    fn fields(width: usize, height: usize) -> Vec<u8> {
        let colour = |x: usize, y: usize| match (x < width / 2, y < height / 2) {
            (true, true) => [255, 0, 0],
            (false, true) => [0, 255, 0],
            (true, false) => [0, 0, 255],
            (false, false) => [255, 255, 255],
        };
        (0..width * height).flat_map(|at| colour(at % width, at / width)).collect()
    }

    fn encoded(width: u32, height: u32, colour: png::ColorType, data: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(colour);
        encoder.write_header().and_then(|mut writer| writer.write_image_data(data)).expect("it is written");
        file
    }

    /// Y, U and V in the middle of each field, of a picture that fills 320x180.
    fn shown(bytes: &[u8], name: &str) -> Result<Vec<[u8; 3]>, SourceError> {
        let folder = tempfile::tempdir().expect("there is room");
        let file = folder.path().join(name);
        fs::write(&file, bytes).expect("the folder is ours");
        let (mut source, mut raw) = (ImageSource::open(&file)?, RawPicture::new());
        assert_eq!(source.next(&mut raw), Ok(Next::Taken));
        let mut picture = Picture::black(320, 180, Instant::now());
        PictureConverter::new().convert(&mut raw, &mut picture, &Fit::WHOLE).expect("it can be read");
        assert_eq!(source.next(&mut raw), Ok(Next::Later), "it stands still");
        source.again();
        assert_eq!(source.next(&mut raw), Ok(Next::Taken));
        let [y, u, v] = picture.planes();
        let spots = [(80, 45), (240, 45), (80, 135), (240, 135)];
        Ok(spots.map(|(x, down)| [y[down * 320 + x], u[down / 2 * 160 + x / 2], v[down / 2 * 160 + x / 2]]).to_vec())
    }

    fn near(found: &[[u8; 3]], wanted: [[u8; 3]; 4]) {
        let close = found.iter().zip(wanted).all(|(one, other)| (0..3).all(|at| one[at].abs_diff(other[at]) <= 3));
        assert!(close, "{found:?} is not {wanted:?}");
    }

    const FIELDS: [[u8; 3]; 4] = [[82, 90, 240], [145, 54, 34], [41, 240, 110], [235, 128, 128]];

    #[test]
    fn an_image_is_shown_in_its_colours() {
        let data = fields(640, 360);
        near(&shown(&encoded(640, 360, png::ColorType::Rgb, &data), "a.png").expect("a PNG"), FIELDS);
        let opaque: Vec<u8> = data.chunks(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
        near(&shown(&encoded(640, 360, png::ColorType::Rgba, &opaque), "a.png").expect("with alpha"), FIELDS);
        let clear: Vec<u8> = data.chunks(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 0]).collect();
        let black = shown(&encoded(640, 360, png::ColorType::Rgba, &clear), "a.png").expect("with alpha");
        near(&black, [[16, 128, 128]; 4]);
        let i420 = [vec![235; 640 * 360], vec![128; 640 * 360 / 2]].concat();
        let white = shown(&jpeg::encoded(&i420, 640, 360), "a.jpg").expect("a JPEG");
        near(&white, [[218, 128, 128]; 4]);
    }

    #[test]
    fn what_is_no_image_is_said_with_the_remedy() {
        let png = encoded(640, 360, png::ColorType::Rgb, &fields(640, 360));
        let jpeg = jpeg::encoded(&vec![128; 640 * 360 * 3 / 2], 640, 360);
        let mut damaged = png.clone();
        damaged[60] ^= 0xff;
        let mut huge = png.clone();
        huge[16..24].copy_from_slice(&[0, 0, 255, 255, 0, 0, 255, 255]);
        let cases: [&[u8]; 7] =
            [b"", b"GIF89a", &png[..png.len() / 2], &png[..20], &damaged, &huge, &jpeg[..jpeg.len() / 2]];
        for bytes in cases {
            let said = shown(bytes, "card.png").expect_err("it is no image").to_string();
            assert!(said.contains("card.png") && said.contains("Save it again as PNG or JPEG"), "{said}");
        }
        let said = check(Path::new("/nobody/has/this.png")).expect_err("it is not there");
        assert!(said.starts_with("The image /nobody/has/this.png cannot be read: "), "{said}");
        assert!(check(Path::new("/dev/zero")).is_err_and(|said| said.contains("no file")));
    }
}
