//! Each row is found where drivers put it.

use super::*;

fn format(letters: &[u8; 4], width: u32, bytes_per_line: u32) -> Format {
    Format {
        width,
        height: 720,
        fourcc: u32::from_le_bytes(*letters),
        fields: Fields::Woven,
        bytes_per_line: [bytes_per_line, 0, 0],
        pieces: 1,
        full_range: false,
    }
}

#[test]
fn what_a_driver_makes_of_a_format_holds() {
    let of = |format| {
        let opened = Layout::of(format)?.opened(None);
        Ok::<_, DeviceError>((opened.format.to_string(), opened.stride))
    };
    assert_eq!(of(format(b"YUYV", 1280, 2560)), Ok(("1280x720, YUYV".to_owned(), 2560)));
    assert_eq!(of(format(b"YUYV", 640, 1408)), Ok(("640x720, YUYV".to_owned(), 1408)), "rows may be padded");
    assert_eq!(of(format(b"YUYV", 640, 0)), Ok(("640x720, YUYV".to_owned(), 1280)), "or their length not be told");
    for told in [0, 640, 1280, u32::MAX] {
        assert_eq!(of(format(b"MJPG", 640, told)), Ok(("640x720, MJPEG".to_owned(), 0)), "it has no rows");
    }
    assert_eq!(of(format(b"YUYV", 640, u32::MAX)), Ok(("640x720, YUYV".to_owned(), 1280)), "or be any number");
    let huge = Format { height: 50_000, ..format(b"XR24", 50_000, 0) };
    for strange in [format(b"H264", 640, 0), format(b"YUYV", 0, 0), format(b"YUYV", 70_000, 0), huge] {
        assert!(of(strange).is_err(), "{strange:?}");
    }
    assert!(of(Format { pieces: 3, ..format(b"NM12", 640, 640) }).is_err(), "it has two planes");
    let field = Format { fields: Fields::Alone, height: 288, ..format(b"UYVY", 720, 1440) };
    assert_eq!(of(field), Ok(("720x576, UYVY".to_owned(), 0)), "its rows count twice");
}

#[test]
fn rows_are_no_further_apart_than_the_buffers_have_room_for() {
    let within = |letters, bytes_per_line, room| {
        let layout = Layout::of(format(letters, 640, bytes_per_line)).expect("it can be read");
        layout.within([room].into_iter()).opened(None).stride
    };
    assert_eq!(within(b"YUYV", 1408, 1408 * 720), 1408);
    assert_eq!(within(b"YUYV", 1408, 1408 * 719 + 1280), 1408, "nothing stands behind the last row");
    assert_eq!(within(b"YUYV", 1408, 1280 * 720), 1280, "it says what it does not do");
    assert_eq!(within(b"YUYV", 1 << 18, 1280 * 720), 1280);
    assert_eq!(within(b"NV12", 768, 768 * 1080), 768);
    assert_eq!(within(b"NV12", 768, 640 * 1080), 640);
    assert_eq!(within(b"YUYV", 1280, 4096), 1280, "its pictures are shorter than they are said to be");
    assert_eq!(within(b"MJPG", 0, 4096), 0);
}

#[test]
fn a_picture_that_is_cut_off_is_whole_and_grey_below() {
    let of = |letters: &[u8; 4]| Layout::of(Format { height: 2, ..format(letters, 2, 0) }).expect("it can be read");
    let mut data = vec![1; 9];
    of(b"GREY").fill(&mut data, &[&[5, 6]], false);
    assert_eq!(data, [5, 6, GREY, GREY]);
    of(b"GREY").fill(&mut data, &[&[5, 6, 7, 8, 9]], false);
    assert_eq!(data, [5, 6, 7, 8], "what comes behind it is none of it");
    let jpeg = Layout::of(format(b"MJPG", 640, 640)).expect("it can be read");
    jpeg.fill(&mut data, &[&[5, 6, 7]], false);
    assert_eq!(data, [5, 6, 7], "a JPEG is as long as it is");
    assert!(jpeg.is_whole(3) && jpeg.is_whole(3_000_000));
    let padded = Layout::of(format(b"YUYV", 640, 1408)).expect("it can be read");
    let whole = 1408 * 720;
    assert!(padded.is_whole(whole) && padded.is_whole(whole - 128) && !padded.is_whole(whole - 129));
}

/// Rows of these numbers as a grey picture of one column: where they lie in memory, and which row of the picture they are then.
fn woven(fields: Fields, height: u32, came: &[u8], odd: bool) -> Vec<u8> {
    let layout = Layout::of(Format { fields, height, ..format(b"GREY", 1, 0) }).expect("it can be read");
    let mut data = Vec::new();
    layout.fill(&mut data, &[came], odd);
    data
}

#[test]
fn fields_become_the_rows_of_one_picture() {
    assert_eq!(woven(Fields::Woven, 4, &[0, 1, 2, 3], false), [0, 1, 2, 3]);
    assert_eq!(woven(Fields::EvenFirst, 4, &[0, 2, 1, 3], false), [0, 1, 2, 3]);
    assert_eq!(woven(Fields::EvenFirst, 5, &[0, 2, 4, 1, 3], false), [0, 1, 2, 3, 4]);
    assert_eq!(woven(Fields::OddFirst, 4, &[1, 3, 0, 2], false), [0, 1, 2, 3]);
    assert_eq!(woven(Fields::OddFirst, 5, &[1, 3, 0, 2, 4], false), [0, 1, 2, 3, 4]);
    assert_eq!(woven(Fields::EvenFirst, 4, &[0, 2, 1], false), [0, 1, 2, GREY], "cut off");
    assert_eq!(woven(Fields::Alone, 3, &[0, 2, 4], false), [0, 0, 2, 2, 4, 4], "each stands for two");
    assert_eq!(woven(Fields::Alone, 3, &[1, 3, 5], true), [1, 1, 1, 3, 3, 5], "and at its own place");
}

#[test]
fn the_fields_of_each_plane_are_found_in_it() {
    let rows = |fields, came: &[u8]| {
        let layout = Layout::of(Format { fields, height: 4, ..format(b"NV12", 2, 3) }).expect("it can be read");
        let mut data = Vec::new();
        layout.fill(&mut data, &[came], false);
        assert_eq!(layout.opened(None).stride, 0, "padding is left behind");
        data
    };
    let padded = [0, 0, 9, 2, 2, 9, 1, 1, 9, 3, 3, 9, 10, 20, 9, 11, 21, 9];
    assert_eq!(rows(Fields::EvenFirst, &padded), [0, 0, 1, 1, 2, 2, 3, 3, 10, 20, 11, 21]);
}

#[test]
fn planes_in_pieces_of_memory_become_one_picture() {
    let agreed = Format { height: 4, pieces: 3, bytes_per_line: [4, 0, 3], ..format(b"YM12", 2, 0) };
    let layout = Layout::of(agreed).expect("it can be read");
    assert_eq!(layout.pieces(), 3);
    let luma: &[u8] = &[0, 0, 9, 9, 1, 1, 9, 9, 2, 2, 9, 9, 3, 3, 9, 9];
    let came = [luma, &[10, 11], &[20, 9, 9, 21, 9, 9]];
    assert!(layout.is_whole(16 + 2 + 6) && !layout.is_whole(16));
    let mut data = Vec::new();
    layout.fill(&mut data, &came, false);
    assert_eq!(data, [0, 0, 1, 1, 2, 2, 3, 3, 10, 11, 20, 21]);
    layout.fill(&mut data, &came[..1], false);
    assert_eq!(data, [0, 0, 1, 1, 2, 2, 3, 3, GREY, GREY, GREY, GREY], "as far as it came");
}
