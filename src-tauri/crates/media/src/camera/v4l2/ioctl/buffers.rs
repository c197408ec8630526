//! The calls about a device's buffers: making them, handing them over, taking them back filled.
#![allow(unsafe_code)] // The clock that the driver's time stamps are of is libc's.

use super::{Kind, MOST_PIECES, READ, WRITE, call};
use std::{array, fs::File, io, ops::Range, time::Duration};

/// `struct v4l2_requestbuffers`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct BufferRequest {
    count: u32,
    kind: u32,
    memory: u32,
    rest: [u32; 2],
}

/// `struct v4l2_buffer`. `memory_at` is a union: an offset, or a pointer to the planes.
#[repr(C)]
#[derive(Clone, Copy)]
struct Buffer {
    index: u32,
    kind: u32,
    used: u32,
    flags: u32,
    field: u32,
    stamp: libc::timeval,
    timecode: [u32; 4],
    sequence: u32,
    memory: u32,
    memory_at: usize,
    length: u32,
    reserved: [u32; 2],
}

/// `struct v4l2_plane`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Plane {
    used: u32,
    length: u32,
    memory_at: usize,
    data_offset: u32,
    reserved: [u32; 11],
}

const MEMORY_MMAP: u32 = 1;

/// More planes than this a buffer has not (`VIDEO_MAX_PLANES`), whatever the driver: it is told how much room there is.
const MOST_PLANES: usize = 8;

/// A buffer that a picture has been put into.
#[derive(Clone, Debug)]
pub(in crate::camera::v4l2) struct Filled {
    pub(in crate::camera::v4l2) index: u32,
    /// Where the picture's bytes begin and end in each piece of memory.
    pub(in crate::camera::v4l2) pieces: [Range<usize>; MOST_PIECES],
    /// Of two fields that come apart it is the one of the odd rows.
    pub(in crate::camera::v4l2) odd: bool,
    /// How long ago it was taken, where the driver tells that by the clock that this program uses.
    pub(in crate::camera::v4l2) age: Option<Duration>,
}

/// Asks for buffers, which the device then holds for this program; none frees them. The answer is how many there are.
pub(in crate::camera::v4l2) fn request_buffers(device: &File, kind: Kind, count: u32) -> io::Result<u32> {
    let mut request = BufferRequest { count, kind: kind as u32, memory: MEMORY_MMAP, rest: [0; 2] };
    call(device, READ | WRITE, 8, &mut request)?;
    Ok(request.count)
}

/// Hands a buffer to the driver, to be filled.
pub(in crate::camera::v4l2) fn queue(device: &File, kind: Kind, index: u32) -> io::Result<()> {
    with_buffer(device, kind, index, 15).map(drop)
}

/// Takes the buffer that was filled first. Fails with `WouldBlock` where none is.
pub(in crate::camera::v4l2) fn dequeue(device: &File, kind: Kind) -> io::Result<Filled> {
    /// `V4L2_FIELD_BOTTOM`.
    const ODD: u32 = 3;
    let (buffer, planes) = with_buffer(device, kind, 0, 17)?;
    let pieces = match kind {
        Kind::Single => [0..buffer.used as usize, 0..0, 0..0],
        Kind::Planes => array::from_fn(|piece| planes[piece].data_offset as usize..planes[piece].used as usize),
    };
    Ok(Filled { index: buffer.index, pieces, odd: buffer.field == ODD, age: age(&buffer) })
}

fn age(buffer: &Buffer) -> Option<Duration> {
    const CLOCK: u32 = 0xe000;
    const MONOTONIC: u32 = 0x2000;
    if buffer.flags & CLOCK != MONOTONIC {
        return None;
    }
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock is one that every Linux has, and `now` lives until the call returns.
    if unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) } != 0 {
        return None;
    }
    let now = Duration::new(u64::try_from(now.tv_sec).ok()?, u32::try_from(now.tv_nsec).ok()?);
    let seconds = Duration::from_secs(u64::try_from(buffer.stamp.tv_sec).ok()?);
    now.checked_sub(seconds + Duration::from_micros(u64::try_from(buffer.stamp.tv_usec).ok()?))
}

/// A call about a buffer, with what the driver wrote about it and its planes.
fn with_buffer(device: &File, kind: Kind, index: u32, number: u32) -> io::Result<(Buffer, [Plane; MOST_PLANES])> {
    let mut planes = [Plane::default(); MOST_PLANES];
    let (memory_at, length) = match kind {
        Kind::Single => (0, 0),
        Kind::Planes => (planes.as_mut_ptr() as usize, MOST_PLANES as u32),
    };
    let mut buffer = Buffer {
        index,
        kind: kind as u32,
        used: 0,
        flags: 0,
        field: 0,
        stamp: libc::timeval { tv_sec: 0, tv_usec: 0 },
        timecode: [0; 4],
        sequence: 0,
        memory: MEMORY_MMAP,
        memory_at,
        length,
        reserved: [0; 2],
    };
    // The planes live until the end of this function, and so does what points to them.
    call(device, READ | WRITE, number, &mut buffer)?;
    Ok((buffer, planes))
}

/// Where a piece of a buffer's memory is, from the device's start, and how much.
pub(in crate::camera::v4l2) fn placed(device: &File, kind: Kind, index: u32, piece: usize) -> io::Result<(u32, u32)> {
    let (buffer, planes) = with_buffer(device, kind, index, 9)?;
    let (at, length) = match kind {
        Kind::Single => (buffer.memory_at, buffer.length),
        Kind::Planes => (planes[piece].memory_at, planes[piece].length),
    };
    // The offset is the first half of its union, whatever the order of bytes.
    let bytes = at.to_ne_bytes();
    Ok((u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn the_structures_are_as_large_as_the_kernels() {
        assert_eq!([size_of::<BufferRequest>(), size_of::<Buffer>(), size_of::<Plane>()], [20, 88, 64]);
        assert_eq!(std::mem::offset_of!(Buffer, memory_at), 64);
    }
}
