//! The calls to a V4L2 driver, with the structures that the kernel reads and writes (`linux/videodev2.h`).
//!
//! They go through libc, call by call. A structure's name is the kernel's without `v4l2_`; a field that is not used here is
//! part of an array at its place.
#![allow(unsafe_code)] // Only libc can make these calls; each structure is as large as the call's number says.

mod buffers;

pub(super) use buffers::{Filled, dequeue, placed, queue, request_buffers};

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

/// The pieces of memory of one picture at most: a plane of luma and two of colour.
pub(super) const MOST_PIECES: usize = 3;

/// How a device hands over pictures. The numbers are the kernel's for the kinds of buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Single = 1,
    /// By planes: each may have memory of its own.
    Planes = 9,
}

/// How the rows of a picture lie. Television has the even ones and the odd ones at different times, a field each (`enum v4l2_field`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fields {
    /// In their order, whenever they were taken.
    #[default]
    Woven,
    /// All even ones, and the odd ones behind them.
    EvenFirst,
    /// The other way round.
    OddFirst,
    /// A picture is one field.
    Alone,
}

impl Fields {
    /// What a driver is asked for that has them apart by itself.
    const INTERLACED: u32 = 4;

    fn read(number: u32) -> Fields {
        match number {
            5 => Fields::EvenFirst,
            6 => Fields::OddFirst,
            2 | 3 | 7 => Fields::Alone,
            _ => Fields::Woven,
        }
    }
}

/// A format as it is asked of a driver and as it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) fourcc: u32,
    pub(super) fields: Fields,
    /// Of each piece of memory that a picture is in.
    pub(super) bytes_per_line: [u32; MOST_PIECES],
    /// How many pieces of memory that are.
    pub(super) pieces: u32,
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

/// Sets a format, whose fields are the driver's choice, or `woven`. The answer is what the driver made of it.
pub(super) fn set_format(device: &File, kind: Kind, wanted: Format, woven: bool) -> io::Result<Format> {
    let mut answer = FormatAnswer { kind: kind as u32, union: FormatUnion([0; 50]) };
    let field = if woven { Fields::INTERLACED } else { 0 };
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
    let (bytes_per_line, pieces, colours, quantisation) = match kind {
        Kind::Single => ([numbers[4], 0, 0], 1, numbers[6], numbers[10]),
        Kind::Planes => {
            let [pieces, _, _, quantisation] = numbers[45].to_ne_bytes();
            // Five numbers a plane, of which the second is this one.
            (std::array::from_fn(|piece| numbers[6 + 5 * piece]), pieces.into(), numbers[4], quantisation.into())
        }
    };
    let full_range = quantisation == FULL || (quantisation == DEFAULT && colours == JPEG);
    let fields = Fields::read(numbers[3]);
    Format { width: numbers[0], height: numbers[1], fourcc: numbers[2], fields, bytes_per_line, pieces, full_range }
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
