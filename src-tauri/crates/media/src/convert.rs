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
    /// Of pictures whose numbers are larger than a byte.
    bytes: Vec<u8>,
}

/// A picture that is not what its device says it is: cut off, or damaged, with the cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) String);

impl PictureConverter {
    pub(crate) fn new() -> Self {
        let none = Picture::black(2, 2, Instant::now());
        Self { native: none.clone(), scaled: none, jpeg: jpeg::Decoder::default(), bytes: Vec::new() }
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
        let mut field = false;
        if raw.format == PixelFormat::Mjpeg {
            // What is in it says how large it is; the device only what was agreed.
            let told = self.jpeg.size(&raw.data).map_err(Unreadable)?;
            let ((width, height), alone) = shown(told, (raw.width.into(), raw.height.into()));
            // A JPEG's are numbers of 16 bits, too.
            (raw.width, raw.height, field) = (width as u16, height as u16, alone);
        }
        let (width, height) = (raw.width & !1, raw.height & !1);
        if width == 0 || height == 0 {
            return Err(Unreadable(format!("{}x{}", raw.width, raw.height)));
        }
        if as_it_is && !field && (width, height) == (into.width, into.height) {
            return self.unpack(raw, into);
        }
        let mut native = std::mem::replace(&mut self.native, Picture::black(0, 0, raw.captured));
        native.reshape(width, height);
        let unpacked = self.unpack(raw, &mut native);
        if unpacked.is_ok() {
            if field {
                native = with_rows_for_two(&native);
            }
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
            PixelFormat::Xrgb => packed(Packed::Xrgb, into),
            PixelFormat::Rgbx => packed(Packed::Rgbx, into),
            PixelFormat::Xbgr => packed(Packed::Xbgr, into),
            PixelFormat::Rgb565 => packed(Packed::Rgb565, into),
            PixelFormat::Nv12 | PixelFormat::Nv21 => {
                let (luma, colour) = raw.data.split_at(stride * height);
                yuv::nv12([luma, colour], [stride, stride], raw.format == PixelFormat::Nv21, into);
            }
            // Every other row of colour is what NV12 has.
            PixelFormat::Nv16 | PixelFormat::Nv61 => {
                let (luma, colour) = raw.data.split_at(stride * height);
                yuv::nv12([luma, colour], [stride, 2 * stride], raw.format == PixelFormat::Nv61, into);
            }
            PixelFormat::P010 => {
                const HIGHEST: u32 = 8;
                let stride = self.narrowed(&raw.data, stride, HIGHEST);
                let (luma, colour) = self.bytes.split_at(stride * height);
                yuv::nv12([luma, colour], [stride, stride], false, into);
            }
            PixelFormat::I420 | PixelFormat::Yv12 | PixelFormat::I422 => {
                let (half, rows) = raw.format.planes(stride, height)[1];
                let (y, colour) = raw.data.split_at(stride * height);
                let (first, second) = colour.split_at(half * rows);
                let planes = if raw.format == PixelFormat::Yv12 { [y, second, first] } else { [y, first, second] };
                let colour = if raw.format == PixelFormat::I422 { Colour::Pairs } else { Colour::Squares };
                yuv::planar(Planes { planes, strides: [stride, half, half] }, colour, into);
            }
            PixelFormat::Grey => grey(&raw.data, stride, into),
            PixelFormat::Grey16 | PixelFormat::Grey12 | PixelFormat::Grey10 => {
                let unused = match raw.format {
                    PixelFormat::Grey16 => 8,
                    PixelFormat::Grey12 => 4,
                    _ => 2,
                };
                let stride = self.narrowed(&raw.data, stride, unused);
                grey(&self.bytes, stride, into);
            }
        }
        if raw.full_range && raw.format.is_plain_yuv() {
            yuv::narrow(into);
        }
        Ok(())
    }

    /// Puts numbers of two bytes into `bytes` as one each, without the bits below the highest eight; the stride of what is there then.
    fn narrowed(&mut self, data: &[u8], stride: usize, below: u32) -> usize {
        let byte = |two: &[u8]| (u16::from_le_bytes([two[0], two[1]]) >> below).min(u8::MAX.into()) as u8;
        self.bytes.clear();
        self.bytes.extend(data.chunks(stride).flat_map(|row| row.chunks_exact(2)).map(byte));
        stride / 2
    }

    fn decode(&mut self, raw: &RawPicture, into: &mut Picture) -> Result<(), Unreadable> {
        let (planes, colour) = self.jpeg.decode(&raw.data).map_err(Unreadable)?;
        yuv::planar(planes, colour, into);
        yuv::narrow(into);
        Ok(())
    }
}

/// A camera's JPEG as it is to be shown: its size, and whether it is a field of television alone, whose rows stand for two. A camera may
/// deliver another size than agreed; where it is only more than agreed by what fills the last blocks, it is the agreed one.
fn shown(told: (usize, usize), agreed: (usize, usize)) -> ((usize, usize), bool) {
    /// Some cameras say 1088 lines for 1080.
    const BLOCK: usize = 16;
    let fills = |told: usize, agreed: usize| (agreed..agreed + BLOCK).contains(&told);
    let half = agreed.1 / 2;
    match fills(told.0, agreed.0) {
        true if fills(told.1, agreed.1) => (agreed, false),
        true if half >= BLOCK && fills(told.1, half) => ((agreed.0, half), true),
        _ => (told, false),
    }
}

fn with_rows_for_two(field: &Picture) -> Picture {
    let mut whole = Picture::black(field.width, 2 * field.height, field.captured);
    let window = [0, 0, whole.width.into(), whole.height.into()];
    yuv::scale(field, &mut whole, window);
    whole
}

/// Luma alone, in the full range.
fn grey(luma: &[u8], stride: usize, into: &mut Picture) {
    yuv::planar(Planes { planes: [luma, &[], &[]], strides: [stride, 0, 0] }, Colour::None, into);
    yuv::narrow(into);
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
