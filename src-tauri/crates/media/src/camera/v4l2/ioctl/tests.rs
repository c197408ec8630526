//! The structures are where the kernel looks for them, and say what it wrote.

use super::*;

#[test]
#[cfg(target_pointer_width = "64")]
fn the_structures_are_as_large_as_the_kernels() {
    let sizes = [
        size_of::<Capability>(),
        size_of::<FormatDescription>(),
        size_of::<SizeEntry>(),
        size_of::<IntervalEntry>(),
        size_of::<FormatAnswer>(),
        size_of::<StreamParameters>(),
    ];
    assert_eq!(sizes, [104, 64, 44, 52, 208, 204]);
    assert_eq!(std::mem::offset_of!(FormatAnswer, union), 8);
}

#[test]
fn a_format_by_planes_is_read_where_the_kernel_writes_it() {
    let mut numbers = [0; 50];
    numbers[..7].copy_from_slice(&[1280, 720, 0x3231_564e, 1, 8, 1_382_400, 1344]);
    numbers[11] = 1408;
    numbers[45] = u32::from_ne_bytes([2, 0, 0, 0]);
    let format = Format {
        width: 1280,
        height: 720,
        fourcc: 0x3231_564e,
        fields: Fields::Woven,
        bytes_per_line: [1344, 1408, 0],
        pieces: 2,
        full_range: false,
    };
    assert_eq!(unpacked(Kind::Planes, &numbers), format);
    numbers[45] = u32::from_ne_bytes([2, 0, 0, 1]);
    assert!(unpacked(Kind::Planes, &numbers).full_range);
}

#[test]
fn where_the_rows_of_television_are_is_read_as_the_kernel_numbers_it() {
    let of = |field| {
        let mut numbers = [0; 50];
        numbers[3] = field;
        unpacked(Kind::Single, &numbers).fields
    };
    assert_eq!([0, 1, 4, 8, 9].map(of), [Fields::Woven; 5]);
    assert_eq!([5, 6].map(of), [Fields::EvenFirst, Fields::OddFirst]);
    assert_eq!([2, 3, 7].map(of), [Fields::Alone; 3]);
}

#[test]
fn the_range_is_what_the_driver_says_or_what_its_colours_mean() {
    for (colours, quantisation, full_range) in [(8, 0, false), (7, 0, true), (7, 2, false), (1, 1, true)] {
        let mut numbers = [0; 50];
        (numbers[6], numbers[10]) = (colours, quantisation);
        assert_eq!(unpacked(Kind::Single, &numbers).full_range, full_range, "{colours}, {quantisation}");
    }
}
