//! A scene as the bytes of a camera's formats.

use crate::{jpeg, kind::Jpeg, scene::Scene};

/// How a raw format lies in memory.
#[derive(Clone, Copy)]
enum Layout {
    /// Two pixels in four bytes: where Y, U, the second Y and V stand.
    Packed([usize; 4]),
    /// A plane of Y, then colours in turn, U first or V first, for two by two pixels.
    TwoPlanes([usize; 2]),
    /// A plane of Y, then one of each colour, U first or V first, for two by two pixels.
    ThreePlanes([usize; 2]),
    /// A plane of Y.
    Grey,
}

fn layout(fourcc: &str) -> Option<Layout> {
    Some(match fourcc {
        "YUYV" => Layout::Packed([0, 1, 2, 3]),
        "YVYU" => Layout::Packed([0, 3, 2, 1]),
        "UYVY" => Layout::Packed([1, 0, 3, 2]),
        "VYUY" => Layout::Packed([1, 2, 3, 0]),
        "NV12" => Layout::TwoPlanes([1, 2]),
        "NV21" => Layout::TwoPlanes([2, 1]),
        "YU12" => Layout::ThreePlanes([1, 2]),
        "YV12" => Layout::ThreePlanes([2, 1]),
        "GREY" => Layout::Grey,
        _ => return None,
    })
}

/// Bytes from one row of the first plane to the next; 0 where a picture is compressed.
pub(crate) fn stride(fourcc: &str, width: usize, padding: usize) -> usize {
    match layout(fourcc) {
        Some(Layout::Packed(_)) => width.next_multiple_of(2) * 2 + padding,
        Some(_) => width.next_multiple_of(2) + padding,
        None => 0,
    }
}

/// The bytes that a picture takes at most.
pub(crate) fn room(fourcc: &str, width: usize, height: usize, padding: usize) -> usize {
    let stride = stride(fourcc, width, padding);
    match layout(fourcc) {
        Some(Layout::Packed(_) | Layout::Grey) => stride * height,
        Some(_) => stride * height + stride * height.div_ceil(2),
        // As for a picture of 4:2:2, and for the rows that a camera adds.
        None => width * (height + 16) * 2,
    }
}

/// What it looks like.
pub(crate) fn encode(scene: &Scene, fourcc: &str, padding: usize, wrong: Jpeg) -> Vec<u8> {
    let stride = stride(fourcc, scene.width, padding);
    let mut out = Vec::new();
    match layout(fourcc) {
        Some(Layout::Packed(places)) => packed(scene, stride, places, &mut out),
        Some(Layout::Grey) => luma(scene, stride, &mut out),
        Some(Layout::TwoPlanes(order)) => {
            luma(scene, stride, &mut out);
            for y in (0..scene.height).step_by(2) {
                let start = out.len();
                out.extend(scene.row(y).iter().step_by(2).flat_map(|pixel| order.map(|of| part(pixel, of))));
                out.resize(start + stride, FILL);
            }
        }
        Some(Layout::ThreePlanes(order)) => {
            luma(scene, stride, &mut out);
            for of in order {
                for y in (0..scene.height).step_by(2) {
                    let start = out.len();
                    out.extend(scene.row(y).iter().step_by(2).map(|pixel| part(pixel, of)));
                    out.resize(start + stride / 2, FILL);
                }
            }
        }
        None if fourcc == "MJPG" || fourcc == "JPEG" => compressed(scene, wrong, &mut out),
        // A NAL unit of no meaning: nothing here reads H.264.
        None => out.extend([0, 0, 0, 1, 9, 0xf0]),
    }
    out
}

/// What stands between rows: nothing that a reader could take for a picture.
const FILL: u8 = 0xa5;

fn part(pixel: &crate::scene::Colour, of: usize) -> u8 {
    [pixel.0, pixel.1, pixel.2][of]
}

fn luma(scene: &Scene, stride: usize, out: &mut Vec<u8>) {
    for y in 0..scene.height {
        let start = out.len();
        if y > 0 && scene.band(y) == scene.band(y - 1) {
            out.extend_from_within(start - stride..);
        } else {
            out.extend(scene.row(y).iter().map(|pixel| pixel.0));
            out.resize(start + stride, FILL);
        }
    }
}

fn packed(scene: &Scene, stride: usize, places: [usize; 4], out: &mut Vec<u8>) {
    for y in 0..scene.height {
        let start = out.len();
        if y > 0 && scene.band(y) == scene.band(y - 1) {
            out.extend_from_within(start - stride..);
            continue;
        }
        for pair in scene.row(y).chunks(2) {
            let mut bytes = [0; 4];
            let second = pair.get(1).unwrap_or(&pair[0]);
            for (place, value) in places.into_iter().zip([pair[0].0, pair[0].1, second.0, pair[0].2]) {
                bytes[place] = value;
            }
            out.extend(bytes);
        }
        out.resize(start + stride, FILL);
    }
}

fn compressed(scene: &Scene, wrong: Jpeg, out: &mut Vec<u8>) {
    match wrong {
        Jpeg::Garbage => return out.extend((0..scene.width * 4).map(|at| (at * 37 % 251) as u8)),
        Jpeg::LateStart => out.extend([0, 0, 0x55, 0xaa, 0]),
        _ => {}
    }
    let rows = if wrong == Jpeg::Rows1088 && scene.height == 1080 { 1088 } else { scene.height };
    jpeg::encode(scene, rows, out);
    match wrong {
        Jpeg::NoEnd => out.truncate(out.len() - 2),
        Jpeg::Cut => out.truncate(out.len() * 2 / 3),
        _ => {}
    }
}
