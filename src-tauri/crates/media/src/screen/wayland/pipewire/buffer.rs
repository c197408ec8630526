//! What is in a buffer of a stream.

use super::{
    super::{
        super::Size,
        copy::{Crop, Layout},
        format::{CROP, HEADER, TURN},
    },
    library::{Buffer, CHUNK_CORRUPTED, HEADER_CORRUPTED, Meta, SpaBuffer},
};
use std::slice;

/// The most of what comes with a picture that is looked through.
const MOST_METAS: u32 = 64;

/// What is in a buffer, and how it is to be read but for its format; None: it has no picture, or a damaged one.
///
/// SAFETY: it is null, or was taken from the stream's queue and not given back.
pub(super) unsafe fn pixels<'a>(buffer: *const Buffer) -> Option<(&'a [u8], Layout)> {
    // SAFETY: what is in a buffer is there, laid out as <spa/buffer/buffer.h> says, as long as the buffer is; its memory is mapped by the
    // library for as much as it says.
    unsafe {
        let buffer: &SpaBuffer = buffer.as_ref()?.buffer.as_ref()?;
        if buffer.datas_count == 0 {
            return None;
        }
        let data = buffer.datas.as_ref()?;
        let chunk = data.chunk.as_ref()?;
        let (offset, size, stride) = (chunk.offset, chunk.size, chunk.stride);
        let longest = data.longest.checked_sub(offset)?;
        if chunk.flags & CHUNK_CORRUPTED != 0 || size == 0 || data.data.is_null() {
            return None;
        }
        let pixels = slice::from_raw_parts(data.data.add(offset as usize), size.min(longest) as usize);
        let metas = buffer.metas_count.min(MOST_METAS) as usize;
        let metas = if buffer.metas.is_null() { &[] } else { slice::from_raw_parts(buffer.metas, metas) };
        let words = |(kind, size): (u32, u32)| {
            let found =
                metas.iter().find(|meta: &&Meta| meta.kind == kind && meta.size >= size && !meta.data.is_null());
            found.map(|meta| meta.data.cast::<u32>())
        };
        if words(HEADER).is_some_and(|header| header.read() & HEADER_CORRUPTED != 0) {
            return None;
        }
        let crop = words(CROP).map(|crop| {
            let [left, top, width, height] = [0, 1, 2, 3].map(|at| crop.add(at).read());
            Crop { left: left.cast_signed(), top: top.cast_signed(), width, height }
        });
        let turn = words(TURN).map_or(0, |turn| turn.read());
        Some((pixels, Layout { size: Size { width: 0, height: 0 }, stride, red_first: false, crop, turn }))
    }
}
