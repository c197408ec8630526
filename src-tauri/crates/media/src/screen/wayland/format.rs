//! Which pictures PipeWire is asked for, and which it says that it gives: four bytes a pixel, in memory that any program can read. Those
//! that stay on a graphics card (DMA-BUF) are not asked for: what reads them needs that card's own libraries.

use super::{
    super::Size,
    pod::{self, Choice, Object, Pod, Value},
};

/// What the pictures of a stream are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) size: Size,
    /// Red stands before blue.
    pub(super) red_first: bool,
}

/// Objects, as <spa/utils/type.h> numbers them, and the parameters that they are values of (<spa/param/param.h>).
const FORMAT: u32 = 0x4_0003;
const BUFFERS: u32 = 0x4_0004;
const META: u32 = 0x4_0005;
const ENUM_FORMAT: u32 = 3;
const BUFFERS_WANTED: u32 = 5;
const META_WANTED: u32 = 6;
/// The parameter that says which format it is now.
pub(super) const FORMAT_CHOSEN: u32 = 4;

/// A format's properties, as <spa/param/format.h> numbers them.
const MEDIA_TYPE: u32 = 1;
const MEDIA_SUBTYPE: u32 = 2;
const PIXELS: u32 = 0x2_0001;
const SIZE: u32 = 0x2_0003;
const RATE: u32 = 0x2_0004;
const MOST_RATE: u32 = 0x2_0005;
const VIDEO: Value = Value::Id(2);
const RAW: Value = Value::Id(1);

/// Orders of a pixel's bytes, as <spa/param/video/raw.h> numbers them.
const RGBX: u32 = 7;
const BGRX: u32 = 8;
const RGBA: u32 = 11;
const BGRA: u32 = 12;

/// The properties of buffers and of what comes with a picture (<spa/param/buffers.h>).
const BUFFERS_COUNT: u32 = 1;
const BUFFERS_MEMORY: u32 = 6;
const META_TYPE: u32 = 1;
const META_SIZE: u32 = 2;

/// Kinds of memory, as <spa/buffer/buffer.h> numbers them: an address, or a file without a name.
const MEMORY: i32 = 1 << 1 | 1 << 2;

/// What comes with a picture (<spa/buffer/meta.h>), and how long it is.
pub(super) const HEADER: (u32, u32) = (1, 32);
pub(super) const CROP: (u32, u32) = (2, 16);
pub(super) const TURN: (u32, u32) = (8, 4);

/// No screen is larger, and no picture of one is counted in more bits.
const LONGEST: u32 = 16_384;

/// Any rate, where a program does not let itself be told one: what comes too often is left out here.
const ANY_RATE: u32 = 1000;

/// What is asked for, the better one first: as many pictures a second as are encoded, or as many as there are.
pub(super) fn wanted(fps: u32) -> [Pod; 2] {
    [fps, ANY_RATE].map(|most| {
        let (rate, most) = (Value::Fraction(fps, 1), Value::Fraction(most, 1));
        let size = |width, height| Value::Rectangle(width, height);
        pod::object(
            FORMAT,
            ENUM_FORMAT,
            &[
                (MEDIA_TYPE, Choice::Only(VIDEO)),
                (MEDIA_SUBTYPE, Choice::Only(RAW)),
                (PIXELS, Choice::Any(&[BGRX, BGRA, RGBX, RGBA].map(Value::Id))),
                (SIZE, Choice::Range(size(1920, 1080), size(1, 1), size(LONGEST, LONGEST))),
                // Zero: a picture where something was drawn.
                (RATE, Choice::Range(rate, Value::Fraction(0, 1), most)),
                (MOST_RATE, Choice::Range(rate, Value::Fraction(1, 1), most)),
            ],
        )
    })
}

/// What is asked for once the format is known: how many buffers, of which memory, and what comes with each picture.
pub(super) fn buffers() -> [Pod; 4] {
    let meta = |(kind, size): (u32, u32)| {
        let size = Value::Int(size.cast_signed());
        pod::object(META, META_WANTED, &[(META_TYPE, Choice::Only(Value::Id(kind))), (META_SIZE, Choice::Only(size))])
    };
    // One is being drawn, one waits here; more are for who draws faster than is encoded.
    let count = Choice::Range(Value::Int(4), Value::Int(2), Value::Int(16));
    let memory = Choice::Flags(MEMORY);
    let buffers = pod::object(BUFFERS, BUFFERS_WANTED, &[(BUFFERS_COUNT, count), (BUFFERS_MEMORY, memory)]);
    [buffers, meta(HEADER), meta(CROP), meta(TURN)]
}

/// What it says; None where that is nothing that was asked for.
pub(super) fn read(bytes: &[u8]) -> Option<Format> {
    let format = Object::read(bytes)?;
    let is = |key, value| format.property(key) == Some(value);
    if format.kind() != FORMAT || !is(MEDIA_TYPE, VIDEO) || !is(MEDIA_SUBTYPE, RAW) {
        return None;
    }
    let Some(Value::Id(pixels)) = format.property(PIXELS) else { return None };
    let red_first = match pixels {
        BGRX | BGRA => false,
        RGBX | RGBA => true,
        _ => return None,
    };
    let Some(Value::Rectangle(width, height)) = format.property(SIZE) else { return None };
    let side = |length: u32| u16::try_from(length).ok().filter(|_| (1..=LONGEST).contains(&length));
    Some(Format { size: Size { width: side(width)?, height: side(height)? }, red_first })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pixels: u32, width: u32, height: u32) -> Vec<u8> {
        let format = pod::object(
            FORMAT,
            FORMAT_CHOSEN,
            &[
                (MEDIA_TYPE, Choice::Only(VIDEO)),
                (MEDIA_SUBTYPE, Choice::Only(RAW)),
                (PIXELS, Choice::Only(Value::Id(pixels))),
                (SIZE, Choice::Only(Value::Rectangle(width, height))),
                (RATE, Choice::Only(Value::Fraction(0, 1))),
            ],
        );
        format.words().iter().flat_map(|word| word.to_ne_bytes()).collect()
    }

    #[test]
    fn what_is_told_is_read() {
        let format = read(&told(BGRX, 2560, 1440)).expect("it is what was asked for");
        assert_eq!(format, Format { size: Size { width: 2560, height: 1440 }, red_first: false });
        assert!(read(&told(RGBA, 720, 1280)).is_some_and(|format| format.red_first && format.size.height == 1280));
    }

    #[test]
    fn what_was_not_asked_for_is_not_taken() {
        let nv12 = 23;
        for (pixels, width, height) in [(nv12, 640, 480), (BGRX, 0, 480), (BGRX, 640, 16_385), (BGRA, u32::MAX, 1)] {
            assert_eq!(read(&told(pixels, width, height)), None, "{pixels} {width}x{height}");
        }
        let words = |pod: &Pod| pod.words().iter().flat_map(|word| word.to_ne_bytes()).collect::<Vec<u8>>();
        assert_eq!(read(&words(&buffers()[0])), None, "it is another object");
    }

    #[test]
    fn no_more_pictures_are_asked_for_than_are_encoded_and_any_rate_is_taken() {
        let [better, other] = wanted(15);
        let rate = |pod: &Pod| {
            let bytes: Vec<u8> = pod.words().iter().flat_map(|word| word.to_ne_bytes()).collect();
            Object::read(&bytes).and_then(|object| object.property(MOST_RATE))
        };
        assert_eq!((rate(&better), rate(&other)), (Some(Value::Fraction(15, 1)), Some(Value::Fraction(15, 1))));
        assert_ne!(better, other);
    }
}
