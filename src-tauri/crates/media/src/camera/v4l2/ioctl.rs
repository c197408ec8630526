//! The calls to a V4L2 driver, with the structures that the kernel reads and writes (`linux/videodev2.h`).
//!
//! They go through libc, call by call. A structure's name is the kernel's without `v4l2_`; a field that is not used here is
//! part of an array at its place.
#![allow(unsafe_code)] // Only libc can make these calls; each structure is as large as the call's number says.

use std::{fs::File, io, os::fd::AsRawFd, ptr, time::Duration};

/// `struct v4l2_capability`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct Capability {
    pub(super) driver: [u8; 16],
    pub(super) card: [u8; 32],
    pub(super) bus_info: [u8; 32],
    pub(super) version: u32,
    pub(super) capabilities: u32,
    pub(super) device_caps: u32,
    pub(super) reserved: [u32; 3],
}

/// `struct v4l2_fmtdesc`, with its description split: arrays longer than 32 have no default.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct FormatDescription {
    index: u32,
    kind: u32,
    flags: u32,
    description: [u8; 32],
    fourcc: u32,
    rest: [u32; 4],
}

/// `struct v4l2_frmsizeenum`: for a list its entry is in the first two of the six numbers, for a range all six are.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct SizeEntry {
    index: u32,
    fourcc: u32,
    kind: u32,
    numbers: [u32; 6],
    reserved: [u32; 2],
}

/// `struct v4l2_frmivalenum`, as above.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct IntervalEntry {
    index: u32,
    fourcc: u32,
    width: u32,
    height: u32,
    kind: u32,
    numbers: [u32; 6],
    reserved: [u32; 2],
}

/// `struct v4l2_format`: behind its kind a union of 200 bytes, which begins where a pointer may.
#[repr(C)]
#[derive(Clone, Copy)]
struct FormatAnswer {
    kind: u32,
    union: FormatUnion,
}

#[repr(C)]
#[cfg_attr(target_pointer_width = "64", repr(align(8)))]
#[derive(Clone, Copy)]
struct FormatUnion([u32; 50]);

/// `struct v4l2_streamparm` for capture.
#[repr(C)]
#[derive(Clone, Copy)]
struct StreamParameters {
    kind: u32,
    capability: u32,
    mode: u32,
    interval: [u32; 2],
    rest: [u32; 46],
}

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

/// More planes than this a buffer has not (`VIDEO_MAX_PLANES`). Skylark reads formats of one plane, but the driver is told
/// how much room there is.
const MOST_PLANES: usize = 8;

/// How a device hands over pictures. The numbers are the kernel's for the kinds of buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Single = 1,
    /// By planes: each may have memory of its own.
    Planes = 9,
}

/// How the rows of a picture come; television has the even ones and the odd ones at different times (`enum v4l2_field`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Field {
    /// However the driver likes, where it is asked.
    #[default]
    Any,
    /// In their order, whenever they were taken.
    Interlaced,
    /// Even ones and odd ones apart: one behind the other, in pictures of their own, or one of them only.
    Apart,
}

impl Field {
    const INTERLACED: u32 = 4;

    fn read(number: u32) -> Field {
        match number {
            Self::INTERLACED | 8 | 9 => Field::Interlaced,
            2 | 3 | 5 | 6 | 7 => Field::Apart,
            _ => Field::Any,
        }
    }
}

/// A format as it is asked of a driver and as it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) fourcc: u32,
    /// Whether its rows come in their order.
    pub(super) field: Field,
    /// Of the first plane.
    pub(super) bytes_per_line: u32,
    /// Pieces of memory that a picture is in.
    pub(super) planes: u32,
    /// Black is 0 and white 255, as in JPEG, and not 16 and 235.
    pub(super) full_range: bool,
}

/// What a driver answers to the index of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Width and height, or the two parts of a fraction.
    Discrete([u32; 2]),
    /// There is no list but a range, in the kernel's order of its six numbers.
    Range([u32; 6]),
}

/// A buffer that a picture has been put into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filled {
    pub(super) index: u32,
    /// The picture's bytes begin here.
    pub(super) start: usize,
    /// And end here.
    pub(super) end: usize,
    /// How long ago it was taken, where the driver tells that by the clock that this program uses.
    pub(super) age: Option<Duration>,
}

pub(super) fn capability(device: &File) -> io::Result<Capability> {
    let mut capability = Capability::default();
    call(device, READ, 0, &mut capability)?;
    Ok(capability)
}

/// The `index`-th format that the device lists.
pub(super) fn listed_format(device: &File, kind: Kind, index: u32) -> io::Result<u32> {
    let mut description = FormatDescription { index, kind: kind as u32, ..FormatDescription::default() };
    call(device, READ | WRITE, 2, &mut description)?;
    Ok(description.fourcc)
}

pub(super) fn listed_size(device: &File, fourcc: u32, index: u32) -> io::Result<Entry> {
    let mut entry = SizeEntry { index, fourcc, ..SizeEntry::default() };
    call(device, READ | WRITE, 74, &mut entry)?;
    Ok(read(entry.kind, entry.numbers))
}

pub(super) fn listed_interval(device: &File, fourcc: u32, size: (u32, u32), index: u32) -> io::Result<Entry> {
    let (width, height) = size;
    let mut entry = IntervalEntry { index, fourcc, width, height, ..IntervalEntry::default() };
    call(device, READ | WRITE, 75, &mut entry)?;
    Ok(read(entry.kind, entry.numbers))
}

fn read(kind: u32, numbers: [u32; 6]) -> Entry {
    const DISCRETE: u32 = 1;
    match kind {
        DISCRETE => Entry::Discrete([numbers[0], numbers[1]]),
        _ => Entry::Range(numbers),
    }
}

/// The format that the device is in.
pub(super) fn format(device: &File, kind: Kind) -> io::Result<Format> {
    let mut answer = FormatAnswer { kind: kind as u32, union: FormatUnion([0; 50]) };
    call(device, READ | WRITE, 4, &mut answer)?;
    Ok(unpacked(kind, &answer.union.0))
}

/// Sets a format. The answer is what the driver made of it.
pub(super) fn set_format(device: &File, kind: Kind, wanted: Format) -> io::Result<Format> {
    let mut answer = FormatAnswer { kind: kind as u32, union: FormatUnion([0; 50]) };
    let field = if wanted.field == Field::Interlaced { Field::INTERLACED } else { 0 };
    answer.union.0[..4].copy_from_slice(&[wanted.width, wanted.height, wanted.fourcc, field]);
    call(device, READ | WRITE, 5, &mut answer)?;
    Ok(unpacked(kind, &answer.union.0))
}

/// `struct v4l2_pix_format` and `v4l2_pix_format_mplane` begin alike.
fn unpacked(kind: Kind, numbers: &[u32; 50]) -> Format {
    // What the driver's default means follows from its colour space: JPEG's is the full range, that of every other YUV is not.
    const FULL: u32 = 1;
    const DEFAULT: u32 = 0;
    const JPEG: u32 = 7;
    let (bytes_per_line, planes, colours, quantisation) = match kind {
        Kind::Single => (numbers[4], 1, numbers[6], numbers[10]),
        Kind::Planes => {
            let [planes, _, _, quantisation] = numbers[45].to_ne_bytes();
            (numbers[6], planes.into(), numbers[4], quantisation.into())
        }
    };
    let full_range = quantisation == FULL || (quantisation == DEFAULT && colours == JPEG);
    let field = Field::read(numbers[3]);
    Format { width: numbers[0], height: numbers[1], fourcc: numbers[2], field, bytes_per_line, planes, full_range }
}

/// The time between two pictures, in seconds as a fraction.
pub(super) fn interval(device: &File, kind: Kind) -> io::Result<[u32; 2]> {
    parameters(device, kind, 21, [0, 0])
}

/// Asks for a time between two pictures. The answer is what the driver made of it.
pub(super) fn set_interval(device: &File, kind: Kind, wanted: [u32; 2]) -> io::Result<[u32; 2]> {
    parameters(device, kind, 22, wanted)
}

fn parameters(device: &File, kind: Kind, number: u32, interval: [u32; 2]) -> io::Result<[u32; 2]> {
    let mut parameters = StreamParameters { kind: kind as u32, capability: 0, mode: 0, interval, rest: [0; 46] };
    call(device, READ | WRITE, number, &mut parameters)?;
    Ok(parameters.interval)
}

/// Asks for buffers, which the device then holds for this program; none frees them. The answer is how many there are.
pub(super) fn request_buffers(device: &File, kind: Kind, count: u32) -> io::Result<u32> {
    let mut request = BufferRequest { count, kind: kind as u32, memory: MEMORY_MMAP, rest: [0; 2] };
    call(device, READ | WRITE, 8, &mut request)?;
    Ok(request.count)
}

/// Hands a buffer to the driver, to be filled.
pub(super) fn queue(device: &File, kind: Kind, index: u32) -> io::Result<()> {
    with_buffer(device, kind, index, 15).map(drop)
}

/// Takes the buffer that was filled first. Fails with `WouldBlock` where none is.
pub(super) fn dequeue(device: &File, kind: Kind) -> io::Result<Filled> {
    let (buffer, plane) = with_buffer(device, kind, 0, 17)?;
    let (start, end) = match kind {
        Kind::Single => (0, buffer.used),
        Kind::Planes => (plane.data_offset, plane.used),
    };
    Ok(Filled { index: buffer.index, start: start as usize, end: end as usize, age: age(&buffer) })
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

/// A call about a buffer, with what the driver wrote about it and its first plane.
fn with_buffer(device: &File, kind: Kind, index: u32, number: u32) -> io::Result<(Buffer, Plane)> {
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
    Ok((buffer, planes[0]))
}

pub(super) fn stream(device: &File, kind: Kind, on: bool) -> io::Result<()> {
    call(device, WRITE, if on { 18 } else { 19 }, &mut (kind as libc::c_int))
}

/// Waits until the device has something to say, at most so long. False: it has not.
pub(super) fn wait(device: &File, at_most: Duration) -> io::Result<bool> {
    let mut polled = libc::pollfd { fd: device.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one descriptor is told of, which lives until the call returns.
    match unsafe { libc::poll(&raw mut polled, 1, i32::try_from(at_most.as_millis()).unwrap_or(i32::MAX)) } {
        -1 => Err(io::Error::last_os_error()),
        ready => Ok(ready > 0),
    }
}

/// Where the memory of a buffer is, from the device's start, and how much.
pub(super) fn placed(device: &File, kind: Kind, index: u32) -> io::Result<(u32, u32)> {
    let (buffer, plane) = with_buffer(device, kind, index, 9)?;
    let (at, length) = match kind {
        Kind::Single => (buffer.memory_at, buffer.length),
        Kind::Planes => (plane.memory_at, plane.length),
    };
    // The offset is the first half of its union, whatever the order of bytes.
    let bytes = at.to_ne_bytes();
    Ok((u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]), length))
}

const WRITE: u32 = 1;
const READ: u32 = 2;

fn call<T>(device: &File, direction: u32, number: u32, argument: &mut T) -> io::Result<()> {
    /// A driver that says so every time is not asked for ever.
    const MOST_INTERRUPTIONS: u32 = 100;
    let mut interruptions = 0;
    let request = direction << 30 | (size_of::<T>() as u32) << 16 | u32::from(b'V') << 8 | number;
    loop {
        // SAFETY: the argument is as large as the request says, it holds numbers only (a pointer among them leads to memory
        // of its caller), and lives until the call returns.
        if unsafe { libc::ioctl(device.as_raw_fd(), request as _, ptr::from_mut(argument)) } != -1 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        interruptions += 1;
        if error.kind() != io::ErrorKind::Interrupted || interruptions > MOST_INTERRUPTIONS {
            return Err(error);
        }
    }
}

#[cfg(test)]
mod tests;
