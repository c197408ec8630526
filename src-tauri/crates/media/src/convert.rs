//! From what a device delivers to what the encoders take: I420 of the configured size.

use crate::{
    fit::{Crop, Fit, window},
    frame::{Picture, PixelFormat, RawPicture},
    jpeg,
    yuv::{self, Colour, Packed, Planes},
};
use std::time::Instant;

/// Converts and scales, with buffers that are used again.
pub(crate) struct PictureConverter {
    /// Pictures of the device's size, where it is another than the encoders'.
    native: Picture,
    /// Pictures before they are mirrored.
    scaled: Picture,
    jpeg: jpeg::Decoder,
}

/// A picture that is not what its device says it is: cut off, or damaged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("delivered a picture that cannot be read: {0}")]
pub(crate) struct Unreadable(String);

impl PictureConverter {
    pub(crate) fn new() -> Self {
        let none = Picture::black(2, 2, Instant::now());
        Self { native: none.clone(), scaled: none, jpeg: jpeg::Decoder::default() }
    }

    /// Fills `into`, whose size says what is wanted. May take `raw`'s bytes.
    pub(crate) fn convert(&mut self, raw: &mut RawPicture, into: &mut Picture, fit: &Fit) -> Result<(), Unreadable> {
        into.captured = raw.captured;
        let as_it_is = !fit.mirrored && fit.crop == Crop::NONE;
        if as_it_is
            && raw.format == PixelFormat::I420
            && (raw.width, raw.height) == (into.width, into.height)
            && raw.data.len() == into.data.len()
            && [0, usize::from(raw.width)].contains(&raw.stride)
            && !raw.full_range
        {
            std::mem::swap(&mut raw.data, &mut into.data);
            return Ok(());
        }
        if raw.format == PixelFormat::Mjpeg {
            // What is in it says how large it is; the device only what was agreed.
            let agreed = (raw.width.into(), raw.height.into());
            let (width, height) = self.jpeg.size(&raw.data, agreed).map_err(Unreadable)?;
            // A JPEG's are numbers of 16 bits, too.
            (raw.width, raw.height) = (width as u16, height as u16);
        }
        let (width, height) = (raw.width & !1, raw.height & !1);
        if width == 0 || height == 0 {
            return Err(Unreadable(format!("{}x{}", raw.width, raw.height)));
        }
        if as_it_is && (width, height) == (into.width, into.height) {
            return self.unpack(raw, into);
        }
        let mut native = std::mem::replace(&mut self.native, Picture::black(0, 0, raw.captured));
        native.reshape(width, height);
        let unpacked = self.unpack(raw, &mut native);
        if unpacked.is_ok() {
            self.place(&native, into, fit);
        }
        self.native = native;
        unpacked
    }

    fn place(&mut self, native: &Picture, into: &mut Picture, fit: &Fit) {
        if !fit.mirrored {
            return place(native, into, fit);
        }
        self.scaled.reshape(into.width, into.height);
        place(native, &mut self.scaled, fit);
        yuv::mirror(&self.scaled, into);
    }

    /// The device's pixels as I420 of the same size.
    fn unpack(&mut self, raw: &RawPicture, into: &mut Picture) -> Result<(), Unreadable> {
        let (width, height) = (usize::from(raw.width), usize::from(raw.height));
        let stride = raw.stride.max(raw.format.row(width));
        let needed = raw.format.bytes(stride, width, height);
        if raw.data.len() < needed {
            return Err(Unreadable(format!("{} bytes of {needed}", raw.data.len())));
        }
        let packed = |order, into: &mut Picture| yuv::packed(&raw.data, stride, order, into);
        match raw.format {
            PixelFormat::Mjpeg => self.decode(raw, into)?,
            PixelFormat::Yuyv => packed(Packed::Yuyv, into),
            PixelFormat::Yvyu => packed(Packed::Yvyu, into),
            PixelFormat::Uyvy => packed(Packed::Uyvy, into),
            PixelFormat::Vyuy => packed(Packed::Vyuy, into),
            PixelFormat::Rgb24 => packed(Packed::Rgb, into),
            PixelFormat::Bgr24 => packed(Packed::Bgr, into),
            PixelFormat::Bgrx => packed(Packed::Bgrx, into),
            PixelFormat::Nv12 | PixelFormat::Nv21 => {
                let (luma, colour) = raw.data.split_at(stride * height);
                yuv::nv12(luma, colour, stride, raw.format == PixelFormat::Nv21, into);
            }
            PixelFormat::I420 | PixelFormat::Yv12 => {
                let half = stride.div_ceil(2);
                let (y, colour) = raw.data.split_at(stride * height);
                let (first, second) = colour.split_at(half * height.div_ceil(2));
                let planes = if raw.format == PixelFormat::I420 { [y, first, second] } else { [y, second, first] };
                yuv::planar(Planes { planes, strides: [stride, half, half] }, Colour::Squares, into);
            }
            PixelFormat::Grey => {
                let planes = Planes { planes: [&raw.data, &[], &[]], strides: [stride, 0, 0] };
                yuv::planar(planes, Colour::None, into);
                yuv::narrow(into);
            }
        }
        if raw.full_range && raw.format.is_plain_yuv() {
            yuv::narrow(into);
        }
        Ok(())
    }

    fn decode(&mut self, raw: &RawPicture, into: &mut Picture) -> Result<(), Unreadable> {
        let (planes, colour) = self.jpeg.decode(&raw.data).map_err(Unreadable)?;
        yuv::planar(planes, colour, into);
        yuv::narrow(into);
        Ok(())
    }
}

/// Scales a picture, or a part of it, into another so that nothing is stretched.
fn place(from: &Picture, into: &mut Picture, fit: &Fit) {
    let (width, height) = (usize::from(into.width), usize::from(into.height));
    let part = fit.part((from.width.into(), from.height.into()), (width, height));
    let window = if fit.fills { [0, 0, width, height] } else { window((part[2], part[3]), (width, height)) };
    if window != [0, 0, width, height] {
        into.blacken();
    }
    yuv::scale_part(from, part, into, window);
}

#[cfg(test)]
mod tests;
