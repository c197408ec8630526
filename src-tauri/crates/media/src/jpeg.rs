//! JPEG by libjpeg-turbo: read from cameras that deliver it and from files, and written for whoever looks at a picture later.

#![allow(unsafe_code)] // The decoder is bound here; each call is told how much there is to read and room to write.

use crate::{
    frame::MOST_PIXELS,
    yuv::{Colour, Planes},
};
use std::{
    ffi::{CStr, c_int, c_void},
    ptr::NonNull,
};
#[cfg(test)]
use turbojpeg::Compressor;
use turbojpeg::{Image, PixelFormat, Subsamp, YuvImage, raw};

/// Reads pictures, with buffers that are used again.
#[derive(Default)]
pub(crate) struct Decoder {
    library: Option<Library>,
    samples: Vec<u8>,
    /// What the library warns of is an error.
    strict: bool,
}

impl Decoder {
    /// One that takes no picture that is damaged, or ends too early.
    pub(crate) fn strict() -> Self {
        Self { strict: true, ..Self::default() }
    }

    /// Width and height of a picture, or what is wrong with it.
    pub(crate) fn size(&mut self, jpeg: &[u8]) -> Result<(usize, usize), String> {
        let Header { width, height, .. } = self.library()?.read_header(from_its_start(jpeg))?;
        Ok((width, height))
    }

    /// The planes of a picture, in JPEG's full range, and how finely its colour is sampled; or what is wrong with it. One
    /// that is damaged or ends too early is decoded as far as it goes.
    pub(crate) fn decode(&mut self, jpeg: &[u8]) -> Result<(Planes<'_>, Colour), String> {
        self.library()?;
        let library = self.library.as_mut().expect("it was made above");
        let Header { width, height, subsamp } = library.decode(from_its_start(jpeg), &mut self.samples)?;
        let colour = match subsamp {
            Subsamp::None => Colour::Each,
            Subsamp::Sub2x1 => Colour::Pairs,
            Subsamp::Sub2x2 => Colour::Squares,
            Subsamp::Sub1x2 => Colour::Columns,
            Subsamp::Sub4x1 => Colour::Fours,
            _ => Colour::None,
        };
        let image = YuvImage { pixels: &self.samples[..], width, align: 1, height, subsamp };
        let ((y_width, y_height), (uv_width, uv_height)) = (image.y_size(), image.uv_size());
        let (y, rest) = self.samples.split_at(y_width * y_height);
        let (u, v) = rest.split_at(rest.len().min(uv_width * uv_height));
        Ok((Planes { planes: [y, u, v], strides: [y_width, uv_width, uv_width] }, colour))
    }

    fn library(&mut self) -> Result<&mut Library, String> {
        if self.library.is_none() {
            self.library = Some(Library::new(self.strict)?);
        }
        Ok(self.library.as_mut().expect("it was made above"))
    }
}

/// Some cameras put stray bytes before a picture, which may look like a start that no marker follows. One that has no start is left to
/// the library to complain of.
fn from_its_start(jpeg: &[u8]) -> &[u8] {
    const START: [u8; 3] = [0xff, 0xd8, 0xff];
    let start = if jpeg.starts_with(&START) { Some(0) } else { jpeg.windows(3).position(|three| three == START) };
    &jpeg[start.unwrap_or(0)..]
}

/// libjpeg-turbo's decompressor. The crate's own wrapper makes an error of each of the library's warnings, with which a
/// picture comes nevertheless.
struct Library {
    handle: NonNull<c_void>,
    /// As [`Decoder::strict`].
    strict: bool,
}

/// What a picture says of itself.
struct Header {
    width: usize,
    height: usize,
    subsamp: Subsamp,
}

// SAFETY: it belongs to no thread; it is used by the one that has it.
unsafe impl Send for Library {}

impl Library {
    fn new(strict: bool) -> Result<Library, String> {
        // SAFETY: it takes a number. What it returns belongs to this, which gives it back.
        let handle = unsafe { raw::tj3Init(raw::TJINIT_TJINIT_DECOMPRESS as c_int) };
        NonNull::new(handle.cast())
            .map(|handle| Library { handle, strict })
            .ok_or_else(|| "there is no room for the decoder".to_owned())
    }

    fn read_header(&mut self, jpeg: &[u8]) -> Result<Header, String> {
        // SAFETY: it reads as many bytes as it is told of.
        let result = unsafe { raw::tj3DecompressHeader(self.handle(), jpeg.as_ptr(), jpeg.len() as _) };
        self.unless_fatal(result)?;
        let size = [raw::TJPARAM_TJPARAM_JPEGWIDTH, raw::TJPARAM_TJPARAM_JPEGHEIGHT].map(|what| self.parameter(what));
        let [Ok(width), Ok(height)] = size.map(usize::try_from) else { return Err("it has no size".to_owned()) };
        if width == 0 || height == 0 || width.saturating_mul(height) > MOST_PIXELS {
            return Err(format!("{width}x{height}"));
        }
        let sampled = self.parameter(raw::TJPARAM_TJPARAM_SUBSAMP);
        let known = [Subsamp::None, Subsamp::Sub2x1, Subsamp::Sub2x2, Subsamp::Gray, Subsamp::Sub1x2, Subsamp::Sub4x1];
        let subsamp = known.into_iter().find(|subsamp| *subsamp as c_int == sampled);
        Ok(Header { width, height, subsamp: subsamp.ok_or("its colour is sampled in a way that is not known")? })
    }

    /// Makes room in `samples` for the picture, and fills it.
    fn decode(&mut self, jpeg: &[u8], samples: &mut Vec<u8>) -> Result<Header, String> {
        let header = self.read_header(jpeg)?;
        let length = turbojpeg::yuv_pixels_len(header.width, 1, header.height, header.subsamp);
        samples.resize(length.map_err(|error| error.to_string())?, 0);
        // SAFETY: it reads as many bytes as it is told of, and writes as many as the header of the same bytes asks for.
        let result =
            unsafe { raw::tj3DecompressToYUV8(self.handle(), jpeg.as_ptr(), jpeg.len() as _, samples.as_mut_ptr(), 1) };
        self.unless_fatal(result)?;
        Ok(header)
    }

    /// With a warning there is a picture; how good it is, whoever looks at it sees.
    fn unless_fatal(&mut self, result: c_int) -> Result<(), String> {
        // SAFETY: it asks for a number.
        let warns =
            || unsafe { raw::tj3GetErrorCode(self.handle.as_ptr().cast()) } == raw::TJERR_TJERR_WARNING as c_int;
        if result == 0 || !self.strict && warns() {
            return Ok(());
        }
        // SAFETY: it is a text that ends with a zero, and lives until the next call.
        let words = unsafe { CStr::from_ptr(raw::tj3GetErrorStr(self.handle())) };
        Err(words.to_string_lossy().into_owned())
    }

    fn parameter(&mut self, what: raw::TJPARAM) -> c_int {
        // SAFETY: it takes and gives numbers.
        unsafe { raw::tj3Get(self.handle(), what as c_int) }
    }

    fn handle(&mut self) -> raw::tjhandle {
        self.handle.as_ptr().cast()
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        // SAFETY: it was made by `new`, and is not used after this.
        unsafe { raw::tj3Destroy(self.handle()) };
    }
}

/// A picture of pixels as a screen has them: blue, green, red, and a byte that says nothing. `quality`: of a hundred.
pub(crate) fn encode(bgrx: &[u8], (width, height): (usize, usize), quality: i32) -> Result<Vec<u8>, String> {
    let image = Image { pixels: bgrx, width, pitch: 4 * width, height, format: PixelFormat::BGRX };
    let jpeg = turbojpeg::compress(image, quality, Subsamp::Sub2x2).map_err(|error| error.to_string())?;
    Ok(jpeg.to_vec())
}

/// A picture of packed I420 planes in JPEG's full range, as a camera would make it.
#[cfg(test)]
pub(crate) fn encoded(i420: &[u8], width: usize, height: usize) -> Vec<u8> {
    const QUALITY: i32 = 90;
    let image = YuvImage { pixels: i420, width, align: 1, height, subsamp: Subsamp::Sub2x2 };
    let mut library = Compressor::new().expect("the library is there");
    library.set_quality(QUALITY).expect("it is between 1 and 100");
    library.compress_yuv_to_vec(image).expect("it can be compressed")
}

/// A picture whose colour is sampled otherwise: columns and rows of luma for one of colour, a digit each.
#[cfg(test)]
pub(crate) fn sampled(samples: &[u8], width: usize, height: usize, sampling: u8) -> Vec<u8> {
    let subsamp = match sampling {
        0x11 => Subsamp::None,
        0x12 => Subsamp::Sub1x2,
        0x21 => Subsamp::Sub2x1,
        0x41 => Subsamp::Sub4x1,
        _ => Subsamp::Sub2x2,
    };
    let image = YuvImage { pixels: samples, width, align: 1, height, subsamp };
    let mut library = Compressor::new().expect("the library is there");
    library.compress_yuv_to_vec(image).expect("it can be compressed")
}

/// As [`encoded`]: in several passes, or with a marker behind each row of blocks.
#[cfg(test)]
pub(crate) fn unusual(i420: &[u8], width: usize, height: usize, in_passes: bool) -> Vec<u8> {
    let how = if in_passes { raw::TJPARAM_TJPARAM_PROGRESSIVE } else { raw::TJPARAM_TJPARAM_RESTARTROWS };
    let (mut into, mut length) = (std::ptr::null_mut(), 0);
    let (w, h) = (width as c_int, height as c_int);
    assert_eq!(i420.len(), width * height * 3 / 2, "the library reads that much");
    // SAFETY: the samples were measured; what the library makes is copied before it is given back.
    unsafe {
        let handle = raw::tj3Init(raw::TJINIT_TJINIT_COMPRESS as c_int);
        for (what, value) in
            [(how, 1), (raw::TJPARAM_TJPARAM_QUALITY, 90), (raw::TJPARAM_TJPARAM_SUBSAMP, Subsamp::Sub2x2 as c_int)]
        {
            assert_eq!(raw::tj3Set(handle, what as c_int, value), 0, "it knows the parameter");
        }
        assert_eq!(raw::tj3CompressFromYUV8(handle, i420.as_ptr(), w, 1, h, &mut into, &mut length), 0);
        let made = std::slice::from_raw_parts(into, length as usize).to_vec();
        raw::tj3Free(into.cast());
        raw::tj3Destroy(handle);
        made
    }
}
