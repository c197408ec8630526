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
pub(crate) fn nv12(luma: &[u8], colour: &[u8], stride: usize, swapped: bool, into: &mut Picture) {
    let (width, height) = size(into);
    assert!(covers(luma, stride, width, height) && covers(colour, stride, width, height / 2), "libyuv reads that much");
    let [y, u, v] = into.planes_mut().map(<[u8]>::as_mut_ptr);
    let (u, v) = if swapped { (v, u) } else { (u, v) };
    // SAFETY: as in `packed`.
    unsafe {
        let (w, half, stride) = (width as c_int, width as c_int / 2, stride as c_int);
        sys::rs_NV12ToI420(luma.as_ptr(), stride, colour.as_ptr(), stride, y, w, u, half, v, half, w, height as c_int);
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

/// Scales a picture into a window (left, top, width, height; all even) of another. The rest of that one stays.
pub(crate) fn scale(from: &Picture, into: &mut Picture, [left, top, width, height]: [usize; 4]) {
    let (from_width, from_height) = size(from);
    let (into_width, into_height) = size(into);
    assert!(left + width <= into_width && top + height <= into_height, "the window is inside");
    assert!([left, top, width, height].iter().all(|edge| edge % 2 == 0), "colour is sampled for two by two pixels");
    let [from_y, from_u, from_v] = from.planes().map(<[u8]>::as_ptr);
    let [y, u, v] = into.planes_mut();
    let y = y[top * into_width + left..].as_mut_ptr();
    let corner = top / 2 * into_width / 2 + left / 2;
    let (u, v) = (u[corner..].as_mut_ptr(), v[corner..].as_mut_ptr());
    let (fw, fh, iw) = (from_width as c_int, from_height as c_int, into_width as c_int);
    // SAFETY: the planes have the size of their pictures, and the window was checked to lie inside.
    unsafe {
        let (fy, fu, fv) = (from_y, from_u, from_v);
        let filter = sys::FilterMode_kFilterBox;
        sys::rs_I420Scale(
            fy,
            fw,
            fu,
            fw / 2,
            fv,
            fw / 2,
            fw,
            fh,
            y,
            iw,
            u,
            iw / 2,
            v,
            iw / 2,
            width as c_int,
            height as c_int,
            filter,
        );
    }
}

fn size(picture: &Picture) -> (usize, usize) {
    (picture.width.into(), picture.height.into())
}

fn covers(plane: &[u8], stride: usize, width: usize, height: usize) -> bool {
    height == 0 || (stride >= width && plane.len() >= stride * (height - 1) + width)
}
