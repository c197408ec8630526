//! Pictures and sound on their way from a source to the encoders.

use std::time::Instant;

/// How the bytes of a [`RawPicture`] are to be read. Rows are packed: no padding between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PixelFormat {
    /// Planes Y, U, V; colour for two by two pixels.
    I420,
    /// Y0 U Y1 V, two bytes a pixel.
    Yuyv,
    /// Plane Y, then U and V in turn; colour for two by two pixels.
    Nv12,
    /// One JPEG picture.
    Mjpeg,
}

/// A picture as a source delivers it.
#[derive(Clone, Debug)]
pub(crate) struct RawPicture {
    pub(crate) format: PixelFormat,
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) data: Vec<u8>,
    pub(crate) captured: Instant,
}

impl RawPicture {
    /// An empty one, for a source to fill.
    pub(crate) fn new() -> Self {
        Self { format: PixelFormat::I420, width: 0, height: 0, data: Vec::new(), captured: Instant::now() }
    }
}

/// A piece of sound as a source delivers it: interleaved stereo at 48 kHz, samples between -1 and 1.
#[derive(Clone, Debug)]
pub(crate) struct SoundChunk {
    pub(crate) samples: Vec<f32>,
    /// When the first sample was taken.
    pub(crate) captured: Instant,
}

impl SoundChunk {
    /// An empty one, for a source to fill.
    pub(crate) fn new() -> Self {
        Self { samples: Vec::new(), captured: Instant::now() }
    }
}

/// Samples a second, of each channel, everywhere in this program.
pub(crate) const SAMPLE_RATE: u32 = 48_000;

/// A picture as the encoders take it: I420, even width and height, the three planes one after another without padding.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) data: Vec<u8>,
    pub(crate) captured: Instant,
    /// See [`stream::Way`].
    pub(crate) delivered: Instant,
    /// See [`stream::Way`].
    pub(crate) converted: Instant,
}

impl Picture {
    /// A black one.
    pub(crate) fn black(width: u16, height: u16, captured: Instant) -> Self {
        let mut picture = Self { width, height, data: Vec::new(), captured, delivered: captured, converted: captured };
        picture.reshape(width, height);
        picture
    }

    /// Gives it a size, and makes it black if that is another one than it has.
    pub(crate) fn reshape(&mut self, width: u16, height: u16) {
        debug_assert!(width.is_multiple_of(2) && height.is_multiple_of(2), "colour is sampled for two by two pixels");
        let luma = usize::from(width) * usize::from(height);
        if (self.width, self.height, self.data.len()) != (width, height, luma * 3 / 2) {
            (self.width, self.height) = (width, height);
            self.data.clear();
            self.data.resize(luma, 16);
            self.data.resize(luma * 3 / 2, 128);
        }
    }

    /// Y, U and V.
    pub(crate) fn planes(&self) -> [&[u8]; 3] {
        let luma = usize::from(self.width) * usize::from(self.height);
        let (y, colour) = self.data.split_at(luma);
        let (u, v) = colour.split_at(luma / 4);
        [y, u, v]
    }

    /// Y, U and V.
    pub(crate) fn planes_mut(&mut self) -> [&mut [u8]; 3] {
        let luma = usize::from(self.width) * usize::from(self.height);
        let (y, colour) = self.data.split_at_mut(luma);
        let (u, v) = colour.split_at_mut(luma / 4);
        [y, u, v]
    }
}
