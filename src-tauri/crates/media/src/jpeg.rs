//! JPEG by libjpeg-turbo: read from cameras that deliver it, written for the panel's preview.

use crate::yuv::{Colour, Planes};
use turbojpeg::{Compressor, Decompressor, Error, Subsamp, YuvImage};

/// Reads pictures, with buffers that are used again.
#[derive(Default)]
pub(crate) struct Decoder {
    library: Option<Decompressor>,
    samples: Vec<u8>,
}

impl Decoder {
    /// The planes of a picture, in JPEG's full range, and how finely its colour is sampled; or what is wrong with it. A
    /// picture of another width and height than agreed is wrong: the buffers behind it have the agreed size.
    pub(crate) fn decode(&mut self, jpeg: &[u8], agreed: (usize, usize)) -> Result<(Planes<'_>, Colour), String> {
        let words = |error: Error| error.to_string();
        if self.library.is_none() {
            self.library = Some(Decompressor::new().map_err(words)?);
        }
        let library = self.library.as_mut().expect("it was made above");
        let header = library.read_header(jpeg).map_err(words)?;
        if (header.width, header.height) != agreed {
            return Err(format!("{}x{} where {}x{} was agreed", header.width, header.height, agreed.0, agreed.1));
        }
        let colour = match header.subsamp {
            Subsamp::None => Colour::Each,
            Subsamp::Sub2x1 => Colour::Pairs,
            Subsamp::Sub2x2 => Colour::Squares,
            Subsamp::Gray => Colour::None,
            other => return Err(format!("colour sampled as {other:?}")),
        };
        let length = turbojpeg::yuv_pixels_len(header.width, 1, header.height, header.subsamp).map_err(words)?;
        self.samples.resize(length, 0);
        let mut image = YuvImage {
            pixels: &mut self.samples[..],
            width: header.width,
            align: 1,
            height: header.height,
            subsamp: header.subsamp,
        };
        let ((y_width, y_height), (uv_width, uv_height)) = (image.y_size(), image.uv_size());
        library.decompress_to_yuv(jpeg, image.as_deref_mut()).map_err(words)?;
        let (y, rest) = self.samples.split_at(y_width * y_height);
        let (u, v) = rest.split_at(rest.len().min(uv_width * uv_height));
        Ok((Planes { planes: [y, u, v], strides: [y_width, uv_width, uv_width] }, colour))
    }
}

/// Writes pictures.
pub(crate) struct Encoder(Compressor);

impl Encoder {
    /// `quality` is between 1 and 100.
    pub(crate) fn new(quality: i32) -> Result<Encoder, String> {
        let words = |error: Error| error.to_string();
        let mut library = Compressor::new().map_err(words)?;
        library.set_quality(quality).map_err(words)?;
        Ok(Encoder(library))
    }

    /// A picture of packed I420 planes in JPEG's full range.
    pub(crate) fn encode(&mut self, i420: &[u8], width: usize, height: usize) -> Result<Vec<u8>, String> {
        let image = YuvImage { pixels: i420, width, align: 1, height, subsamp: Subsamp::Sub2x2 };
        self.0.compress_yuv_to_vec(image).map_err(|error| error.to_string())
    }
}
