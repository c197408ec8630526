//! Every format of a camera arrives as video, at its own size and scaled.

use super::*;
use crate::pattern::{self, Pattern};

fn raw(format: PixelFormat, width: u16, height: u16, data: Vec<u8>) -> RawPicture {
    RawPicture { format, width, height, stride: 0, full_range: false, data, captured: Instant::now() }
}

/// The pattern as packed I420, which says whether it arrived.
fn pattern(width: u16, height: u16) -> Vec<u8> {
    let mut data = Vec::new();
    Pattern::new(width, height, "test", words::Language::ENGLISH).draw(123_456, 7, &mut data);
    data
}

fn arrives(mut raw: RawPicture, width: u16, height: u16) -> Picture {
    let mut into = Picture::black(width, height, Instant::now());
    PictureConverter::new().convert(&mut raw, &mut into, &Fit::WHOLE).expect("it can be read");
    let found =
        pattern::read(into.planes()[0], width.into(), width.into(), height.into()).expect("the cells are whole");
    assert_eq!((found.unix_ms, found.frame), (123_456, 7));
    into
}

fn yuyv(width: usize, i420: &[u8]) -> Vec<u8> {
    let luma = i420.len() * 2 / 3;
    let (y, colour) = i420.split_at(luma);
    let (u, v) = colour.split_at(luma / 4);
    let pair = |at: usize| {
        let (row, column) = (at * 2 / width, at * 2 % width);
        let colour = row / 2 * (width / 2) + column / 2;
        [y[at * 2], u[colour], y[at * 2 + 1], v[colour]]
    };
    (0..luma / 2).flat_map(pair).collect()
}

fn nv12(i420: &[u8]) -> Vec<u8> {
    let luma = i420.len() * 2 / 3;
    let (y, colour) = i420.split_at(luma);
    let (u, v) = colour.split_at(luma / 4);
    y.iter().copied().chain(u.iter().zip(v).flat_map(|(u, v)| [*u, *v])).collect()
}

fn yv12(i420: &[u8]) -> Vec<u8> {
    let (y, colour) = i420.split_at(i420.len() * 2 / 3);
    let (u, v) = colour.split_at(colour.len() / 2);
    [y, v, u].concat()
}

fn nv21(nv12: &[u8]) -> Vec<u8> {
    let (y, colour) = nv12.split_at(nv12.len() * 2 / 3);
    y.iter().copied().chain(colour.chunks_exact(2).flat_map(|pair| [pair[1], pair[0]])).collect()
}

/// Each row of colour twice.
fn nv16(width: usize, nv12: &[u8]) -> Vec<u8> {
    let (y, colour) = nv12.split_at(nv12.len() * 2 / 3);
    [y, &twice(colour, width)].concat()
}

fn yu16(width: usize, i420: &[u8]) -> Vec<u8> {
    let (y, colour) = i420.split_at(i420.len() * 2 / 3);
    [y, &twice(colour, width / 2)].concat()
}

fn twice(plane: &[u8], row: usize) -> Vec<u8> {
    plane.chunks_exact(row).flat_map(|row| [row, row].concat()).collect()
}

/// The bytes of each pair of pixels in another order.
fn shuffled(yuyv: &[u8], order: [usize; 4]) -> Vec<u8> {
    yuyv.chunks_exact(4).flat_map(|pair| order.map(|at| pair[at])).collect()
}

fn jpeg(width: usize, height: usize, i420: &[u8]) -> Vec<u8> {
    jpeg::encoded(i420, width, height)
}

#[test]
fn every_format_arrives_at_its_own_size_and_scaled() {
    let i420 = pattern(1280, 720);
    let (yuyv, nv12) = (yuyv(1280, &i420), nv12(&i420));
    for (format, data) in [
        (PixelFormat::I420, i420.clone()),
        (PixelFormat::Yv12, yv12(&i420)),
        (PixelFormat::Yuyv, yuyv.clone()),
        (PixelFormat::Yvyu, shuffled(&yuyv, [0, 3, 2, 1])),
        (PixelFormat::Uyvy, shuffled(&yuyv, [1, 0, 3, 2])),
        (PixelFormat::Vyuy, shuffled(&yuyv, [3, 0, 1, 2])),
        (PixelFormat::Nv12, nv12.clone()),
        (PixelFormat::Nv21, nv21(&nv12)),
        (PixelFormat::I422, yu16(1280, &i420)),
        (PixelFormat::Nv16, nv16(1280, &nv12)),
        (PixelFormat::Nv61, nv16(1280, &nv21(&nv12))),
        (PixelFormat::P010, nv12.iter().flat_map(|byte| [0xc0, *byte]).collect()),
        (PixelFormat::Mjpeg, jpeg(1280, 720, &i420)),
    ] {
        let same = arrives(raw(format, 1280, 720, data.clone()), 1280, 720);
        if format != PixelFormat::Mjpeg {
            assert_eq!(same.planes()[0], &i420[..1280 * 720], "{format:?} keeps every pixel's luma");
            let colour: Vec<u8> = same.planes()[1..].concat();
            assert!(
                colour.iter().zip(&i420[1280 * 720..]).all(|(a, b)| a.abs_diff(*b) <= 1),
                "{format:?} keeps colour"
            );
        }
        arrives(raw(format, 1280, 720, data.clone()), 640, 360);
        arrives(raw(format, 1280, 720, data), 1920, 1080);
    }
}

#[test]
fn a_jpeg_s_black_and_white_become_those_of_video() {
    let i420 = [vec![0; 64 * 32], vec![255; 64 * 32], vec![128; 64 * 32]].concat();
    let mut picture = raw(PixelFormat::Mjpeg, 64, 64, jpeg(64, 64, &i420));
    let mut into = Picture::black(64, 64, Instant::now());
    PictureConverter::new().convert(&mut picture, &mut into, &Fit::WHOLE).expect("it can be read");
    let [y, u, _] = into.planes();
    assert!(
        y[0].abs_diff(16) <= 1 && y[64 * 63].abs_diff(235) <= 1 && u[0].abs_diff(128) <= 1,
        "{} {} {}",
        y[0],
        y[64 * 63],
        u[0]
    );
}

#[test]
fn a_ramp_of_the_full_range_is_made_one_of_video_once_in_every_format() {
    // Each shade in a column of its own.
    let ramp: Vec<u8> = (0..512).map(|column| (column / 2) as u8).collect();
    let i420 = [ramp.repeat(64), vec![128; 512 * 32]].concat();
    let (yuyv, nv12) = (yuyv(512, &i420), nv12(&i420));
    for (format, data, full_range) in [
        (PixelFormat::I420, i420.clone(), true),
        (PixelFormat::Yv12, yv12(&i420), true),
        (PixelFormat::Yuyv, yuyv.clone(), true),
        (PixelFormat::Uyvy, shuffled(&yuyv, [1, 0, 3, 2]), true),
        (PixelFormat::Nv12, nv12.clone(), true),
        (PixelFormat::Mjpeg, jpeg(512, 64, &i420), true),
        (PixelFormat::Mjpeg, jpeg(512, 64, &i420), false),
        (PixelFormat::Grey, ramp.repeat(64), true),
        (PixelFormat::Grey, ramp.repeat(64), false),
    ] {
        let mut picture = RawPicture { full_range, ..raw(format, 512, 64, data) };
        let mut into = Picture::black(512, 64, Instant::now());
        PictureConverter::new().convert(&mut picture, &mut into, &Fit::WHOLE).expect("it can be read");
        let [y, u, v] = into.planes();
        for (column, shade) in y[512 * 32..][..512].iter().enumerate() {
            let wanted = 16.0 + 219.0 * (column / 2) as f64 / 255.0;
            let off = (f64::from(*shade) - wanted).abs();
            assert!(off <= 2.0, "{format:?}, {full_range}: {shade} for {wanted}");
        }
        assert!(u.iter().chain(v).all(|colour| colour.abs_diff(128) <= 1), "{format:?}: grey stays grey");
    }
}

#[test]
fn another_shape_gets_bars_and_is_not_stretched() {
    assert_eq!(window((640, 480), (1280, 720)), [160, 0, 960, 720]);
    assert_eq!(window((1280, 720), (640, 480)), [0, 60, 640, 360]);
    assert_eq!(window((720, 1280), (1280, 720)), [438, 0, 404, 720]);
    let mut white = raw(PixelFormat::I420, 64, 48, [vec![235; 64 * 48], vec![128; 64 * 24]].concat());
    let mut into = Picture::black(1280, 720, Instant::now());
    into.data.fill(77);
    PictureConverter::new().convert(&mut white, &mut into, &Fit::WHOLE).expect("it can be read");
    let row = &into.planes()[0][1280 * 360..][..1280];
    assert_eq!((row[0], row[159], row[162], row[1117], row[1279]), (16, 16, 235, 235, 16));
}

#[test]
fn damaged_pictures_are_refused() {
    let mut into = Picture::black(640, 360, Instant::now());
    let mut converter = PictureConverter::new();
    for format in [PixelFormat::I420, PixelFormat::Yuyv, PixelFormat::Nv12, PixelFormat::Mjpeg] {
        for data in [vec![], vec![0; 100], vec![0xff; 640 * 300]] {
            assert!(converter.convert(&mut raw(format, 640, 360, data), &mut into, &Fit::WHOLE).is_err(), "{format:?}");
        }
    }
    assert!(converter.convert(&mut raw(PixelFormat::Yuyv, 0, 0, vec![]), &mut into, &Fit::WHOLE).is_err());
    let mut endless = jpeg(64, 64, &vec![90; 64 * 96]);
    let frame = endless.windows(2).position(|two| two == [0xff, 0xc0]).expect("it has a header");
    endless[frame + 5..frame + 9].fill(0xff);
    assert!(
        converter.convert(&mut raw(PixelFormat::Mjpeg, 64, 64, endless), &mut into, &Fit::WHOLE).is_err(),
        "65535x65535"
    );
}

#[test]
fn colours_of_screens_become_those_of_video() {
    let (red, grey) = ([255, 0, 0], [128, 128, 128]);
    let of = |format, pixel: &[u8]| {
        let mut into = Picture::black(64, 48, Instant::now());
        let data = pixel.repeat(64 * 48);
        PictureConverter::new()
            .convert(&mut raw(format, 64, 48, data), &mut into, &Fit::WHOLE)
            .expect("it can be read");
        into.planes().map(|plane| plane[plane.len() / 2])
    };
    // BT.601, as every camera that delivers YUV.
    let near = |found: [u8; 3], wanted: [u8; 3]| found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 2);
    for (format, found) in [
        (PixelFormat::Rgb24, of(PixelFormat::Rgb24, &red)),
        (PixelFormat::Bgr24, of(PixelFormat::Bgr24, &[0, 0, 255])),
        (PixelFormat::Bgrx, of(PixelFormat::Bgrx, &[0, 0, 255, 9])),
        (PixelFormat::Xrgb, of(PixelFormat::Xrgb, &[9, 255, 0, 0])),
        (PixelFormat::Rgbx, of(PixelFormat::Rgbx, &[255, 0, 0, 9])),
        (PixelFormat::Xbgr, of(PixelFormat::Xbgr, &[9, 0, 0, 255])),
        (PixelFormat::Rgb565, of(PixelFormat::Rgb565, &[0, 0xf8])),
    ] {
        assert!(near(found, [82, 90, 240]), "{format:?}: red is {found:?}");
    }
    assert!(near(of(PixelFormat::Rgb24, &grey), [126, 128, 128]));
    assert!(near(of(PixelFormat::Grey, &[255]), [235, 128, 128]), "a sensor's white is video's");
    assert!(near(of(PixelFormat::Grey, &[0]), [16, 128, 128]));
    for (format, white) in
        [(PixelFormat::Grey16, [0xff, 0xff]), (PixelFormat::Grey12, [0xff, 0x0f]), (PixelFormat::Grey10, [0xff, 3])]
    {
        assert!(near(of(format, &white), [235, 128, 128]), "{format:?}");
        assert!(near(of(format, &[0xff, 0xff]), [235, 128, 128]), "{format:?}: more than white is white");
        assert!(near(of(format, &[0, white[1].div_ceil(2)]), [126, 128, 128]), "{format:?}");
    }
}

#[test]
fn rows_may_be_padded_and_sizes_odd() {
    let i420 = pattern(1280, 720);
    let padded = |rows: &[u8], row: usize, stride: usize| -> Vec<u8> {
        rows.chunks_exact(row)
            .flat_map(|row| row.iter().copied().chain(std::iter::repeat_n(77, stride - row.len())))
            .collect()
    };
    let (y, colour) = i420.split_at(1280 * 720);
    let planes = [padded(y, 1280, 1344), padded(colour, 640, 672)].concat();
    for (format, stride, data) in [
        (PixelFormat::Yuyv, 2816, padded(&yuyv(1280, &i420), 2560, 2816)),
        (PixelFormat::Nv12, 1344, padded(&nv12(&i420), 1280, 1344)),
        (PixelFormat::I420, 1344, planes),
    ] {
        let into = arrives(RawPicture { stride, ..raw(format, 1280, 720, data) }, 1280, 720);
        assert_eq!(into.planes()[0], y, "{format:?}");
    }
    let all = [
        PixelFormat::I420,
        PixelFormat::Yv12,
        PixelFormat::Nv12,
        PixelFormat::Nv21,
        PixelFormat::Yuyv,
        PixelFormat::Uyvy,
        PixelFormat::Rgb24,
        PixelFormat::Bgrx,
        PixelFormat::Grey,
        PixelFormat::I422,
        PixelFormat::Nv16,
        PixelFormat::P010,
        PixelFormat::Rgb565,
        PixelFormat::Grey16,
    ];
    for format in all {
        for stride in [0, 4001] {
            let picture = raw(format, 683, 385, vec![100; format.bytes(stride, 683, 385)]);
            let mut into = Picture::black(320, 180, Instant::now());
            let converted =
                PictureConverter::new().convert(&mut RawPicture { stride, ..picture }, &mut into, &Fit::WHOLE);
            assert_eq!(converted, Ok(()), "{format:?}, {stride}");
        }
    }
}

#[test]
fn a_jpeg_of_another_size_is_shown_and_what_fills_its_last_blocks_is_not() {
    let i420 = pattern(640, 368);
    let told = arrives(raw(PixelFormat::Mjpeg, 1280, 720, jpeg(640, 368, &i420)), 640, 368);
    let mut agreed = Picture::black(640, 360, Instant::now());
    let mut larger = raw(PixelFormat::Mjpeg, 640, 360, jpeg(640, 368, &i420));
    PictureConverter::new().convert(&mut larger, &mut agreed, &Fit::WHOLE).expect("it can be read");
    assert_eq!(agreed.planes()[0], &told.planes()[0][..640 * 360], "the rows above, unscaled");
}

#[test]
fn a_damaged_jpeg_is_shown_as_far_as_it_goes() {
    let whole = jpeg(640, 360, &pattern(640, 360));
    let without_end = whole[..whole.len() - 2].to_vec();
    arrives(raw(PixelFormat::Mjpeg, 640, 360, without_end), 640, 360);
    // The cells that say whether it arrived are in its upper half.
    arrives(raw(PixelFormat::Mjpeg, 640, 360, whole[..whole.len() * 3 / 4].to_vec()), 640, 360);
    let followed = [&whole[..], &[0, 0x12, 0xff, 0xd8, 0xff]].concat();
    arrives(raw(PixelFormat::Mjpeg, 640, 360, followed), 640, 360);
    let preceded = [&[0, 0x12, 0xff, 0xd8, 0, 0xff], &whole[..]].concat();
    arrives(raw(PixelFormat::Mjpeg, 640, 360, preceded), 640, 360);
}

#[test]
fn a_jpeg_may_be_made_in_any_usual_way() {
    let i420 = pattern(640, 360);
    let whole = jpeg(640, 360, &i420);
    // As AVI has it, and many cameras: the usual tables are left out.
    let (mut bare, mut at) = (whole[..2].to_vec(), 2);
    while whole[at + 1] != 0xda {
        let end = at + 2 + usize::from(u16::from_be_bytes([whole[at + 2], whole[at + 3]]));
        if whole[at + 1] != 0xc4 {
            bare.extend_from_slice(&whole[at..end]);
        }
        at = end;
    }
    bare.extend_from_slice(&whole[at..]);
    assert!(bare.len() + 400 < whole.len(), "it had tables");
    arrives(raw(PixelFormat::Mjpeg, 640, 360, bare), 640, 360);
    for (in_passes, marker) in [(true, 0xc2), (false, 0xdd)] {
        let made = jpeg::unusual(&i420, 640, 360, in_passes);
        assert!(made.windows(2).any(|two| two == [0xff, marker]), "it was made so");
        arrives(raw(PixelFormat::Mjpeg, 640, 360, made), 640, 360);
    }
}

#[test]
fn a_jpeg_of_one_field_has_the_shape_that_was_agreed() {
    let field = jpeg(640, 240, &pattern(640, 240));
    let mut into = Picture::black(640, 480, Instant::now());
    let mut picture = raw(PixelFormat::Mjpeg, 640, 480, field);
    PictureConverter::new().convert(&mut picture, &mut into, &Fit::WHOLE).expect("it can be read");
    let rows: Vec<u8> = into.planes()[0].chunks_exact(2 * 640).flat_map(|rows| rows[..640].to_vec()).collect();
    let found = pattern::read(&rows, 640, 640, 240).expect("from edge to edge, and no bars above and below");
    assert_eq!((found.unix_ms, found.frame), (123_456, 7));
}

#[test]
fn a_jpeg_s_colour_may_be_sampled_in_any_usual_way() {
    for (sampling, columns, rows) in [(0x11, 64, 64), (0x12, 64, 32), (0x41, 16, 64), (0x21, 32, 64), (0x22, 32, 32)] {
        let colour = [planes_of(columns * rows, 90), planes_of(columns * rows, 200)].concat();
        let samples = [planes_of(64 * 64, 120), colour].concat();
        let data = jpeg::sampled(&samples, 64, 64, sampling);
        let mut into = Picture::black(64, 64, Instant::now());
        let converted =
            PictureConverter::new().convert(&mut raw(PixelFormat::Mjpeg, 64, 64, data), &mut into, &Fit::WHOLE);
        assert_eq!(converted, Ok(()), "{sampling:x}");
        let [y, u, v] = into.planes().map(|plane| plane[plane.len() / 2]);
        assert!(y.abs_diff(119) <= 3 && u.abs_diff(95) <= 3 && v.abs_diff(191) <= 3, "{sampling:x}: {y} {u} {v}");
    }
}

fn planes_of(length: usize, level: u8) -> Vec<u8> {
    vec![level; length]
}
