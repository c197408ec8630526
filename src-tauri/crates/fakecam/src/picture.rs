//! A scene as the bytes of a camera's formats.

use crate::{
    argument::{ALTERNATE, EVEN_THEN_ODD, ODD_THEN_EVEN},
    jpeg,
    kind::Jpeg,
    scene::{Colour, Scene},
};

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
    /// A plane of Y in the higher of two bytes.
    Grey16,
    /// Three bytes a pixel: where red, green and blue stand.
    Colours([usize; 3]),
}

fn layout(fourcc: &str) -> Option<Layout> {
    Some(match fourcc {
        "YUYV" => Layout::Packed([0, 1, 2, 3]),
        "YVYU" => Layout::Packed([0, 3, 2, 1]),
        "UYVY" => Layout::Packed([1, 0, 3, 2]),
        "VYUY" => Layout::Packed([1, 2, 3, 0]),
        "NV12" | "NM12" => Layout::TwoPlanes([1, 2]),
        "NV21" => Layout::TwoPlanes([2, 1]),
        "YU12" | "YM12" => Layout::ThreePlanes([1, 2]),
        "YV12" => Layout::ThreePlanes([2, 1]),
        "GREY" => Layout::Grey,
        "Y16" => Layout::Grey16,
        "RGB3" => Layout::Colours([0, 1, 2]),
        "BGR3" => Layout::Colours([2, 1, 0]),
        _ => return None,
    })
}

/// Bytes from one row of the first plane to the next; 0 where a picture is compressed.
pub(crate) fn stride(fourcc: &str, width: usize, padding: usize) -> usize {
    match layout(fourcc) {
        Some(Layout::Packed(_)) => width.next_multiple_of(2) * 2 + padding,
        Some(Layout::Grey16) => width * 2 + padding,
        Some(Layout::Colours(_)) => width * 3 + padding,
        Some(_) => width.next_multiple_of(2) + padding,
        None => 0,
    }
}

/// The bytes that a picture takes at most in each piece of memory: some formats have a piece for each plane.
pub(crate) fn pieces(fourcc: &str, width: usize, height: usize, padding: usize) -> Vec<usize> {
    let stride = stride(fourcc, width, padding);
    let colour = stride * height.div_ceil(2);
    match layout(fourcc) {
        Some(Layout::TwoPlanes(_)) if fourcc == "NM12" => vec![stride * height, colour],
        Some(Layout::ThreePlanes(_)) if fourcc == "YM12" => vec![stride * height, colour / 2, colour / 2],
        Some(Layout::TwoPlanes(_) | Layout::ThreePlanes(_)) => vec![stride * height + colour],
        Some(_) => vec![stride * height],
        // As for a picture of 4:2:2, and for the rows that a camera adds.
        None => vec![width * (height + 16) * 2],
    }
}

/// What it looks like.
pub(crate) fn encode(scene: &Scene, fourcc: &str, padding: usize, wrong: Jpeg) -> Vec<u8> {
    let stride = stride(fourcc, scene.width, padding);
    let mut out = Vec::new();
    match layout(fourcc) {
        Some(Layout::Packed(places)) => packed(scene, stride, places, &mut out),
        Some(Layout::Grey) => luma(scene, stride, &mut out),
        Some(Layout::Grey16) => rows(scene, stride, &mut out, |pixel, row| row.extend([0, pixel.0])),
        Some(Layout::Colours(places)) => rows(scene, stride, &mut out, |pixel, row| {
            let mut bytes = [0; 3];
            places.into_iter().zip(rgb(pixel)).for_each(|(place, value)| bytes[place] = value);
            row.extend(bytes);
        }),
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

/// The rows in the order of a `V4L2_FIELD_…`; of the two that are in pictures of their own those of the picture with this number.
pub(crate) fn by_fields(bytes: Vec<u8>, stride: usize, field: u32, number: u32) -> Vec<u8> {
    let of = |parity: u32| bytes.chunks(stride).skip(parity as usize % 2).step_by(2);
    match field {
        EVEN_THEN_ODD => of(0).chain(of(1)).collect::<Vec<_>>().concat(),
        ODD_THEN_EVEN => of(1).chain(of(0)).collect::<Vec<_>>().concat(),
        ALTERNATE => of(number).collect::<Vec<_>>().concat(),
        _ => bytes,
    }
}

/// What stands between rows: nothing that a reader could take for a picture.
const FILL: u8 = 0xa5;

fn part(pixel: &Colour, of: usize) -> u8 {
    [pixel.0, pixel.1, pixel.2][of]
}

fn luma(scene: &Scene, stride: usize, out: &mut Vec<u8>) {
    rows(scene, stride, out, |pixel, row| row.push(pixel.0));
}

fn rows(scene: &Scene, stride: usize, out: &mut Vec<u8>, put: impl Fn(&Colour, &mut Vec<u8>)) {
    for y in 0..scene.height {
        let start = out.len();
        if y > 0 && scene.band(y) == scene.band(y - 1) {
            out.extend_from_within(start - stride..);
        } else {
            scene.row(y).iter().for_each(|pixel| put(pixel, out));
            out.resize(start + stride, FILL);
        }
    }
}

/// Red, green and blue, from 0 to 255, by BT.601.
fn rgb(&Colour(y, u, v): &Colour) -> [u8; 3] {
    let (y, u, v) = ((f64::from(y) - 16.0) * 1.164, f64::from(u) - 128.0, f64::from(v) - 128.0);
    [y + 1.596 * v, y - 0.392 * u - 0.813 * v, y + 2.017 * u].map(|value| value.round().clamp(0.0, 255.0) as u8)
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
        // The end of the picture before, and what could pass for a start.
        Jpeg::Between => out.extend([0x3f, 0xff, 0xd9, 0, 0xff, 0xd8, 0, 0xff]),
        _ => {}
    }
    let rows = if wrong == Jpeg::Rows1088 && scene.height == 1080 { 1088 } else { scene.height };
    jpeg::encode(scene, rows, wrong, out);
    match wrong {
        Jpeg::NoEnd => out.truncate(out.len() - 2),
        Jpeg::Cut => out.truncate(out.len() * 2 / 3),
        Jpeg::Between => out.extend([0xff, 0xd8, 0xff, 0xdb, 0, 0x43, 0, 1]),
        _ => {}
    }
}
