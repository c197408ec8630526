//! Pictures and sound on their way from a source to the encoders.

use std::time::Instant;

/// How the bytes of a [`RawPicture`] are to be read.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))] // What other systems' cameras deliver comes through nokhwa in three of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PixelFormat {
    /// Planes Y, U, V; colour for two by two pixels.
    I420,
    /// Planes Y, V, U.
    Yv12,
    /// Plane Y, then U and V in turn; colour for two by two pixels.
    Nv12,
    /// Plane Y, then V and U in turn.
    Nv21,
    /// Planes Y, U, V; colour for two pixels side by side.
    I422,
    /// Plane Y, then U and V in turn; colour for two pixels side by side.
    Nv16,
    /// Plane Y, then V and U in turn.
    Nv61,
    /// As NV12, in two bytes each, the lower first, of which the highest ten bits count.
    P010,
    /// Y0 U Y1 V, two bytes a pixel.
    Yuyv,
    /// Y0 V Y1 U.
    Yvyu,
    /// U Y0 V Y1.
    Uyvy,
    /// V Y0 U Y1.
    Vyuy,
    /// Red, green, blue, a byte each.
    Rgb24,
    /// Blue, green, red.
    Bgr24,
    /// Blue, green, red, and a byte that says nothing.
    Bgrx,
    /// A byte that says nothing, then red, green, blue.
    Xrgb,
    /// Red, green, blue, and a byte that says nothing.
    Rgbx,
    /// A byte that says nothing, then blue, green, red.
    Xbgr,
    /// Red, green and blue in 5, 6 and 5 bits of two bytes, the lower first.
    Rgb565,
    /// Luma alone, from 0 to 255.
    Grey,
    /// Luma alone in two bytes, the lower first.
    Grey16,
    /// The same, of which twelve bits are used.
    Grey12,
    /// The same, of which ten bits are used.
    Grey10,
    /// One JPEG picture.
    Mjpeg,
}

/// The largest picture that is read, in pixels: a damaged header, or a driver, may say that there are 4000 million.
pub(crate) const MOST_PIXELS: usize = 7680 * 4320;

impl PixelFormat {
    /// As people who know cameras call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::I420 => "YU12",
            Self::Yv12 => "YV12",
            Self::Nv12 => "NV12",
            Self::Nv21 => "NV21",
            Self::I422 => "YU16",
            Self::Nv16 => "NV16",
            Self::Nv61 => "NV61",
            Self::P010 => "P010",
            Self::Yuyv => "YUYV",
            Self::Yvyu => "YVYU",
            Self::Uyvy => "UYVY",
            Self::Vyuy => "VYUY",
            Self::Rgb24 => "RGB24",
            Self::Bgr24 => "BGR24",
            Self::Bgrx => "BGRX",
            Self::Xrgb => "XRGB",
            Self::Rgbx => "RGBX",
            Self::Xbgr => "XBGR",
            Self::Rgb565 => "RGB565",
            Self::Grey => "GREY",
            Self::Grey16 => "Y16",
            Self::Grey12 => "Y12",
            Self::Grey10 => "Y10",
            Self::Mjpeg => "MJPEG",
        }
    }

    /// Luma and colour as numbers beside each other: what can be of the full range or not.
    pub(crate) fn is_plain_yuv(self) -> bool {
        self.planes(0, 1)[1].1 > 0 || matches!(self, Self::Yuyv | Self::Yvyu | Self::Uyvy | Self::Vyuy)
    }

    /// It has no colour.
    pub(crate) fn is_grey(self) -> bool {
        matches!(self, Self::Grey | Self::Grey16 | Self::Grey12 | Self::Grey10)
    }

    /// Bytes of a row, of the first plane where there are several, without padding. 0 for what has no rows.
    pub(crate) fn row(self, width: usize) -> usize {
        let pairs = width.next_multiple_of(2);
        match self {
            Self::I420 | Self::Yv12 | Self::I422 | Self::Grey => width,
            Self::Nv12 | Self::Nv21 | Self::Nv16 | Self::Nv61 => pairs,
            Self::Yuyv | Self::Yvyu | Self::Uyvy | Self::Vyuy | Self::P010 => pairs * 2,
            Self::Rgb565 | Self::Grey16 | Self::Grey12 | Self::Grey10 => width * 2,
            Self::Rgb24 | Self::Bgr24 => width * 3,
            Self::Bgrx | Self::Xrgb | Self::Rgbx | Self::Xbgr => width * 4,
            Self::Mjpeg => 0,
        }
    }

    /// The planes of a picture whose rows begin `stride` bytes apart, those of the first plane where there are several: the bytes from one
    /// row of a plane to the next, and its rows. Those that it has not have none.
    pub(crate) fn planes(self, stride: usize, height: usize) -> [Plane; MOST_PLANES] {
        let none = (0, 0);
        let colour = match self {
            Self::I420 | Self::Yv12 => [(stride.div_ceil(2), height.div_ceil(2)); 2],
            Self::I422 => [(stride.div_ceil(2), height); 2],
            Self::Nv12 | Self::Nv21 | Self::P010 => [(stride, height.div_ceil(2)), none],
            Self::Nv16 | Self::Nv61 => [(stride, height), none],
            // It has no rows, whatever anybody says of their bytes.
            Self::Mjpeg => return [none; MOST_PLANES],
            _ => [none; 2],
        };
        [(stride, height), colour[0], colour[1]]
    }

    /// Bytes of a whole picture whose rows begin `stride` bytes apart. 0 for what has no rows.
    pub(crate) fn bytes(self, stride: usize, width: usize, height: usize) -> usize {
        self.planes(stride.max(self.row(width)), height).iter().map(|(stride, rows)| stride * rows).sum()
    }
}

/// Luma, and colour in two more at most.
pub(crate) const MOST_PLANES: usize = 3;

/// Bytes from one row to the next, and how many rows.
pub(crate) type Plane = (usize, usize);

/// A picture as a source delivers it.
#[derive(Clone, Debug)]
pub(crate) struct RawPicture {
    pub(crate) format: PixelFormat,
    pub(crate) width: u16,
    pub(crate) height: u16,
    /// Bytes from one row to the next, of the first plane where there are several; planes of colour alone have half of it. 0:
    /// there is no padding.
    pub(crate) stride: usize,
    /// Of YUV: black is 0 and white 255, and not 16 and 235. JPEG's always is, whatever is said here.
    pub(crate) full_range: bool,
    pub(crate) data: Vec<u8>,
    pub(crate) captured: Instant,
}

impl RawPicture {
    /// An empty one, for a source to fill.
    pub(crate) fn new() -> Self {
        Self {
            format: PixelFormat::I420,
            width: 0,
            height: 0,
            stride: 0,
            full_range: false,
            data: Vec::new(),
            captured: Instant::now(),
        }
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

/// What a picture is of: encoders are set up for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Content {
    /// What was filmed, or is drawn like it.
    #[default]
    Camera,
    /// Mostly of a screen or a window: text and edges that stand still, and then change at once.
    Screen,
}

/// A picture as the encoders take it: I420, even width and height, the three planes one after another without padding.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) data: Vec<u8>,
    pub(crate) content: Content,
    pub(crate) captured: Instant,
    /// See [`stream::Way`].
    pub(crate) delivered: Instant,
    /// See [`stream::Way`].
    pub(crate) converted: Instant,
}

impl Picture {
    /// A black one.
    pub(crate) fn black(width: u16, height: u16, captured: Instant) -> Self {
        let (data, content) = (Vec::new(), Content::Camera);
        let mut picture = Self { width, height, data, content, captured, delivered: captured, converted: captured };
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

    /// Makes it black.
    pub(crate) fn blacken(&mut self) {
        let [y, u, v] = self.planes_mut();
        y.fill(16);
        u.fill(128);
        v.fill(128);
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
