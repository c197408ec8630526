//! What PipeWire itself writes is written and read the same here, and what nobody should write does no harm.

use super::*;

fn words_of(pod: &Pod) -> Vec<u32> {
    let halves = |word: &u64| {
        let bytes = word.to_ne_bytes();
        [word_at(&bytes, 0), word_at(&bytes, 4)]
    };
    pod.words().iter().flat_map(halves).collect()
}

fn word_at(bytes: &[u8], at: usize) -> u32 {
    word(bytes, at).expect("there are eight bytes")
}

fn bytes_of(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

/// As spa_pod_builder_add_object of PipeWire 0.3.65 writes a format of pictures: BGRx, BGRA, RGBx or RGBA, at most 16384 wide and high, at
/// most 15 a second.
const FORMAT: [u32; 72] = [
    0x118, 0xf, 0x4_0003, 3, 1, 0, 4, 3, 2, 0, 2, 0, 4, 3, 1, 0, 0x2_0001, 0, 0x24, 0x13, 3, 0, 4, 3, 8, 8, 12, 7, 11,
    0, 0x2_0003, 0, 0x28, 0x13, 1, 0, 8, 10, 1920, 1080, 1, 1, 16384, 16384, 0x2_0004, 0, 0x28, 0x13, 1, 0, 8, 11, 15,
    1, 0, 1, 15, 1, 0x2_0005, 0, 0x28, 0x13, 1, 0, 8, 11, 15, 1, 1, 1, 15, 1,
];

#[test]
fn an_object_is_written_as_pipewire_writes_it() {
    let formats = [8, 12, 7, 11].map(Value::Id);
    let (fifteen, one) = (Value::Fraction(15, 1), |number| Value::Fraction(number, 1));
    let size = |side| Value::Rectangle(side, side);
    let format = object(
        0x4_0003,
        3,
        &[
            (1, Choice::Only(Value::Id(2))),
            (2, Choice::Only(Value::Id(1))),
            (0x2_0001, Choice::Any(&formats)),
            (0x2_0003, Choice::Range(Value::Rectangle(1920, 1080), size(1), size(16384))),
            (0x2_0004, Choice::Range(fifteen, one(0), fifteen)),
            (0x2_0005, Choice::Range(fifteen, one(1), fifteen)),
        ],
    );
    assert_eq!(words_of(&format), FORMAT);
    let (least, most) = (Value::Int(2), Value::Int(16));
    let buffers =
        object(0x4_0004, 5, &[(1, Choice::Range(Value::Int(4), least, most)), (6, Choice::Flags(1 << 1 | 1 << 2))]);
    let expected =
        [0x60, 0xf, 0x4_0004, 5, 1, 0, 0x1c, 0x13, 1, 0, 4, 4, 4, 2, 16, 0, 6, 0, 0x14, 0x13, 4, 0, 4, 4, 6, 0];
    assert_eq!(words_of(&buffers), expected);
    let meta = object(0x4_0005, 6, &[(1, Choice::Only(Value::Id(2))), (2, Choice::Only(Value::Int(16)))]);
    assert_eq!(words_of(&meta), [0x38, 0xf, 0x4_0005, 6, 1, 0, 4, 3, 2, 0, 2, 0, 4, 4, 16, 0]);
}

#[test]
fn what_was_written_is_read() {
    let bytes = bytes_of(&FORMAT);
    assert_eq!(size(*bytes.first_chunk().expect("it is longer")), bytes.len());
    let read = Object::read(&bytes).expect("it is one");
    assert_eq!(read.kind(), 0x4_0003);
    assert_eq!(read.property(1), Some(Value::Id(2)));
    assert_eq!(read.property(0x2_0001), Some(Value::Id(8)), "the usual one of several");
    assert_eq!(read.property(0x2_0003), Some(Value::Rectangle(1920, 1080)));
    assert_eq!(read.property(0x2_0005), Some(Value::Fraction(15, 1)), "the last one");
    assert_eq!(read.property(9), None);
}

#[test]
fn what_is_cut_off_or_changed_is_read_without_harm() {
    let whole = bytes_of(&FORMAT);
    let look = |bytes: &[u8]| {
        if let Some(object) = Object::read(bytes) {
            let keys = [1, 2, 9, 0x2_0001, 0x2_0003, 0x2_0004, 0x2_0005];
            let _ = keys.map(|key| object.property(key));
        }
    };
    for length in 0..whole.len() {
        look(&whole[..length]);
        assert!(Object::read(&whole[..length]).is_none(), "it says itself that it is longer");
    }
    // Each word in turn is what breaks arithmetic most easily.
    for at in 0..FORMAT.len() {
        for word in [0, 1, 7, 0x7fff_ffff, 0x8000_0000, u32::MAX - 7, u32::MAX] {
            let mut words = FORMAT;
            words[at] = word;
            look(&bytes_of(&words));
        }
    }
    // And any byte anything, by a generator of numbers that gives the same ones each time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..20_000 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (state >> 33) as usize % bytes.len();
            bytes[at] = (state >> 24) as u8;
        }
        look(&bytes);
    }
    assert_eq!(size([0xff; 8]), u32::MAX as usize + 8);
}
