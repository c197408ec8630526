//! libyuv, bound: pixel formats and scaling.
#![allow(unsafe_code)] // The C interface of libyuv takes pointers; each function here checks lengths first.

use crate::frame::Picture;
use std::ffi::c_int;
use yuv_sys as sys;

/// Three planes to read: each with the bytes from one row to the next.
#[derive(Clone, Copy)]
pub(crate) struct Planes<'a> {
    pub(crate) planes: [&'a [u8]; 3],
    pub(crate) strides: [usize; 3],
}

/// How finely colour is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    /// For each pixel.
    Each,
    /// For two pixels side by side.
    Pairs,
    /// For two by two pixels.
    Squares,
    /// For two pixels one above the other.
    Columns,
    /// For four pixels side by side.
    Fours,
    /// None: the second and third plane are not read.
    None,
}

type PlanarToI420 = unsafe extern "C" fn(
    *const u8,
    c_int,
    *const u8,
    c_int,
    *const u8,
    c_int,
    *mut u8,
    c_int,
    *mut u8,
    c_int,
    *mut u8,
    c_int,
    c_int,
    c_int,
) -> c_int;

type PackedToI420 =
    unsafe extern "C" fn(*const u8, c_int, *mut u8, c_int, *mut u8, c_int, *mut u8, c_int, c_int, c_int) -> c_int;

/// How the bytes of packed pixels follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packed {
    /// `Y0 U Y1 V`
    Yuyv,
    /// `Y0 V Y1 U`
    Yvyu,
    /// `U Y0 V Y1`
    Uyvy,
    /// `V Y0 U Y1`
    Vyuy,
    /// `R G B`
    Rgb,
    /// `B G R`
    Bgr,
    /// `B G R`, and a byte that says nothing.
    Bgrx,
    /// A byte that says nothing, and `R G B`.
    Xrgb,
    /// `R G B`, and a byte that says nothing.
    Rgbx,
    /// A byte that says nothing, and `B G R`.
    Xbgr,
    /// 5, 6 and 5 bits of two bytes.
    Rgb565,
}

/// Packed pixels, as many as `into` has.
pub(crate) fn packed(source: &[u8], stride: usize, order: Packed, into: &mut Picture) {
    let (width, height) = size(into);
    // libyuv's names say how the bytes stand in a register, the last first.
    let (convert, bytes): (PackedToI420, usize) = match order {
        Packed::Yuyv | Packed::Yvyu => (sys::rs_YUY2ToI420, 2),
        Packed::Uyvy | Packed::Vyuy => (sys::rs_UYVYToI420, 2),
        Packed::Rgb => (sys::rs_RAWToI420, 3),
        Packed::Bgr => (sys::rs_RGB24ToI420, 3),
        Packed::Bgrx => (sys::rs_ARGBToI420, 4),
        Packed::Xrgb => (sys::rs_BGRAToI420, 4),
        Packed::Rgbx => (sys::rs_ABGRToI420, 4),
        Packed::Xbgr => (sys::rs_RGBAToI420, 4),
        Packed::Rgb565 => (sys::rs_RGB565ToI420, 2),
    };
    assert!(covers(source, stride, width * bytes, height), "libyuv reads that much");
    let [y, u, v] = into.planes_mut().map(<[u8]>::as_mut_ptr);
    let (u, v) = if matches!(order, Packed::Yvyu | Packed::Vyuy) { (v, u) } else { (u, v) };
    // SAFETY: the source was measured, and a picture's planes have the size of its width and height.
    unsafe {
        let (w, half) = (width as c_int, width as c_int / 2);
        convert(source.as_ptr(), stride as c_int, y, w, u, half, v, half, w, height as c_int);
    }
}

/// A plane of luma and one of both colours in turn, as large as `into`: U before V, or `swapped`.
pub(crate) fn nv12(planes: [&[u8]; 2], strides: [usize; 2], swapped: bool, into: &mut Picture) {
    let (width, height) = size(into);
    let covered = covers(planes[0], strides[0], width, height) && covers(planes[1], strides[1], width, height / 2);
    assert!(covered, "libyuv reads that much");
    let [y, u, v] = into.planes_mut().map(<[u8]>::as_mut_ptr);
    let (u, v) = if swapped { (v, u) } else { (u, v) };
    let ([luma, colour], [luma_stride, colour_stride]) = (planes.map(<[u8]>::as_ptr), strides.map(to_c));
    // SAFETY: as in `packed`.
    unsafe {
        let (w, half) = (width as c_int, width as c_int / 2);
        sys::rs_NV12ToI420(luma, luma_stride, colour, colour_stride, y, w, u, half, v, half, w, height as c_int);
    }
}

/// Three planes, at least as large as `into`.
pub(crate) fn planar(source: Planes<'_>, colour: Colour, into: &mut Picture) {
    let (width, height) = size(into);
    let (colour_width, colour_height) = match colour {
        Colour::Each => (width, height),
        Colour::Pairs => (width / 2, height),
        Colour::Squares => (width / 2, height / 2),
        Colour::Columns => (width, height / 2),
        Colour::Fours => (width / 4, height),
        Colour::None => (0, 0),
    };
    let (w, h, half) = (width as c_int, height as c_int, width as c_int / 2);
    let [from_y, from_u, from_v] = source.planes;
    let strides = source.strides.map(|stride| stride as c_int);
    assert!(covers(from_y, source.strides[0], width, height), "libyuv reads that much");
    assert!(covers(from_u, source.strides[1], colour_width, colour_height), "libyuv reads that much");
    assert!(covers(from_v, source.strides[2], colour_width, colour_height), "libyuv reads that much");
    let [y, u, v] = into.planes_mut().map(<[u8]>::as_mut_ptr);
    let convert: PlanarToI420 = match colour {
        Colour::Each => sys::rs_I444ToI420,
        Colour::Pairs => sys::rs_I422ToI420,
        Colour::Squares => sys::rs_I420Copy,
        Colour::None | Colour::Columns | Colour::Fours => {
            // SAFETY: as in `packed`.
            unsafe { sys::rs_I400ToI420(from_y.as_ptr(), strides[0], y, w, u, half, v, half, w, h) };
            if colour_width > 0 && colour_height > 0 {
                let from = (colour_width as c_int, colour_height as c_int);
                for (plane, stride, into) in [(from_u, strides[1], u), (from_v, strides[2], v)] {
                    let filter = sys::FilterMode_kFilterBox;
                    // SAFETY: as in `packed`.
                    unsafe {
                        sys::rs_ScalePlane(plane.as_ptr(), stride, from.0, from.1, into, half, half, h / 2, filter)
                    };
                }
            }
            return;
        }
    };
    // SAFETY: as in `packed`.
    unsafe {
        let (from_y, from_u, from_v) = (from_y.as_ptr(), from_u.as_ptr(), from_v.as_ptr());
        convert(from_y, strides[0], from_u, strides[1], from_v, strides[2], y, w, u, half, v, half, w, h);
    }
}

/// The planes of a picture (Y, U and V one after another, without padding) as packed pixels: blue, green, red, and a byte that says
/// nothing.
pub(crate) fn bgrx(planes: &[u8], width: usize, height: usize) -> Vec<u8> {
    let (pixels, half) = (width * height, width as c_int / 2);
    assert!(
        width.is_multiple_of(2) && height.is_multiple_of(2) && planes.len() == pixels * 3 / 2,
        "libyuv reads that much"
    );
    let mut into = vec![0; 4 * pixels];
    let (y, colour) = planes.split_at(pixels);
    let (u, v) = colour.split_at(pixels / 4);
    let (w, h) = (width as c_int, height as c_int);
    // SAFETY: the planes were measured, and `into` has four bytes for each pixel.
    unsafe { sys::rs_I420ToARGB(y.as_ptr(), w, u.as_ptr(), half, v.as_ptr(), half, into.as_mut_ptr(), 4 * w, w, h) };
    into
}

/// From the full range of JPEG to the range of video, in place.
pub(crate) fn narrow(picture: &mut Picture) {
    let (width, height) = size(picture);
    let [y, u, v] = picture.planes_mut().map(<[u8]>::as_mut_ptr);
    let (w, half) = (width as c_int, width as c_int / 2);
    // SAFETY: it works byte by byte, so that source and destination may be the same.
    unsafe { sys::rs_J420ToI420(y, w, u, half, v, half, y, w, u, half, v, half, w, height as c_int) };
}

/// Left, top, width and height inside a picture, in pixels; all even, as colour is sampled for two by two of them.
pub(crate) type Window = [usize; 4];

/// Scales a picture into a window of another. The rest of that one stays.
pub(crate) fn scale(from: &Picture, into: &mut Picture, window: Window) {
    scale_part(from, [0, 0, from.width.into(), from.height.into()], into, window);
}

/// Scales what is in a window of a picture into a window of another. The rest of that one stays.
pub(crate) fn scale_part(from: &Picture, part: Window, into: &mut Picture, window: Window) {
    let [fy, fu, fv] = corner(from, part);
    let [y, u, v] = corner_mut(into, window);
    let (fw, iw) = (c_int::from(from.width), c_int::from(into.width));
    let ([_, _, from_width, from_height], [_, _, width, height]) = (part.map(to_c), window.map(to_c));
    // SAFETY: the planes have the size of their pictures, and the windows were checked to lie inside.
    unsafe {
        let filter = sys::FilterMode_kFilterBox;
        sys::rs_I420Scale(
            fy,
            fw,
            fu,
            fw / 2,
            fv,
            fw / 2,
            from_width,
            from_height,
            y,
            iw,
            u,
            iw / 2,
            v,
            iw / 2,
            width,
            height,
            filter,
        );
    }
}

/// A picture as in a mirror, into another of the same size.
pub(crate) fn mirror(from: &Picture, into: &mut Picture) {
    assert_eq!(size(from), size(into), "libyuv writes that much");
    let [fy, fu, fv] = from.planes().map(<[u8]>::as_ptr);
    let [y, u, v] = into.planes_mut().map(<[u8]>::as_mut_ptr);
    let (w, h) = (c_int::from(from.width), c_int::from(from.height));
    // SAFETY: the planes of both have the size of their pictures, which is the same.
    unsafe {
        let half = w / 2;
        sys::rs_I420Mirror(fy, w, fu, half, fv, half, y, w, u, half, v, half, w, h);
    }
}

/// Lays a picture over a window of its size in another: where the mask is 255 it is seen, where it is 0 the other.
pub(crate) fn blend(over: &Picture, mask: &[u8], into: &mut Picture, [left, top]: [usize; 2]) {
    let (width, height) = size(over);
    assert_eq!(mask.len(), width * height, "libyuv reads that much");
    let [fy, fu, fv] = over.planes().map(<[u8]>::as_ptr);
    let [y, u, v] = corner_mut(into, [left, top, width, height]);
    let (w, h, iw) = (to_c(width), to_c(height), c_int::from(into.width));
    // SAFETY: the window was checked to lie inside; it works pixel by pixel, so that what is below and what is written may be the same.
    unsafe {
        let (half, ih) = (w / 2, iw / 2);
        let mask = mask.as_ptr();
        sys::rs_I420Blend(fy, w, fu, half, fv, half, y, iw, u, ih, v, ih, mask, w, y, iw, u, ih, v, ih, w, h);
    }
}

/// Where a window begins in each plane.
fn corner(picture: &Picture, window: Window) -> [*const u8; 3] {
    let [luma, colour] = begins(picture, window);
    let [y, u, v] = picture.planes();
    [y[luma..].as_ptr(), u[colour..].as_ptr(), v[colour..].as_ptr()]
}

fn corner_mut(picture: &mut Picture, window: Window) -> [*mut u8; 3] {
    let [luma, colour] = begins(picture, window);
    let [y, u, v] = picture.planes_mut();
    [y[luma..].as_mut_ptr(), u[colour..].as_mut_ptr(), v[colour..].as_mut_ptr()]
}

fn begins(picture: &Picture, [left, top, width, height]: Window) -> [usize; 2] {
    let (whole_width, whole_height) = size(picture);
    assert!(left + width <= whole_width && top + height <= whole_height, "the window is inside");
    assert!([left, top, width, height].iter().all(|edge| edge % 2 == 0), "colour is sampled for two by two pixels");
    [top * whole_width + left, top / 2 * whole_width / 2 + left / 2]
}

/// A picture's sides are numbers of 16 bits.
fn to_c(length: usize) -> c_int {
    length as c_int
}

fn size(picture: &Picture) -> (usize, usize) {
    (picture.width.into(), picture.height.into())
}

fn covers(plane: &[u8], stride: usize, width: usize, height: usize) -> bool {
    height == 0 || (stride >= width && plane.len() >= stride * (height - 1) + width)
}
